"""What people let applications have: exactly that, and until they take it back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.audit.models import Event
from accounts.models import User
from config.errors import Forbidden, NotFound, ServiceError
from tenants.models import Application
from tests.conftest import Together
from tests.factories import (
    ApplicationFactory,
    LoginFactory,
    MembershipFactory,
    RoleFactory,
    SessionFactory,
    UserFactory,
)
from tests.tokens.oidc.third import USERINFO, consented, is_live, orders, shop, wanted
from tokens.models import Revocation
from tokens.oidc.models import AuthorizationCode, Consent, DeviceCode
from tokens.oidc.services import consents
from tokens.revocations import Kind, subject_of

pytestmark = pytest.mark.django_db
GRANTED, REVOKED = "token:consent:granted", "token:consent:revoked"


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


def test_all_is_missing_until_it_is_granted_and_nothing_after(ann: User) -> None:
    application, target = shop(), wanted("openid profile email")
    assert consents.missing(ann.pk, application, target) == target.scope.split()
    assert consents.is_needed(ann.pk, application, target)
    consent = consents.grant(ann, application, target)
    assert consents.missing(ann.pk, application, target) == []
    assert not consents.is_needed(ann.pk, application, target)
    assert not consents.is_needed(ann.pk, application, wanted("openid"))
    event = Event.objects.get(action=GRANTED)
    assert (event.actor_id, event.target_id) == (str(ann.pk), str(ann.pk))
    assert event.tenant_id == application.tenant_id
    assert event.details == {
        "client_id": application.client_id,
        "audience": consent.audience,
        "scope": "openid profile email",
    }


def test_what_is_new_is_missing_and_joins_what_was_there(ann: User) -> None:
    application = shop()
    consented(ann, application, "openid email")
    more = wanted("openid profile")
    assert consents.missing(ann.pk, application, more) == ["profile"]
    assert consents.grant(ann, application, more).scope == "openid email profile"
    consents.grant(ann, application, wanted("email"))
    assert Consent.objects.get().scope == "openid email profile"
    assert Event.objects.filter(action=GRANTED).count() == 2, "nothing new, no event"


def test_a_consent_serves_no_other_application_person_or_audience(ann: User) -> None:
    application = shop()
    sibling = shop("Sibling", tenant=application.tenant)
    target = wanted("openid")
    consents.grant(ann, application, target)
    for user, client, asked in (
        (ann, sibling, target),
        (UserFactory(), application, target),
        (ann, application, wanted("openid", audience="https://other.example")),
        (ann, application, wanted("openid", audience=USERINFO.upper())),
        (ann, application, wanted("OPENID")),
    ):
        assert consents.missing(user.pk, client, asked) == [asked.scope]
        assert consents.is_needed(user.pk, client, asked)


def test_nobody_is_asked_for_the_operators_own_applications(ann: User) -> None:
    own = ApplicationFactory(is_first_party=True)
    assert consents.missing(ann.pk, own, wanted()) == []
    assert not consents.is_needed(ann.pk, own, wanted())


def test_who_asks_for_nothing_has_to_ask_once_too(ann: User) -> None:
    application, nothing = shop(), wanted("")
    assert consents.missing(ann.pk, application, nothing) == []
    assert consents.is_needed(ann.pk, application, nothing)
    consents.grant(ann, application, nothing)
    assert not consents.is_needed(ann.pk, application, nothing)


@pytest.mark.django_db(transaction=True)
def test_of_several_tabs_at_once_each_adds_its_own(
    ann: User,
    together: Together,
) -> None:
    application = shop()
    names = [f"s{number}" for number in range(4)]
    done = together(
        4, lambda at: consents.grant(ann, application, wanted(names[at])) and None
    )
    assert done == [None] * 4
    assert sorted(Consent.objects.get().scope.split()) == names


@pytest.mark.django_db(transaction=True)
def test_of_several_who_take_it_back_one_does(
    ann: User,
    together: Together,
) -> None:
    consent = consented(ann)
    done = together(4, lambda at: consents.revoke(consent, acting_user=ann))
    assert sorted(done) == [False, False, False, True]
    assert Event.objects.filter(action=REVOKED).count() == 1


def test_taking_it_back_ends_what_the_application_has_of_the_person(ann: User) -> None:
    consent = consented(ann)
    application = consent.application
    ended = SessionFactory(user=ann, application=application)
    others = [
        SessionFactory(user=ann),
        SessionFactory(application=application),
    ]
    assert consents.revoke(consent, acting_user=ann)
    assert not is_live(ended) and all(map(is_live, others))
    ended.refresh_from_db()
    assert ended.reason == REVOKED
    entry = subject_of(Kind.SESSION, str(ended.sid))
    assert Revocation.objects.get().subject == entry
    assert consents.missing(ann.pk, application, wanted()) == ["openid", "email"]
    event = Event.objects.get(action=REVOKED)
    assert event.details["client_id"] == application.client_id
    assert not consents.revoke(consent, acting_user=ann), "it is gone"


def test_codes_on_their_way_are_worth_nothing_any_more(ann: User) -> None:
    consent = consented(ann)
    application, login = consent.application, LoginFactory(user=ann)
    soon = timezone.now() + timedelta(minutes=1)
    mine = {"application": application, "expires_at": soon, "login": login}
    code = AuthorizationCode.objects.create(**mine, digest="a")
    used = AuthorizationCode.objects.create(**mine, digest="b", used_at=soon)
    device = DeviceCode.objects.create(**mine, digest="c", user_digest="c")
    elsewhere = AuthorizationCode.objects.create(
        **mine | {"application": shop()}, digest="d"
    )
    theirs = AuthorizationCode.objects.create(
        **mine | {"login": LoginFactory()}, digest="e"
    )
    consents.revoke(consent, acting_user=ann)
    kept = set(AuthorizationCode.objects.all())
    assert kept == {used, elsewhere, theirs} and code not in kept
    assert device not in DeviceCode.objects.all()


def keeper(
    application: Application,
    *held: str,
) -> User:
    """Return somebody with permissions in an application's tenant."""
    role = RoleFactory(tenant=application.tenant, permissions=list(held))
    membership = MembershipFactory(tenant=application.tenant)
    membership.roles.add(role)
    user: User = membership.user
    return user


def test_who_manages_the_members_may_take_it_back(ann: User) -> None:
    consent = consented(ann)
    acting = keeper(consent.application, "members:write")
    assert consents.revoke(consent, acting_user=acting)
    assert Event.objects.get(action=REVOKED).actor_id == str(acting.pk)
    assert consents.revoke(consented(ann), acting_user=UserFactory(is_superuser=True))
    assert consents.revoke(consented(ann), acting_user=None)


def _elsewhere(consent: Consent) -> User:
    return keeper(shop("Elsewhere"), "members:write")


def _reader(consent: Consent) -> User:
    return keeper(consent.application, "members:read", "applications:write")


def _somebody(consent: Consent) -> User:
    user: User = UserFactory()
    return user


def _disabled_root(consent: Consent) -> User:
    user: User = UserFactory(is_superuser=True, is_active=False)
    return user


def _disabled_self(consent: Consent) -> User:
    User.objects.filter(pk=consent.user_id).update(is_active=False)
    return User.objects.get(pk=consent.user_id)


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [
        (_elsewhere, NotFound),
        (_reader, Forbidden),
        (_somebody, NotFound),
        (_disabled_root, NotFound),
        (_disabled_self, NotFound),
    ],
)
def test_nobody_else_may(
    ann: User,
    actor: Any,
    refusal: type[ServiceError],
) -> None:
    consent = consented(ann)
    session = SessionFactory(user=ann, application=consent.application)
    with pytest.raises(refusal):
        consents.revoke(consent, acting_user=actor(consent))
    assert Consent.objects.exists() and is_live(session)


def test_only_ones_own_is_found(ann: User) -> None:
    mine, theirs = consented(ann), consented(UserFactory())
    assert consents.own(ann, consent_id=mine.pk) == mine
    with pytest.raises(NotFound):
        consents.own(ann, consent_id=theirs.pk)


def test_the_consents_for_an_api_are_forgotten_with_it(ann: User) -> None:
    api, application = orders(), shop()
    consents.grant(ann, application, wanted("orders:read", api=api))
    kept = consented(ann, application)
    assert consents.forget(api.identifier) == 1
    assert list(Consent.objects.all()) == [kept]
