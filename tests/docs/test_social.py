"""`docs/social.md` is true: its blocks run against real providers, its lists are the code's."""

import ast
import re
import shutil
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from accounts.audit.actions import Action
from social.models import Connection
from tests.architecture.sources import Module, code
from tests.docs.pages import page
from tests.docs.running import Service, in_order, write_modules
from tests.docs.test_problems import tree
from tests.social.upstreams import Asking, Upstream, serving

PAGE = "docs/social.md"
GOOGLE = """
python manage.py shell <<'SCRIPT'
from config.encryption import encrypt
from social.models import Connection

Connection.objects.create(
    provider="google",
    provider_id="google",
    name="Google",
    client_id="our-client",
    client_secret=encrypt("our-secret"),
    issuer="{issuer}",
    trusts_email=True,
)
SCRIPT
google() {{ curl -sS -G {issuer}/sheet --data-urlencode "nonce=$1"; }}
"""
ADA = {"sub": "g-1", "email": "ada@example.com", "email_verified": True}


def say_yes(asking: Asking) -> None:
    """Have the person agree at once, and send the browser back."""
    asked = dict(parse_qsl(urlsplit(asking.path).query))
    answer = asking.upstream.authorize(asking.path)
    asking.send_response(302)
    asking.send_header("Location", f"{asked['redirect_uri']}?{urlencode(answer)}")
    asking.send_header("Content-Length", "0")
    asking.end_headers()


def hand_out(asking: Asking) -> None:
    """Give an app an ID token, as the sheet of a phone does."""
    nonce = dict(parse_qsl(urlsplit(asking.path).query))["nonce"]
    asking.say(200, asking.upstream.id_token(nonce).encode())


@pytest.fixture
def corp() -> Iterator[Upstream]:
    """A provider of a company's, at which Ann works."""
    with serving() as upstream:
        upstream.answers["/authorize"] = say_yes
        yield upstream


@pytest.fixture
def google() -> Iterator[Upstream]:
    """A provider that knows Ada, and gives apps her ID tokens."""
    with serving() as upstream:
        upstream.person = ADA
        upstream.answers["/sheet"] = hand_out
        yield upstream


@pytest.mark.e2e
@pytest.mark.skipif(not shutil.which("curl"), reason="the blocks call curl")
def test_every_block_runs_and_says_what_the_page_promises(
    service: Service,
    corp: Upstream,
    google: Upstream,
) -> None:
    write_modules(PAGE, service.folder)
    given = {"PROVIDER": corp.issuer, "SECRET": corp.client_secret}
    service.environment.update(given)
    made = GOOGLE.format(issuer=google.issuer)
    said = service.run("\n".join([made, *page(PAGE).blocks("sh")]))
    found = [re.sub(r'.*("id":"corp").*', r"\1", line) for line in said]
    found = [re.sub(r"(callback_url: ).*", r"\1", line) for line in found]
    assert in_order(
        found,
        "callback_url: ",
        f"Discovery works: The issuer is {corp.issuer}.",
        "Keys works: 1 of its keys can sign.",
        "Client works: It is known there (invalid_grant).",
        '"id":"corp"',
        "what-you-remember",
        "ann@example.com ['fed']",
        "identity_link_required",
        "provider_refused",
        "Bearer",
        "google ada@example.com",
        "204",
    ), said
    (asked,) = [each for each in corp.asked if each.path == "/authorize"]
    assert asked.query["redirect_uri"] == (
        f"{service.environment['ISSUER']}/account/social/corp/callback/"
    )


def test_the_callback_url_of_the_page_is_ours() -> None:
    (block,) = page(PAGE).blocks("text")
    assert block == "ISSUER/account/social/ID/callback/\n"


def test_every_provider_has_its_steps() -> None:
    steps = page(PAGE).text.partition("## 2. ")[2].partition("## 3. ")[0]
    heads = set(re.findall(r"^### (.+)$", steps, re.MULTILINE))
    known = set(Connection.Provider.labels)
    assert heads == known - {"OpenID Connect"} | {"Any OpenID Connect provider"}


def _checks(module: Module) -> Iterator[str]:
    """Yield the checks that a module names where it finds a fault or asks a provider."""
    constants = {
        target.id: node.value.value
        for node in module.tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if ast.unparse(node.func).split(".")[-1] not in ("UpstreamFault", "ask"):
            continue
        first = node.args[0]
        if isinstance(first, ast.Constant):
            yield str(first.value)
        elif isinstance(first, ast.Name) and first.id in constants:
            yield str(constants[first.id])


def test_every_check_is_explained() -> None:
    ours = [module for module in code() if module.path.parts[0] == "social"]
    known = {check for module in ours for check in _checks(module)}
    rows = page(PAGE).table("check")
    said = {word for row in rows for word in re.findall(r"`(\w+)`", row[0])}
    assert said == known


def test_every_code_and_every_action_exists() -> None:
    codes = tree()
    for row in page(PAGE).table("code"):
        for name in re.findall(r"`(\w+)`", row[0]):
            assert codes[name] == int(row[1])
    named = {
        word for word in page(PAGE).quoted() if re.fullmatch(r"\w+(:\w[\w-]*){2}", word)
    }
    assert named <= {action.value for action in Action}
    social = {action.value for action in Action if action.value.startswith("social:")}
    assert social <= named
