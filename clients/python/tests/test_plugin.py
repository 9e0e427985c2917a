"""The pytest plugin, in suites of their own: it is found by its entry point."""

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

README = Path(__file__).parent.parent / "README.md"
VERBATIM = """
def test_orders(client, ntt_auth_token):
    assert client.get("/orders", headers=ntt_auth_token.headers(scopes=["orders:read"])).status_code == 200

def test_nobody(client):
    assert client.get("/orders").status_code == 401

def test_a_token_without_the_scope(client, ntt_auth_token):
    assert client.get("/orders", headers=ntt_auth_token.headers()).status_code == 403

def test_outage(client, ntt_auth_issuer, ntt_auth_token):
    ntt_auth_issuer.key_server_down()
    assert client.get("/orders", headers=ntt_auth_token.headers()).status_code == 503

def test_orders_again(client, ntt_auth_token):
    test_orders(client, ntt_auth_token)
"""
FASTAPI = """
from typing import Annotated
import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from ntt_auth.fastapi import Auth, Principal

auth = Auth(issuer="https://id.example.com", audience="https://api.example.com/orders")
app = FastAPI(lifespan=auth.lifespan)

@app.get("/orders")
async def orders(me: Annotated[Principal, Depends(auth.require(scopes=["orders:read"]))]):
    return {"sub": me.sub}

@pytest.fixture
def client():
    with TestClient(app) as found:
        yield found
"""
FLASK = """
import pytest
from flask import Flask
from ntt_auth.flask import Auth, current_principal

app = Flask("orders")
auth = Auth(app, issuer="https://id.example.com", audience="https://api.example.com/orders")

@app.get("/orders")
@auth.require(scopes=["orders:read"])
def orders():
    return {"sub": current_principal.sub}

@pytest.fixture
def client():
    return app.test_client()
"""
DRF = """
import django
import pytest
from django.conf import settings
from django.urls import path

settings.configure(
    SECRET_KEY="for tests",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["rest_framework"],
    ROOT_URLCONF=__name__,
    NTT_AUTH={"ISSUER": "https://id.example.com", "AUDIENCE": "https://api.example.com/orders"},
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": ["ntt_auth.drf.BearerAuthentication"]},
)
django.setup()

from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView
from ntt_auth.drf import HasScopes

class Orders(APIView):
    permission_classes = [HasScopes("orders:read")]
    def get(self, request):
        return Response({"sub": request.user.sub})

urlpatterns = [path("orders", Orders.as_view())]

@pytest.fixture
def client():
    return APIClient()
"""
ASYNC = """
import pytest
from ntt_auth._http import library

pytestmark = pytest.mark.anyio

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.fixture
async def caller():
    http = library()
    transport = http.ASGITransport(app)
    async with http.AsyncClient(transport=transport, base_url="http://x") as found:
        yield found

@pytest.mark.parametrize("number", range(3))
async def test_a_revocation(caller, ntt_auth_token, ntt_auth_issuer, number):
    token = ntt_auth_token.mint(scopes=["orders:read"], sub="ada")
    assert (await caller.get("/orders", headers=token.headers)).status_code == 200
    ntt_auth_issuer.revoke(user="ada")
    assert (await caller.get("/orders", headers=token.headers)).status_code == 401
"""
APPLICATIONS = {"fastapi": FASTAPI, "flask": FLASK, "drf": DRF}

INVITING = """
from ntt_auth import Client

def invite(email):
    with Client.from_env() as client:
        client.users.create(email=email, send_invite=True)
"""
SERVICE = """
import os
import pytest
from ntt_auth import Client, Verifier

NAMES = ["NTT_AUTH_ISSUER", "NTT_AUTH_CLIENT_ID", "NTT_AUTH_CLIENT_SECRET"]

def asked_at():
    with Client.from_env() as client:
        client.users.get("u1")
    return os.environ["NTT_AUTH_ISSUER"], os.environ["NTT_AUTH_CLIENT_ID"]

@pytest.fixture
def told(ntt_auth_issuer):
    ntt_auth_issuer.script("GET", "/api/v1/users/u1", {"id": "u1"})

def test_a_service_without_variables(told):
    assert asked_at() == ("https://id.example.com", "test-client")

def test_they_are_gone_again():
    assert not set(NAMES) & set(os.environ)

@pytest.fixture
def own(monkeypatch):
    monkeypatch.setenv("NTT_AUTH_ISSUER", "https://own.example.com")
    monkeypatch.setenv("NTT_AUTH_CLIENT_ID", "desk")

def test_what_is_set_stays(told, own):
    assert asked_at() == ("https://own.example.com", "desk")

def test_a_service_has_the_issuer_of_its_verifier(request):
    verifier = Verifier("https://verifies.example.com", "https://api.example.com/orders")
    request.getfixturevalue("told")
    assert asked_at()[0] == verifier.issuer
"""


def run(
    pytester: pytest.Pytester,
    text: str,
) -> pytest.RunResult:
    pytester.makepyfile(test_suite=text)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider")


@pytest.mark.parametrize("framework", APPLICATIONS)
def test_the_snippet_runs_as_it_is_written(
    pytester: pytest.Pytester,
    framework: str,
) -> None:
    run(pytester, APPLICATIONS[framework] + VERBATIM).assert_outcomes(passed=5)


def test_the_readmes_tests_pass_at_the_readmes_application(
    pytester: pytest.Pytester,
) -> None:
    first, rest = README.read_text().split("## Django REST framework")
    blocks = [
        re.findall(r"```python\n(.*?)```", part, re.S)
        for part in (first, rest.split("## Tests")[1])
    ]
    (application,), (fixture, tests, scripted) = blocks
    pytester.makepyfile(main=application, desk=INVITING)
    run(pytester, fixture + tests).assert_outcomes(passed=3)
    run(pytester, scripted).assert_outcomes(passed=2)


def test_a_service_client_needs_no_variables(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("ISSUER", "AUDIENCE", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.delenv(f"NTT_AUTH_{name}", raising=False)
    run(pytester, SERVICE).assert_outcomes(passed=4)


def test_it_serves_async_tests_in_a_loop_each(pytester: pytest.Pytester) -> None:
    run(pytester, FASTAPI + ASYNC).assert_outcomes(passed=3)


def test_a_suite_that_uses_nothing_of_it_imports_nothing(
    pytester: pytest.Pytester,
) -> None:
    text = """
import sys

def test_nothing_was_imported():
    ours = {name for name in sys.modules if name.split(".")[0] == "ntt_auth"}
    assert ours == {"ntt_auth", "ntt_auth.testing", "ntt_auth.testing.plugin"}
    assert not {"cryptography", "httpx2", "httpx"} & set(sys.modules)
"""
    run(pytester, text).assert_outcomes(passed=1)


def test_nothing_is_sent_and_nothing_is_left_over(pytester: pytest.Pytester) -> None:
    text = """
import threading
import pytest
from ntt_auth import Verifier, KeysUnavailable
from ntt_auth.verification import rehearsal

verifier = Verifier("http://127.0.0.1:9", "https://api.example.com/orders", http_timeout=1)

def test_it_verifies_with_no_thread(ntt_auth_token):
    assert verifier.verify(ntt_auth_token.mint(sub="ada")).sub == "ada"
    assert verifier.status().keys == 1
    assert [t.name for t in threading.enumerate()] == ["MainThread"]

def test_it_forgot_the_keys_and_is_real_again():
    assert verifier.status().keys == 0 and not rehearsal.is_on()
    with pytest.raises(KeysUnavailable), verifier:
        verifier.warm()
"""
    run(pytester, text).assert_outcomes(passed=2)
