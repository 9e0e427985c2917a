"""One's connected accounts: the list, and the end of one."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from social.models import Connection, Identity
from tests.factories import IdentityFactory, UserFactory
from tests.mailbox import last_mail
from tests.social.travel import travel
from tests.social.upstreams import Upstream
from tests.tokens.pages.people import LOGIN, Browser, text, went
from tokens.models import Login


@pytest.fixture
def identity(
    connection: Connection,
    ann: User,
) -> Identity:
    made: Identity = IdentityFactory(connection=connection, user=ann)
    return made


@pytest.fixture
def inside(identity: Identity) -> Browser:
    browser = Browser()
    assert went(browser.log_in()) == "/account/"
    return browser


def page(of: Any) -> str:
    return f"/account/identities/{of}/"


def test_a_connected_account_is_disconnected(
    inside: Browser,
    identity: Identity,
) -> None:
    assert page(identity.pk) in text(inside.get("/account/2fa/"))
    shown = text(inside.get(page(identity.pk)))
    assert "Disconnect “<bdi>Example ID</bdi>”?" in shown
    assert Identity.objects.exists(), "a GET changes nothing"
    assert went(inside.post(page(identity.pk))) == "/account/2fa/"
    assert not Identity.objects.exists()
    assert "was disconnected" in text(inside.get("/account/2fa/"))
    assert "disconnected" in last_mail("ann@example.com").subject
    assert Event.objects.filter(action=Action.IDENTITY_UNLINKED).count() == 1
    assert inside.post(page(identity.pk)).status_code == 404


def test_the_last_way_in_stays_and_the_page_says_what_to_do(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    travel(browser, upstream)
    answer = browser.post(page(Identity.objects.get().pk))
    assert answer.status_code == 409
    assert "This is the only way to sign in" in text(answer)
    assert 'href="/account/password/reset/"' in text(answer)
    assert 'class="danger"' not in text(answer)
    assert Identity.objects.exists()


def test_another_persons_is_not_found(inside: Browser) -> None:
    theirs = IdentityFactory(user=UserFactory())
    for wanted in (theirs.pk, uuid4()):
        assert inside.get(page(wanted)).status_code == 404
        assert inside.post(page(wanted)).status_code == 404
    assert Identity.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("wanted", ["x", "1", "日本語", "x" * 2000, "%ff"])
def test_what_is_no_id_is_not_found(
    wanted: str,
    inside: Browser,
) -> None:
    assert inside.get(page(wanted)).status_code == 404


def test_who_is_not_signed_in_signs_in_first(identity: Identity) -> None:
    browser = Browser()
    to = f"{LOGIN}?next={quote(page(identity.pk), safe='')}"
    assert went(browser.get(page(identity.pk))) == to
    assert went(browser.post(page(identity.pk))) == LOGIN
    assert Identity.objects.exists()


def test_a_stale_sign_in_is_proven_again(
    inside: Browser,
    identity: Identity,
) -> None:
    Login.objects.update(auth_time=timezone.now() - timedelta(days=1))
    answer = went(inside.get(page(identity.pk)))
    assert answer.startswith("/account/reauthenticate/?next=%2Faccount%2Fidentities")
    assert went(inside.post(page(identity.pk))) == "/account/reauthenticate/"
    assert Identity.objects.exists()


def test_a_form_of_another_site_and_other_methods_are_refused(
    inside: Browser,
    identity: Identity,
) -> None:
    assert inside.client.post(page(identity.pk)).status_code == 403
    inside.client.handler.enforce_csrf_checks = False
    for method in ("put", "delete", "patch"):
        assert getattr(inside.client, method)(page(identity.pk)).status_code == 405
    assert Identity.objects.exists()


def test_what_a_provider_told_is_shown_as_text(
    inside: Browser,
    identity: Identity,
) -> None:
    Identity.objects.update(email="<b>x</b>", name="<i>")
    shown = text(inside.get("/account/2fa/"))
    assert "&lt;b&gt;x" in shown and "<b>x" not in shown
