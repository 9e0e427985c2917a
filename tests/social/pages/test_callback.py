"""Coming back from a provider: in, connected, or asked further."""

from accounts.flows import verification
from accounts.models import User
from social.models import Connection, Identity
from tests.factories import IdentityFactory, UserFactory
from tests.social.travel import come_back, leave, travel
from tests.social.upstreams import Upstream
from tests.tokens.pages.people import Browser, text, went


def test_somebody_new_gets_an_account_and_is_in(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    assert went(travel(browser, upstream)) == "/account/"
    assert browser.is_in()
    person = User.objects.get()
    assert (person.email, person.name) == ("ann@example.com", "Ann")
    assert not person.has_usable_password()
    assert verification.is_verified(person.pk)
    identity = Identity.objects.get()
    assert (identity.subject, identity.user) == ("u-1", person)
    assert identity.tokens == ""


def test_whoever_is_known_is_in_whatever_address_is_told(
    connection: Connection,
    upstream: Upstream,
) -> None:
    bob = UserFactory(email="bob@example.com")
    IdentityFactory(connection=connection, subject="u-1", user=bob)
    browser = Browser()
    assert went(travel(browser, upstream)) == "/account/"
    assert User.objects.count() == 1
    assert "bob@example.com" in text(browser.get("/account/"))


def test_an_account_with_the_address_is_signed_in_to_first(
    connection: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    browser = Browser()
    assert went(travel(browser, upstream)) == "/account/login/"
    assert not Identity.objects.exists()
    assert not browser.is_in()
    page = text(browser.get("/account/login/"))
    assert "ann@example.com" in page and "Example ID" in page
    answer = browser.log_in()
    assert went(answer) == "/account/connect/finish/"
    assert went(browser.get(went(answer))) == "/account/"
    assert Identity.objects.get().user == ann


def test_a_way_is_good_once(
    connection: Connection,
    upstream: Upstream,
) -> None:
    browser = Browser()
    answer = upstream.authorize(leave(browser))
    assert went(come_back(browser, answer)) == "/account/"
    assert come_back(browser, answer).status_code == 401


def test_a_way_is_one_browsers(
    connection: Connection,
    upstream: Upstream,
) -> None:
    answer = upstream.authorize(leave(Browser()))
    other = Browser()
    leave(other)
    assert come_back(other, answer).status_code == 401
    assert not User.objects.exists()


def test_an_unverified_address_says_nothing(
    connection: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    upstream.person["email_verified"] = False
    browser = Browser()
    assert went(travel(browser, upstream)) == "/account/connect/address/"
    assert not Identity.objects.exists()
