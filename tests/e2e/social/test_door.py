"""Client libraries of npm, whose people come in by a provider that the request names."""

from collections import Counter
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.e2e.oidc.conftest import Play
from tests.e2e.oidc.listener import Listener
from tests.e2e.oidc.plain import Plain
from tests.e2e.oidc.play import API
from tests.e2e.social.conftest import Coming
from tests.e2e.social.instance import Instance
from tests.e2e.social.traveller import Traveller

pytestmark = pytest.mark.e2e
WHOLE = "openid email offline_access orders:read"
STRAIGHT = {"connection": "certified"}


@pytest.mark.spec("RFC 7636 4.1")
@pytest.mark.spec("RFC 8252 7.3")
@pytest.mark.parametrize(
    ("client", "name", "pushed"),
    [("spa", "hal", False), ("spa", "lea", True), ("app", "gus", False)],
)
def test_who_has_no_secret_gets_tokens_by_the_code_flow(
    here: Instance,
    converse: Play,
    somebody: Coming,
    listener: Listener,
    client: str,
    name: str,
    pushed: bool,
) -> None:
    """The library checks the ID token and the access token with our keys."""
    who = somebody(name, "")
    back = f"{listener.origin}/callback"
    if client == "app":
        back = back.replace("localhost", "127.0.0.1")
    told = converse(
        "oauth4webapi.mjs",
        client,
        who,
        scenario="code",
        scope=WHOLE,
        extra=STRAIGHT,
        redirect_uri=back,
        pushed=pushed,
        api=True,
    )
    email = f"{name}@example.com"
    found = here.ask("account", email=email)
    assert who.seen == ["provider", "decision"]
    assert told["claims"]["sub"] == told["access"]["sub"] == found["id"]
    assert told["claims"]["iss"] == told["access"]["iss"] == here.issuer
    assert told["access"]["aud"] == API
    assert told["claims"]["amr"] == ["fed"]
    assert nothing_leaks(who, here.ask("kept_tokens", email=email))


def nothing_leaks(
    who: Traveller,
    kept: dict[str, str],
) -> bool:
    """Check that of the provider only its code comes by here, once, at the callback."""
    addresses = [url for url in who.trail if url.startswith(who.issuer)]
    came = [url for url in addresses if "/callback/" in url]
    assert len(came) == 1
    answer = dict(parse_qsl(urlsplit(came[0]).query))
    assert set(answer) == {"code", "state", "iss"}
    told = Counter(code for url in addresses for code in _values(url))
    assert told[answer["code"]] == told[answer["state"]] == 1
    assert kept["access_token"] and kept["id_token"]
    seen = "\n".join([*who.trail, *who.pages])
    secrets = (kept["access_token"], kept["id_token"], answer["code"])
    return not any(secret in seen.replace(came[0], "") for secret in secrets)


def _values(url: str) -> list[str]:
    return [value for _, value in parse_qsl(urlsplit(url).query)]


def test_openid_client_comes_by_the_second_service(
    here: Instance,
    converse: Play,
    somebody: Coming,
) -> None:
    who = somebody("eve", "")
    told = converse(
        "openid-client.mjs",
        "spa",
        who,
        scenario="code",
        scope=WHOLE,
        extra={"connection": "ours"},
    )
    found = here.ask("account", email="eve@example.com")
    assert told["claims"]["sub"] == told["renewed"]["sub"] == found["id"]
    assert who.seen == ["sign-in", "decision"]


def test_a_way_that_nobody_knows_is_the_usual_page(
    own: Plain,
    somebody: Coming,
) -> None:
    kim = somebody("kim", "")
    assert "code" in own.answer(kim, connection="nowhere")
    assert kim.seen == ["sign-in"]
