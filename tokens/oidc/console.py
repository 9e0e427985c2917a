"""What an integrator needs to know, on the console's page of an application."""

from datetime import timedelta
from shlex import quote
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from config import console
from config.console import Cell, Panel, Snippet
from tenants.admission import scope_of
from tenants.models import Application
from tenants.permissions import MANAGE
from tenants.services.policy import CLIENT, CODE, DEVICE, REFRESH

_OLD = timedelta(days=365)
_WITH_PEOPLE = {CODE, DEVICE}
# name, path below the issuer, grants that need it (none: all do)
_PLACES: list[tuple[str, str, set[str]]] = [
    ("Discovery", ".well-known/openid-configuration", set()),
    ("Authorization endpoint", "oauth/authorize", {CODE}),
    ("Pushed requests (PAR)", "oauth/par", {CODE}),
    ("Device authorization", "oauth/device-authorization", {DEVICE}),
    ("Token endpoint", "oauth/token", set()),
    ("UserInfo", "oauth/userinfo", _WITH_PEOPLE),
    ("Sign-out", "oauth/logout", {CODE}),
    ("Public keys (JWKS)", ".well-known/jwks.json", set()),
    ("Introspection", "oauth/introspect", set()),
    ("Revocation", "oauth/revoke", set()),
]


@console.panel("tenants.application", permission="tenants.view_application")
def integration_panel(application: Application) -> Panel | None:
    """Show addresses and settings; nothing for one that never comes to `/oauth`."""
    grants = set(application.grants)
    if not grants & {CODE, CLIENT, DEVICE}:
        return None
    facts = [
        ("Issuer", settings.ISSUER),
        ("Client id", application.client_id),
        ("Client authentication", _proof(application)),
        ("Grants", ", ".join(application.grants)),
        *((name, _url(path)) for name, path, by in _PLACES if not by or by & grants),
    ]
    return Panel(
        title="Integration",
        headers=["What", "Value"],
        rows=[[Cell(name), Cell(value)] for name, value in facts],
        notes=_warnings(application),
        snippets=[
            Snippet("Settings of a standard client", _lines(_generic(application))),
            Snippet("Settings of our SDK (.env)", _lines(_sdk(application))),
        ],
    )


def _url(path: str) -> str:
    return f"{settings.ISSUER.rstrip('/')}/{path}"


def _proof(application: Application) -> str:
    """Name its ways at the token endpoint (OpenID Connect Core 1.0 section 9)."""
    if not application.is_confidential:
        return "none (public client, PKCE)"
    if application.signs_with_key:
        return "private_key_jwt"
    return "client_secret_basic, client_secret_post"


def _generic(application: Application) -> dict[str, str]:
    """Return what programs with generic OpenID Connect settings ask for."""
    found = {"OIDC_CLIENT_ID": application.client_id}
    found |= _secret(application, "OIDC_CLIENT_SECRET")
    if CODE not in application.grants:
        scopes = [MANAGE] if application.may_manage else application.scopes
        if DEVICE in application.grants:
            found["OIDC_DEVICE_URL"] = _url("oauth/device-authorization")
            scopes = ["openid", "profile", "email", *_of_api(application)]
        found["OIDC_TOKEN_URL"] = _url("oauth/token")
        return found | {"OIDC_SCOPES": " ".join(scopes)}
    more = ["offline_access"] if REFRESH in application.grants else []
    more += _of_api(application)
    return found | {
        "OIDC_ISSUER": settings.ISSUER,
        "OIDC_AUTH_URL": _url("oauth/authorize"),
        "OIDC_TOKEN_URL": _url("oauth/token"),
        "OIDC_API_URL": _url("oauth/userinfo"),
        "OIDC_SIGNOUT_URL": _url("oauth/logout"),
        "OIDC_REDIRECT_URI": next(iter(application.redirect_uris), ""),
        "OIDC_SCOPES": " ".join(["openid", "profile", "email", *more]),
        "OIDC_USE_PKCE": "true",
    }


def _secret(
    application: Application,
    name: str,
) -> dict[str, str]:
    """Return the variable of the secret of whoever has one."""
    has_one = application.is_confidential and not application.signs_with_key
    return {name: "the-secret-shown-once"} if has_one else {}


def _of_api(application: Application) -> list[str]:
    """Return the scopes of its first API: what a token without `resource` may hold."""
    first = application.applicationapi_set.select_related("api").first()
    return scope_of(application, first.api).split() if first else []


def _sdk(application: Application) -> dict[str, str]:
    """Return the variables that our SDKs read."""
    first = application.applicationapi_set.select_related("api").first()
    own = settings.IDENTITY_API if application.is_first_party else ""
    audience = first.api.identifier if first else own
    return {
        "NTT_AUTH_ISSUER": settings.ISSUER,
        "NTT_AUTH_CLIENT_ID": application.client_id,
        **_secret(application, "NTT_AUTH_CLIENT_SECRET"),
        **({"NTT_AUTH_AUDIENCE": audience} if audience else {}),
    }


def _lines(variables: dict[str, str]) -> str:
    return "\n".join(
        f"{name}={quote(value) if value else ''}" for name, value in variables.items()
    )


def _warnings(application: Application) -> list[str]:
    return [*_about_redirects(application), *_about_secrets(application)]


def _about_redirects(application: Application) -> list[str]:
    """Tell what RFC 8252 section 8.3 and RFC 9700 section 2.1 advise against."""
    found = []
    if CODE in application.grants and not application.redirect_uris:
        found.append(
            "It has no redirect URI: nobody can sign in to it in a browser until one is"
            " set."
        )
    plain = [u for u in application.redirect_uris if urlsplit(u).scheme == "http"]
    native = application.type == Application.Type.NATIVE
    if plain and settings.PRODUCTION and not native:
        found.append(
            f"{plain[0]} leads to the person's own machine: it is meant for development."
        )
    if native and any(urlsplit(u).hostname == "localhost" for u in plain):
        found.append(
            "Use http://127.0.0.1 or http://[::1] in place of localhost: another program"
            " may listen there, and only with them may the port change (RFC 8252)."
        )
    return found


def _about_secrets(application: Application) -> list[str]:
    """Tell which secret, that still works, should have been rotated long ago."""
    if application.signs_with_key:
        return []
    now = timezone.now()
    current = Q(expires_at=None) | Q(expires_at__gt=now)
    mine = application.secrets.filter(
        current, revoked_at=None, created_at__lt=now - _OLD
    )
    return [
        f"The secret that ends in {secret.hint} is more than a year old: rotate it."
        for secret in mine
    ]
