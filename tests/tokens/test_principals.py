"""Who an access token speaks for: a person in a session, or an application itself."""

from typing import Any
from uuid import UUID

import pytest

from config.fields import uuid7
from tests.factories import LoginFactory, SessionFactory
from tokens.models import Login
from tokens.principals import Principal

SID, SUB = uuid7(), uuid7()
PERSON: dict[str, Any] = {
    "sub": str(SUB),
    "sid": str(SID),
    "client_id": "shop",
    "scope": "orders:read  account",
}


def principal(claims: dict[str, Any]) -> Principal:
    """Return whom these claims speak for."""
    return Principal(claims, "kid", [("user", "a digest")])


def test_a_persons_token_names_the_person_and_the_session() -> None:
    person = principal(PERSON)
    assert (person.user_id, person.sid, person.client_id) == (SUB, SID, "shop")
    assert isinstance(person.user_id, UUID)


def test_an_applications_own_token_speaks_for_nobody() -> None:
    """RFC 9068 section 2.2: its `sub` is the client, which must not pass for a person."""
    own = principal({"sub": str(SUB), "client_id": str(SUB)})
    assert own.user_id is None and own.sid is None


def test_scopes_are_words_and_none_is_no_scope() -> None:
    assert principal(PERSON).scope == {"orders:read", "account"}
    assert principal({**PERSON, "scope": ""}).scope == frozenset()
    assert principal({"sub": "x"}).scope == frozenset()
    odd = {**PERSON, "scope": "a\tb \xa0"}  # as the SDKs read it
    assert principal(odd).scope == {"a\tb", "\xa0"}


def test_what_is_logged_of_it_holds_no_digests() -> None:
    assert "a digest" not in repr(principal(PERSON))


@pytest.mark.django_db
def test_what_the_login_proved_is_as_it_is_now() -> None:
    session = SessionFactory(login=LoginFactory(amr=["pwd"]))
    known = principal({**PERSON, "sid": str(session.sid), "amr": ["pwd"]})
    assert known.amr_now() == ["pwd"]
    Login.objects.update(amr=["pwd", "otp", "mfa"])
    assert known.amr_now() == ["pwd", "otp", "mfa"]
    assert principal(PERSON).amr_now() == principal({"sub": "x"}).amr_now() == []


@pytest.mark.django_db
def test_whose_provider_vouched_is_read_as_it_is_now() -> None:
    session = SessionFactory()
    tenant = session.application.tenant
    claims = {"sid": str(session.sid), "sub": str(session.login.user_id)}
    mine = principal({**claims, "amr": ["fed"]})
    assert mine.bound_to() is None
    Login.objects.update(bound_to=tenant)
    assert mine.bound_to() == tenant.pk
    assert principal({**claims, "amr": ["pwd"]}).bound_to() is None
    assert principal({"client_id": "x"}).bound_to() is None
