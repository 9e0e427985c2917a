"""`manage.py create-connection`."""

import sys
from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from config.commands import OperatorCommand
from config.errors import InvalidInput
from social.models import Connection
from social.pages import ways
from social.services.connections import Traits, create_connection
from tenants.services.tenants import tenant_of

MOST_CHARACTERS = 16384
_TEXTS = {
    "name": "what its button says; the provider's own name without",
    "client_id": "what the provider calls this service",
    "issuer": "where it is: needed for oidc",
    "team_id": "Apple's team id",
    "key_id": "the id of Apple's key",
}
_LISTS = {
    "scopes": ("--scope", "asked for beside what sign-in needs"),
    "native_client_ids": ("--native-client-id", "an app that sends us ID tokens"),
}


class Command(OperatorCommand):
    """Add a provider to sign in with; prints the callback URL to register there."""

    help = "Add a provider to sign in with; prints the callback URL to register there."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("provider", choices=Connection.Provider.values)
        parser.add_argument("provider_id", metavar="ID", help="part of the URL")
        parser.add_argument("--tenant", metavar="SLUG", help="all tenants without")
        for name, text in _TEXTS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", help=text)
        for name, (flag, text) in _LISTS.items():
            parser.add_argument(flag, action="append", dest=name, help=text)
        parser.add_argument(
            "--trust-addresses",
            choices=["yes", "no"],
            help="addresses that it calls verified are; as is usual for it without",
        )
        parser.add_argument("--keep-tokens", action="store_true")
        parser.add_argument(
            "--secret-stdin",
            action="store_true",
            help="read the client secret (Apple: the .p8 file) from standard input",
        )

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        optional = (*_TEXTS, *_LISTS)
        given = {name: options[name] for name in optional if options[name] is not None}
        traits: Traits = {
            "client_secret": _secret(options),
            "keeps_tokens": options["keep_tokens"],
            **given,  # type: ignore[typeddict-item]
        }
        if options["trust_addresses"]:
            traits["trusts_email"] = options["trust_addresses"] == "yes"
        slug = options["tenant"]
        made = create_connection(
            options["provider"],
            options["provider_id"],
            tenant=tenant_of(slug) if slug else None,
            acting_user=None,
            **traits,
        )
        return {
            "id": str(made.pk),
            "provider": made.provider,
            "provider_id": made.provider_id,
            "tenant": made.tenant.slug if made.tenant else "",
            "callback_url": ways.callback_url(made.provider_id),
        }


def _secret(options: dict[str, Any]) -> str:
    """Return the secret, never from an argument: others of the machine would see it.

    Raises `InvalidInput`, which repeats nothing of it.
    """
    if not options["secret_stdin"]:
        return ""
    found = sys.stdin.read(MOST_CHARACTERS)
    if not found.strip():
        raise InvalidInput.at("client_secret", detail="There is none to read.")
    return found
