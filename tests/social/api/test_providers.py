"""Which providers an application offers, and signing in by an ID token of one."""

import json
import time
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from social.models import Connection, Identity
from tests.authenticators import has_app
from tests.conftest import Together
from tests.factories import (
    ApplicationFactory,
    ConnectionFactory,
    IdentityFactory,
    MembershipFactory,
    TenantFactory,
    UserFactory,
)
from tests.social.native import (
    APP,
    NONCE,
    Provider,
    hashed,
    native_connection,
    said,
    send,
)
from tests.social.upstreams import KID, Asked, Asking, Upstream, jwk, private_key
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


@pytest.mark.parametrize("provider", [Provider.GOOGLE, Provider.APPLE])
@pytest.mark.parametrize("audience", ["our-client", APP, ["our-client"]])
def test_a_token_is_for_the_client_or_one_of_its_apps(
    google: Connection,
    upstream: Upstream,
    provider: str,
    audience: Any,
) -> None:
    native_connection("other", provider=provider)
    token = upstream.id_token(hashed(NONCE), aud=audience)
    assert send(token, provider_id="other").status_code == 200


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another audience": ({"aud": "another-client"}, "aud"),
    "no audience": ({"aud": None}, "aud"),
    "two audiences, no party": ({"aud": ["our-client", "x"]}, "azp"),
    "another party": ({"azp": "another-client"}, "azp"),
    "another issuer": ({"iss": "https://evil.example"}, "iss"),
    "no issuer": ({"iss": None}, "iss"),
    "another nonce": ({"nonce": "another"}, "nonce"),
    "no nonce": ({"nonce": None}, "nonce"),
    "a nonce that is a list": ({"nonce": [NONCE]}, "nonce"),
    "a hash of another nonce": ({"nonce": hashed("another")}, "nonce"),
    "expired": ({"exp": 1}, "exp"),
    "no expiry": ({"exp": None}, "exp"),
    "old": ({"iat": 1}, "iat"),
    "no subject": ({"sub": None}, "sub"),
    "a subject that is a number": ({"sub": 7}, "sub"),
    "a long subject": ({"sub": "x" * 256}, "sub"),
}


@pytest.mark.parametrize(("claims", "check"), WRONG.values(), ids=list(WRONG))
def test_a_token_that_does_not_fit_lets_nobody_in(
    google: Connection,
    upstream: Upstream,
    claims: dict[str, Any],
    check: str,
) -> None:
    nonce = claims.get("nonce", NONCE)
    rest = {name: value for name, value in claims.items() if name != "nonce"}
    answer = send(upstream.id_token(nonce, **rest))
    assert said(answer) == (401, "provider_refused")
    assert not User.objects.exists() and not Identity.objects.exists()
    event = Event.objects.get(action=Action.PROVIDER_REFUSED)
    assert event.details == {"connection": "google", "check": check}


def _unsigned(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", "none", headers={"kid": KID})


def _by_the_public_key(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, str(jwk()["n"]), "HS256", headers={"kid": KID})


def _by_another_key(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, private_key("key-2"), "RS256", headers={"kid": KID})


@pytest.mark.parametrize("sign", [_unsigned, _by_the_public_key, _by_another_key])
def test_nothing_but_the_providers_signature_counts(
    google: Connection,
    upstream: Upstream,
    sign: Any,
) -> None:
    upstream.sign = sign
    assert said(send(upstream.id_token(NONCE))) == (401, "provider_refused")
    assert not User.objects.exists()


def test_a_token_is_good_once_and_a_nonce_too(
    google: Connection,
    upstream: Upstream,
) -> None:
    token = upstream.id_token(NONCE)
    assert send(token).status_code == 200
    assert said(send(token)) == (401, "provider_refused")
    again = upstream.id_token(NONCE, iat=int(time.time()) - 1)
    assert said(send(again)) == (401, "provider_refused")
    event = Event.objects.filter(action=Action.PROVIDER_REFUSED).first()
    assert event is not None and event.outcome == "nonce: used before"
    assert send(upstream.id_token("another"), nonce="another").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_twelve_at_once_one_is_in(
    google: Connection,
    upstream: Upstream,
    together: Together,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from config.slots import Slots
    from social.upstream import calls

    monkeypatch.setattr(calls, "_waiting", Slots(100))
    token = upstream.id_token(NONCE)
    answers = together(12, lambda number: send(token))
    found = sorted(answer.status_code for answer in answers)
    assert found == [200] + [401] * 11
    assert User.objects.count() == Identity.objects.count() == 1


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


@pytest.mark.parametrize("value", [None, 7, True, [], {}, "", "a\x00b", "x" * 20000])
@pytest.mark.parametrize("field", ["id_token", "nonce"])
def test_what_is_malformed_is_a_clear_refusal(
    google: Connection,
    field: str,
    value: Any,
) -> None:
    body = {"token": "a.b.c", "nonce": NONCE}
    body["token" if field == "id_token" else field] = value
    assert send(**body).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        '{"id_token": "\\ud800", "nonce": "n"}',
        '{"id_token": "a.b.c", "nonce": "\\udfff"}',
        '{"id_token": "a.b.c", "nonce": "n", "client_id": "\\ud800"}',
        '{"id_token": "a.b.c", "nonce": "n", "more": 1}',
        '{"id_token": "a.b.c"}',
        "[]",
        '"a"',
    ],
)
def test_raw_json_that_is_malformed_is_a_clear_refusal(
    google: Connection,
    body: str,
) -> None:
    path = "/api/v1/social/google/token"
    answer = Api().client.post(path, body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("token", ["🦊", "a.b.c", "....", "e30.e30.e30", "x" * 16384])
def test_garbage_is_no_token(
    google: Connection,
    token: str,
) -> None:
    assert said(send(token)) == (401, "provider_refused")


def test_a_provider_that_is_down_is_no_fault_of_ours(
    google: Connection,
    upstream: Upstream,
) -> None:
    upstream.answers["/.well-known/openid-configuration"] = b"<html>"
    assert said(send(upstream.id_token(NONCE))) == (401, "provider_refused")


def test_too_many_who_wait_are_told_to_come_back(
    google: Connection,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from social.upstream import calls

    monkeypatch.setattr(calls._waiting, "take", lambda owner: False)
    answer = send(upstream.id_token(NONCE))
    assert said(answer) == (503, "provider_unavailable")
    assert answer["Retry-After"]


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


@pytest.mark.django_db(transaction=True)
def test_who_comes_while_the_provider_is_asked_for_the_first_time_waits(
    google: Connection,
    upstream: Upstream,
    together: Together,
) -> None:
    def slowly(asking: Asking) -> None:
        time.sleep(0.3)
        asked = Asked("GET", "/.well-known/openid-configuration", {}, {}, {})
        asking.say(200, json.dumps(upstream.document(asked)).encode())

    upstream.answers["/.well-known/openid-configuration"] = slowly
    nonces = ["first", "second"]
    tokens = [upstream.id_token(nonce, sub=nonce) for nonce in nonces]
    for nonce in nonces:
        IdentityFactory(connection=google, subject=nonce)
    found = together(2, lambda number: send(tokens[number], nonce=nonces[number]))
    assert [answer.status_code for answer in found] == [200, 200]
