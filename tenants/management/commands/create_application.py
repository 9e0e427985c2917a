"""`manage.py create-application`."""

from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from config.commands import OperatorCommand
from tenants.models import Application
from tenants.services.applications import Traits, create_application
from tenants.services.tenants import tenant_of

_LISTS = {
    "redirect_uris": ("--redirect-uri", "an exact URI to return to after sign-in"),
    "allowed_origins": ("--origin", "a web origin whose pages may call us"),
    "scopes": ("--scope", "all scopes of its APIs by default"),
    "grants": ("--grant", "those of its type by default"),
    "audiences": ("--audience", "an API's identifier; the first is the default"),
}


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

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        traits: Traits = {
            "name": options["name"],
            "is_first_party": options["first_party"],
        }
        given = {name: options[name] for name in _LISTS if options[name] is not None}
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
        }
        return shown | ({"client_secret": made.secret} if made.secret else {})
