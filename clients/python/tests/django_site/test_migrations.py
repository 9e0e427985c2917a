"""What the tables become for sites that have people already."""

import json
import os
import subprocess
import sys
from pathlib import Path

import databases
from django_site.provider import Provider, auth

SCRIPT = """
import shop
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

def at(name):
    executor = MigrationExecutor(connection)
    executor.migrate([("ntt_auth_django", name)])
    return executor.loader.project_state([("ntt_auth_django", name)]).apps.get_model(
        "ntt_auth_django", "Person"
    )

def said(model, *columns):
    return list(model.objects.order_by("sub").values_list("sub", *columns))

old = at("0001_initial")
for sub, is_active in (("ada", True), ("bob", False)):
    old.objects.create(issuer="i", sub=sub, identity=sub, is_active=is_active)
print(said(at("0002_is_enabled"), "is_enabled", "is_active"))
print(said(at("0001_initial"), "is_active"))
call_command("makemigrations", "--check", "--dry-run", verbosity=0)
"""


def test_the_inactive_of_before_are_the_issuers_word_and_no_block_of_the_site(
    provider: Provider,
    tmp_path: Path,
) -> None:
    given = {
        "database": databases.of(tmp_path),
        "auth": auth(provider),
        "accounts": True,
    }
    here = str(Path(__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "SHOP": json.dumps(given), "PYTHONPATH": here},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [
        "[('ada', True, True), ('bob', False, True)]",
        "[('ada', True), ('bob', False)]",
    ]
