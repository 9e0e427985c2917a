"""Who may reach for what: the rules that import-linter cannot say."""

import ast
from collections.abc import Iterator

from tests.architecture.sources import (
    APPS,
    Module,
    code,
    everything,
    functions,
    imported,
    offences,
    parse,
)

# path -> why it may look at the process environment itself
READS_ENVIRONMENT = {
    "config/settings/environment.py": "the table",
    "config/settings/databases.py": "keeps parallel test runs apart",
    "config/settings/example.py": "runs before settings",
    "config/install.py": "runs before anything is installed",
    "config/probe.py": "the health check loads no settings",
    "config/start.py": "names the settings module, and a folder that failed",
    "config/wsgi.py": "names the settings module",
    "config/messages.py": "names the settings module",
    "config/gunicorn.py": "tells prometheus_client its folder",
}
# The rest of config imports no app: each of ours may import it.
KNOWS_APPS = (
    "config/urls.py",
    "config/start.py",
    "config/gunicorn.py",
    "config/wsgi.py",
    "config/health.py",
    "config/scrape.py",
    "config/throttles.py",
)
TALKS_TO_ALLAUTH = ("accounts/flows", "accounts/adapter.py", "accounts/backends.py")
KEEPS_ROWS = {"accounts/audit/models.py": "append-only: save refuses a change"}


def reads_environment(module: Module) -> Iterator[str]:
    """Find reads of the environment outside the settings' table."""
    if str(module.path) in READS_ENVIRONMENT:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in (
            "os.environ",
            "os.getenv",
        ):
            yield module.at(
                node, "read settings through config/settings/environment.py"
            )


def knows_allauth(module: Module) -> Iterator[str]:
    """Find imports of allauth outside its three doors."""
    if str(module.path).startswith(TALKS_TO_ALLAUTH):
        return
    for node, name in imported(module):
        if name.split(".")[0] == "allauth":
            yield module.at(node, f"{name}: ask accounts.flows")


def leaf_knows_an_app(module: Module) -> Iterator[str]:
    """Find imports of our apps in the leaves of config."""
    if module.app != "config" or str(module.path).startswith(KNOWS_APPS):
        return
    for node, name in imported(module):
        if name.split(".")[0] in APPS[1:]:
            yield module.at(node, f"{name} in a leaf")


def knows_the_theme(module: Module) -> Iterator[str]:
    """Find imports of the admin theme outside its one door."""
    for node, name in imported(module):
        if name.split(".")[0] == "unfold" and str(module.path) != "config/admin.py":
            yield module.at(node, f"{name}: config.admin re-exports it")


def knows_http(module: Module) -> Iterator[str]:
    """Find services that import requests, responses or the API framework."""
    parts = {*module.path.parts[:-1], module.path.stem}
    if "services" not in parts:
        return
    for node, name in imported(module):
        if name.startswith(("django.http", "django.shortcuts", "rest_framework.")):
            yield module.at(node, f"{name} in a service")


def sets_passwords(module: Module) -> Iterator[str]:
    """Find `set_password` outside accounts, which owns the policy and the epoch."""
    if module.app == "accounts":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr == "set_password":
            yield module.at(node, "set_password: call accounts.services")


def hides_work_in_save(module: Module) -> Iterator[str]:
    """Find `save` methods on models."""
    holds_rows = "models" in (module.path.stem, module.path.parent.name)
    if not holds_rows or str(module.path) in KEEPS_ROWS:
        return
    for function in functions(module):
        if function.name == "save":
            yield module.at(function.body[0], "save(): a service owns what happens")


def uses_unsafe_jose(module: Module) -> Iterator[str]:
    """Find the JOSE libraries that we never use."""
    for node, name in imported(module):
        if name.startswith(("jose.", "authlib.jose")) or name == "jose":
            yield module.at(node, f"{name}: PyJWT and cryptography only")


def test_settings_are_read_through_the_one_table() -> None:
    assert offences(reads_environment, code()) == []


def test_only_the_flows_talk_to_allauth() -> None:
    assert offences(knows_allauth, code()) == []


def test_the_leaves_of_config_import_no_app() -> None:
    assert offences(leaf_knows_an_app, code()) == []


def test_only_the_admin_site_knows_the_theme() -> None:
    assert offences(knows_the_theme, code()) == []


def test_services_take_no_request() -> None:
    assert offences(knows_http, code()) == []


def test_nobody_sets_a_password_outside_accounts() -> None:
    assert offences(sets_passwords, code()) == []


def test_nothing_happens_in_save() -> None:
    assert offences(hides_work_in_save, code()) == []


def test_no_unsafe_token_library_is_used() -> None:
    assert offences(uses_unsafe_jose, everything()) == []


def test_the_rules_find_what_they_forbid() -> None:
    def found(
        rule: object,
        text: str,
        path: str = "tokens/services/sample.py",
    ) -> int:
        return len(offences(rule, (parse(text, path),)))  # type: ignore[arg-type]

    assert found(reads_environment, "import os\nx = os.environ['X']\n") == 1
    assert found(knows_allauth, "from allauth.account import models\n") == 1
    assert found(knows_allauth, "import allauth\n", "accounts/flows.py") == 0
    assert found(leaf_knows_an_app, "import accounts.models\n", "config/x.py") == 1
    assert found(knows_the_theme, "from unfold.admin import ModelAdmin\n") == 1
    assert found(knows_http, "from django.http import HttpRequest\n") == 1
    assert found(knows_http, "from rest_framework.views import APIView\n") == 1
    assert found(sets_passwords, "user.set_password('x')\n") == 1
    saving = "class M:\n    def save(self) -> None:\n        pass\n"
    assert found(hides_work_in_save, saving, "accounts/models.py") == 1
    assert found(hides_work_in_save, saving, "tenants/models/apis.py") == 1
    assert found(uses_unsafe_jose, "from authlib.jose import jwt\n") == 1
