"""One's own factors over REST: added, named, removed, with a fresh proof and a letter."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from accounts.outbox.models import Delivery
from config.encryption import decrypt
from tests.authenticators import App, has_app
from tests.conftest import Together
from tests.factories import PASSWORD, UserFactory
from tests.passkeys import ISSUER, Passkey
from tests.tokens.api.factor_calls import (
    Api,
    add_app,
    add_passkey,
    claims_of,
    signed_in,
    with_password,
)
from tokens.models import Login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
OWN = "users/me/mfa"
NOBODYS = UUID(int=7)


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


@pytest.fixture
def api(ann: User) -> Api:
    return signed_in(ann)


def letters() -> list[str]:
    """Return the subjects of the letters that wait."""
    rows = Delivery.objects.order_by("id").values_list("payload", flat=True)
    return [json.loads(decrypt(row))["subject"] for row in rows]


def test_an_app_is_added_and_asked_for_from_then_on(
    ann: User,
    api: Api,
) -> None:
    app, codes = add_app(api)
    assert len(set(codes)) == 10
    told = api("get", OWN).told["data"]
    assert [(f["method"], f["codes_left"]) for f in told] == [
        ("totp", None),
        ("recovery_code", 10),
    ]
    assert not {"secret", "data"} & set(told[0])
    assert with_password(ann)["methods"] == ["totp", "recovery_code"]
    assert letters() == ["A second factor was added to your account"]
    assert Event.objects.get(action=Action.FACTOR_ADDED).details == {"type": "totp"}


def test_secrets_are_encrypted_at_rest(api: Api) -> None:
    app, codes = add_app(api)
    rows = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert app.secret not in rows
    assert not [code for code in codes if code in rows]


def test_the_session_that_added_it_has_shown_it(
    ann: User,
    api: Api,
) -> None:
    add_app(api)
    assert Login.objects.get().amr == ["pwd", "otp", "mfa"]


def test_the_code_that_enrolled_signs_nobody_in(
    ann: User,
    api: Api,
) -> None:
    told = api("post", f"{OWN}/enroll", method="totp").told
    code = App(told["secret"]).code()
    body = {"flow_token": told["flow_token"], "method": "totp", "code": code}
    assert api("post", f"{OWN}/confirm", **body).status_code == 200
    flow = with_password(ann)["flow_token"]
    answer = Api()("post", "auth/mfa", flow_token=flow, method="totp", code=code)
    assert answer.told["code"] == "code_invalid"


def test_a_recovery_code_works_once_and_the_token_says_so(
    ann: User,
    api: Api,
) -> None:
    _, codes = add_app(api)

    def shown() -> Any:
        return Api()(
            "post",
            "auth/mfa",
            flow_token=with_password(ann)["flow_token"],
            method="recovery_code",
            code=codes[3],
        )

    answer = shown()
    assert answer.status_code == 200
    assert claims_of(answer)["amr"] == ["pwd", "otp", "mfa"]
    assert shown().told["code"] == "code_invalid"
    assert api("get", OWN).told["data"][1]["codes_left"] == 9


def test_an_apps_code_is_no_recovery_code_nor_the_other_way_round(
    ann: User,
    api: Api,
) -> None:
    app, codes = add_app(api)
    for method, code in (("totp", codes[0]), ("recovery_code", app.code())):
        flow = with_password(ann)["flow_token"]
        body = {"flow_token": flow, "method": method, "code": code}
        assert Api()("post", "auth/mfa", **body).told["code"] == "code_invalid"
    assert api("get", OWN).told["data"][1]["codes_left"] == 10


@pytest.mark.django_db(transaction=True)
def test_a_recovery_code_twenty_times_at_once_works_once(
    ann: User,
    together: Together,
    settings: Any,
) -> None:
    settings.RATE_LIMITS = False
    _, codes = add_app(signed_in(ann))
    flows = [with_password(ann)["flow_token"] for _ in range(20)]

    def shown(number: int) -> int:
        answer = Api()(
            "post",
            "auth/mfa",
            flow_token=flows[number],
            method="recovery_code",
            code=codes[0],
        )
        return int(answer.status_code)

    assert sorted(together(20, shown)) == [200] + [401] * 19


def test_new_recovery_codes_kill_those_before(
    ann: User,
    api: Api,
) -> None:
    _, old = add_app(api)
    answer = api("post", f"{OWN}/recovery-codes")
    assert answer.status_code == 200
    new = answer.told["recovery_codes"]
    assert len(new) == 10 and not set(old) & set(new)
    body = {"method": "recovery_code"}
    flow = with_password(ann)["flow_token"]
    refused = Api()("post", "auth/mfa", flow_token=flow, code=old[0], **body)
    assert refused.status_code == 401
    assert Api()("post", "auth/mfa", flow_token=flow, code=new[0], **body).told["user"]
    assert letters()[-1] == "New recovery codes for your account"


def test_there_are_no_recovery_codes_without_a_factor(api: Api) -> None:
    answer = api("post", f"{OWN}/recovery-codes")
    assert (answer.status_code, answer.told["code"]) == (409, "conflict")


def test_with_the_last_factor_go_the_recovery_codes(
    ann: User,
    api: Api,
) -> None:
    add_app(api)
    factor = api("get", OWN).told["data"][0]["id"]
    assert api("delete", f"{OWN}/{factor}").status_code == 204
    assert api("get", OWN).told["data"] == []
    assert "access_token" in with_password(ann)
    assert letters()[-1] == "A second factor was removed from your account"


def test_a_second_app_is_refused_at_both_steps(
    ann: User,
    api: Api,
) -> None:
    waiting = api("post", f"{OWN}/enroll", method="totp").told
    add_app(api)
    answer = api("post", f"{OWN}/enroll", method="totp")
    assert (answer.status_code, answer.told["code"]) == (409, "factor_exists")
    body = {"flow_token": waiting["flow_token"], "method": "totp"}
    late = api("post", f"{OWN}/confirm", code=App(waiting["secret"]).code(), **body)
    assert late.told["code"] == "factor_exists"
    assert Authenticator.objects.filter(type="totp").count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_confirmations_make_one_app(
    ann: User,
    together: Together,
) -> None:
    """Who comes after the app is kept, and before the login says so, is asked for it."""
    api = signed_in(ann)
    begun = [api("post", f"{OWN}/enroll", method="totp").told for _ in range(8)]

    def confirm(number: int) -> int:
        told = begun[number]
        answer = Api(api.headers["HTTP_AUTHORIZATION"].split()[1])(
            "post",
            f"{OWN}/confirm",
            flow_token=told["flow_token"],
            method="totp",
            code=App(told["secret"]).code(),
        )
        return int(answer.status_code)

    said = together(8, confirm)
    assert said.count(200) == 1 and set(said) <= {200, 401, 409}, said
    assert Authenticator.objects.filter(type="totp").count() == 1
    assert Authenticator.objects.filter(type="recovery_codes").count() == 1


def test_a_passkey_is_named_and_nothing_else_is(
    ann: User,
    settings: Any,
) -> None:
    settings.ISSUER, settings.IDENTITY_API = ISSUER, f"{ISSUER}/api/v1"
    api = signed_in(ann)
    add_app(api)
    add_passkey(api, Passkey(), name="Laptop")
    by_method = {f["method"]: f["id"] for f in api("get", OWN).told["data"]}
    renamed = api("patch", f"{OWN}/{by_method['webauthn']}", name="Phone")
    assert (renamed.status_code, renamed.told["name"]) == (200, "Phone")
    for method in ("totp", "recovery_code"):
        assert api("patch", f"{OWN}/{by_method[method]}", name="x").status_code == 404
    for name in ("", "a\r\nb", "x" * 500, 7, None):
        answer = api("patch", f"{OWN}/{by_method['webauthn']}", name=name)
        assert answer.status_code == 400, name


CHANGES = [
    ("post", f"{OWN}/enroll", {"method": "totp"}),
    ("post", f"{OWN}/confirm", {"flow_token": "x", "method": "totp", "code": "1"}),
    ("post", f"{OWN}/recovery-codes", {}),
    ("patch", f"{OWN}/{NOBODYS}", {"name": "x"}),
    ("delete", f"{OWN}/{NOBODYS}", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_every_change_wants_a_recent_proof(
    ann: User,
    method: str,
    path: str,
    body: dict[str, Any],
) -> None:
    stale = signed_in(ann, auth_time=timezone.now() - timedelta(minutes=11))
    answer = stale(method, path, **body)
    assert answer.status_code == 401
    assert answer.told["code"] == "insufficient_user_authentication"
    assert answer.told["max_age"] == 600
    assert Api()(method, path, **body).told["code"] == "not_authenticated"


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_a_disabled_person_changes_nothing(
    ann: User,
    method: str,
    path: str,
    body: dict[str, Any],
) -> None:
    api = signed_in(ann)
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert api(method, path, **body).status_code == 401


def test_a_token_for_another_audience_or_a_refresh_token_is_none(ann: User) -> None:
    told = with_password(ann)
    answer = Api(told["refresh_token"])("get", OWN)
    assert (answer.status_code, answer.told["code"]) == (401, "token_invalid")


def test_nobody_touches_or_sees_anothers_factor(
    ann: User,
    api: Api,
) -> None:
    bob = UserFactory()
    has_app(bob)
    theirs = signed_in(bob)("get", OWN).told["data"][0]["id"]
    assert api("delete", f"{OWN}/{theirs}").status_code == 404
    assert api("patch", f"{OWN}/{theirs}", name="x").status_code == 404
    assert api("get", OWN).told["data"] == []
    assert Authenticator.objects.filter(user=bob).count() == 1


def test_nobody_enrols_a_factor_on_anothers_account(
    ann: User,
    api: Api,
) -> None:
    told = api("post", f"{OWN}/enroll", method="totp").told
    mallory = signed_in(UserFactory())
    body = {"flow_token": told["flow_token"], "method": "totp"}
    answer = mallory("post", f"{OWN}/confirm", code=App(told["secret"]).code(), **body)
    assert (answer.status_code, answer.told["code"]) == (401, "flow_invalid")
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"method": "sms"},
        {"method": 1},
        {"method": None},
        {"method": "totp", "user_id": "x"},
        {"method": "é" * 9999},
    ],
)
def test_malformed_input_is_a_400(
    api: Api,
    body: dict[str, Any],
) -> None:
    assert api("post", f"{OWN}/enroll", **body).status_code == 400
    assert api("post", f"{OWN}/confirm", **body).status_code == 400


def test_the_password_alone_renews_nothing_for_who_has_a_factor(
    ann: User,
    api: Api,
) -> None:
    app, _ = add_app(api)
    asked = api("post", "auth/reauthenticate", password=PASSWORD)
    assert asked.told["code"] == "mfa_required"
    body = {"flow_token": asked.told["flow_token"], "method": "totp"}
    renewed = Api()("post", "auth/mfa", code=app.code(), **body)
    assert renewed.status_code == 200
    assert claims_of(renewed)["amr"] == ["pwd", "otp", "mfa"]
