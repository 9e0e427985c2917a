"""The paths at `/oauth/` that `config/door.py` answers in front of Django."""

from functools import partial
from inspect import unwrap

from authlib.oauth2.rfc6749 import InvalidRequestError

from config.door import Asked
from config.door import Endpoint as Usual
from config.envelope import Answer
from tokens.oidc.endpoints.introspect import introspect
from tokens.oidc.endpoints.machine import Endpoint, View, served
from tokens.oidc.endpoints.token import token
from tokens.oidc.requests import Request, parsed


def _parameters(raw: bytes) -> dict[str, str] | None:
    """Return the parameters of a form; None for one that Django must refuse."""
    try:
        return parsed(raw)
    except InvalidRequestError:
        return None


def _answer(
    serve: Endpoint,
    path: str,
    asked: Asked,
) -> Answer:
    request = partial(Request, "POST", path, asked.body, asked.authorization)
    told = served(serve, request)
    code = getattr(told, "problem_code", None)
    return Answer(told.content, told.status_code, dict(told.items()), code)


def _usual(
    path: str,
    view: View,
) -> Usual:
    """Return a path that `machine.endpoint` serves."""
    return Usual(path, partial(_answer, unwrap(view), path), parse=_parameters)


ENDPOINTS = (
    _usual("/oauth/token", token),
    _usual("/oauth/introspect", introspect),
)
