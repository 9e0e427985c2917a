"""What `/oauth/authorize` asks and tells people."""

from html import unescape
from typing import Any

import pytest
from django.test import RequestFactory

from accounts.models import User
from config.sessions import SessionStore
from tenants.admission import Target
from tenants.models import Application
from tests.factories import TenantFactory, UserFactory
from tests.tokens.oidc.third import orders, shop, wanted
from tests.tokens.pages.people import text
from tokens.oidc.pages.consent import (
    Question,
    ask,
    choose,
    failed,
    form_post,
    origin_of,
    place_of,
    refused,
)
from tokens.pages.visits import Visit

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.tokens.pages.visiting"),
]
RETURN = "https://app.example.com/callback"


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com", name="Ann <i>")
    return user


def asking() -> Any:
    """Return a request of Ann's browser."""
    request = RequestFactory().get("/oauth/authorize?visit=abc")
    request.session = SessionStore()
    return request


def question(
    user: User,
    application: Application | None = None,
    target: Target | None = None,
    redirect_uri: str = RETURN,
) -> Question:
    """Return who is asked what."""
    application = application or shop(name="Orders & <Co>")
    given = {"redirect_uri": redirect_uri}
    visit = Visit(application.client_id, given, origin_of(redirect_uri))
    return Question("abc", visit, application, target or wanted(), user)


def test_it_says_who_asks_whom_for_what_and_where_it_leads(ann: User) -> None:
    told = wanted("openid email offline_access")
    page = ask(asking(), question(ann, target=told))
    said = text(page)
    assert "<bdi>Orders &amp; &lt;Co&gt;</bdi> asks for access" in said
    assert "Ann &lt;i&gt;</strong> (<bdi>ann@example.com</bdi>)" in said
    assert "See your e-mail address" in said and "Keep its access" in said
    assert "until you take that back" in said
    assert "<strong>app.example.com</strong>" in said
    assert said.count('action="/oauth/authorize?visit=abc"') == 2
    for decision in ("allow", "deny", "switch"):
        assert f'name="decision" value="{decision}"' in said
    assert "form-action 'self' https://app.example.com;" in (
        page["Content-Security-Policy"]
    )


def test_no_window_of_another_site_knows_the_page_with_the_button(
    ann: User,
    settings: Any,
) -> None:
    settings.POPUP_SIGN_IN = True
    page = ask(asking(), question(ann, target=wanted("openid")))
    assert page["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_scopes_of_an_api_are_in_its_own_words(ann: User) -> None:
    told = wanted("openid orders:read orders:write", api=orders())
    said = text(ask(asking(), question(ann, target=told)))
    assert "See what you ordered" in said and "orders:write" in said
    assert "<bdi>Orders</bdi>" in said


def test_without_scopes_there_is_no_list(ann: User) -> None:
    assert "It wants to" not in text(ask(asking(), question(ann, target=wanted(""))))


def test_the_applications_pages_are_linked_where_they_are_of_the_web(ann: User) -> None:
    application = shop(
        client_uri="https://shop.example",
        policy_uri="javascript:alert(1)",
        tos_uri="https://shop.example/terms",
    )
    said = text(ask(asking(), question(ann, application)))
    assert 'href="https://shop.example"' in said
    assert 'href="https://shop.example/terms"' in said
    assert "javascript:" not in said and "Privacy policy" not in said
    assert said.count('rel="noopener noreferrer"') == 2


def test_it_looks_like_the_applications_tenant(ann: User) -> None:
    tenant = TenantFactory(name="Shop Inc.")
    for page in (ask, choose):
        said = text(page(asking(), question(ann, shop(tenant=tenant))))
        assert "<span>Shop Inc.</span>" in said


def test_who_goes_on_is_asked_by_name_or_by_address(ann: User) -> None:
    page = choose(asking(), question(ann))
    said = text(page)
    assert "Continue as <bdi>Ann &lt;i&gt;</bdi>" in said
    assert "to continue to <bdi>Orders &amp; &lt;Co&gt;</bdi>" in said
    assert 'value="continue"' in said and 'value="switch"' in said
    assert "https://app.example.com" in page["Content-Security-Policy"]
    ann.name = ""
    assert "Continue as <bdi>ann@example.com</bdi>" in text(
        choose(asking(), question(ann))
    )


@pytest.mark.parametrize(
    ("redirect_uri", "place", "origin"),
    [
        (RETURN, "app.example.com", "https://app.example.com"),
        ("https://a.example:8443/x", "a.example", "https://a.example:8443"),
        ("http://127.0.0.1:5000/x", "", "http://127.0.0.1:5000"),
        ("http://[::1]:5000/x", "", "http://[::1]:5000"),
        ("com.example.app:/x", "", "com.example.app:"),
        ("com.example.app://host/x", "", "com.example.app:"),
    ],
)
def test_the_place_is_a_host_or_an_app_on_the_device(
    ann: User,
    redirect_uri: str,
    place: str,
    origin: str,
) -> None:
    asked = question(ann, redirect_uri=redirect_uri)
    assert place_of(asked.visit) == place and asked.visit.returns_to == origin
    assert ("an app on this device" in text(ask(asking(), asked))) is (place == "")


def test_without_a_redirect_uri_the_place_is_that_of_the_only_one() -> None:
    assert place_of(Visit("shop", {}, "https://app.example.com")) == "app.example.com"


def test_who_is_not_let_in_may_go_back_or_be_somebody_else(ann: User) -> None:
    page = refused(asking(), question(ann), "You are no <member>.", status=403)
    said = text(page)
    assert page.status_code == 403 and "You are no &lt;member&gt;." in said
    assert 'value="switch"' in said and 'value="deny"' in said
    assert 'action="/oauth/authorize?visit=abc"' in said
    assert "https://app.example.com;" in page["Content-Security-Policy"]


@pytest.mark.spec("RFC 6749 4.1.2.1")
def test_a_fault_is_told_and_leads_nowhere() -> None:
    page = failed(asking(), "Unknown <application>", "No client has the id <b>x</b>.")
    said = text(page)
    assert page.status_code == 400
    assert "<h1>Unknown &lt;application&gt;</h1>" in said
    assert "No client has the id &lt;b&gt;x&lt;/b&gt;." in said
    assert "<form" not in said and "<script" not in said
    assert failed(asking(), "Too many", "Wait.", 429).status_code == 429


@pytest.mark.spec("OAuth 2.0 Form Post Response Mode 2")
def test_an_answer_is_posted_to_the_client_by_a_page_that_nobody_keeps() -> None:
    params = {"code": 'a"><script>', "state": "ü & x", "submit": "", "iss": "https://i"}
    page = form_post(asking(), f"{RETURN}?a=1&b=2", params)
    said = text(page)
    assert f'<form method="post" action="{RETURN}?a=1&amp;b=2"' in said
    for name, value in params.items():
        assert f'name="{name}" value="{value}"' in unescape(said)
    assert said.count("<script") == 1 and 'src="/static/oauth/form-post' in said
    assert 'type="submit"' in said, "it works without the script"
    assert "csrfmiddlewaretoken" not in said, "our token is not the client's to know"
    assert page["Cache-Control"] == "no-store"
    policy = page["Content-Security-Policy"]
    assert "form-action 'self' https://app.example.com;" in policy
    assert "script-src 'self';" in policy
