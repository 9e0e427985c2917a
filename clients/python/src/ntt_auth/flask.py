"""Flask: `Auth`, and `current_principal` in what it protects.

`init_app` registers how refusals are answered; `app.register_error_handler` of yours for
`ntt_auth.Refused` or `ntt_auth.Unavailable`, set before, stays.
"""

import functools
import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, request
from werkzeug.local import LocalProxy

from ntt_auth._web import Verifying, check, token_or_none
from ntt_auth._web import verifier as make_verifier
from ntt_auth.challenges import CONTENT_TYPE, answer
from ntt_auth.errors import ConfigurationError, Refused, Unavailable
from ntt_auth.principals import Principal
from ntt_auth.requirements import Requirement

__all__ = ["Auth", "Principal", "current_principal"]

View = TypeVar("View", bound=Callable[..., Any])


class Auth:
    """Protect views: one of these for each audience.

    `Auth(app, ...)`, or `Auth(...)` and later `init_app(app)`. Issuer and audience come
    from here, from `app.config` or from the environment (`NTT_AUTH_ISSUER`,
    `NTT_AUTH_AUDIENCE`). Other options are `Verifier`'s. Raises `ConfigurationError`.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        issuer: str | None = None,
        audience: str | None = None,
        verifier: Verifying | None = None,
        **options: Any,
    ) -> None:
        self.issuer = issuer
        self.audience = audience
        self._options = options
        self._verifier = verifier
        if app is not None:
            self.init_app(app)

    @property
    def verifier(self) -> Verifying:
        """What verifies; there is none before `init_app`."""
        if self._verifier is None:
            raise ConfigurationError(
                "This Auth belongs to no application.",
                action="Call auth.init_app(app).",
            )
        return self._verifier

    def init_app(self, app: Flask) -> None:
        """Set an application up."""
        if self._verifier is None:
            self._verifier = make_verifier(
                self.issuer or app.config.get("NTT_AUTH_ISSUER"),
                self.audience or app.config.get("NTT_AUTH_AUDIENCE"),
                self._options,
            )
        app.extensions.setdefault("ntt_auth", []).append(self)
        handlers = app.error_handler_spec[None][None]
        for kind in (Refused, Unavailable):
            if kind not in handlers:
                app.register_error_handler(kind, _refuse)

    def require(
        self,
        *,
        scopes: Iterable[str] = (),
        roles: Iterable[str] = (),
        permissions: Iterable[str] = (),
        acr: str | None = None,
        max_age: int | None = None,
    ) -> Callable[[View], View]:
        """Protect a view. `acr` is the least level, `max_age` is in seconds."""
        requirement = Requirement.of(
            scopes=scopes,
            roles=roles,
            permissions=permissions,
            acr=acr,
            max_age=max_age,
        )
        return self._decorator(lambda principal: check(principal, requirement))

    def optional(self) -> Callable[[View], View]:
        """Let a view be called without a token; then `current_principal` is falsy.

        A bad token is refused all the same.
        """
        return self._decorator(lambda principal: principal)

    def _decorator(
        self,
        admit: Callable[[Principal | None], Principal | None],
    ) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            @functools.wraps(view)
            def protected(*args: Any, **kwargs: Any) -> Any:
                token = token_or_none(request.headers.getlist("Authorization"))
                principal = self.verifier.verify(token) if token is not None else None
                g.ntt_auth_principal = admit(principal)
                return current_app.ensure_sync(view)(*args, **kwargs)

            return cast(View, protected)

        return decorate


def _principal() -> Principal:
    if not hasattr(g, "ntt_auth_principal"):
        raise ConfigurationError(
            "current_principal was read where nobody looked who calls.",
            action="Decorate the view with @auth.require() or @auth.optional().",
        )
    return cast(Principal, g.ntt_auth_principal)


current_principal: Principal = cast(Principal, LocalProxy(_principal))
"""Whom the present request speaks for."""


def _refuse(error: Refused | Unavailable) -> Response:
    said = answer(error)
    return Response(
        json.dumps(said.body),
        said.status,
        said.headers,
        content_type=CONTENT_TYPE,
    )
