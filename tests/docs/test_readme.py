"""The README's blocks, run as they stand there; only the address is the test's."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tenants.builtins import ensure_built_ins
from tests.factories import PASSWORD, UserFactory
from tests.tokens.pairs import minted
from tokens.management import quickstart
from tokens.services import sign_in
from tokens.services.sign_in import Credentials

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


@pytest.fixture
def verified(url: str) -> Callable[[str], dict[str, Any]]:
    """Return the README's function, against this server."""
    [block] = blocks("python")
    names: dict[str, Any] = {}
    exec(block.replace(WRITTEN, url), names)
    found: Callable[[str], dict[str, Any]] = names["verified"]
    return found


@pytest.mark.django_db(transaction=True)
def test_the_snippet_takes_our_token_and_no_other(
    verified: Callable[[str], dict[str, Any]],
) -> None:
    application = quickstart.prepare()
    user = UserFactory()
    pairs = [
        minted(
            sign_in.log_in(
                Credentials(user.email, PASSWORD),
                client_id=application.client_id,
                audience=audience,
            )
        )
        for audience in (quickstart.AUDIENCE, None)
    ]
    for pair in pairs:
        claims = verified(pair.access_token)
        assert claims["sub"] == str(user.pk)
        with pytest.raises(jwt.InvalidTokenError):
            verified(pair.refresh_token)
        with pytest.raises(jwt.InvalidTokenError):
            verified(pair.access_token[:-6] + "AAAAAA")


def test_the_two_commands_exist() -> None:
    made = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:^|`)make ([a-z-]+)", TEXT, re.MULTILINE):
        assert re.search(rf"^{target}:", made, re.MULTILINE), target


def test_it_fits_one_screen() -> None:
    assert len(TEXT.splitlines()) <= 100
