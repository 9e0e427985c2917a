"""One's own accounts at providers: seen, connected, disconnected."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.flows import webauthn
from accounts.flows.factors import factors_of
from accounts.models import User
from config.encryption import encrypt
from social.models import Connection, Identity
from social.services import identities
from tests.authenticators import has_app
from tests.conftest import Together
from tests.factories import (
    ConnectionFactory,
    IdentityFactory,
    TenantFactory,
    UserFactory,
)
from tests.mailbox import mails
from tests.social.native import NONCE, native_connection, said
from tests.social.upstreams import Upstream
from tests.tokens.api.factor_calls import Api, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
OWN = "users/me/identities"
Call = Callable[[Api], Any]


@pytest.fixture
def mine(ann: User) -> Identity:
    found: Identity = IdentityFactory(
        user=ann, email="ann@work.example", tokens=encrypt('{"access_token": "at"}')
    )
    return found


def link(
    api: Api,
    token: Any,
    **more: Any,
) -> Any:
    """Connect whom an ID token names."""
    body = {"provider": "google", "id_token": token, "nonce": NONCE, **more}
    return api("post", OWN, **body)


def by_provider(user: User) -> Api:
    """Return the API as somebody without password calls it."""
    user.set_unusable_password()
    user.save()
    return signed_in(user, amr=["fed"])


def test_one_sees_ones_own_and_no_token_of_the_provider(
    ann: User,
    mine: Identity,
) -> None:
    IdentityFactory()
    answer = signed_in(ann)("get", OWN)
    [row] = answer.told["data"]
    assert set(row) == {
        "id",
        "connection",
        "provider",
        "name",
        "email",
        "created_at",
        "last_used_at",
    }
    assert (row["id"], row["email"]) == (str(mine.pk), "ann@work.example")
    assert row["name"] == "Example ID" and row["last_used_at"] is None


def test_connecting_one_tells_the_owner(
    google: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    answer = link(signed_in(ann), upstream.id_token(NONCE, email="other@example.com"))
    assert answer.status_code == 201, answer.told
    assert answer.told["connection"] == "google"
    identity = Identity.objects.get()
    assert (identity.user, identity.subject) == (ann, "u-1")
    event = Event.objects.get(action=Action.IDENTITY_LINKED)
    assert event.details == {"connection": "google"}
    [mail] = mails("ann@example.com")
    assert "Example ID" in mail.text


def test_connecting_it_again_changes_nothing(
    google: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    api = signed_in(ann)
    first = link(api, upstream.id_token(NONCE))
    second = link(api, upstream.id_token("another"), nonce="another")
    assert first.told["id"] == second.told["id"] and second.status_code == 201
    assert Identity.objects.count() == len(mails()) == 1


def test_a_token_cannot_be_used_again_to_sign_in(
    google: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    token = upstream.id_token(NONCE)
    assert link(signed_in(ann), token).status_code == 201
    answer = Api()("post", "social/google/token", id_token=token, nonce=NONCE)
    assert said(answer) == (401, "provider_refused")


def test_what_is_somebody_elses_stays_theirs(
    google: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    theirs = IdentityFactory(connection=google, subject="u-1")
    answer = link(signed_in(ann), upstream.id_token(NONCE))
    assert said(answer) == (409, "identity_taken")
    assert theirs.user.email not in answer.content.decode()
    assert Identity.objects.get().user == theirs.user


def test_an_unproven_account_is_connected_to_nothing(
    google: Connection,
    upstream: Upstream,
) -> None:
    user = UserFactory(email="ann@example.com", verified=False)
    answer = link(signed_in(user), upstream.id_token(NONCE))
    assert said(answer) == (409, "identity_link_required")
    assert not Identity.objects.exists()


def test_there_is_an_end_to_connecting(
    google: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    IdentityFactory.create_batch(identities.MOST, user=ann)
    answer = link(signed_in(ann), upstream.id_token(NONCE))
    assert said(answer) == (409, "conflict")


@pytest.mark.parametrize("claims", [{"aud": "another"}, {"iss": "https://evil.test"}])
def test_a_token_that_does_not_fit_connects_nothing(
    google: Connection,
    upstream: Upstream,
    ann: User,
    claims: dict[str, Any],
) -> None:
    answer = link(signed_in(ann), upstream.id_token(NONCE, **claims))
    assert said(answer) == (401, "provider_refused")
    assert Event.objects.filter(action=Action.PROVIDER_REFUSED).exists()


def test_only_what_the_callers_application_offers_can_be_connected(
    google: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    native_connection("anothers", tenant=TenantFactory())
    native_connection("suspended", suspended_at=timezone.now())
    ConnectionFactory(provider_id="example", issuer=upstream.issuer)
    token = upstream.id_token(NONCE)
    for provider_id in ("anothers", "suspended", "example", "nobody"):
        answer = link(signed_in(ann), token, provider=provider_id)
        assert said(answer) == (404, "unknown_provider")


@pytest.mark.parametrize("field", ["provider", "id_token", "nonce"])
@pytest.mark.parametrize("value", [None, 7, [], {}, "", "\x00", "x" * 20000])
def test_what_is_malformed_is_a_clear_refusal(
    google: Connection,
    ann: User,
    field: str,
    value: Any,
) -> None:
    body = {"provider": "google", "id_token": "a.b.c", "nonce": NONCE, field: value}
    assert signed_in(ann)("post", OWN, **body).status_code == 400


def test_lone_surrogates_and_strange_paths_are_refused(
    google: Connection,
    ann: User,
) -> None:
    api = signed_in(ann)
    body = '{"provider": "\\ud800", "id_token": "a.b.c", "nonce": "n"}'
    answer = api.client.post(
        f"/api/v1/{OWN}",
        body,
        content_type="application/json",
        headers={"Authorization": api.headers["HTTP_AUTHORIZATION"]},
    )
    assert answer.status_code == 400
    for strange in ("1", "x" * 500, "%F0%9F%A6%8A"):
        assert api("delete", f"{OWN}/{strange}").status_code == 404


def test_disconnecting_one_tells_the_owner(
    ann: User,
    mine: Identity,
) -> None:
    answer = signed_in(ann)("delete", f"{OWN}/{mine.pk}")
    assert answer.status_code == 204
    assert not Identity.objects.exists()
    event = Event.objects.get(action=Action.IDENTITY_UNLINKED)
    assert event.details == {"connection": mine.connection.provider_id}
    [mail] = mails("ann@example.com")
    assert "Example ID" in mail.text


def test_what_is_another_persons_is_not_there(
    ann: User,
    mine: Identity,
) -> None:
    theirs = IdentityFactory()
    api = signed_in(ann)
    for identity_id in (theirs.pk, uuid4()):
        assert said(api("delete", f"{OWN}/{identity_id}")) == (404, "not_found")
    assert Identity.objects.count() == 2


def test_the_last_way_in_stays(ann: User) -> None:
    api = by_provider(ann)
    first, second = IdentityFactory.create_batch(2, user=ann)
    Connection.objects.filter(pk=second.connection_id).update(
        suspended_at=timezone.now()
    )
    assert said(api("delete", f"{OWN}/{first.pk}")) == (409, "last_way_in")
    assert Identity.objects.filter(pk=first.pk).exists() and not mails()
    assert api("delete", f"{OWN}/{second.pk}").status_code == 204
    assert said(api("delete", f"{OWN}/{first.pk}")) == (409, "last_way_in")


def test_a_suspended_tenants_connection_is_no_other_way(ann: User) -> None:
    api = by_provider(ann)
    first = IdentityFactory(user=ann)
    tenant = TenantFactory(suspended_at=timezone.now())
    IdentityFactory(user=ann, connection=ConnectionFactory(tenant=tenant))
    assert said(api("delete", f"{OWN}/{first.pk}")) == (409, "last_way_in")


def test_a_passkey_is_another_way_until_it_is_the_last(
    ann: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webauthn, "is_possible", lambda: True)
    mine = IdentityFactory(user=ann)
    by_provider(ann)
    Authenticator.objects.create(user=ann, type="webauthn", data={"name": "Laptop"})
    api = signed_in(ann, amr=["hwk", "mfa"])
    assert api("delete", f"{OWN}/{mine.pk}").status_code == 204
    [factor] = factors_of(ann)
    refused = api("delete", f"users/me/mfa/{factor.id}")
    assert said(refused) == (409, "last_way_in")
    IdentityFactory(user=ann)
    assert api("delete", f"users/me/mfa/{factor.id}").status_code == 204


def test_an_app_is_no_way_in(ann: User) -> None:
    mine = IdentityFactory(user=ann)
    has_app(ann)
    by_provider(ann)
    api = signed_in(ann, amr=["fed", "otp", "mfa"])
    assert said(api("delete", f"{OWN}/{mine.pk}")) == (409, "last_way_in")


@pytest.mark.django_db(transaction=True)
def test_of_two_that_go_at_once_one_stays(
    ann: User,
    together: Together,
) -> None:
    api = by_provider(ann)
    both = IdentityFactory.create_batch(2, user=ann)

    def remove(number: int) -> Any:
        return Api(api.headers["HTTP_AUTHORIZATION"][7:])(
            "delete", f"{OWN}/{both[number].pk}"
        )

    answers = together(2, remove)
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    assert Identity.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_connect_the_same_one_does(
    google: Connection,
    upstream: Upstream,
    ann: User,
    together: Together,
) -> None:
    apis = [signed_in(ann), signed_in(UserFactory())]
    nonces = ["first", "second"]
    tokens = [upstream.id_token(nonce) for nonce in nonces]

    def connect(number: int) -> Any:
        return link(apis[number], tokens[number], nonce=nonces[number])

    answers = together(2, connect)
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert Identity.objects.count() == 1
