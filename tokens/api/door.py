"""The token paths that `config/door.py` answers in front of Django."""

import re

from django.http import HttpRequest

from accounts.api.public import PublicView, after_failure
from config.door import Asked, Endpoint
from config.envelope import Answer
from tokens import wellknown
from tokens.api import tokens
from tokens.api.serializers import RefreshInput, VerifyInput

_CURSOR = re.compile(r"after=[A-Za-z0-9_.-]{1,64}")


def _allow(view: type[PublicView]) -> str:
    """Return the methods that REST framework tells with each answer of a view."""
    made = view()
    made.setup(HttpRequest())  # HEAD comes with GET
    return ", ".join(made.allowed_methods)


def _feed(asked: Asked) -> Answer:
    return tokens.revocations(asked.query.get("after"), known=asked.known)


ENDPOINTS = (
    Endpoint(
        "/api/v1/tokens/verify",
        lambda asked: tokens.verified(asked.body),
        form=VerifyInput,
        allow=_allow(tokens.VerifyView),
        refused=after_failure,
    ),
    Endpoint(
        "/api/v1/tokens/refresh",
        lambda asked: tokens.refreshed(asked.body),
        form=RefreshInput,
        allow=_allow(tokens.RefreshView),
        refused=after_failure,
    ),
    Endpoint(
        "/api/v1/tokens/revocations",
        _feed,
        query=_CURSOR,
        allow=_allow(tokens.RevocationsView),
        refused=after_failure,
    ),
    Endpoint(
        "/.well-known/jwks.json",
        lambda asked: wellknown.public_keys(asked.known),
    ),
    Endpoint(
        "/.well-known/openid-configuration",
        lambda asked: wellknown.discovery(asked.known),
    ),
    Endpoint(
        "/.well-known/oauth-authorization-server",
        lambda asked: wellknown.discovery(asked.known),
    ),
)
