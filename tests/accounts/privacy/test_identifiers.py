"""By what a person is recognised, and what is not them."""

import pytest

from accounts.mail import links
from accounts.mail.links import Purpose
from accounts.privacy.identifiers import ERASED, Identifiers, identifiers_of
from tests.factories import UserFactory

ANN = Identifiers("0199-id", ("ann@x.io",), "Ann Lee")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ann@x.io in acme", f"{ERASED} in acme"),
        ("ANN@X.IO.", f"{ERASED}."),
        ("joann@x.io", "joann@x.io"),
        ("ann@x.io.uk", "ann@x.io.uk"),
        ("bob+ann@x.io", "bob+ann@x.io"),
        ("Ann Lee", "Ann Lee"),
    ],
)
def test_an_address_is_replaced_where_it_is_no_part_of_another(
    text: str,
    kept: str,
) -> None:
    assert ANN.without(text) == kept
    assert ANN.names(text) is (text != kept)


def test_what_speaks_of_a_person_loses_name_and_every_address() -> None:
    told = {"to": ["new@y.io", 7], "name": "Ann Lee", "as": {"who": "Anna Leeds"}}

    assert ANN.without(told, about=True) == {
        "to": [ERASED, 7],
        "name": ERASED,
        "as": {"who": "Anna Leeds"},
    }


@pytest.mark.parametrize("ip", ["192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7"])
def test_ips_are_replaced_where_they_are_the_persons(ip: str) -> None:
    text = f"locked until 2026-01-01 10:30 UTC for {ip}"
    assert ANN.without(text) == text
    assert (
        ANN.without(text, ips=True) == f"locked until 2026-01-01 10:30 UTC for {ERASED}"
    )


def test_a_short_name_is_a_part_of_too_much() -> None:
    al = Identifiers("id", (), "Al")
    assert al.without("Al and al", about=True) == "Al and al"


@pytest.mark.django_db
def test_former_addresses_count_unless_they_are_somebody_elses() -> None:
    ann, bob = UserFactory(email="Ann@example.com"), UserFactory()
    for email in ("old@example.com", bob.email_key):
        links.make(ann, Purpose.UNDO_EMAIL_CHANGE, email_key=email)
        known = identifiers_of(ann).addresses
        assert (email in known) is (email != bob.email_key)
    links.make(ann, Purpose.CHANGE_EMAIL, email_key="strangers@example.com")
    own = {"Ann@example.com", "ann@example.com", "old@example.com"}
    assert set(identifiers_of(ann).addresses) == own
