"""What may be called what."""

import pytest
from django.conf import settings

from config.errors import InvalidInput
from tenants import validation


@pytest.mark.parametrize("good", ["a", "a1", "acme", "acme-2", "a" * 63])
def test_good_slugs_are_taken(good: str) -> None:
    assert validation.slug(good) == good


@pytest.mark.parametrize(
    "bad",
    ["", "-a", "a-", "A", "a_b", "a b", "é", "a" * 64, "a\n", "a\x00", "\ud800"],
)
def test_bad_slugs_are_refused(bad: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        validation.slug(bad)
    assert refusal.value.errors[0].pointer == "#/slug"


@pytest.mark.parametrize(
    "good",
    ["https://api.example.com", "http://a.local:8080/x?y=1", "urn:acme:orders"],
)
def test_good_identifiers_are_taken(good: str) -> None:
    assert validation.identifier(good) == good


@pytest.mark.parametrize(
    "bad",
    [
        *("", "orders", "/orders", "ftp://a.example", "https://", "https://a#b"),
        *("https://a b", "https://u@a.example", "urn:x", "javascript:alert(1)"),
        *(
            "https://a.example/#",
            "https://[::1",
            "https://a:99999",
            "https://é.example",
        ),
        *("https://a\x00", "https://a\n", "https://a/" + "x" * 250, "urn:a:\ud800"),
        *(settings.IDENTITY_API, settings.ISSUER, f"{settings.ISSUER}/x"),
        settings.ISSUER.upper().replace("HTTP:", "http:"),
    ],
)
def test_bad_identifiers_are_refused(bad: str) -> None:
    with pytest.raises(InvalidInput):
        validation.identifier(bad)


@pytest.mark.parametrize("bad", ["", "a b", 'a"b', "a\\b", "é", "x" * 65, "a\n"])
def test_bad_scopes_are_refused(bad: str) -> None:
    with pytest.raises(InvalidInput):
        validation.scope_names("scopes", [bad])


@pytest.mark.parametrize("names", [["account"], ["manage"], ["a", "a"]])
def test_reserved_and_repeated_scopes_are_refused(names: list[str]) -> None:
    with pytest.raises(InvalidInput):
        validation.scope_names("scopes", names)


@pytest.mark.parametrize(
    "name", ["openid", "profile", "email", "roles", "offline_access"]
)
@pytest.mark.spec("OIDC Core 5.4", "OIDC Core 11")
def test_what_openid_connect_names_is_no_apis_scope(name: str) -> None:
    for reserved in (False, True):
        with pytest.raises(InvalidInput) as refusal:
            validation.scope_names("scopes", ["orders:read", name], reserved=reserved)
        assert refusal.value.errors[0].code == "reserved"


def test_reserved_scopes_are_taken_where_they_may_be() -> None:
    assert validation.scope_names("scopes", ["manage"], reserved=True) == ["manage"]


@pytest.mark.parametrize("good", ["https://a.example", "http://localhost:5173"])
def test_good_origins_are_taken(good: str) -> None:
    assert validation.origins([good]) == [good]


@pytest.mark.parametrize(
    "bad",
    [
        *("*", "null", "https://a.example/", "https://A.example", "http://a.example"),
        *("https://a.example:443", "https://u@a.example", "https://a.example?x"),
        *("https://*.a.example", "a.example", "ftp://a.example", "https://a:x"),
    ],
)
def test_bad_origins_are_refused(bad: str) -> None:
    with pytest.raises(InvalidInput):
        validation.origins([bad])


@pytest.mark.parametrize("bad", ["", " ", "a\x00", "a\nb", "\ud800", "x" * 151])
def test_bad_names_are_refused(bad: str) -> None:
    with pytest.raises(InvalidInput):
        validation.text("name", bad)


@pytest.mark.parametrize(
    "unseen",
    [
        *("\u202e", "\u2066", "\u2069", "\u061c", "\u200f"),
        *("\u2028", "\u2029", "\u200b", "\ufeff", "\u00ad", "\x85", "\ue000"),
    ],
)
def test_nothing_unseen_is_in_what_people_decide_by(unseen: str) -> None:
    with pytest.raises(InvalidInput):
        validation.text("name", f"Bank{unseen}App")


@pytest.mark.parametrize(
    "name", ["نرم\u200cافزار", "\U0001f469\u200d\U0001f4bb Code", "עברית"]
)
def test_names_of_every_script_are_taken(name: str) -> None:
    assert validation.text("name", name) == name


@pytest.mark.parametrize("bad", ["", " a", "a ", "a\nb", "x" * 65, "\udfff"])
def test_bad_role_names_are_refused(bad: str) -> None:
    with pytest.raises(InvalidInput):
        validation.role_name(bad)


@pytest.mark.parametrize("bad", [0, -1, 3601])
def test_lifetimes_outside_the_instances_are_refused(bad: int) -> None:
    with pytest.raises(InvalidInput):
        validation.seconds("access_token_seconds", bad, 3600)
    assert validation.seconds("access_token_seconds", None, 3600) is None


def test_a_page_for_people_is_https() -> None:
    for good in ("", "https://acme.example", "https://acme.example:8443/a?b=c#d"):
        assert validation.page("support_url", good) == good
    for bad in ("http://a.example", "https://", "https://u@a.example/", "help", "//a"):
        with pytest.raises(InvalidInput):
            validation.page("support_url", bad)


def test_api_permissions_are_sorted_and_each_once() -> None:
    assert validation.api_permissions(["b:x", "a!~", "b:x"]) == ["a!~", "b:x"]
    for bad in (["a b"], ["x" * 65], [f"p{n}" for n in range(51)]):
        with pytest.raises(InvalidInput):
            validation.api_permissions(bad)
