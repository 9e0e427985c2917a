"""A Django site before the real service: from a click of the operator to a refusal."""

import hmac
import os
import re
import struct
import subprocess
import sys
import time
from base64 import b32decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from openapi import PYTHON
from real import Service, served
from shops import browser, open_shop

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not PYTHON.exists(), reason="needs the server's environment"),
]
API = "https://api.shop.example/orders"
PASSWORD = "a passphrase of her own"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')

_HIDDEN = re.compile(r'type="hidden" name="([^"]+)" value="([^"]+)"')


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("real")) as found:
        yield found


@pytest.fixture(scope="module")
def shop(
    real: Service,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("shop")
    port = _port()
    home = f"http://127.0.0.1:{port}"
    real.manage("create-tenant", "shop", "--registration", "open")
    real.manage("create-api", API, "--tenant", "shop", "--scope", "orders:read")
    traits = ["--tenant", "shop", "--name", "Shop", "--type", "web", "--first-party"]
    addresses = {
        "--audience": API,
        "--redirect-uri": f"{home}/auth/callback/",
        "--post-logout-redirect-uri": f"{home}/",
    }
    given = [part for pair in addresses.items() for part in pair]
    made = real.made("create-application", *traits, *given)
    auth = {
        "ISSUER": real.issuer,
        "AUDIENCE": API,
        "CLIENT_ID": made["client_id"],
        "CLIENT_SECRET": made["client_secret"],
        "POST_LOGOUT_REDIRECT": "/",
    }
    with open_shop(folder, auth, port=port) as address:
        yield address


def _port() -> int:
    from shops import free_port

    return free_port()


@pytest.fixture
def ada(real: Service) -> str:
    address = f"ada{time.monotonic_ns()}@example.com"
    script = (
        "from accounts.services.users import NewUser, create_user;"
        f"create_user(NewUser(email={address!r}, password={PASSWORD!r}, name='Ada',"
        " verified=True), acting_user=None)"
    )
    real.manage("shell", "-c", script)
    return address


def walk(
    who: Any,
    url: str,
    email: str,
    home: str,
) -> Any:
    """Go where one is sent, sign in on the hosted page; return what the shop shows."""
    answer = who.get(url)
    for _ in range(12):
        if answer.is_redirect:
            answer = who.get(urljoin(str(answer.url), answer.headers["Location"]))
        elif str(answer.url).startswith(home):
            return answer
        else:
            found = _FIELD.search(answer.text)
            assert found, answer.text[:500]
            form = {"csrfmiddlewaretoken": found[1], **_filled(answer.text, email)}
            headers = {"Referer": str(answer.url)}
            answer = who.post(str(answer.url), data=form, headers=headers)
    raise AssertionError("no end")


def _filled(
    page: str,
    email: str,
) -> dict[str, str]:
    if 'name="password"' in page:
        return {"email": email, "password": PASSWORD}
    assert 'name="code"' in page, page[:2000]
    return {"code": _code()}


def _code() -> str:
    """Return the code that an authenticator app shows now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(b32decode(SECRET), counter, "sha1")
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def test_an_operator_ends_the_sessions_and_the_page_is_refused_within_two_seconds(
    shop: str,
    real: Service,
    ada: str,
) -> None:
    with browser() as who:
        shown = walk(who, f"{shop}/orders/", ada, shop)
        assert shown.json()["email"] == ada
        assert "orders:read" in who.get(f"{shop}/").json()["scopes"]
        real.manage("end-sessions", ada)
        ends = time.monotonic() + 2
        while who.get(f"{shop}/orders/").status_code == 200:
            assert time.monotonic() < ends, "still in after two seconds"
            time.sleep(0.05)
        assert who.get(f"{shop}/").json()["sub"] is None


def test_signing_out_ends_the_sign_in_at_the_issuer_too(
    shop: str,
    real: Service,
    ada: str,
) -> None:
    with browser() as who:
        walk(who, f"{shop}/orders/", ada, shop)
        token = who.get(f"{shop}/").json()["csrf"]
        left = who.post(f"{shop}/auth/logout/", data={"csrfmiddlewaretoken": token})
        fields = dict(_HIDDEN.findall(left.text))
        left = who.post(f"{real.issuer}/oauth/logout", data=fields)
        back = walk(who, urljoin(str(left.url), left.headers["Location"]), ada, shop)
        assert back.json()["sub"] is None
        again = who.get(f"{shop}/auth/login/")
        page = who.get(again.headers["Location"])
        assert "/account/login/" in page.headers["Location"]


def test_without_a_second_factor_a_step_up_does_not_go_round(
    shop: str,
    ada: str,
) -> None:
    with browser() as who:
        walk(who, f"{shop}/orders/", ada, shop)
        assert walk(who, f"{shop}/strong/", ada, shop).status_code == 400
        assert who.get(f"{shop}/").json()["sub"]


def test_a_second_factor_opens_the_page_that_asks_for_one(
    shop: str,
    real: Service,
    ada: str,
) -> None:
    with browser() as who:
        walk(who, f"{shop}/orders/", ada, shop)
        script = (
            "from accounts.models import User; from config.encryption import encrypt;"
            "from allauth.mfa.models import Authenticator;"
            f"Authenticator.objects.create(user=User.objects.get(email={ada!r}),"
            f" type='totp', data={{'secret': encrypt({SECRET!r})}})"
        )
        real.manage("shell", "-c", script)
        told = who.get(f"{shop}/strong/", headers={"Accept": "application/json"})
        assert 'acr_values="aal2", max_age="60"' in told.headers["WWW-Authenticate"]
        shown = walk(who, f"{shop}/strong/?item=7", ada, shop)
        assert (shown.text, shown.url.path) == ("strong", "/strong/")
        assert shown.url.query == b"item=7"


def test_the_mirror_is_brought_in_step_and_the_vanished_are_disabled(
    real: Service,
    ada: str,
) -> None:
    traits = ["--tenant", "default", "--name", "Mirror", "--type", "service"]
    made = real.made(
        "create-application", *traits, "--first-party", "--manages", "instance"
    )
    script = """
import os, sys, django
from datetime import datetime, timezone
from django.conf import settings
settings.configure(
    SECRET_KEY="x", USE_TZ=True, INSTALLED_APPS=["ntt_auth.django"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    NTT_AUTH={"CLIENT_ID": "shop"},
)
django.setup()
from django.core.management import call_command
from ntt_auth.django.models import Person, SignIn, identity_of
call_command("migrate", verbosity=0)
issuer = os.environ["NTT_AUTH_ISSUER"]
Person.objects.create(issuer=issuer, sub="gone", identity=identity_of(issuer, "gone"))
here = Person.objects.create(issuer="x", sub="x", identity="x")
for name in ("old", "new"):
    SignIn.objects.create(id=name, person=here, tokens="")
SignIn.objects.filter(id="old").update(refreshed_at=datetime(2020, 1, 1, tzinfo=timezone.utc))
call_command("ntt_auth_sync", skip_checks=True)
print([row.id for row in SignIn.objects.all()])
print(Person.objects.get(email=sys.argv[1]).is_enabled, Person.objects.get(sub="gone").is_enabled)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, ada],
        env={
            **os.environ,
            "NTT_AUTH_ISSUER": real.issuer,
            "NTT_AUTH_SYNC_CLIENT_ID": made["client_id"],
            "NTT_AUTH_SYNC_CLIENT_SECRET": made["client_secret"],
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    told = done.stdout + done.stderr
    assert done.stdout.endswith("['new']\nTrue False\n"), told
