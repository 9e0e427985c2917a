"""Which providers an application offers, and signing in by an ID token of one."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from social.models import Connection, Identity
from tests.authenticators import has_app
from tests.factories import (
    ApplicationFactory,
    ConnectionFactory,
    IdentityFactory,
    MembershipFactory,
    TenantFactory,
    UserFactory,
)
from tests.social.native import NONCE, Provider, native_connection, said, send
from tests.social.upstreams import Upstream
from tests.tokens.api.factor_calls import Api, claims_of, with_password

pytestmark = pytest.mark.django_db
LIST = "social/providers"


def test_an_application_offers_its_tenants_and_everybodys() -> None:
    application = ApplicationFactory()
    everybodys = ConnectionFactory(name="Everybody's")
    own = ConnectionFactory(tenant=application.tenant, provider=Provider.GOOGLE)
    ConnectionFactory(tenant=TenantFactory())
    ConnectionFactory(suspended_at=timezone.now())
    ConnectionFactory(tenant=application.tenant, suspended_at=timezone.now())
    answer = Api()("get", f"{LIST}?client_id={application.client_id}")
    assert answer.status_code == 200
    assert answer.told["data"] == [
        {
            "id": everybodys.provider_id,
            "provider": "oidc",
            "name": "Everybody's",
            "native": False,
        },
        {
            "id": own.provider_id,
            "provider": "google",
            "name": "Example ID",
            "native": True,
        },
    ]


def test_without_a_client_it_is_the_built_in_application() -> None:
    ConnectionFactory(tenant=TenantFactory())
    everybodys = ConnectionFactory()
    told = Api()("get", LIST).told["data"]
    assert [row["id"] for row in told] == [everybodys.provider_id]


@pytest.mark.parametrize(
    "query",
    [
        "client_id=nobody",
        "client_id=",
        "client_id=" + "x" * 5000,
        "client_id=%F0%9F%A6%8A",
        "client_id=%00",
        "client_id=default&client_id=default",
        "client_id=%ff%fe",
        "client_id=%ED%A0%80",
    ],
)
def test_no_application_is_a_clear_refusal(query: str) -> None:
    answer = Api()("get", f"{LIST}?{query}")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"].startswith("application/problem+json")


def test_somebody_new_gets_an_account_and_what_a_password_gets(
    google: Connection,
    upstream: Upstream,
) -> None:
    answer = send(upstream.id_token(NONCE))
    assert answer.status_code == 200, answer.told
    person = User.objects.get()
    assert (person.email, person.name) == ("ann@example.com", "Ann")
    assert not person.has_usable_password()
    assert set(answer.told) == set(with_password(UserFactory()))
    assert answer.told["user"]["email_verified"] is True
    claims = claims_of(answer)
    assert claims["amr"] == ["fed"] and claims["sub"] == str(person.pk)
    assert answer["Cache-Control"] == "no-store"
    succeeded = Event.objects.filter(action=Action.LOGIN_SUCCEEDED)
    assert succeeded.filter(details__connection="google").exists()


def test_whoever_is_known_is_in_whatever_address_is_told(
    google: Connection,
    upstream: Upstream,
) -> None:
    bob = UserFactory(email="bob@example.com")
    IdentityFactory(connection=google, subject="u-1", user=bob)
    answer = send(upstream.id_token(NONCE, email_verified=False))
    assert answer.told["user"]["email"] == "bob@example.com"
    assert User.objects.count() == 1


def test_only_what_the_application_offers_and_apps_can_send(
    google: Connection,
    upstream: Upstream,
) -> None:
    native_connection("anothers", tenant=TenantFactory())
    native_connection("suspended", suspended_at=timezone.now())
    ConnectionFactory(provider_id="example", issuer=upstream.issuer)
    for provider_id in ("anothers", "suspended", "example", "nobody", "x" * 500, "ä"):
        answer = send(upstream.id_token(NONCE), provider_id=provider_id)
        assert said(answer) == (404, "unknown_provider"), provider_id
    assert send(upstream.id_token(NONCE)).status_code == 200


def test_a_tenants_own_connection_binds_the_login_to_it(
    google: Connection,
    upstream: Upstream,
) -> None:
    application = ApplicationFactory()
    native_connection("own", tenant=application.tenant)
    answer = send(
        upstream.id_token(NONCE), provider_id="own", client_id=application.client_id
    )
    assert answer.status_code == 200, answer.told
    api = Api(answer.told["access_token"])
    [row] = api("get", "users/me/identities").told["data"]
    refused = api("delete", f"users/me/identities/{row['id']}")
    assert said(refused) == (401, "insufficient_user_authentication")
    assert Identity.objects.exists()


def test_who_has_a_second_factor_shows_it_next(
    google: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    app = has_app(ann)
    IdentityFactory(connection=google, subject="u-1", user=ann)
    answer = send(upstream.id_token(NONCE))
    assert said(answer) == (401, "mfa_required")
    done = Api()(
        "post",
        "auth/mfa",
        flow_token=answer.told["flow_token"],
        method="totp",
        code=app.code(),
    )
    assert done.status_code == 200, done.told
    assert claims_of(done)["amr"] == ["fed", "otp", "mfa"]


def test_a_tenant_that_demands_a_second_factor_has_one_set_up(
    google: Connection,
    upstream: Upstream,
) -> None:
    application = ApplicationFactory(tenant=TenantFactory(mfa_required=True))
    answer = send(upstream.id_token(NONCE), client_id=application.client_id)
    assert said(answer) == (401, "mfa_enrollment_required")
    assert answer.told["flow_token"] and "access_token" not in answer.told


def test_somebody_disabled_is_refused_like_anybody(
    google: Connection,
    upstream: Upstream,
) -> None:
    gone = UserFactory(is_active=False)
    IdentityFactory(connection=google, subject="u-1", user=gone)
    answer = send(upstream.id_token(NONCE))
    assert said(answer) == (401, "provider_refused")
    assert "disabled" not in answer.content.decode()
    event = Event.objects.get(action=Action.PROVIDER_REFUSED)
    assert event.target_id == str(gone.pk) and event.details["check"] == "account"


def test_an_account_with_the_address_is_signed_in_to_first(
    google: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    answer = send(upstream.id_token(NONCE, email="Ann@Example.com"))
    assert said(answer) == (409, "identity_link_required")
    assert not Identity.objects.exists()


@pytest.mark.parametrize("verified", [False, None, "yes", 0])
def test_an_address_that_is_not_vouched_for_says_nothing(
    google: Connection,
    upstream: Upstream,
    verified: Any,
) -> None:
    UserFactory(email="ann@example.com", verified=False)
    answer = send(upstream.id_token(NONCE, email_verified=verified))
    assert said(answer) == (403, "email_unproven")
    assert not Identity.objects.exists()


@pytest.mark.parametrize("registration", ["invite", "closed"])
def test_nobody_new_signs_up_where_the_tenant_is_not_open(
    google: Connection,
    upstream: Upstream,
    registration: str,
) -> None:
    application = ApplicationFactory(tenant=TenantFactory(registration=registration))
    answer = send(upstream.id_token(NONCE), client_id=application.client_id)
    assert said(answer) == (403, "registration_closed")
    assert not User.objects.exists()
    known = IdentityFactory(connection=google, subject="u-2").user
    token = upstream.id_token("second", sub="u-2")
    answer = send(token, nonce="second", client_id=application.client_id)
    assert said(answer) == (403, "not_a_member")
    MembershipFactory(user=known, tenant=application.tenant)
    token = upstream.id_token("third", sub="u-2")
    answer = send(token, nonce="third", client_id=application.client_id)
    assert answer.status_code == 200, answer.told


def test_a_membership_that_is_suspended_lets_nobody_in(
    google: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    application = ApplicationFactory()
    IdentityFactory(connection=google, subject="u-1", user=ann)
    now = timezone.now()
    MembershipFactory(user=ann, tenant=application.tenant, suspended_at=now)
    answer = send(upstream.id_token(NONCE), client_id=application.client_id)
    assert said(answer) == (403, "not_a_member")


@pytest.mark.parametrize("traits", [{"type": "web"}, {"is_first_party": False}])
def test_other_applications_have_no_such_door(
    google: Connection,
    upstream: Upstream,
    traits: dict[str, Any],
) -> None:
    application = ApplicationFactory(**traits)
    answer = send(upstream.id_token(NONCE), client_id=application.client_id)
    assert said(answer) == (403, "rest_login_not_allowed")
    assert not User.objects.exists() and not upstream.asked


def test_a_later_sign_in_shows_when_it_was(
    google: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    old = timezone.now() - timedelta(days=9)
    mine = IdentityFactory(connection=google, subject="u-1", user=ann, last_used_at=old)
    assert send(upstream.id_token(NONCE)).status_code == 200
    mine.refresh_from_db()
    assert mine.last_used_at > old and mine.email == "ann@example.com"
