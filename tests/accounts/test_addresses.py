"""Who somebody is, however the address was typed."""

import pytest

from accounts.addresses import display, email_key, from_wire_form, wire_form


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("ann@example.com", "ann@example.com"),
        (" Ann@EXAMPLE.com\n", "ann@example.com"),
        ("ＡＮＮ＠example.com", "ann@example.com"),
        ("\u212aelvin@example.com", "kelvin@example.com"),
        ("strauß@example.com", "strauss@example.com"),
        ("re\u0301ne@example.com", "réne@example.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("ann@bu\u0308cher。example", "ann@xn--bcher-kva.example"),
        ("ann@XN--bcher-KVA.example", "ann@xn--bcher-kva.example"),
        ("ann@straße.example", "ann@xn--strae-oqa.example"),
        ("ann@strasse.example", "ann@strasse.example"),
        ("ann+tag@example.com", "ann+tag@example.com"),
        ("ádmin@example.com", "ádmin@example.com"),
        ("ad\u0131n@example.com", "ad\u0131n@example.com"),
        ("a" * 64 + "@example.com", "a" * 64 + "@example.com"),
    ],
)
def test_every_spelling_has_one_key(
    typed: str,
    key: str,
) -> None:
    assert email_key(typed) == key
    assert email_key(key) == key
    assert email_key(display(typed)) == key


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "ann",
        "ann@",
        "@example.com",
        "ann@b@example.com",
        "ann @example.com",
        "ann@exam ple.com",
        "ann@example.com.",
        "ann@.example.com",
        "ann@example",
        "ann@[127.0.0.1]",
        '"ann"@example.com',
        '"utf8-c3a1"@example.com',
        "ann\x00@example.com",
        "ann\n@example.com",
        "ann@example.com\x00",
        "ann\r\nBcc: eve@example.com",
        "a\u00addmin@example.com",
        "a\u200bdmin@example.com",
        "a\u202edmin@example.com",
        "\ud800@example.com",
        "ann@\ud800.com",
        "a\u037a@example.com",
        "ann@xn--\u00df.com",
        "ann@xn--zzzzzzzz99999.com",
        "a" * 65 + "@example.com",
        "é" * 33 + "@example.com",
        "a@" + ".".join(["b" * 60] * 5) + ".com",
        "a@" + "b" * 1_000_000 + ".com",
        "é" * 30 + "@" + ".".join(["b" * 60] * 3) + ".com",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        email_key(typed)


def test_people_see_their_own_spelling() -> None:
    assert display(" Ann@Example.COM ") == "Ann@Example.COM"
    assert display("ＡNN@example.com") == "ANN@example.com"
    with pytest.raises(ValueError):
        display("no address")


@pytest.mark.parametrize("key", ["ann@example.com", "ádmin@example.com", "管理@x.jp"])
def test_the_wire_form_is_ascii_and_leads_back(key: str) -> None:
    wire = wire_form(key)

    assert wire.isascii()
    assert wire == wire.lower()
    assert from_wire_form(wire) == key
