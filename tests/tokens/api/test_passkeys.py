"""Passkeys over REST: as a second factor, and as all there is (WebAuthn 3)."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import User
from tests.conftest import Together
from tests.factories import ApplicationFactory, TenantFactory, UserFactory
from tests.passkeys import ISSUER, PRESENT, Passkey
from tests.tokens.api.factor_calls import (
    Api,
    add_passkey,
    claims_of,
    signed_in,
    with_password,
)
from tokens.models import Login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys", "domain")]


@pytest.fixture
def domain(settings: Any) -> None:
    """An issuer that can have passkeys."""
    settings.ISSUER = ISSUER
    settings.IDENTITY_API = f"{ISSUER}/api/v1"
    settings.RATE_LIMITS = False


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


@pytest.fixture
def passkey(ann: User) -> Passkey:
    """A passkey that Ann enrolled."""
    made = Passkey()
    assert add_passkey(signed_in(ann), made).status_code == 200
    Login.objects.all().delete()
    return made


def shown(
    passkey: Passkey,
    told: dict[str, Any],
) -> Any:
    """Answer a sign-in that asks for a second factor with a passkey."""
    api, flow = Api(), told["flow_token"]
    options = api("post", "auth/mfa/options", flow_token=flow).told["options"]
    credential = passkey.get(options)
    return api(
        "post", "auth/mfa", flow_token=flow, method="webauthn", credential=credential
    )


def alone(
    passkey: Passkey,
    **more: Any,
) -> Any:
    """Sign in with nothing but a passkey."""
    begun = Api()("post", "auth/passkey/options", **more).told
    credential = passkey.get(begun["options"])
    return Api()(
        "post",
        "auth/passkey",
        flow_token=begun["flow_token"],
        credential=credential,
    )


def test_enrolment_asks_for_a_resident_key_of_the_issuer_that_verifies(
    ann: User,
) -> None:
    told = signed_in(ann)("post", "users/me/mfa/enroll", method="webauthn").told
    asked = told["options"]["publicKey"]
    assert asked["rp"]["id"] == "id.example.com"
    chosen = asked["authenticatorSelection"]
    assert chosen["userVerification"] == chosen["residentKey"] == "required"
    assert asked["user"]["name"] == "ann@example.com"


def test_the_first_passkey_brings_recovery_codes_and_a_letter(ann: User) -> None:
    answer = add_passkey(signed_in(ann), Passkey())
    assert len(answer.told["recovery_codes"]) == 10
    assert Event.objects.filter(action=Action.FACTOR_ADDED).count() == 1


def test_it_is_a_second_factor(
    ann: User,
    passkey: Passkey,
) -> None:
    told = with_password(ann)
    assert told["methods"] == ["webauthn", "recovery_code"]
    answer = shown(passkey, told)
    assert answer.status_code == 200
    assert claims_of(answer)["amr"] == ["pwd", "pop", "mfa"]


def test_it_signs_in_alone_for_the_application_it_was_begun_for(
    ann: User,
    passkey: Passkey,
) -> None:
    application = ApplicationFactory()
    answer = alone(passkey, client_id=application.client_id)
    assert answer.status_code == 200
    claims = claims_of(answer)
    assert (claims["sub"], claims["client_id"]) == (str(ann.pk), application.client_id)
    assert (claims["amr"], claims["acr"]) == (["pop", "mfa"], "aal2")


def test_the_options_tell_nothing_about_anybody(passkey: Passkey) -> None:
    options = Api()("post", "auth/passkey/options").told["options"]["publicKey"]
    assert options.get("allowCredentials", []) == []
    assert options["userVerification"] == "required"


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://evil.example.com"},
        {"origin": "https://sub.id.example.com", "rp_id": "id.example.com"},
        {"origin": "http://id.example.com"},
        {"origin": f"{ISSUER}:444"},
        {"rp_id": "example.com"},
        {"flags": PRESENT},
        {"flags": 0},
        {"id": b"0" * 16},
        {"key": ec.generate_private_key(ec.SECP256R1())},
        {"user_handle": b""},
        {"user_handle": b"\xff\xfe"},
        {"user_handle": b"00000000000000000000000000000000"},
    ],
    ids=lambda change: "-".join(change),
)
def test_a_passkey_that_does_not_fit_signs_nobody_in(
    passkey: Passkey,
    change: dict[str, Any],
) -> None:
    for name, value in change.items():
        setattr(passkey, name, value)
    answer = alone(passkey)
    assert (answer.status_code, answer.told["code"]) == (401, "credential_invalid")
    assert not Login.objects.exists()
    assert Event.objects.filter(action=Action.LOGIN_FAILED).count() == 1


@pytest.mark.parametrize("change", [{"origin": "https://x.io"}, {"flags": PRESENT}])
def test_nor_is_it_a_second_factor(
    ann: User,
    passkey: Passkey,
    change: dict[str, Any],
) -> None:
    for name, value in change.items():
        setattr(passkey, name, value)
    answer = shown(passkey, with_password(ann))
    assert (answer.status_code, answer.told["code"]) == (401, "credential_invalid")


def test_anothers_passkey_is_no_second_factor(
    ann: User,
    passkey: Passkey,
) -> None:
    bob = UserFactory()
    other = Passkey()
    add_passkey(signed_in(bob), other)
    assert shown(other, with_password(ann)).status_code == 401


def test_a_passkey_that_claims_another_user_is_refused(
    ann: User,
    passkey: Passkey,
) -> None:
    bob: User = UserFactory()
    passkey.user_handle = bob.pk.hex.encode()
    assert alone(passkey).told["code"] == "credential_invalid"


def test_an_answer_cannot_be_replayed(passkey: Passkey) -> None:
    begun = Api()("post", "auth/passkey/options").told
    body = {"flow_token": begun["flow_token"]}
    body["credential"] = passkey.get(begun["options"])
    assert Api()("post", "auth/passkey", **body).status_code == 200
    assert Api()("post", "auth/passkey", **body).told["code"] == "flow_invalid"
    again = Api()("post", "auth/passkey/options").told["flow_token"]
    replay = Api()("post", "auth/passkey", **{**body, "flow_token": again})
    assert replay.told["code"] == "credential_invalid"


@pytest.mark.django_db(transaction=True)
def test_one_answer_ten_times_at_once_signs_in_once(
    passkey: Passkey,
    together: Together,
) -> None:
    begun = Api()("post", "auth/passkey/options").told
    body = {"flow_token": begun["flow_token"]}
    body["credential"] = passkey.get(begun["options"])
    said = together(10, lambda _: Api()("post", "auth/passkey", **body).status_code)
    assert sorted(said) == [200] + [401] * 9


def test_passkey_sign_ins_are_begun_so_often_per_address_and_no_more(
    ann: User,
    settings: Any,
) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = settings.LIMITS | {"passkey_ip": "12/15m"}
    said = [Api()("post", "auth/passkey/options").status_code for _ in range(13)]
    assert said == [200] * 12 + [429]


def test_a_disabled_person_stays_out(
    ann: User,
    passkey: Passkey,
) -> None:
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert alone(passkey).status_code == 401
    assert not Login.objects.exists()


def test_a_tenant_that_asks_for_a_proven_address_gets_one(
    passkey: Passkey,
) -> None:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.update(verified=False)
    tenant = TenantFactory(verification_required=True)
    application = ApplicationFactory(tenant=tenant)
    answer = alone(passkey, client_id=application.client_id)
    assert answer.told["code"] == "email_verification_required"


def test_an_issuer_on_an_ip_address_has_none(
    ann: User,
    settings: Any,
    passkey: Passkey,
) -> None:
    settings.ISSUER = "http://127.0.0.1:8000"
    answer = Api()("post", "auth/passkey/options")
    assert (answer.status_code, answer.told["code"]) == (409, "passkeys_unavailable")
    assert with_password(ann)["methods"] == ["recovery_code"]


def _text(data: dict[str, Any]) -> str:
    raw = json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"type": "public-key"},
        {"type": "public-key", "id": "x", "rawId": "x", "response": []},
        {"type": "public-key", "id": 1, "rawId": 2, "response": {}},
        {"type": "public-key", "id": "é", "rawId": "é", "response": {}},
        {"type": "public-key", "id": "x", "rawId": "x", "response": {}},
        {
            "type": "public-key",
            "id": "x",
            "rawId": "x",
            "response": {
                "clientDataJSON": _text({"origin": ISSUER, "type": "webauthn.get"}),
                "authenticatorData": "AAAA",
                "signature": "A",
                "userHandle": "A",
            },
        },
        {"type": "public-key", "id": "x" * 40_000, "rawId": "x", "response": {}},
    ],
    ids=range(8),
)
def test_a_malformed_credential_is_a_clear_refusal(
    ann: User,
    passkey: Passkey,
    credential: dict[str, Any],
) -> None:
    flow = Api()("post", "auth/passkey/options").told["flow_token"]
    alone = Api()("post", "auth/passkey", flow_token=flow, credential=credential)
    assert (alone.status_code, alone.told["code"]) == (401, "credential_invalid")
    flow = with_password(ann)["flow_token"]
    Api()("post", "auth/mfa/options", flow_token=flow)
    second = Api()(
        "post", "auth/mfa", flow_token=flow, method="webauthn", credential=credential
    )
    assert (second.status_code, second.told["code"]) == (401, "credential_invalid")
    api = signed_in(ann, amr=["pwd", "pop", "mfa"])
    told = api("post", "users/me/mfa/enroll", method="webauthn").told
    made = api(
        "post",
        "users/me/mfa/confirm",
        flow_token=told["flow_token"],
        method="webauthn",
        credential=credential,
    )
    assert (made.status_code, made.told["code"]) == (401, "credential_invalid")


def test_many_people_of_one_network_sign_in_by_passkey(passkey: Passkey) -> None:
    for _ in range(12):
        told = Api()("post", "auth/passkey/options").told
        credential = passkey.get(told["options"])
        answer = Api()(
            "post",
            "auth/passkey",
            flow_token=told["flow_token"],
            credential=credential,
        )
        assert answer.status_code == 200


def test_a_stranger_begins_only_so_many(settings: Any) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = {**settings.LIMITS, "passkey_ip": "2/1m"}
    answers = [Api()("post", "auth/passkey/options") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
