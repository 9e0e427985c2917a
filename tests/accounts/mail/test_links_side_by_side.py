"""Links of several addresses side by side, and links for nobody."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.errors import LinkInvalid
from accounts.mail import links
from accounts.mail.links import Purpose
from accounts.models import MailLink
from tests.conftest import Together
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

UNDO = Purpose.UNDO_EMAIL_CHANGE


def key_of(url: str) -> str:
    """Return what stands behind `?key=`."""
    return url.partition("?key=")[2]


def test_undo_links_of_two_addresses_live_side_by_side() -> None:
    user = UserFactory.create()
    first = key_of(links.make(user, UNDO, email_key="a@x.io"))
    second = key_of(links.make(user, UNDO, email_key="b@x.io"))
    third = key_of(links.make(user, UNDO, email_key="b@x.io"))
    assert links.look(first, UNDO) and links.look(third, UNDO)
    with pytest.raises(LinkInvalid):
        links.look(second, UNDO)
    links.void(user, UNDO, since=links.look(third, UNDO).created_at)
    assert links.look(first, UNDO)
    with pytest.raises(LinkInvalid):
        links.look(third, UNDO)


def cost(make: Callable[[], str]) -> tuple[list[str], str]:
    """Return the statements that a link costs, and its URL."""
    with CaptureQueriesContext(connection) as caught:
        url = make()
    return [q["sql"].split()[0] for q in caught.captured_queries], url


def test_pretending_costs_the_same_and_leads_nowhere() -> None:
    user = UserFactory.create()
    made, _ = cost(lambda: links.make(user, Purpose.RESET_PASSWORD))
    pretended, url = cost(lambda: links.pretend(Purpose.RESET_PASSWORD))
    assert made == pretended
    assert [word for word in made if word in ("DELETE", "INSERT")] == made[2:4]
    with pytest.raises(LinkInvalid):
        links.look(key_of(url), Purpose.RESET_PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_of_links_made_at_once_one_lives(together: Together) -> None:
    user = UserFactory.create()
    urls = together(8, lambda _: links.make(user, Purpose.RESET_PASSWORD))
    assert len(set(urls)) == 8
    assert MailLink.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_making_claiming_and_voiding_at_once_never_wait_crosswise(
    together: Together,
) -> None:
    user = UserFactory.create()
    key = key_of(links.make(user, UNDO, email_key="a@x.io"))

    def work(number: int) -> object:
        with transaction.atomic():
            if number % 3 == 0:
                return links.make(user, UNDO, email_key=f"{number}@x.io")
            if number % 3 == 1:
                return links.claim(key, UNDO)
            links.make(user, Purpose.RESET_PASSWORD)
            links.void(user, Purpose.RESET_PASSWORD)
            return None

    said = together(12, work)
    refused = [s for s in said if isinstance(s, Exception)]
    assert [type(s) for s in refused] == [LinkInvalid] * 3
