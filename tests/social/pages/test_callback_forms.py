"""Answers that a provider has a browser post (OAuth 2.0 Form Post Response Mode): Apple's."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from social.models import Attempt, Connection
from social.providers import PRESETS
from tests.social.travel import come_back, leave
from tests.social.upstreams import Upstream
from tests.tokens.pages.people import Browser, went

CALLBACK = "/account/social/example/callback/"


@pytest.fixture(autouse=True)
def _posts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the provider answer by a form, as Apple's does."""
    posting = replace(PRESETS["oidc"], extra={"response_mode": "form_post"})
    monkeypatch.setitem(PRESETS, "oidc", posting)


def is_open() -> bool:
    """Tell whether the one way is still to be taken."""
    return Attempt.objects.get().claimed_at is None


def post(
    client: Client,
    form: dict[str, Any],
    path: str = CALLBACK,
) -> Any:
    """Send the form of a provider: another site's, so no token of ours is in it."""
    return client.post(path, form, headers={"origin": "https://appleid.apple.com"})


def stranger() -> Client:
    """Return what a browser is that sends no cookie with a form of others."""
    return Client(enforce_csrf_checks=True)


def test_a_form_without_cookie_is_kept_until_the_browser_comes(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    user = {
        "name": {"firstName": "Ann", "lastName": "Apple"},
        "email": "evil@x.example",
    }
    upstream.person["name"] = None
    upstream.answers["/userinfo"] = {"sub": "u-1"}
    came = post(stranger(), {**answer, "user": json.dumps(user)})
    assert came.status_code == 303
    assert came["Location"] == f"{CALLBACK}?state={answer['state']}"
    assert answer["code"] not in came["Location"] and not came.cookies
    assert Browser().get(came["Location"]).status_code == 401  # another browser
    assert is_open()
    assert went(browser.client.get(came["Location"])) == "/account/"
    person = User.objects.get()
    assert (person.name, person.email) == ("Ann Apple", "ann@example.com")
    assert Attempt.objects.get().answer == ""


def test_a_form_with_cookies_is_the_same(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    came = post(browser.client, upstream.authorize(leave(browser)))
    assert came.status_code == 303 and not came.cookies
    assert went(browser.client.get(came["Location"])) == "/account/"


def test_the_first_form_counts(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    assert post(stranger(), answer).status_code == 303
    again = post(stranger(), {**answer, "code": "evil"})
    assert again.status_code == 401 and not again.cookies.get("ntt-session")
    assert went(browser.get(CALLBACK, state=answer["state"])) == "/account/"
    assert post(stranger(), answer).status_code == 401  # it is over


@pytest.mark.parametrize(
    "user", ["", "x", "[]", "null", "5", '{"name": 5}', "[" * 9000]
)
def test_a_name_that_is_none_hurts_nobody(
    connection: Connection,
    upstream: Upstream,
    user: str,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    assert post(stranger(), {**answer, "user": user}).status_code == 303
    assert went(browser.get(CALLBACK, state=answer["state"])) == "/account/"
    assert User.objects.get().name == "Ann"


@pytest.mark.parametrize(
    "part", ["\x00", "\ud800", "A" * 9000, ["A"], {"a": 1}, None, 5]
)
def test_a_part_of_a_name_that_is_none_is_left_out(
    connection: Connection,
    upstream: Upstream,
    part: Any,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    user = json.dumps({"name": {"firstName": part, "lastName": part}})
    assert post(stranger(), {**answer, "user": user}).status_code == 303
    assert went(browser.get(CALLBACK, state=answer["state"])) == "/account/"
    assert User.objects.get().name in ("Ann", "")


def test_a_form_that_says_no_comes_back_as_no(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    state = upstream.authorize(leave(browser))["state"]
    came = post(stranger(), {"state": state, "error": "user_cancelled_authorize"})
    assert came.status_code == 303
    assert went(browser.client.get(came["Location"])) == "/account/login/"


@pytest.mark.parametrize(
    "form",
    [
        *({}, {"code": "c"}, {"code": "c", "state": ""}, {"code": "c", "state": "x"}),
        *({"code": "c", "state": "s" * 100_000}, {"code": "\x00", "state": "\x00"}),
    ],
)
def test_a_form_of_nobodys_changes_nothing(
    connection: Connection,
    upstream: Upstream,
    form: dict[str, str],
) -> None:
    browser = Browser()
    leave(browser)
    came = post(stranger(), form)
    assert came.status_code in (303, 401)
    if came.status_code == 303:
        assert len(came["Location"]) < 1000
        assert stranger().get(came["Location"]).status_code == 401
    assert is_open() and Attempt.objects.get().answer == ""


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"x", "multipart/form-data"),
        (b"state=%ed%a0%80&code=%00", "application/x-www-form-urlencoded"),
        (
            b"&".join(b"a%d=1" % n for n in range(2000)),
            "application/x-www-form-urlencoded",
        ),
    ],
)
def test_a_body_that_is_no_form_is_a_clear_no(
    connection: Connection,
    body: bytes,
    kind: str,
) -> None:
    came = stranger().post(CALLBACK, body, content_type=kind)
    assert came.status_code in (303, 400, 401)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_not_allowed(
    connection: Connection,
    method: str,
) -> None:
    assert getattr(stranger(), method)(CALLBACK).status_code == 405


def test_what_a_stranger_posts_does_not_win_over_what_the_browser_brings(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    assert post(stranger(), {**answer, "code": "evil"}).status_code == 303
    assert went(come_back(browser, answer)) == "/account/"


def test_a_provider_that_posts_nothing_is_posted_for_by_nobody(
    connection: Connection,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(PRESETS, "oidc", replace(PRESETS["oidc"], extra={}))
    answer = upstream.authorize(leave(Browser()))
    assert post(stranger(), answer).status_code == 401
    assert Attempt.objects.get().answer == ""
