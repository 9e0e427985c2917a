"""`manage.py rotate-signing-keys`: take the key ring one step on."""

from typing import Any

from django.core.management.base import CommandParser
from typing_extensions import override

from config.commands import OperatorCommand
from config.errors import NotFound
from tokens.models import SigningKey
from tokens.services import keys


class Command(OperatorCommand):
    """Publish the next keys, or activate those that were published long enough."""

    help = "Rotate the signing keys; run it on a schedule."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--now", action="store_true", help="do not wait out the publication"
        )
        parser.add_argument(
            "--revoke",
            metavar="KID",
            help="refuse a leaked key; write --revoke=KID, as a kid may begin with a dash",
        )

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        if options["revoke"]:
            key = SigningKey.objects.filter(kid=options["revoke"]).first()
            if key is None:
                raise NotFound("There is no key with this kid.")
            keys.revoke_signing_key(key, acting_user=None)
        else:
            keys.ensure_signing_keys()
            keys.rotate_signing_keys(acting_user=None, now=options["now"])
        ring = SigningKey.objects.exclude(state=SigningKey.State.REVOKED)
        return {
            "keys": [
                {"kid": key.kid, "algorithm": key.algorithm, "state": key.state}
                for key in ring
            ]
        }
