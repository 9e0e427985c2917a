"""The README's blocks, run as they stand there; only the address is the test's."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tenants.builtins import ensure_built_ins

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text()
WRITTEN = "http://127.0.0.1:8000"


def blocks(language: str) -> list[str]:
    """Return the README's code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def url(
    keys: None,
    live_server: LiveServer,
    settings: Any,
) -> str:
    """A real server whose issuer is its own address."""
    settings.ISSUER = live_server.url
    settings.IDENTITY_API = f"{live_server.url}/api/v1"
    ensure_built_ins()
    return live_server.url


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_curl_lines_answer_with_tokens(url: str) -> None:
    [block] = blocks("sh")
    commands = re.split(r"\n(?=curl)", block.replace(WRITTEN, url).strip())
    assert len(commands) == 2
    for command in commands:
        done = subprocess.run(
            ["sh", "-c", command], capture_output=True, text=True, check=True
        )
        answer = json.loads(done.stdout)
        assert {"access_token", "refresh_token", "user"} <= set(answer)
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("language", "package"),
    [("python", "python"), ("ts", "typescript")],
)
def test_the_snippets_are_those_that_the_packages_test(
    language: str,
    package: str,
) -> None:
    [block] = blocks(language)
    own = (ROOT / "clients" / package / "README.md").read_text()
    assert f"```{language}\n{block}```" in own


def test_the_two_commands_exist() -> None:
    made = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:^|`)make ([a-z-]+)", TEXT, re.MULTILINE):
        assert re.search(rf"^{target}:", made, re.MULTILINE), target


def test_it_fits_one_screen() -> None:
    assert len(TEXT.splitlines()) <= 100
