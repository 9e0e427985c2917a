"""What an application may be told to be: its fields checked, alone and together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q

from config.errors import InvalidInput
from tenants import keysets, redirects, validation
from tenants.models import Api, Application, ApplicationApi, Tenant

CODE, REFRESH = "authorization_code", "refresh_token"
CLIENT, DEVICE = "client_credentials", "urn:ietf:params:oauth:grant-type:device_code"
GRANTS = {
    "web": [CODE, REFRESH, CLIENT, DEVICE],
    "spa": [CODE, REFRESH, DEVICE],
    "native": [CODE, REFRESH, DEVICE],
    "service": [CLIENT],
}
DEFAULT_GRANTS = {
    "web": [CODE, REFRESH],
    "spa": [CODE, REFRESH],
    "native": [CODE, REFRESH],
    "service": [CLIENT],
}


@dataclass(frozen=True)
class Policy:
    """An application as it is to be (not stored), its APIs, and which fields changed."""

    application: Application
    apis: list[Api]
    fields: list[str]

    @classmethod
    def new(
        cls,
        tenant: Tenant,
        type: str,
        traits: dict[str, Any],
    ) -> "Policy":
        """Return a new application of `tenant`; raises `InvalidInput`."""
        validation.choice("type", type, Application.Type.values)
        application = Application(tenant=tenant, type=type)
        first_party = traits.get("is_first_party", False)
        apis, identity = _resolved(tenant, traits.get("audiences", ()))
        if identity and not first_party:
            raise _needs_first_party("audiences")
        offered = [name for api in apis for name in api.scope_names]
        mine = ["account"] if first_party else []
        traits.setdefault("name", "")
        traits.setdefault("scopes", list(dict.fromkeys([*mine, *offered])))
        traits.setdefault("grants", list(DEFAULT_GRANTS[type]))
        if identity and not set(traits["scopes"]) & set(validation.RESERVED_SCOPES):
            traits["scopes"] = ["account", *traits["scopes"]]
        return _applied(application, traits, apis)

    @classmethod
    def changed(
        cls,
        application: Application,
        traits: dict[str, Any],
    ) -> "Policy":
        """Apply `traits` to `application` in memory; raises `InvalidInput`."""
        links = ApplicationApi.objects.filter(application=application)
        before = [link.api for link in links.select_related("api")]
        apis = before
        if "audiences" in traits:
            apis, identity = _resolved(application.tenant, traits["audiences"])
            first_party = traits.get("is_first_party", application.is_first_party)
            if identity and not first_party:
                raise _needs_first_party("audiences")
            if [a.pk for a in apis] == [a.pk for a in before]:
                del traits["audiences"]
        return _applied(application, traits, apis)


def _needs_first_party(field: str) -> InvalidInput:
    return InvalidInput.at(
        field,
        code="first_party_only",
        detail="Only first-party applications may use the identity API.",
    )


def _resolved(
    tenant: Tenant,
    audiences: Sequence[str],
) -> tuple[list[Api], bool]:
    """Return the APIs in their order, and whether the identity API was among them."""
    if len(set(audiences)) != len(audiences) or len(audiences) > 100:
        raise InvalidInput.at(
            "audiences", code="duplicate", detail="Expected up to 100, each once."
        )
    names = [name for name in audiences if name != settings.IDENTITY_API]
    ours = Q(tenant=tenant) | Q(shared_with=tenant)
    found = {a.identifier: a for a in Api.objects.filter(ours, identifier__in=names)}
    for name in names:
        if name not in found:
            raise InvalidInput.at(
                "audiences",
                code="unknown_api",
                detail=f"This tenant may use no such API: {name[:100]}",
            )
    return [found[name] for name in names], len(names) != len(audiences)


def _applied(
    application: Application,
    traits: dict[str, Any],
    apis: list[Api],
) -> Policy:
    checked = {name: _checked(application, name, v) for name, v in traits.items()}
    changed = sorted(
        name
        for name, value in checked.items()
        if name == "audiences" or getattr(application, name) != value
    )
    for name in changed:
        if name != "audiences":
            setattr(application, name, checked[name])
    if {"scopes", "audiences", "is_first_party"} & set(changed):
        _fits_together(application, apis)
    if {"client_authentication", "jwks", "jwks_uri"} & set(changed):
        _proves_itself(application)
    if {"require_pushed_authorization_requests", "grants"} & set(changed):
        _may_push(application)
    if {"manages", "is_first_party", "grants"} & set(changed):
        _may_manage(application)
    return Policy(application, apis, changed)


def _checked(
    application: Application,
    name: str,
    value: Any,
) -> Any:
    """Return the value of one field; raises `InvalidInput`."""
    match name:
        case "name":
            return validation.text("name", value)
        case "allowed_origins":
            return validation.origins(value)
        case "grants":
            return _grants(application.type, value)
        case "scopes":
            return validation.scope_names("scopes", value, reserved=True)
        case "manages":
            some = [kind for kind in Application.Manages.values if kind]
            return value and validation.choice(name, value, some)
        case "signing_algorithm" | "id_token_algorithm":
            return validation.choice(name, value, Application.Algorithm.values)
        case "access_token_seconds":
            return validation.seconds(name, value, settings.ACCESS_TOKEN_MAX_SECONDS)
        case "session_idle_seconds" | "session_absolute_seconds":
            return validation.seconds(name, value, settings.SESSION_ABSOLUTE_SECONDS)
    return _checked_metadata(application, name, value)


def _checked_metadata(
    application: Application,
    name: str,
    value: Any,
) -> Any:
    """Return the value of one field of `ClientMetadata`; raises `InvalidInput`."""
    native = application.type == Application.Type.NATIVE
    match name:
        case "redirect_uris" | "post_logout_redirect_uris":
            return redirects.redirect_uris(name, value, native=native)
        case "backchannel_logout_uri" | "jwks_uri":
            return redirects.endpoint(name, value)
        case "client_uri" | "policy_uri" | "tos_uri":
            return validation.page(name, value)
        case "client_authentication":
            return validation.choice(name, value, Application.Authentication.values)
        case "jwks":
            return keysets.public(name, value)
    return value


def _grants(
    type: str,
    values: Sequence[str],
) -> list[str]:
    for value in values:
        if value not in GRANTS[type]:
            raise InvalidInput.at(
                "grants",
                detail=f"A {type} application may use {', '.join(GRANTS[type])}.",
            )
    return [grant for grant in GRANTS[type] if grant in values]


def _fits_together(
    application: Application,
    apis: list[Api],
) -> None:
    """Refuse scopes that none of its APIs has, or that need a first-party application."""
    offered = {name for api in apis for name in api.scope_names}
    for scope in application.scopes:
        if scope in validation.RESERVED_SCOPES:
            if not application.is_first_party:
                raise _needs_first_party("scopes")
        elif scope not in offered:
            raise InvalidInput.at(
                "scopes",
                code="unknown_scope",
                detail=f"None of the application's APIs has the scope {scope}.",
            )


def _proves_itself(application: Application) -> None:
    """Refuse two places of keys, and `private_key_jwt` that could not work."""
    if application.jwks and application.jwks_uri:
        raise InvalidInput.at(
            "jwks_uri", detail="Expected jwks or jwks_uri, not both (RFC 7591)."
        )
    if not application.signs_with_key:
        return
    if not application.is_confidential:
        raise InvalidInput.at(
            "client_authentication",
            detail=f"A {application.type} application is public: it proves nothing.",
        )
    if not (application.jwks or application.jwks_uri):
        raise InvalidInput.at(
            "jwks", code="required", detail="private_key_jwt needs jwks or jwks_uri."
        )


def _may_manage(application: Application) -> None:
    """Refuse the right to manage to what is not our own service, or beyond its tenant."""
    if not application.manages:
        return
    if not application.may_manage or CLIENT not in application.grants:
        raise InvalidInput.at(
            "manages",
            detail="Only first-party applications of type service with the grant "
            f"{CLIENT} manage anything.",
        )
    instance = application.manages == Application.Manages.INSTANCE
    if instance and not application.tenant.is_built_in:
        raise InvalidInput.at(
            "manages",
            detail="Only applications of the built-in tenant manage the instance.",
        )


def _may_push(application: Application) -> None:
    """Refuse to require pushed requests (RFC 9126) of what makes no such requests."""
    asked = application.require_pushed_authorization_requests
    if asked and CODE not in application.grants:
        raise InvalidInput.at(
            "require_pushed_authorization_requests",
            detail=f"Only applications with the grant {CODE} push requests.",
        )


def link(
    application: Application,
    apis: Sequence[Api],
) -> None:
    """Let the application ask for exactly these APIs, in this order."""
    ApplicationApi.objects.filter(application=application).delete()
    ApplicationApi.objects.bulk_create(
        ApplicationApi(application=application, api=api, position=position)
        for position, api in enumerate(apis)
    )
