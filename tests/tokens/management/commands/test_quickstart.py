"""`manage.py quickstart` as an operator and as a machine read it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django.live_server_helper import LiveServer

from tenants.builtins import ensure_built_ins
from tokens.management import quickstart

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> str:
    """Return what the command prints."""
    out = StringIO()
    call_command("quickstart", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def url(
    keys: None,
    live_server: LiveServer,
) -> str:
    """Where the service runs."""
    ensure_built_ins()
    return live_server.url


def test_a_person_gets_a_env_curl_lines_and_a_line_per_step(url: str) -> None:
    printed = run("--url", url)
    client_id = quickstart.prepare().client_id
    assert f"NTT_AUTH_CLIENT_ID={client_id}\n" in printed
    assert f"NTT_AUTH_AUDIENCE={quickstart.AUDIENCE}\n" in printed
    assert printed.count(f"curl -s {url}/api/v1/") == 3
    assert sum(line.startswith("ok ") for line in printed.splitlines()) == 10
    assert printed.splitlines()[-1].startswith("It works")


def test_a_machine_gets_one_object(url: str) -> None:
    told = json.loads(run("--url", url, "--json"))
    assert told["env"]["NTT_AUTH_CLIENT_ID"] == told["client_id"]
    assert len(told["steps"]) == 10
    assert all(step["milliseconds"] >= 0 for step in told["steps"])


def test_no_token_or_password_is_printed(url: str) -> None:
    for printed in (run("--url", url), run("--url", url, "--json")):
        assert "eyJ" not in printed
        assert "password" not in printed.replace(
            "a passphrase of your own", ""
        ).replace('"password": ""', "")


def test_nobody_there_is_exit_code_one() -> None:
    with pytest.raises(CommandError, match="make run") as refusal:
        run("--url", "http://127.0.0.1:9")
    assert refusal.value.returncode == 1
