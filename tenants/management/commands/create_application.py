"""`manage.py create-application`."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from config.commands import OperatorCommand
from config.errors import InvalidInput
from tenants.models import Application
from tenants.services.applications import Traits, create_application
from tenants.services.tenants import tenant_of

_LISTS = {
    "redirect_uris": ("--redirect-uri", "an exact URI to return to after sign-in"),
    "post_logout_redirect_uris": (
        "--post-logout-redirect-uri",
        "an exact URI to return to after sign-out",
    ),
    "allowed_origins": ("--origin", "a web origin whose pages may call us"),
    "scopes": ("--scope", "all scopes of its APIs by default"),
    "grants": ("--grant", "those of its type by default"),
    "audiences": ("--audience", "an API's identifier; the first is the default"),
}
_TEXTS = {
    "backchannel_logout_uri": "what we call when somebody's session ends",
    "jwks_uri": "where its public keys are, for private_key_jwt",
    "client_uri": "its home page, for people",
    "policy_uri": "its privacy policy, for people",
    "tos_uri": "its terms of service, for people",
}
_CHOICES = {
    "manages": [value for value in Application.Manages.values if value],
    "client_authentication": Application.Authentication.values,
    "signing_algorithm": Application.Algorithm.values,
    "id_token_algorithm": Application.Algorithm.values,
}


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _read(file: str) -> Any:
    """Return the JSON of a file; raises `InvalidInput`, which repeats nothing of it."""
    try:
        return json.loads(Path(file).read_bytes())
    except (OSError, ValueError, RecursionError):
        raise InvalidInput.at("jwks", detail="Expected a file of JSON.") from None


class Command(OperatorCommand):
    """Register a client application; prints its secret, once, if it has one."""

    help = "Register a client application; prints its secret, once, if it has one."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--name", required=True)
        parser.add_argument("--type", required=True, choices=Application.Type.values)
        parser.add_argument("--first-party", action="store_true")
        for name, (flag, text) in _LISTS.items():
            parser.add_argument(flag, action="append", dest=name, help=text)
        for name, text in _TEXTS.items():
            parser.add_argument(_flag(name), metavar="URL", help=text)
        for name, choices in _CHOICES.items():
            parser.add_argument(_flag(name), choices=choices)
        parser.add_argument("--jwks", metavar="FILE", help="its public keys, as JSON")
        parser.add_argument(
            "--require-par",
            action="store_true",
            help="its sign-ins begin with a pushed request (RFC 9126)",
        )

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        traits: Traits = {
            "name": options["name"],
            "is_first_party": options["first_party"],
            "require_pushed_authorization_requests": options["require_par"],
        }
        optional = (*_LISTS, *_TEXTS, *_CHOICES)
        given = {name: options[name] for name in optional if options[name] is not None}
        if options["jwks"] is not None:
            given["jwks"] = _read(options["jwks"])
        traits.update(given)  # type: ignore[typeddict-item]
        made = create_application(
            tenant_of(options["tenant"]),
            type=options["type"],
            acting_user=None,
            **traits,
        )
        application = made.application
        shown = {
            "id": str(application.pk),
            "client_id": application.client_id,
            "tenant": application.tenant.slug,
            "grants": application.grants,
            "scopes": application.scopes,
            "manages": application.manages,
        }
        return shown | ({"client_secret": made.secret} if made.secret else {})
