"""Signing out by a client's wish: OpenID Connect RP-Initiated Logout 1.0."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from tests.factories import UserFactory
from tests.tokens.forgery import resigned
from tests.tokens.oidc.leaving import (
    BYE,
    FORM,
    LOGOUT,
    asks,
    came_in,
    confirm,
    go,
    hint_of,
    is_in,
    leaving_party,
    posted,
    text,
)
from tests.tokens.oidc.party import Party, unread
from tokens.models import Login, Session
from tokens.oidc.services import logout as leaving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com", name="Ann <i>")
    return user


@pytest.fixture
def party() -> Party:
    return leaving_party(name="Orders & <Co>")


@pytest.fixture
def browser(ann: User) -> Client:
    return came_in(ann)


@pytest.fixture
def hint(
    party: Party,
    browser: Client,
) -> str:
    return hint_of(party, browser)


def changed(
    hint: str,
    **claims: Any,
) -> str:
    """Return a hint of ours with other claims."""
    return resigned(hint, header={"typ": "JWT"}, claims=claims, by="RS256")


@pytest.mark.spec("RP-Initiated Logout 2", "RP-Initiated Logout 3")
@pytest.mark.parametrize("send", [go, posted])
def test_whom_the_hint_names_is_signed_out_at_once_and_led_back(
    send: Any,
    browser: Client,
    ann: User,
    hint: str,
) -> None:
    answer = send(
        browser, id_token_hint=hint, post_logout_redirect_uri=BYE, state="a b&c"
    )
    assert (answer.status_code, answer["Location"]) == (303, f"{BYE}?state=a+b%26c")
    assert "no-store" in answer["Cache-Control"]
    assert not is_in(ann) and not Session.objects.live().exists()
    assert Event.objects.filter(action=Action.SIGNED_OUT).count() == 2
    assert browser.get("/account/").status_code == 302


@pytest.mark.spec("RP-Initiated Logout 2")
@pytest.mark.parametrize(
    "claims", [{"exp": 1}, {"exp": 1, "iat": 0, "nonce": "\u00e4"}]
)
def test_a_hint_may_have_expired(
    claims: dict[str, Any],
    browser: Client,
    ann: User,
    hint: str,
) -> None:
    go(browser, id_token_hint=changed(hint, **claims))
    assert not is_in(ann)


@pytest.mark.spec("RP-Initiated Logout 2")
def test_a_hint_of_an_ended_session_still_names_its_login(
    browser: Client,
    party: Party,
    ann: User,
    hint: str,
) -> None:
    held = party.tokens(browser)["refresh_token"]
    assert party.post("revoke", token=held).status_code in (200, 404)
    Session.objects.filter(sid=unread(hint)["sid"]).update(revoked_at="2026-01-01T00Z")
    go(browser, id_token_hint=hint)
    assert Login.objects.get(user=ann).revoked_at is not None


@pytest.mark.spec("RP-Initiated Logout 2")
def test_a_hint_whose_session_is_gone_is_no_proof(
    browser: Client,
    ann: User,
    hint: str,
) -> None:
    Session.objects.filter(sid=unread(hint)["sid"]).delete()
    assert asks(go(browser, id_token_hint=hint)) and is_in(ann)


@pytest.mark.spec("RP-Initiated Logout 3")
@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"post_logout_redirect_uri": BYE}, BYE),
        ({"state": "only"}, None),
        ({}, None),
        ({"logout_hint": "ann@example.com"}, None),
    ],
)
def test_without_a_state_none_and_without_a_uri_nowhere(
    given: dict[str, str],
    place: str | None,
    browser: Client,
    ann: User,
    hint: str,
) -> None:
    answer = go(browser, id_token_hint=hint, **given)
    assert answer.headers.get("Location") == place
    assert place or "You are signed out" in text(answer)
    assert not is_in(ann)


@pytest.mark.spec("RP-Initiated Logout 2")
@pytest.mark.parametrize("send", [go, posted])
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"state": "only a state"},
        {"logout_hint": "ann@example.com"},
        {"client_id": "THE CLIENT"},
        {"client_id": "THE CLIENT", "post_logout_redirect_uri": BYE},
        {"id_token_hint": "nonsense"},
        {"id_token_hint": "\u00fc.\u00df.\U0001f600"},
        {"id_token_hint": "a" * 3000},
        {"id_token_hint": "nonsense", "client_id": "THE CLIENT"},
    ],
)
def test_without_a_good_hint_the_person_is_asked(
    send: Any,
    given: dict[str, str],
    browser: Client,
    party: Party,
    ann: User,
) -> None:
    if "client_id" in given:
        given = {**given, "client_id": party.application.client_id}
    asking = send(browser, **given)
    assert asks(asking) and is_in(ann)
    assert "ann@example.com" in text(asking) and "Ann &lt;i&gt;" in text(asking)
    assert ("Orders &amp; &lt;Co&gt;" in text(asking)) == ("client_id" in given)
    done = confirm(browser, asking)
    assert not is_in(ann)
    if "post_logout_redirect_uri" in given:
        assert (done.status_code, done["Location"]) == (303, BYE)
    else:
        assert "You are signed out" in text(done)


@pytest.mark.spec("RP-Initiated Logout 2")
def test_a_modified_hint_counts_as_none(
    browser: Client,
    ann: User,
    hint: str,
) -> None:
    head, body, signature = hint.split(".")
    other = "A" if signature[0] != "A" else "B"
    forged = f"{head}.{body}.{other}{signature[1:]}"
    assert asks(go(browser, id_token_hint=forged)) and is_in(ann)
    told = go(browser, id_token_hint=forged, post_logout_redirect_uri=BYE)
    assert told.status_code == 400 and is_in(ann)


@pytest.mark.spec("RP-Initiated Logout 2")
@pytest.mark.parametrize(
    "claims",
    [
        {"sid": None},
        {"sid": "nonsense"},
        {"sid": ["a"]},
        {"sid": str(uuid4())},
        {"sub": str(uuid4())},
        {"sub": ""},
    ],
)
def test_a_hint_that_names_no_login_of_the_browser_signs_nobody_out(
    claims: dict[str, Any],
    browser: Client,
    ann: User,
    hint: str,
) -> None:
    assert asks(go(browser, id_token_hint=changed(hint, **claims))) and is_in(ann)


@pytest.mark.spec("RP-Initiated Logout 2")
@pytest.mark.parametrize("claims", [{"iss": "https://evil.example.com"}, {"exp": None}])
def test_a_hint_of_another_issuer_or_without_an_end_is_none(
    claims: dict[str, Any],
    browser: Client,
    ann: User,
    hint: str,
) -> None:
    assert asks(go(browser, id_token_hint=changed(hint, **claims))) and is_in(ann)


@pytest.mark.spec("RP-Initiated Logout 2")
def test_an_access_token_is_no_hint(
    browser: Client,
    party: Party,
    ann: User,
) -> None:
    token = party.tokens(browser)["access_token"]
    assert asks(go(browser, id_token_hint=token)) and is_in(ann)


@pytest.mark.spec("RP-Initiated Logout 2")
def test_another_persons_hint_signs_nobody_out_unasked(
    browser: Client,
    party: Party,
    ann: User,
) -> None:
    bob = UserFactory(email="bob@example.com")
    theirs = hint_of(party, came_in(bob))
    asking = go(browser, id_token_hint=theirs, post_logout_redirect_uri=BYE)
    assert asks(asking) and "ann@example.com" in text(asking)
    assert "bob@example.com" not in text(asking)
    assert is_in(ann) and is_in(bob)
    assert confirm(browser, asking)["Location"] == BYE
    assert not is_in(ann) and is_in(bob)


@pytest.mark.spec("RP-Initiated Logout 2")
def test_the_hint_of_another_browser_of_the_same_person_asks_too(
    browser: Client,
    party: Party,
    ann: User,
) -> None:
    elsewhere = hint_of(party, came_in(ann))
    assert asks(go(browser, id_token_hint=elsewhere)) and is_in(ann)


@pytest.mark.spec("RP-Initiated Logout 2")
@pytest.mark.parametrize("send", [go, posted])
def test_where_nobody_is_signed_in_it_goes_straight_on(
    send: Any,
    party: Party,
    browser: Client,
    ann: User,
    hint: str,
) -> None:
    given = {"post_logout_redirect_uri": BYE, "state": "a"}
    whose = party.application.client_id
    for known in ({"client_id": whose}, {"id_token_hint": hint}):
        answer = send(Client(), **known, **given)
        assert answer["Location"] == f"{BYE}?state=a"
    assert "You are signed out" in text(send(Client()))
    assert is_in(ann), "whoever holds a hint only is not the person"


def test_a_disabled_person_is_signed_in_nowhere(
    browser: Client,
    ann: User,
    hint: str,
) -> None:
    User.objects.filter(pk=ann.pk).update(is_active=False)
    answer = go(browser, id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert answer["Location"] == BYE


def test_only_our_own_page_confirms(
    browser: Client,
    party: Party,
    ann: User,
) -> None:
    asking = go(browser, client_id=party.application.client_id)
    assert confirm(browser, asking, csrfmiddlewaretoken="a" * 64).status_code == 403
    assert confirm(browser, asking, asked="a:b:c").status_code == 400
    kept = leaving.sealed(leaving.Asked(None))
    told = browser.post(LOGOUT, urlencode({"asked": kept}), content_type=FORM)
    assert told.status_code == 403
    assert is_in(ann)
    assert browser.head(LOGOUT).status_code == 405
    assert browser.put(LOGOUT).status_code == 405


def test_what_was_asked_is_good_for_an_hour_and_as_long_as_the_uri_is_registered(
    browser: Client,
    party: Party,
    ann: User,
    monkeypatch: Any,
) -> None:
    whose = party.application.client_id
    asking = go(browser, client_id=whose, post_logout_redirect_uri=BYE)
    with monkeypatch.context() as later:
        later.setattr("tokens.oidc.services.logout.SECONDS", -1)
        late = confirm(browser, asking)
        assert late.status_code == 400 and "This sign-out is over." in text(late)
    party.application.post_logout_redirect_uris = []
    party.application.save()
    assert confirm(browser, asking).status_code == 400
    assert is_in(ann)


def test_a_seal_made_for_something_else_is_none(
    browser: Client,
    ann: User,
) -> None:
    members = {"client_id": "", "uri": "", "state": "", "sub": str(ann.pk), "sid": ""}
    assert go(browser, asked=signing.dumps(members)).status_code == 400
    assert is_in(ann)


def test_the_page_that_asks_lets_its_form_lead_to_the_application_and_nowhere_else(
    browser: Client,
    party: Party,
) -> None:
    whose = party.application.client_id
    asking = go(browser, client_id=whose, post_logout_redirect_uri=BYE)
    policy = asking["Content-Security-Policy"]
    assert "form-action 'self' https://app.example.com;" in policy
    plain = go(browser, client_id=whose)
    assert "form-action 'self';" in plain["Content-Security-Policy"]


@pytest.mark.parametrize("send", [go, posted])
def test_the_pages_speak_the_language_that_the_client_asks_for(
    send: Any,
    browser: Client,
) -> None:
    asking = send(browser, ui_locales="tlh de")
    assert "Angemeldet bleiben" in text(asking)
    assert 'action="/oauth/logout?ui_locales=tlh+de"' in text(asking)
