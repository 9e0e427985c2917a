"""A Django site before an issuer on the loopback: sign-in, attacks, refresh, sign-out."""

import re
import sqlite3
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from ntt_auth.oidc.statements import LOGOUT_EVENT
from played import row
from servers import AUDIENCE, Handler, Issuer, Server, serving, signed, until
from shops import browser, open_shop, query

CLIENT_ID = "shop"


class Provider(Issuer):
    """An issuer with a token endpoint; `lives` in seconds, `changes` of the ID token."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.codes: dict[str, dict[str, Any]] = {}
        self.refreshes: list[str] = []
        self.refuses = False
        self.renewed: dict[str, Any] = {}
        self.lives = 300
        server.says("/.well-known/jwks.json", self.jwks())
        server.answers["/oauth/token"] = self._token

    def code(
        self,
        asked: dict[str, str],
        **claims: Any,
    ) -> str:
        code = uuid.uuid4().hex
        self.codes[code] = {"nonce": asked["nonce"], **claims}
        return code

    def _token(self, handler: Handler) -> tuple[int, dict[str, str], bytes]:
        form = dict(parse_qsl(handler.body.decode()))
        if form["grant_type"] == "refresh_token":
            self.refreshes.append(form["refresh_token"])
            sid = form["refresh_token"].split(".")[0]
            told = None if self.refuses else {"sid": sid, **self.renewed}
        else:
            told = self.codes.pop(form["code"], None)
        if told is None:
            return 400, {}, b'{"error": "invalid_grant"}'
        return self._pair(told)

    def _pair(self, told: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        import json

        now = int(time.time())
        sid = told.setdefault("sid", uuid.uuid4().hex)
        lives = self.lives
        access = self.token(sid=sid, jti=uuid.uuid4().hex, exp=now + lives)
        claims = {
            "iss": self.url, "sub": "ada", "aud": CLIENT_ID, "iat": now,
            "exp": now + 300, "acr": "aal1", "auth_time": now,
            "email": "ada@example.com", **told,
        }  # fmt: skip
        id_token = signed({"alg": "ES256", "kid": "k1"}, claims, self.keys["k1"])
        body = {
            "access_token": access, "token_type": "Bearer", "expires_in": lives,
            "id_token": id_token, "refresh_token": f"{sid}.{uuid.uuid4().hex}",
        }  # fmt: skip
        return 200, {}, json.dumps(body).encode()

    def hears_revocations(self) -> list[dict[str, str]]:
        heard: list[dict[str, str]] = []

        def hear(handler: Handler) -> tuple[int, dict[str, str], bytes]:
            heard.append(dict(parse_qsl(handler.body.decode())))
            return 200, {}, b""

        self.server.answers["/oauth/revoke"] = hear
        return heard

    def logout_token(self, **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 120,
            "jti": uuid.uuid4().hex, "sub": "ada", "events": {LOGOUT_EVENT: {}},
        } | changes  # fmt: skip
        header = {"alg": "ES256", "kid": "k1", "typ": "logout+jwt"}
        return signed(header, claims, self.keys["k1"])


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with serving() as server:
        yield Provider(server)


@pytest.fixture(autouse=True)
def as_it_was(provider: Provider) -> Iterator[None]:
    yield
    provider.lives, provider.refuses, provider.renewed = 300, False, {}
    provider.refreshes.clear()
    provider.server.answers["/oauth/token"] = provider._token


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="module")
def shop(
    provider: Provider,
    folder: Path,
) -> Iterator[str]:
    with open_shop(folder, auth(provider)) as address:
        yield address


def auth(provider: Provider) -> dict[str, Any]:
    return {
        "ISSUER": provider.url,
        "AUDIENCE": AUDIENCE,
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": "s3cret",
    }


@pytest.fixture
def ada() -> Iterator[Any]:
    with browser() as found:
        yield found


def begin(
    who: Any,
    shop: str,
    path: str = "/auth/login/",
) -> dict[str, str]:
    answer = who.get(f"{shop}{path}")
    while answer.headers["Location"].startswith("/"):
        answer = who.get(f"{shop}{answer.headers['Location']}")
    assert answer.status_code == 302
    return query(answer.headers["Location"])


def come_back(
    who: Any,
    shop: str,
    provider: Provider,
    asked: dict[str, str],
    **changes: str,
) -> Any:
    given = {"state": asked["state"], "iss": provider.url, **changes}
    given.setdefault("code", provider.code(asked))
    return who.get(f"{shop}/auth/callback/", params=given)


def sign_in(
    who: Any,
    shop: str,
    provider: Provider,
    **claims: Any,
) -> None:
    asked = begin(who, shop)
    code = provider.code(asked, **claims)
    assert come_back(who, shop, provider, asked, code=code).status_code == 302


def who_is(
    who: Any,
    shop: str,
) -> Any:
    return who.get(f"{shop}/").json()["sub"]


def test_whoever_wants_a_guarded_page_signs_in_and_gets_it(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    asked = begin(ada, shop, "/orders/?page=2")
    assert asked["resource"] == AUDIENCE and asked["code_challenge_method"] == "S256"
    back = come_back(ada, shop, provider, asked)
    assert back.headers["Location"] == "/orders/?page=2"
    assert ada.get(f"{shop}/orders/").json()["email"] == "ada@example.com"
    assert not [name for name in ada.cookies if name.startswith("ntt-auth-")]


def test_the_session_has_a_new_key_and_nothing_of_the_browser_before(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    ada.get(f"{shop}/keep/")
    before = ada.get(f"{shop}/").json()
    sign_in(ada, shop, provider)
    after = ada.get(f"{shop}/").json()
    assert before["kept"] and before["session"] != after["session"]
    assert after["kept"] is None and after["csrf"] != before["csrf"]


def test_no_token_is_readable_in_the_database_or_in_a_cookie(
    shop: str,
    provider: Provider,
    folder: Path,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider)
    ada.get(f"{shop}/orders/")
    with sqlite3.connect(folder / "shop.sqlite3") as database:
        dump = "\n".join(database.iterdump())
    assert "ntt_auth_django_signin" in dump
    assert "eyJhbGci" not in dump
    assert not any("eyJhbGci" in value for value in ada.cookies.values())


def test_several_tabs_sign_in_at_once(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    first, second = begin(ada, shop, "/orders/"), begin(ada, shop, "/strong/")
    code = provider.code(second, acr="aal2")
    there = come_back(ada, shop, provider, second, code=code)
    assert there.headers["Location"] == "/strong/"
    assert come_back(ada, shop, provider, first).headers["Location"] == "/orders/"


def test_the_state_of_another_browser_is_refused(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    with browser() as mallory:
        asked = begin(mallory, shop)
    begin(ada, shop)
    assert come_back(ada, shop, provider, asked).status_code == 400
    assert who_is(ada, shop) is None


def test_a_callback_is_good_once(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    asked = begin(ada, shop)
    assert come_back(ada, shop, provider, asked).status_code == 302
    assert come_back(ada, shop, provider, asked).status_code == 400


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:x",
        "\t//e",
    ],
)
def test_next_leads_to_no_other_site(
    shop: str,
    provider: Provider,
    ada: Any,
    evil: str,
) -> None:
    answer = ada.get(f"{shop}/auth/login/", params={"next": evil})
    asked = query(answer.headers["Location"])
    assert come_back(ada, shop, provider, asked).headers["Location"] == "/"


def test_another_issuer_or_nonce_signs_nobody_in(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    asked = begin(ada, shop)
    wrong = come_back(ada, shop, provider, asked, iss="https://evil.example")
    assert wrong.status_code == 400
    asked = begin(ada, shop)
    code = provider.code(asked, nonce="another")
    assert come_back(ada, shop, provider, asked, code=code).status_code == 400
    assert who_is(ada, shop) is None


def test_what_the_issuer_refuses_is_told_without_markup(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    asked = begin(ada, shop)
    said = {"error": "access_denied", "error_description": "<script>no</script>"}
    page = come_back(ada, shop, provider, asked, **said)
    assert page.status_code == 400
    assert "<script>" not in page.text and "&lt;script&gt;" in page.text


def test_a_weak_sign_in_is_sent_to_a_stronger_one_and_does_not_go_round(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider)
    asked = begin(ada, shop, "/strong/")
    assert (asked["acr_values"], asked["max_age"]) == ("aal2", "60")
    assert come_back(ada, shop, provider, asked).status_code == 400
    assert who_is(ada, shop) == "ada"


def test_a_missing_permission_is_403_and_a_script_gets_401(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    scripted = ada.get(f"{shop}/orders/", headers={"Accept": "application/json"})
    assert scripted.status_code == 401
    assert scripted.headers["WWW-Authenticate"] == "Bearer"
    sign_in(ada, shop, provider)
    refused = ada.get(f"{shop}/close/")
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_permission")


def test_parallel_requests_refresh_once_and_the_pair_never_goes_back(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    provider.lives = 30
    sign_in(ada, shop, provider)
    provider.lives = 300
    cookies = dict(ada.cookies)

    def ask(_: int) -> str:
        with browser() as tab:
            tab.cookies.update(cookies)
            return str(tab.get(f"{shop}/orders/").json()["token"])

    with ThreadPoolExecutor(8) as pool:
        seen = set(pool.map(ask, range(8)))
    assert len(provider.refreshes) == 1 and len(seen) == 1
    assert ask(0) in seen


def test_a_refused_refresh_signs_out_and_an_outage_does_not(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    provider.lives = 30
    sign_in(ada, shop, provider)
    working = provider.server.answers["/oauth/token"]
    provider.server.says("/oauth/token", {}, status=503)
    assert who_is(ada, shop) == "ada"
    provider.server.answers["/oauth/token"] = working
    provider.refuses = True
    assert who_is(ada, shop) is None
    assert provider.refreshes


@pytest.mark.parametrize("status", [429, 503])
def test_an_outage_ends_no_session_whose_token_was_revoked(
    shop: str,
    provider: Provider,
    ada: Any,
    status: int,
) -> None:
    sign_in(ada, shop, provider, sid="demoted")
    provider.server.says("/oauth/token", {}, status=status)
    provider.rows.append(row("session", "demoted"))
    try:
        until(lambda: ada.get(f"{shop}/").json().get("sub") != "ada")
        assert ada.get(f"{shop}/").status_code == 503
    finally:
        provider.rows.clear()
        provider.feed_id = uuid.uuid4().hex
    until(lambda: ada.get(f"{shop}/").status_code == 200)
    assert who_is(ada, shop) == "ada"


def test_a_refresh_that_cannot_be_believed_is_an_outage(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    provider.lives = 30
    sign_in(ada, shop, provider)
    provider.renewed = {"sub": "bob"}
    assert ada.get(f"{shop}/").status_code == 503
    provider.renewed = {}
    assert who_is(ada, shop) == "ada"


def test_a_tampered_session_is_nobodys(
    shop: str,
    provider: Provider,
    folder: Path,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider, sid="tampered")
    with sqlite3.connect(folder / "shop.sqlite3", timeout=20) as database:
        changed = (
            "UPDATE ntt_auth_django_signin SET tokens = 'A' || tokens WHERE sid = ?"
        )
        assert database.execute(changed, ("tampered",)).rowcount == 1
    assert who_is(ada, shop) is None
    ada.cookies.set("shop-session", "x" * 32, domain="127.0.0.1")
    assert who_is(ada, shop) is None


def test_signing_out_takes_a_post_with_a_csrf_token(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider, sid="leaving")
    assert ada.get(f"{shop}/auth/logout/").status_code == 405
    assert ada.post(f"{shop}/auth/logout/").status_code == 403
    assert who_is(ada, shop) == "ada"
    token = ada.get(f"{shop}/").json()["csrf"]
    sent = provider.hears_revocations()
    left = ada.post(f"{shop}/auth/logout/", data={"csrfmiddlewaretoken": token})
    assert f'<form method="post" action="{provider.url}/oauth/logout">' in left.text
    assert re.search(r'name="id_token_hint" value="eyJ[^"]+"', left.text)
    assert "<button>" in left.text and "Location" not in left.headers
    (nonce,) = re.findall(r'<script nonce="([^"]+)">', left.text)
    assert f"script-src 'nonce-{nonce}'" in left.headers["Content-Security-Policy"]
    assert [form["token_type_hint"] for form in sent] == ["refresh_token"]
    assert sent[0]["token"].startswith("leaving.")
    assert who_is(ada, shop) is None


def test_an_outage_at_the_issuer_keeps_nobody_signed_in(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider)
    token = ada.get(f"{shop}/").json()["csrf"]
    provider.server.says("/oauth/revoke", {}, status=503)
    left = ada.post(f"{shop}/auth/logout/", data={"csrfmiddlewaretoken": token})
    assert left.status_code == 200 and who_is(ada, shop) is None
    again = ada.post(
        f"{shop}/auth/logout/",
        data={"csrfmiddlewaretoken": ada.get(f"{shop}/").json()["csrf"]},
    )  # nobody is signed in: the issuer asks
    assert query(again.headers["Location"]) == {"client_id": CLIENT_ID}


def test_a_logout_token_ends_its_session_and_no_other_once(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider, sid="laptop")
    with browser() as phone:
        sign_in(phone, shop, provider, sid="phone")
        form = {"logout_token": provider.logout_token(sid="laptop")}
        assert (
            ada.post(f"{shop}/auth/backchannel-logout/", data=form).status_code == 200
        )
        assert (who_is(ada, shop), who_is(phone, shop)) == (None, "ada")
    sign_in(ada, shop, provider, sid="laptop")
    assert ada.post(f"{shop}/auth/backchannel-logout/", data=form).status_code == 200
    assert who_is(ada, shop) == "ada"  # a replay ends nothing


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "n"},
        {"events": {}},
        {"iat": 1000},
        {"aud": "another"},
        {"aud": [CLIENT_ID, "another"]},
        {"sub": None},
    ],
)
def test_what_is_no_logout_token_ends_nothing(
    shop: str,
    provider: Provider,
    ada: Any,
    changes: dict[str, Any],
) -> None:
    sign_in(ada, shop, provider)
    form = {"logout_token": provider.logout_token(**changes)}
    assert ada.post(f"{shop}/auth/backchannel-logout/", data=form).status_code == 400
    assert who_is(ada, shop) == "ada"


def test_a_secret_key_is_replaced_and_people_stay_django_users(
    provider: Provider,
    tmp_path: Path,
    ada: Any,
) -> None:
    with open_shop(tmp_path, auth(provider), accounts=True, secret_key="old") as shop:
        sign_in(ada, shop, provider)
        assert ada.get(f"{shop}/").json()["kind"] == "User"
    more = {"accounts": True, "secret_key": "new", "fallbacks": ["old"]}
    with open_shop(tmp_path, auth(provider), **more) as shop:
        assert who_is(ada, shop) == "ada"


def test_a_view_that_fails_in_its_transaction_undoes_no_refresh(
    provider: Provider,
    tmp_path: Path,
    ada: Any,
) -> None:
    with open_shop(tmp_path, auth(provider), atomic=True) as shop:
        provider.lives = 30
        sign_in(ada, shop, provider)
        provider.lives = 300
        assert ada.get(f"{shop}/broken/").status_code == 500
        assert who_is(ada, shop) == "ada"
        assert len(provider.refreshes) == 1


def test_an_outage_closes_no_page_that_asks_for_nobody(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    provider.lives = 30
    sign_in(ada, shop, provider)
    provider.renewed = {"sub": "bob"}
    assert ada.get(f"{shop}/").status_code == 503
    assert ada.get(f"{shop}/public/").text == "open to all"


def test_who_became_inactive_is_signed_out(
    shop: str,
    provider: Provider,
    folder: Path,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider, sid="inactive")
    assert who_is(ada, shop) == "ada"
    with sqlite3.connect(folder / "shop.sqlite3", timeout=20) as database:
        database.execute("UPDATE ntt_auth_django_person SET is_active = 0")
    assert who_is(ada, shop) is None
    sid = "SELECT 1 FROM ntt_auth_django_signin WHERE sid = 'inactive'"
    with sqlite3.connect(folder / "shop.sqlite3", timeout=20) as database:
        assert database.execute(sid).fetchall() == []
        database.execute("UPDATE ntt_auth_django_person SET is_active = 1")


def test_a_refresh_says_when_it_was(
    shop: str,
    provider: Provider,
    folder: Path,
    ada: Any,
) -> None:
    provider.lives = 30
    sign_in(ada, shop, provider, sid="dated")
    old = "UPDATE ntt_auth_django_signin SET refreshed_at = '2020-01-01' WHERE sid = ?"
    when = "SELECT refreshed_at FROM ntt_auth_django_signin WHERE sid = ?"
    with sqlite3.connect(folder / "shop.sqlite3", timeout=20) as database:
        database.execute(old, ("dated",))
    assert who_is(ada, shop) == "ada"
    with sqlite3.connect(folder / "shop.sqlite3", timeout=20) as database:
        ((found,),) = database.execute(when, ("dated",)).fetchall()
    assert found > "2026"


@pytest.mark.parametrize(
    ("is_verified", "copied"), [(True, "ada@example.com"), (False, "")]
)
def test_a_django_user_gets_a_verified_address_alone(
    provider: Provider,
    tmp_path: Path,
    ada: Any,
    is_verified: bool,
    copied: str,
) -> None:
    with open_shop(tmp_path, auth(provider), accounts=True) as shop:
        sign_in(ada, shop, provider, email_verified=is_verified)
        assert ada.get(f"{shop}/").json()["kind"] == "User"
    with sqlite3.connect(tmp_path / "shop.sqlite3") as database:
        assert database.execute("SELECT email FROM auth_user").fetchall() == [(copied,)]
