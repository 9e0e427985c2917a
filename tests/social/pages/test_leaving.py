"""Going to a provider: who may, to which, and where it leads back."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from social.errors import ProviderUnavailable
from social.models import Attempt, Connection
from social.services import attempts
from tests.factories import ConnectionFactory, IdentityFactory, TenantFactory
from tests.social.travel import leave, travel
from tests.social.upstreams import Upstream
from tests.social.visiting import come, shop
from tests.tokens.pages.people import LOGIN, Browser, text, went
from tokens.models import Login

PATHS = ("", "renew/", "link/")
NOBODYS = ["nobody", "x" * 2000, "日本語", "%2e%2e", "a b", "%ff", "'; --"]
EVIL = ["//evil.example", "https://evil.example", "javascript:alert(1)", "/\\evil"]


@pytest.fixture
def inside(
    connection: Connection,
    ann: User,
) -> Browser:
    """Ann's browser, signed in just now."""
    browser = Browser()
    assert went(browser.log_in()) == "/account/"
    return browser


def age() -> None:
    Login.objects.update(auth_time=timezone.now() - timedelta(days=1))


@pytest.mark.parametrize("path", PATHS)
def test_nobody_leaves_but_by_a_form_of_ours(
    path: str,
    inside: Browser,
) -> None:
    to = f"/account/social/example/{path}"
    for method in ("get", "head", "options"):
        assert getattr(inside.client, method)(to).status_code == 405
    assert inside.client.put(to).status_code == 403
    assert inside.client.post(to).status_code == 403
    assert inside.client.post(to, {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("path", PATHS[1:])
def test_who_is_not_signed_in_signs_in_first(
    path: str,
    connection: Connection,
) -> None:
    answer = Browser().post(f"/account/social/example/{path}")
    assert went(answer) == LOGIN
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("provider_id", NOBODYS)
def test_what_is_no_connection_is_not_found(
    provider_id: str,
    inside: Browser,
) -> None:
    named = provider_id if "%" in provider_id else quote(provider_id)
    for browser, path in ((Browser(), ""), (inside, "renew/"), (inside, "link/")):
        answer = browser.post(f"/account/social/{named}/{path}")
        assert answer.status_code == 404, path
        assert browser.post(f"/account/social/%00/{path}").status_code == 400
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("traits", ["suspended", "of another tenant"])
def test_what_is_not_offered_is_not_found(
    traits: str,
    ann: User,
) -> None:
    changed: dict[str, Any] = {"suspended_at": timezone.now()}
    if traits != "suspended":
        changed = {"tenant": TenantFactory()}
    ConnectionFactory(provider_id="closed", **changed)
    inside = Browser()
    inside.log_in()
    for browser, path in ((Browser(), ""), (inside, "renew/"), (inside, "link/")):
        assert browser.post(f"/account/social/closed/{path}").status_code == 404
    assert not Attempt.objects.exists()


def test_whoever_is_in_already_goes_on(inside: Browser) -> None:
    answer = inside.post("/account/social/example/?next=/account/email/")
    assert went(answer) == "/account/email/"


def test_a_stale_sign_in_is_proven_again_before_anything_is_connected(
    inside: Browser,
) -> None:
    age()
    answer = inside.post("/account/social/example/link/")
    assert went(answer) == "/account/reauthenticate/"
    assert not Attempt.objects.exists()


def test_a_tenants_connection_proves_nothing_again(
    upstream: Upstream,
    ann: User,
) -> None:
    application = shop()
    own = ConnectionFactory(
        provider_id="own", tenant=application.tenant, issuer=upstream.issuer
    )
    IdentityFactory(connection=own, subject="u-1", user=ann)
    inside = Browser()
    onward = come(inside, application)
    inside.log_in()
    path = f"/account/social/own/renew/?next={quote(onward)}"
    assert inside.post(path).status_code == 404


@pytest.mark.parametrize("evil", EVIL)
def test_nobody_is_led_elsewhere(
    evil: str,
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    answer = travel(browser, upstream, query=f"?next={quote(evil)}")
    assert went(answer) == "/account/"


def test_the_page_leads_on_and_back(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    assert leave(browser).startswith(f"{upstream.issuer}/authorize?")
    answer = browser.post("/account/social/example/?next=/account/email/")
    assert "On to <bdi>Example ID</bdi>" in text(answer)
    assert 'href="/account/login/?next=%2Faccount%2Femail%2F"' in text(answer)
    assert "no-store" in answer["Cache-Control"]


def test_a_name_is_shown_as_text(
    connection: Connection,
    upstream: Upstream,
) -> None:
    Connection.objects.update(name="<script>alert(1)</script>")
    browser = Browser()
    for answer in (browser.get(LOGIN), browser.post("/account/social/example/")):
        assert "<script>alert" not in text(answer)
        assert "&lt;script&gt;alert" in text(answer)


def test_a_provider_that_is_not_there_is_told(connection: Connection) -> None:
    Connection.objects.update(issuer="http://127.0.0.1:1")
    answer = Browser().post("/account/social/example/")
    assert answer.status_code == 401
    assert "Try again with <bdi>Example ID</bdi>" in text(answer)
    assert 'href="/account/login/"' in text(answer)
    assert Event.objects.filter(action=Action.PROVIDER_REFUSED).count() == 1


def test_a_provider_that_too_many_wait_for_is_told(
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def begin(*_: Any, **__: Any) -> str:
        raise ProviderUnavailable(retry_after=2)

    monkeypatch.setattr(attempts, "begin", begin)
    answer = Browser().post("/account/social/example/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "The provider does not answer right now." in text(answer)


def test_a_request_that_names_a_connection_leads_straight_to_it_once(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    onward = come(browser, shop(), connection="example")
    page = f"{LOGIN}?next={quote(onward)}"
    first = browser.client.get(page)
    assert first["Refresh"].startswith(f"0; url={upstream.issuer}/authorize?")
    again = browser.client.get(page)
    assert "Refresh" not in again and "Continue with" in text(again)


@pytest.mark.parametrize("named", ["nobody", "foreign", "x" * 500, "日本語"])
def test_a_request_that_names_no_connection_of_its_own_shows_the_page(
    named: str,
    connection: Connection,
) -> None:
    ConnectionFactory(provider_id="foreign", tenant=TenantFactory())
    browser = Browser()
    onward = come(browser, shop(), connection=named)
    answer = browser.client.get(LOGIN, {"next": onward})
    assert answer.status_code == 200 and "Refresh" not in answer
    assert "Continue with" in text(answer)


def test_a_head_request_sends_nobody_off(connection: Connection) -> None:
    assert Client().head("/account/social/example/").status_code == 405
