"""Google as an app meets it: a connection whose provider is on this machine, and its tokens."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from social import providers
from social.models import Connection
from tests.factories import ConnectionFactory
from tests.social.upstreams import Upstream
from tests.tokens.api.factor_calls import Api

Provider = Connection.Provider
APP = "our-phone-app"
NONCE = "n-0S6_WzA2Mj"


def at_home(
    monkeypatch: pytest.MonkeyPatch,
    upstream: Upstream,
) -> None:
    """Have Google and Apple be at a provider of the tests."""
    for provider in (Provider.GOOGLE, Provider.APPLE):
        preset = replace(providers.PRESETS[provider], issuer=upstream.issuer)
        monkeypatch.setitem(providers.PRESETS, provider, preset)


def native_connection(
    provider_id: str = "google",
    **traits: Any,
) -> Connection:
    """Return a connection whose ID tokens apps send."""
    usual = {"provider": Provider.GOOGLE, "issuer": "", "native_client_ids": [APP]}
    made: Connection = ConnectionFactory(provider_id=provider_id, **(usual | traits))
    return made


def hashed(nonce: str) -> str:
    """Return a nonce as phones put it into the request."""
    return hashlib.sha256(nonce.encode()).hexdigest()


def send(
    token: Any,
    *,
    nonce: Any = NONCE,
    provider_id: str = "google",
    **more: Any,
) -> Any:
    """Sign in by an ID token; `answer.told` is the JSON."""
    path = f"social/{provider_id}/token"
    return Api()("post", path, id_token=token, nonce=nonce, **more)


def said(answer: Any) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return answer.status_code, answer.told.get("code", "")
