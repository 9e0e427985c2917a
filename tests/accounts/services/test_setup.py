"""The one-time link of the first superuser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.errors import EmailTaken, PasswordRefused, SetupLinkRefused
from accounts.flows import verification
from accounts.models import SetupLink, User
from accounts.services import claim_setup_link, create_setup_link
from accounts.services.setup import is_claimable, setup_path
from config.errors import Conflict, Forbidden
from tests.conftest import Together
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def claim(
    token: str,
    email: str = "root@example.com",
    password: str = PASSWORD,
) -> User:
    return claim_setup_link(token=token, email=email, password=password)


def test_the_link_makes_a_verified_superuser_once() -> None:
    token = create_setup_link()
    assert is_claimable(token)

    user = claim(token)

    assert user.is_superuser and user.is_staff and user.check_password(PASSWORD)
    assert verification.is_verified(user.pk)
    assert not is_claimable(token)
    with pytest.raises(SetupLinkRefused):
        claim(token, "second@example.com")
    assert User.objects.count() == 1
    assert {e.action for e in Event.objects.all()} == {
        Action.SETUP_LINK_CREATED,
        Action.SETUP_LINK_CLAIMED,
        Action.SUPERUSER_CREATED,
    }


def test_only_the_digest_is_stored() -> None:
    token = create_setup_link()

    assert token not in str(SetupLink.objects.get().__dict__)
    assert token not in str([e.__dict__ for e in Event.objects.all()])
    assert setup_path(token) == f"/account/setup/?token={token}"


def test_a_new_link_voids_the_ones_before() -> None:
    first, second = create_setup_link(), create_setup_link()

    with pytest.raises(SetupLinkRefused):
        claim(first)
    assert claim(second).is_superuser


def test_an_old_link_is_refused() -> None:
    token = create_setup_link()
    ends = SetupLink.objects.get().expires_at
    assert timedelta(minutes=14) < ends - timezone.now() <= timedelta(minutes=15)
    SetupLink.objects.update(expires_at=timezone.now())

    with pytest.raises(SetupLinkRefused):
        claim(token)


@pytest.mark.parametrize("token", ["", "unknown", "\x00", "\ud800", "x" * 100_000])
def test_an_unknown_link_is_refused(token: str) -> None:
    create_setup_link()

    with pytest.raises(SetupLinkRefused):
        claim(token)


def test_no_link_is_made_or_taken_once_there_is_a_superuser() -> None:
    token = create_setup_link()
    UserFactory.create(is_superuser=True)

    with pytest.raises(Conflict):
        create_setup_link()
    with pytest.raises(SetupLinkRefused):
        claim(token)


def test_a_disabled_superuser_does_not_count() -> None:
    UserFactory.create(is_superuser=True, is_active=False)

    assert claim(create_setup_link()).is_superuser


def test_a_refused_claim_leaves_the_link_open() -> None:
    UserFactory.create(email="taken@example.com")
    token = create_setup_link()

    with pytest.raises(PasswordRefused):
        claim(token, password="short")
    with pytest.raises(EmailTaken):
        claim(token, "Taken@example.com")

    assert claim(token).is_superuser


def test_people_make_no_set_up_links() -> None:
    with pytest.raises(Forbidden):
        create_setup_link(acting_user=UserFactory.create())


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_claims_make_one_superuser(together: Together) -> None:
    token = create_setup_link()

    outcomes = together(20, lambda n: claim(token, f"root{n}@example.com"))

    assert User.objects.filter(is_superuser=True).count() == User.objects.count() == 1
    assert sum(isinstance(o, User) for o in outcomes) == 1
    assert sum(isinstance(o, SetupLinkRefused) for o in outcomes) == 19


@pytest.mark.django_db(transaction=True)
def test_of_two_links_made_at_once_one_makes_a_superuser(together: Together) -> None:
    tokens = [create_setup_link()]
    digests = SetupLink.objects.get()
    tokens.append(create_setup_link())
    SetupLink.objects.create(
        digest=digests.digest, expires_at=timezone.now() + timedelta(minutes=1)
    )

    outcomes = together(10, lambda n: claim(tokens[n % 2], f"root{n}@example.com"))

    assert User.objects.filter(is_superuser=True).count() == 1
    assert sum(isinstance(o, User) for o in outcomes) == 1
