"""drf-spectacular: the scheme, and the scopes of each view, in the OpenAPI document.

    import ntt_auth.spectacular  # in urls.py, or in the `ready` of an application

That is all: drf-spectacular finds what is imported.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.permissions import AND

from ntt_auth.drf import Requires, operands, verifier_for

__all__ = ["BearerScheme"]

# By document and by scheme. The first view that has a scheme registers it, and the scopes
# of all later ones have to stand in it too.
_named: WeakKeyDictionary[Any, dict[str, dict[str, str]]] = WeakKeyDictionary()


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes `BearerAuthentication`, and what is derived from it."""

    target_class = "ntt_auth.drf.BearerAuthentication"
    match_subclasses = True

    @property
    def name(self) -> str:  # type: ignore[override]
        """Return the scheme's name: there is one for each audience."""
        audience = self.target.audience
        return "Sign-in" if audience is None else f"Sign-in-{_plain(audience)}"

    def get_security_definition(
        self,
        auto_schema: AutoSchema,
    ) -> dict[str, Any]:
        """Return the OAuth 2.0 scheme, with the scopes that the views need."""
        schemes = _named.setdefault(auto_schema.registry, {})
        scopes = schemes.setdefault(self.name, {})
        scopes.update(dict.fromkeys(_scopes(auto_schema), ""))
        verifier = verifier_for(self.target.audience)
        base = verifier.issuer.rstrip("/")
        resource = urlencode({"resource": verifier.audience})
        return {
            "type": "oauth2",
            "description": f"An access token of {base} for {verifier.audience}.",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": f"{base}/oauth/authorize?{resource}",
                    "tokenUrl": f"{base}/oauth/token",
                    "refreshUrl": f"{base}/oauth/token",
                    "scopes": scopes,
                }
            },
        }

    def get_security_requirement(
        self,
        auto_schema: AutoSchema,
    ) -> dict[str, list[str]]:
        """Return the scopes that this view needs."""
        return {self.name: _scopes(auto_schema)}


def _scopes(auto_schema: AutoSchema) -> list[str]:
    found = _required(auto_schema.view.get_permissions())
    return list(dict.fromkeys(found))


def _required(permissions: Iterable[Any]) -> Iterator[str]:
    # what stands under `|` or `~` is not needed by everybody
    for permission in permissions:
        if isinstance(permission, Requires):
            yield from permission.requirement.scopes
        elif isinstance(permission, AND):
            yield from _required(operands(permission))


def _plain(name: str) -> str:
    """Return only what a component's name may hold (OpenAPI 3.1 section 4.8.7)."""
    return "".join(c if c.isalnum() or c in "._-" else "-" for c in name)
