"""oauth4webapi (npm) before a running server: strict about every answer of ours."""

from collections.abc import Callable

import pytest

from tests.e2e.oidc.conftest import Play
from tests.e2e.oidc.keys import private_key
from tests.e2e.oidc.person import Person
from tests.e2e.oidc.play import API
from tests.e2e.oidc.service import Service

pytestmark = pytest.mark.e2e
SCRIPT = "oauth4webapi.mjs"
WHOLE = "openid profile email roles offline_access orders:read"


@pytest.mark.spec("OIDC Discovery 4.3")
@pytest.mark.spec("RFC 8414 3.3")
def test_both_documents_name_exactly_this_issuer(
    service: Service,
    converse: Play,
) -> None:
    told = converse(SCRIPT, "web", scenario="documents")
    assert told["oidc"] == told["oauth2"]
    assert told["oidc"]["issuer"] == service.issuer


@pytest.mark.spec("OIDC Core 3.1")
@pytest.mark.spec("RFC 9207 2.4")
@pytest.mark.spec("RFC 9126 2.1")
@pytest.mark.parametrize(
    ("client", "settings"),
    [
        ("web", {}),
        ("web", {"method": "post"}),
        ("web", {"pushed": True}),
        ("pushing", {"pushed": True}),
        ("spa", {}),
        ("spa", {"pushed": True}),
        ("signer", {"pushed": True, "private_key": private_key()}),
    ],
)
def test_somebody_signs_in(
    converse: Play,
    ann: Person,
    client: str,
    settings: dict[str, object],
) -> None:
    told = converse(SCRIPT, client, ann, scenario="code", scope=WHOLE, **settings)
    assert set(told["scope"].split()) == set(WHOLE.split())
    assert told["rotated"]
    assert told["claims"]["sub"] == told["renewed"]["sub"]
    assert told["claims"]["sid"] == told["renewed"]["sid"]
    assert "sign-in" in ann.seen


@pytest.mark.spec("OIDC Core 5.3.2")
@pytest.mark.parametrize("metadata", [{}, {"userinfo_signed_response_alg": "RS256"}])
def test_userinfo_is_of_who_signed_in(
    service: Service,
    converse: Play,
    ann: Person,
    metadata: dict[str, str],
) -> None:
    """Our own application has no API, so its token is for UserInfo; nobody is asked."""
    told = converse(
        SCRIPT,
        "own",
        ann,
        scenario="code",
        scope="openid email offline_access",
        userinfo=True,
        metadata=metadata,
    )
    assert told["userinfo"]["sub"] == told["claims"]["sub"]
    assert told["userinfo"]["email"] == service.cast["ann"]["email"]
    assert ann.seen == ["sign-in"]


@pytest.mark.spec("RFC 9700 4.14.2")
@pytest.mark.parametrize("client", ["web", "spa"])
def test_a_refresh_token_that_comes_back_ends_the_session(
    converse: Play,
    ann: Person,
    client: str,
) -> None:
    told = converse(SCRIPT, client, ann, scenario="stolen", scope=WHOLE)
    assert told["thief"]["error"] == told["owner"]["error"] == "invalid_grant"


@pytest.mark.spec("OIDC Core 3.1.2.1")
def test_max_age_is_proven_by_auth_time(
    converse: Play,
    ann: Person,
) -> None:
    told = converse(
        SCRIPT, "web", ann, scenario="code", scope=WHOLE, extra={"max_age": "60"}
    )
    assert "auth_time" in told["claims"]


@pytest.mark.spec("RFC 6749 4.1.2.1")
@pytest.mark.parametrize(
    ("extra", "error"),
    [
        ({"prompt": "none"}, "login_required"),
        ({"scope": "nothing:known"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_refusal_comes_back_with_state_and_issuer(
    converse: Play,
    ann: Person,
    extra: dict[str, str],
    error: str,
) -> None:
    told = converse(SCRIPT, "web", ann, scenario="denied", extra=extra)
    assert told["error"] == error
    assert told["code"] == "OAUTH_AUTHORIZATION_RESPONSE_ERROR"


@pytest.mark.spec("RFC 9068 4")
@pytest.mark.spec("RFC 7662 2.2")
@pytest.mark.spec("RFC 7009 2.1")
def test_a_token_is_read_asked_about_and_revoked(
    converse: Play,
    ann: Person,
) -> None:
    told = converse(SCRIPT, "web", ann, scenario="ended", scope=WHOLE)
    assert told["access"]["active"] and told["refresh"]["active"]
    assert told["claims"]["aud"] == API
    assert told["claims"]["sub"] == told["access"]["sub"]
    assert told["after"] == {"active": False}
    assert told["refused"]["error"] == "invalid_grant"
    assert told["elsewhere"]["code"]


@pytest.mark.spec("RFC 6749 4.4")
@pytest.mark.parametrize("method", ["basic", "post"])
def test_a_service_acts_for_itself(
    service: Service,
    converse: Play,
    method: str,
) -> None:
    told = converse(
        SCRIPT, "machine", scenario="service", scope="orders:read", method=method
    )
    assert told["claims"]["scope"] == "orders:read"
    assert told["claims"]["client_id"] == service.cast["machine"]["client_id"]


@pytest.mark.spec("RFC 7523 2.2")
def test_a_service_proves_itself_by_a_key(converse: Play) -> None:
    told = converse(
        SCRIPT,
        "signer",
        scenario="service",
        scope="orders:read",
        private_key=private_key(),
    )
    assert told["tokens"]["access_token"]


def _device(
    who: Person,
    decision: str,
) -> Callable[[dict[str, str]], str]:
    """Return how somebody types the code of a device, and decides."""

    def decide(codes: dict[str, str]) -> str:
        page = who.go(
            codes["verification_uri"], decision=decision, user_code=codes["user_code"]
        )
        assert page.ok
        return page.url

    return decide


@pytest.mark.spec("RFC 8628 3.5")
def test_a_device_waits_until_somebody_types_its_code(
    converse: Play,
    ann: Person,
) -> None:
    told = converse(
        SCRIPT,
        "television",
        scenario="device",
        scope="openid offline_access",
        patience=5100,
        answers={"device": _device(ann, "allow")},
    )
    assert told["early"]["error"] == "authorization_pending"
    assert told["hasty"]["error"] == "slow_down"
    assert told["claims"]["sub"]
    assert told["again"]["error"] == "invalid_grant"
    assert ann.seen == ["sign-in", "typed", "decision"]


@pytest.mark.spec("RFC 8628 3.5")
def test_a_device_is_told_that_somebody_refused(
    converse: Play,
    ann: Person,
) -> None:
    told = converse(
        SCRIPT,
        "television",
        scenario="device",
        denied=True,
        patience=0,
        answers={"device": _device(ann, "deny")},
    )
    assert told["denied"]["error"] == "access_denied"
