"""The mint for applications themselves: no person, no session, and no longer than they stand."""

import time
from types import SimpleNamespace
from typing import Any

import jwt
import pytest

from config.errors import Unavailable
from tenants.admission import Target
from tenants.models import Application
from tenants.services import applications, tenants
from tests.factories import ApplicationFactory
from tokens import minting, revocations, verification
from tokens.errors import TokenRevoked
from tokens.revocations import Entry, Kind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
TARGET = Target(None, "https://api.example.com", "orders:read")


@pytest.fixture
def service() -> Application:
    made: Application = ApplicationFactory(type="service", is_first_party=False)
    return made


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let the mint's clock run ahead instead of sleeping; collects the pauses."""
    taken: list[float] = []
    clock = SimpleNamespace(time=lambda: time.time() + sum(taken), sleep=taken.append)
    monkeypatch.setattr(minting, "time", clock)
    return taken


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says, unverified."""
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


@pytest.mark.spec("RFC 9068 2.2", "RFC 6749 4.4.3")
def test_a_services_token_names_it_alone(
    service: Application,
    settings: Any,
) -> None:
    made = minting.issue_to(service, TARGET)
    claims = claims_of(made.access_token)
    assert set(claims) == {
        *("iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "tenant")
    }
    assert claims["sub"] == claims["client_id"] == service.client_id
    assert (claims["aud"], claims["scope"]) == (TARGET.audience, TARGET.scope)
    assert claims["exp"] - claims["iat"] == made.expires_in
    assert made.expires_in == settings.ACCESS_TOKEN_SECONDS
    other = claims_of(minting.issue_to(service, TARGET).access_token)
    assert other["jti"] != claims["jti"], "each is revoked alone"


def test_it_lives_no_longer_than_a_revocation_is_listed(
    service: Application,
    settings: Any,
) -> None:
    service.access_token_seconds = 60
    assert minting.issue_to(service, TARGET).expires_in == 60
    service.access_token_seconds = settings.ACCESS_TOKEN_MAX_SECONDS + 1000
    made = minting.issue_to(service, TARGET)
    assert made.expires_in == settings.ACCESS_TOKEN_MAX_SECONDS


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
def test_it_is_signed_as_the_application_chose(
    service: Application,
    algorithm: str,
) -> None:
    service.signing_algorithm = algorithm
    text = minting.issue_to(service, TARGET).access_token
    assert jwt.get_unverified_header(text)["alg"] == algorithm
    assert jwt.get_unverified_header(text)["typ"] == "at+jwt"
    assert verification.verify(text, audience=TARGET.audience).claims


@pytest.mark.parametrize("ended", ["application", "tenant"])
def test_what_was_suspended_since_it_was_read_gets_nothing_that_lasts(
    service: Application,
    pauses: list[float],
    ended: str,
) -> None:
    """The caller read the row a moment before: its token must not outlive the ending."""
    if ended == "application":
        applications.suspend_application(service, acting_user=None)
    else:
        tenants.suspend_tenant(service.tenant, acting_user=None)
    with pytest.raises(TokenRevoked):
        minting.issue_to(service, TARGET)
    if ended == "application":
        applications.resume_application(service, acting_user=None)
        assert minting.issue_to(service, TARGET), "one that stands again gets one"


def test_a_change_of_a_moment_ago_is_waited_out(
    service: Application,
    pauses: list[float],
) -> None:
    entry = Entry(Kind.APPLICATION, service.client_id)
    revocations.write([entry], reason="test")
    made = minting.issue_to(service, TARGET)
    assert len(pauses) == 1 and 0 < pauses[0] < minting.WAIT_AT_MOST_SECONDS
    assert claims_of(made.access_token)["iat"] > time.time()


def test_somebody_elses_change_delays_nobody(
    service: Application,
    pauses: list[float],
) -> None:
    revocations.write([Entry(Kind.APPLICATION, "another")], reason="test")
    assert minting.issue_to(service, TARGET) and pauses == []


def test_a_standing_that_keeps_changing_is_come_back_later(
    service: Application,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = Entry(Kind.APPLICATION, service.client_id)

    def change_again(limit: float) -> None:
        revocations.write([entry], reason="test")

    monkeypatch.setattr(minting, "_wait_until_past", change_again)
    revocations.write([entry], reason="test")
    with pytest.raises(Unavailable) as refusal:
        minting.issue_to(service, TARGET)
    assert refusal.value.retry_after
