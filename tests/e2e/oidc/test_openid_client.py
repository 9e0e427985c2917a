"""openid-client (npm) before a running server: an application's usual client."""

import pytest

from tests.e2e.oidc.conftest import Play
from tests.e2e.oidc.keys import private_key
from tests.e2e.oidc.listener import Listener
from tests.e2e.oidc.person import Person
from tests.e2e.oidc.service import Service

pytestmark = pytest.mark.e2e
SCRIPT = "openid-client.mjs"
WHOLE = "openid profile email offline_access orders:read"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.mark.spec("OIDC Core 3.1")
@pytest.mark.parametrize(
    ("client", "settings"),
    [
        ("web", {}),
        ("web", {"method": "post", "pushed": True}),
        ("spa", {}),
        ("pushing", {"pushed": True}),
        ("signer", {"private_key": private_key()}),
    ],
)
def test_somebody_signs_in(
    converse: Play,
    ann: Person,
    client: str,
    settings: dict[str, object],
) -> None:
    told = converse(SCRIPT, client, ann, scenario="code", scope=WHOLE, **settings)
    assert told["claims"]["sub"] == told["renewed"]["sub"]
    assert "nonce" not in told["renewed"]
    assert set(told["scope"].split()) == set(WHOLE.split())


@pytest.mark.spec("RFC 8252 7.3")
def test_an_app_on_the_device_listens_at_any_port_of_the_loopback(
    converse: Play,
    ann: Person,
    listener: Listener,
) -> None:
    """Which port was free, only the app knows; the address is registered without."""
    here = listener.origin.replace("localhost", "127.0.0.1")
    there = {"redirect_uri": f"{here}/callback"}
    told = converse(SCRIPT, "native", ann, scenario="code", scope=WHOLE, **there)
    assert told["claims"]["sub"]


@pytest.mark.spec("OIDC Core 3.1.3.7")
@pytest.mark.parametrize(
    ("client", "algorithm"), [("es256", "ES256"), ("eddsa", "EdDSA")]
)
def test_an_application_chooses_how_its_id_tokens_are_signed(
    converse: Play,
    ann: Person,
    client: str,
    algorithm: str,
) -> None:
    metadata = {"id_token_signed_response_alg": algorithm}
    scope = "openid offline_access"
    told = converse(
        SCRIPT, client, ann, scenario="code", scope=scope, metadata=metadata
    )
    assert told["claims"]["sub"] == told["renewed"]["sub"]


@pytest.mark.spec("OIDC Core 5.3")
def test_userinfo_is_of_who_signed_in(
    service: Service,
    converse: Play,
    ann: Person,
) -> None:
    scope = "openid profile email offline_access"
    told = converse(SCRIPT, "own", ann, scenario="code", scope=scope, userinfo=True)
    assert told["userinfo"]["email"] == service.cast["ann"]["email"]
    assert told["userinfo"]["email_verified"] is True


@pytest.mark.spec("RFC 7662 2.2")
@pytest.mark.spec("RFC 7009 2.1")
def test_a_token_is_asked_about_and_revoked(
    converse: Play,
    ann: Person,
) -> None:
    told = converse(SCRIPT, "web", ann, scenario="ended", scope=WHOLE)
    assert told["before"]["active"] is True
    assert told["after"] == {"active": False}
    assert told["refused"]["error"] == "invalid_grant"


@pytest.mark.spec("RFC 6749 4.4")
def test_a_service_acts_for_itself(converse: Play) -> None:
    told = converse(SCRIPT, "machine", scenario="service", scope="orders:write")
    assert told["token_type"] == "bearer"
    assert told["scope"] == "orders:write"


@pytest.mark.spec("OIDC Back-Channel Logout 2.4")
def test_the_end_of_a_session_is_told_by_a_token_that_it_can_check(
    service: Service,
    converse: Play,
    ann: Person,
    listener: Listener,
) -> None:
    def end(_: object) -> str:
        service.manage("end-sessions", ann.email)
        return listener.wait_for("/backchannel").form["logout_token"]

    listener.received.clear()
    told = converse(
        SCRIPT,
        "told",
        ann,
        scenario="backchannel",
        scope="openid",
        answers={"end": end},
    )
    assert told["payload"]["events"] == {LOGOUT: {}}
    assert told["payload"]["sid"] == told["claims"]["sid"]
    assert told["payload"]["sub"] == told["claims"]["sub"]
    assert "nonce" not in told["payload"]


@pytest.mark.spec("RFC 8628 3.5")
@pytest.mark.parametrize("decision", ["allow", "deny"])
def test_a_device_polls_until_somebody_decides(
    converse: Play,
    ann: Person,
    decision: str,
) -> None:
    """The code is in the address, as of a QR code; the person still presses twice."""

    def decide(codes: dict[str, str]) -> bool:
        url = codes["verification_uri_complete"]
        return ann.go(url, decision=decision, user_code=codes["user_code"]).ok

    told = converse(SCRIPT, "television", scenario="device", answers={"device": decide})
    assert told.get("error", "") == ("access_denied" if decision == "deny" else "")
    assert ("claims" in told) is (decision == "allow")


@pytest.mark.spec("OIDC RP-Initiated Logout 2")
def test_signing_out_leads_back_and_ends_the_session(
    converse: Play,
    ann: Person,
    listener: Listener,
) -> None:
    goodbye = f"{listener.origin}/goodbye"
    told = converse(SCRIPT, "web", ann, scenario="logout", scope=WHOLE, goodbye=goodbye)
    assert told["back"] == f"{goodbye}?state=a+state"
    assert told["refused"]["error"] == "invalid_grant"
