"""`manage.py doctor`: what is wrong with this instance, and what to do about it."""

import json
from typing import Any

from typing_extensions import override

from config.commands import OperatorCommand
from tokens import doctor

_SIGNS = {"ok": "ok     ", "warning": "warning", "wrong": "WRONG  "}


class Command(OperatorCommand):
    """Examine the instance; exits with 1 if anything is wrong (a warning is not)."""

    help = "Examine settings, issuer, proxies, database, keys, clock and mail."
    requires_system_checks = []  # they are part of the examination
    requires_migrations_checks = False

    @override
    def run(self, **options: Any) -> dict[str, Any]:
        findings = list(doctor.examine())
        healthy = all(found.level != "wrong" for found in findings)
        return {"healthy": healthy, "findings": [vars(found) for found in findings]}

    @override
    def answer(
        self,
        values: dict[str, Any],
        *,
        as_json: bool,
    ) -> None:
        if as_json:
            self.stdout.write(json.dumps(values))
        else:
            for found in values["findings"]:
                self.stdout.write(
                    f"{_SIGNS[found['level']]}  {found['subject']}: {found['says']}"
                )
                if found["fix"]:
                    self.stdout.write(f"         {found['fix']}")
        if not values["healthy"]:
            raise SystemExit(1)
