"""`manage.py quickstart`: an application of your own, and the proof that it works."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from typing_extensions import override

from config.commands import OperatorCommand
from tokens.management import quickstart

_CURL = """\
curl -s {url}/api/v1/auth/register -H 'Content-Type: application/json' \\
  -d '{{"email": "ada@example.com", "password": "a passphrase of your own", "client_id": "{client_id}"}}'
curl -s {url}/api/v1/auth/login -H 'Content-Type: application/json' \\
  -d '{{"email": "ada@example.com", "password": "a passphrase of your own", "client_id": "{client_id}"}}'
curl -s {url}/api/v1/tokens/refresh -H 'Content-Type: application/json' \\
  -d '{{"refresh_token": "..."}}'
"""


class Command(OperatorCommand):
    """Make an application on the running service and do the main job over HTTP."""

    help = "Make an application and prove it over HTTP: sign-up to revocation."
    requires_migrations_checks = False  # first: is there a service at all

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--url",
            default=settings.ISSUER,
            help="where the service runs on this database; the issuer by default",
        )

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        url = options["url"].rstrip("/")
        quiet = options["as_json"]
        service, issuer = quickstart.reach(url)
        self.check_migrations()
        journey = quickstart.Journey(
            service,
            quickstart.prepare(),
            tell=lambda step: None if quiet else self._tell(step),
            issuer=issuer,
        )
        shown = {
            "client_id": journey.application.client_id,
            "tenant": quickstart.SLUG,
            "audience": quickstart.AUDIENCE,
            "issuer": issuer,
            "env": {
                "NTT_AUTH_ISSUER": issuer,
                "NTT_AUTH_AUDIENCE": quickstart.AUDIENCE,
                "NTT_AUTH_CLIENT_ID": journey.application.client_id,
            },
        }
        if not quiet:
            self._introduce(url, shown)
        with quickstart.nobody_left():
            steps = journey.walk()
        return {**shown, "steps": [vars(step) for step in steps]}

    def _introduce(
        self,
        url: str,
        shown: dict[str, Any],
    ) -> None:
        lines = [f"client id: {shown['client_id']}", "", "# .env of your service"]
        lines += [f"{name}={value}" for name, value in shown["env"].items()]
        lines += ["", "# by hand", _CURL.format(url=url, **shown), "# the proof"]
        self.stdout.write("\n".join(lines))

    def _tell(self, step: quickstart.Step) -> None:
        self.stdout.write(f"ok {step.milliseconds:>5} ms  {step.name}: {step.said}")

    @override
    def answer(
        self,
        values: dict[str, Any],
        *,
        as_json: bool,
    ) -> None:
        if as_json:
            super().answer(values, as_json=True)
        else:
            self.stdout.write("It works: your service can trust these tokens.")
