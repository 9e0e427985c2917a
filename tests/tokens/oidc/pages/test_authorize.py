"""What a person meets at `/oauth/authorize`, and what their client is told."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from tenants.models import Application, Membership, Tenant
from tests.factories import MembershipFactory, UserFactory
from tests.tokens.oidc.party import (
    CALLBACK,
    Party,
    answer_of,
    browser_of,
    client_application,
    unread,
)
from tests.tokens.oidc.sitting import decide, sign_in
from tests.tokens.pages.browsers import session_at
from tokens.models import Login
from tokens.oidc.models import Consent
from tokens.pages import visits
from tokens.services import sessions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.mark.spec("RFC 6749 4.1.1", "OIDC Core 3.1.2.3")
def test_a_person_signs_in_on_the_way_and_arrives_at_the_client(
    party: Party,
    ann: User,
) -> None:
    browser = Client(enforce_csrf_checks=True)
    entry = party.authorize(browser, login_hint="ann@example.com")
    page = browser.get(entry["Location"]).content.decode()
    assert 'value="ann@example.com"' in page
    assert party.application.name in page
    onward = sign_in(browser, entry["Location"])
    assert onward["Location"].startswith("/oauth/authorize?visit=")
    answer = answer_of(browser.get(onward["Location"]))
    body = party.exchange(answer["code"]).json()
    assert unread(body["id_token"])["sub"] == str(ann.pk)
    assert unread(body["id_token"])["amr"] == ["pwd"]
    again = browser.get(onward["Location"])
    assert again.status_code == 400 and b"over" in again.content


def test_another_application_of_the_same_browser_hangs_from_the_same_login(
    party: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    first = party.tokens(browser)
    other = Party(client_application())
    second = other.tokens(browser)
    assert Login.objects.count() == 1
    sids = {unread(first["id_token"])["sid"], unread(second["id_token"])["sid"]}
    assert len(sids) == 2


@pytest.mark.spec("OIDC Core 3.1.2.1")
def test_after_signing_out_everywhere_no_cookie_mints_again(
    party: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    body = party.tokens(browser)
    sessions.end_all_sessions(ann, acting_user=ann)
    assert party.authorize(browser)["Location"].startswith("/account/login/")
    answer = answer_of(party.authorize(browser, prompt="none"))
    assert answer["error"] == "login_required"
    assert party.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.spec("OIDC Core 3.1.2.4")
def test_consent_is_asked_once_in_words_and_remembered(
    third: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    page = third.authorize(browser, scope="openid email orders:read")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Books" in text and "ann@example.com" in text and "Read orders" in text
    policy = page["Content-Security-Policy"]
    assert "form-action 'self' https://app.example.com;" in policy
    answer = answer_of(decide(browser, page, "allow"))
    body = third.exchange(answer["code"]).json()
    assert body["scope"] == "openid email orders:read"
    assert Consent.objects.get().user == ann
    assert "code" in answer_of(third.authorize(browser, scope="openid email"))
    asked = third.authorize(browser, scope="openid email", prompt="consent")
    assert asked.status_code == 200


@pytest.mark.spec("RFC 6749 4.1.2.1")
def test_who_says_no_is_sent_back_with_access_denied(
    third: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    response = decide(browser, third.authorize(browser), "deny")
    answer = answer_of(response)
    assert (answer["error"], answer["state"]) == ("access_denied", "a state")
    assert not Consent.objects.exists()
    assert Event.objects.filter(action=Action.AUTHORIZATION_DENIED).count() == 1


def test_a_consent_to_one_client_never_serves_another(
    third: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    decide(browser, third.authorize(browser), "allow")
    other = Party(client_application(is_first_party=False))
    assert other.authorize(browser).status_code == 200
    answer = answer_of(other.authorize(browser, prompt="none"))
    assert answer["error"] == "consent_required"


def test_a_decision_needs_our_own_form(
    third: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    page = third.authorize(browser)
    action = re.search(r'action="([^"]+)"', page.content.decode())
    assert action
    assert browser.post(action[1], {"decision": "allow"}).status_code == 403
    assert not Consent.objects.exists()


def test_a_visit_is_its_browsers(
    third: Party,
    ann: User,
) -> None:
    page = third.authorize(browser_of(ann))
    mallory = browser_of(UserFactory())
    path = re.search(r'action="([^"]+)"', page.content.decode())
    assert path
    assert mallory.get(path[1]).status_code == 400


@pytest.mark.parametrize("registration", ["invite", "closed"])
def test_who_is_no_member_is_told_so_and_gets_nothing(
    ann: User,
    registration: str,
) -> None:
    party = Party(client_application())
    Tenant.objects.filter(pk=party.application.tenant_id).update(
        registration=registration
    )
    browser = browser_of(ann)
    page = party.authorize(browser)
    assert page.status_code == 403 and b"not a member" in page.content
    assert (
        answer_of(party.authorize(browser, prompt="none"))["error"] == "access_denied"
    )
    assert answer_of(decide(browser, page, "deny"))["error"] == "access_denied"
    MembershipFactory(user=ann, tenant=party.application.tenant)
    assert "code" in answer_of(party.authorize(browser))


def test_an_open_tenant_takes_people_in(
    party: Party,
    ann: User,
) -> None:
    party.tokens(browser_of(ann))
    assert Membership.objects.get(tenant=party.application.tenant).user == ann


@pytest.mark.spec("OIDC Core 3.1.2.1", "OAuth Form Post 2")
def test_an_answer_may_be_posted_by_a_form(
    party: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    page = party.authorize(browser, response_mode="form_post")
    text = page.content.decode()
    assert page.status_code == 200 and f'action="{CALLBACK}"' in text
    assert 'name="code"' in text and 'name="iss"' in text and 'name="state"' in text
    assert (
        "form-action 'self' https://app.example.com;" in page["Content-Security-Policy"]
    )
    bad = party.authorize(browser, response_mode="form_post", prompt="dance")
    assert 'name="error" value="invalid_request"' in bad.content.decode()


@pytest.mark.spec("OIDC Core 3.1.2.1")
def test_a_request_may_be_posted_from_another_site(
    party: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    response = browser.post("/oauth/authorize", party.request())
    assert response.status_code == 400  # multipart is no form of the specification
    from urllib.parse import urlencode

    form = "application/x-www-form-urlencoded"
    response = browser.post(
        "/oauth/authorize", urlencode(party.request()), content_type=form
    )
    assert response.status_code == 303
    assert "code" in answer_of(browser.get(response["Location"]))
    long = urlencode({**party.request(), "x": "x" * 5000})
    assert browser.post("/oauth/authorize", long, content_type=form).status_code == 413


@pytest.mark.spec("RFC 9700 2.1")
def test_a_browser_keeps_few_visits(
    party: Party,
) -> None:
    browser = Client()
    for _ in range(visits.MOST + 5):
        party.authorize(browser)
    assert len(browser.session[visits.KEPT]) == visits.MOST


def test_a_visit_lives_for_an_hour(
    party: Party,
    settings: Any,
) -> None:
    browser = Client()
    entry = party.authorize(browser)
    kept = browser.session
    rows = kept[visits.KEPT]
    for row in rows.values():
        row["began"] -= visits.SECONDS + 1
    kept[visits.KEPT] = rows
    kept.save()
    assert entry["Location"]
    path = visits.path_of(next(iter(rows)))
    assert browser.get(path).status_code == 400


def test_an_application_suspended_on_the_way_ends_the_visit(
    third: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    page = third.authorize(browser)
    Application.objects.filter(pk=third.application.pk).update(
        suspended_at=timezone.now()
    )
    response = decide(browser, page, "allow")
    assert response.status_code == 302 and "code=" not in response["Location"]
    assert browser.get(response["Location"]).status_code == 400
    assert not Consent.objects.exists()


def test_a_disabled_user_has_no_browser(
    party: Party,
    ann: User,
) -> None:
    browser = browser_of(ann)
    from accounts import services

    services.disable_user(ann, acting_user=None)
    assert party.authorize(browser)["Location"].startswith("/account/login/")


def test_a_session_of_another_door_is_no_browser(
    party: Party,
    ann: User,
) -> None:
    from tests.tokens.pages.browsers import Browser
    from tokens.models import Session

    rest = Browser(session_at(ann, door=Session.Door.REST)).client
    assert party.authorize(rest)["Location"].startswith("/account/login/")


def test_requests_that_ask_somebody_are_counted_per_ip(
    party: Party,
    ann: User,
    settings: Any,
) -> None:
    settings.LIMITS = settings.LIMITS | {"authorizations_ip": "2/1m"}
    for _ in range(2):
        assert party.authorize(Client()).status_code == 302
    assert party.authorize(Client()).status_code == 429
    assert party.post("par", **party.request()).status_code == 429
    assert "code" in answer_of(party.authorize(browser_of(ann)))


@pytest.mark.spec("OIDC Core 3.1.2.1", "RFC 9126 4")
def test_the_languages_asked_for_go_along_also_where_they_were_pushed(
    party: Party,
) -> None:
    pushed = party.post("par", **party.request(ui_locales="de en")).json()
    browser = Client()
    given = {"client_id": party.application.client_id, **pushed}
    entry = browser.get("/oauth/authorize", given)
    page = browser.get(entry["Location"])
    assert page["Content-Language"] == "de"
    assert browser.get("/account/signup/")["Content-Language"] == "de"
