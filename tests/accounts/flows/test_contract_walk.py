"""Every step of allauth's that we take, with the exact form of its answer.

`accounts.flows` reads these answers and nothing else of allauth: an upgrade that changes one
breaks here. Its other endpoints are called by nobody and reachable from nowhere.
"""

import re
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.http import QueryDict
from django.test import Client
from django.urls import get_resolver

from accounts.backends import SESSION_KEY, Attempt
from accounts.flows import contract, pending
from accounts.flows.pending import Purpose
from accounts.models import User
from config.sessions import FlowStore
from tests.accounts.flows.doors import mailed_code
from tests.architecture.sources import code
from tests.authenticators import App, has_app
from tests.factories import PASSWORD, UserFactory
from tests.passkeys import ISSUER, Passkey

pytestmark = pytest.mark.django_db

EMAIL = "ann@example.com"
TOTP = "account/authenticators/totp"
CODES = "account/authenticators/recovery-codes"
WEBAUTHN = "account/authenticators/webauthn"
TAKEN = {
    *("auth/signup", "auth/login", "auth/email/verify", "auth/email/verify/resend"),
    *("auth/2fa/reauthenticate", "auth/webauthn/reauthenticate"),
    *("auth/webauthn/login", TOTP, CODES, WEBAUTHN),
}
PERSON = {"id": str, "display": str, "email": str, "has_usable_password": bool}
FLOWS = [{"id": "login"}, {"id": "signup"}, {"id": "mfa_login_webauthn"}]
CODE_WRONG = {"message": "Incorrect code.", "code": "incorrect_code"}
KEPT_CODES = {
    "type": "recovery_codes",
    "created_at": float,
    "last_used_at": None,
    "total_code_count": 10,
    "unused_code_count": 10,
}
OVER = {"status": 410, "data": {"flows": FLOWS}, "meta": {"is_authenticated": None}}


@pytest.fixture(autouse=True)
def _issuer(settings: Any) -> None:
    settings.ISSUER = ISSUER


def said(
    step: str,
    body: dict[str, Any] | None = None,
    *,
    flow_token: str = "",
    attempt: Attempt | None = None,
) -> Any:
    """Return allauth's own JSON; without a body it is asked by GET."""
    request = contract._request(body or {}, flow_token)
    request.method = "GET" if body is None else "POST"
    path, _, query = step.partition("?")
    request.GET = QueryDict(query)
    request.attempt = attempt or Attempt()  # type: ignore[attr-defined]
    return contract._call(path, request)


def fits(
    answer: Any,
    form: Any,
) -> bool:
    """Tell whether an answer has this form: the same keys, and values or their types."""
    if isinstance(form, dict):
        same = isinstance(answer, dict) and answer.keys() == form.keys()
        return same and all(fits(answer[name], form[name]) for name in form)
    if isinstance(form, list):
        same = isinstance(answer, list) and len(answer) == len(form)
        return same and all(map(fits, answer, form))
    return isinstance(answer, form) if isinstance(form, type) else answer == form


def attempt(required: bool = True) -> Attempt:
    """Return the attempt that our sign-up makes."""
    hashed = make_password(PASSWORD)
    return Attempt(EMAIL, PASSWORD, "Ann", hashed, verification_required=required)


def begun(required: bool = True) -> Any:
    """Return what a sign-up answers."""
    body = {"email": EMAIL, "password": PASSWORD}
    return said("auth/signup", body, attempt=attempt(required))


def signed_in(user: User) -> dict[str, Any]:
    """Return the form in which our token strategy tells who signed in."""
    methods = [{"method": "password", "at": float, "email": EMAIL}]
    told = {"user_id": str(user.pk), "amr": ["pwd"], "kept": {}}
    return {
        "status": 200,
        "data": {"user": PERSON, "methods": methods},
        "meta": {"is_authenticated": True, **told},
    }


def shown(*types: str) -> dict[str, Any]:
    """Return the form of a re-authentication with authenticators of these types."""
    used = {"method": "mfa", "at": float, "id": int, "reauthenticated": True}
    methods = [{**used, "type": kind} for kind in types]
    data = {"user": PERSON, "methods": methods}
    return {"status": 200, "data": data, "meta": {"is_authenticated": True}}


@pytest.fixture
def ann() -> User:
    user: User = UserFactory(email=EMAIL, name="Ann")
    return user


@pytest.fixture
def flow(ann: User) -> str:
    """A flow of ours that allauth takes for somebody signed in."""
    return pending.begin(ann, Purpose.ADDITION)


@pytest.mark.parametrize("taken", [False, True])
def test_a_sign_up_waits_for_a_code_whether_or_not_the_address_is_taken(
    taken: bool,
) -> None:
    if taken:
        UserFactory(email=EMAIL)
    waits = {"id": "verify_email", "is_pending": True}
    assert fits(
        begun(),
        {
            "status": 401,
            "data": {"flows": [*FLOWS, waits]},
            "meta": {"is_authenticated": False, "session_token": str},
        },
    )


def test_a_code_is_mailed_again_refused_and_taken() -> None:
    token = begun()["meta"]["session_token"]
    assert said("auth/email/verify/resend", {}, flow_token=token) == {"status": 200}
    wrong = said("auth/email/verify", {"key": "AAAA-AAAA"}, flow_token=token)
    assert wrong == {"status": 400, "errors": [{**CODE_WRONG, "param": "key"}]}

    done = said("auth/email/verify", {"key": mailed_code()}, flow_token=token)

    user = User.objects.get()
    kept = attempt().kept() | {"user_id": str(user.pk), "email_key": EMAIL}
    assert fits(
        done,
        {
            "status": 200,
            "data": {"user": PERSON, "methods": []},
            "meta": {
                "is_authenticated": True,
                "user_id": str(user.pk),
                "amr": ["pwd"],
                "kept": kept,
            },
        },
    ), done


def test_a_password_is_taken_or_refused(ann: User) -> None:
    right = {"email": EMAIL, "password": PASSWORD}
    asked = Attempt(EMAIL, PASSWORD, verification_required=False)
    assert fits(said("auth/login", right, attempt=asked), signed_in(ann))
    wrong = said("auth/login", right | {"password": "x"}, attempt=Attempt(EMAIL, "x"))
    assert fits(
        wrong,
        {
            "status": 400,
            "errors": [
                {
                    "message": str,
                    "code": "email_password_mismatch",
                    "param": "password",
                }
            ],
        },
    )


def test_an_app_is_given_a_secret_and_proves_it(flow: str) -> None:
    given = said(TOTP, flow_token=flow)
    assert fits(given, {"status": 404, "meta": {"secret": str, "totp_url": str}})
    assert re.fullmatch("[A-Z2-7]{32}", given["meta"]["secret"])
    assert given["meta"]["totp_url"].startswith("otpauth://totp/")
    app = App(given["meta"]["secret"])
    wrong = said(TOTP, {"code": app.wrong()}, flow_token=flow)
    assert wrong == {"status": 400, "errors": [{**CODE_WRONG, "param": "code"}]}
    held = {"type": "totp", "created_at": float, "last_used_at": None}
    proven = said(TOTP, {"code": app.code()}, flow_token=flow)
    assert fits(proven, {"status": 200, "data": held})
    assert fits(said(TOTP, flow_token=flow), {"status": 200, "data": held})


def test_recovery_codes_come_with_the_first_factor_and_are_shown_once(
    flow: str,
) -> None:
    app = App(said(TOTP, flow_token=flow)["meta"]["secret"])
    said(TOTP, {"code": app.code()}, flow_token=flow)
    new = {"status": 200, "data": KEPT_CODES | {"unused_codes": [str] * 10}}
    assert fits(said(CODES, flow_token=flow), new)
    assert fits(said(CODES, flow_token=flow), {"status": 200, "data": KEPT_CODES})
    again = said(CODES, {}, flow_token=flow)
    assert fits(again, new)
    assert all(re.fullmatch("[0-9]{8}", c) for c in again["data"]["unused_codes"])


def test_a_code_of_either_kind_reauthenticates(
    ann: User,
    flow: str,
) -> None:
    app = has_app(ann)
    step = "auth/2fa/reauthenticate"
    wrong = said(step, {"code": app.wrong()}, flow_token=flow)
    assert wrong == {"status": 400, "errors": [{**CODE_WRONG, "param": "code"}]}
    assert fits(said(step, {"code": app.code()}, flow_token=flow), shown("totp"))
    [code, *_] = said(CODES, {}, flow_token=flow)["data"]["unused_codes"]
    answer = said(step, {"code": code}, flow_token=flow)
    assert fits(answer, shown("totp", "recovery_codes"))
    kept = FlowStore(session_key=flow)[AUTHENTICATION_METHODS_SESSION_KEY]
    assert kept == answer["data"]["methods"]
    assert said(step, {"code": code}, flow_token="unknown") == OVER


def made(flow: str) -> Passkey:
    """Enrol a passkey as `flows.enrolment` does; return it."""
    asked = said(f"{WEBAUTHN}?passwordless=true", flow_token=flow)
    options = asked["data"]["creation_options"]
    assert fits(asked, {"status": 200, "data": {"creation_options": dict}})
    assert fits(
        options["publicKey"],
        {
            "rp": {"name": "id.example.com", "id": "id.example.com"},
            "user": {"name": EMAIL, "id": str, "displayName": "Ann"},
            "challenge": str,
            "pubKeyCredParams": list,
            "excludeCredentials": [],
            "authenticatorSelection": {
                "residentKey": "required",
                "userVerification": "required",
                "requireResidentKey": True,
            },
            "extensions": {"credProps": True},
        },
    )
    passkey = Passkey()
    body = {"name": "Laptop", "passwordless": True}
    body["credential"] = passkey.create(options)
    assert fits(
        said(WEBAUTHN, body, flow_token=flow),
        {
            "status": 200,
            "data": {
                "type": "webauthn",
                "created_at": float,
                "last_used_at": None,
                "id": int,
                "name": "Laptop",
                "is_passwordless": True,
            },
            "meta": {"recovery_codes_generated": True},
        },
    )
    return passkey


def request_form(*allowed: str) -> dict[str, Any]:
    """Return the form of WebAuthn request options."""
    named = [{"type": "public-key", "id": one} for one in allowed]
    public = {"challenge": str, "rpId": "id.example.com", "allowCredentials": named}
    options = {"publicKey": public | {"userVerification": "required"}}
    return {"status": 200, "data": {"request_options": options}}


def test_a_passkey_is_made_and_reauthenticates(flow: str) -> None:
    passkey, step = made(flow), "auth/webauthn/reauthenticate"
    asked = said(step, flow_token=flow)
    known = passkey.create({"publicKey": {"user": {"id": ""}, "challenge": ""}})["id"]
    assert fits(asked, request_form(known))
    passkey.user_handle = b""
    body = {"credential": passkey.get(asked["data"]["request_options"])}
    assert fits(said(step, body, flow_token=flow), shown("webauthn"))
    refused = said(step, body, flow_token=flow)
    assert (refused["status"], len(refused["errors"])) == (400, 1)


def test_a_passkey_alone_signs_in(
    ann: User,
    flow: str,
) -> None:
    passkey, step = made(flow), "auth/webauthn/login"
    token = pending.begin(None, Purpose.PASSKEY)
    asked = said(step, flow_token=token)
    assert fits(asked, request_form())
    body = {"credential": passkey.get(asked["data"]["request_options"])}
    done = said(step, body, flow_token=token)
    assert fits(done["meta"], signed_in(ann)["meta"])
    assert fits(done["data"], {"user": PERSON, "methods": []})
    assert said(step, body, flow_token=token) == OVER


def test_a_flow_is_found_by_its_token_alone(flow: str) -> None:
    assert FlowStore(session_key=flow)[SESSION_KEY]["purpose"] == Purpose.ADDITION
    assert said(TOTP, flow_token="unknown")["status"] in (401, 410)
    assert said(TOTP)["status"] == 401


def test_no_other_step_is_taken() -> None:
    """What the package asks for, as it stands in the source."""
    source = "\n".join(m.text for m in code() if "accounts/flows" in str(m.path))
    source = source.replace("{_AUTHENTICATORS}", "account/authenticators")
    named = set(re.findall(r'"((?:auth|account)/[\w/-]+)(?:\?[^"]*)?"', source))
    assert named - {"account/authenticators"} == TAKEN


def endpoints() -> list[str]:
    """Return every path of allauth's headless clients."""
    paths: list[str] = []
    waiting: list[tuple[str, Any]] = [("", get_resolver("allauth.headless.urls"))]
    while waiting:
        prefix, resolver = waiting.pop()
        for one in resolver.url_patterns:
            path = prefix + str(one.pattern)
            if hasattr(one, "url_patterns"):
                waiting.append((path, one))
            else:
                paths.append(path)
    return paths


def test_no_endpoint_of_allauth_is_reachable_over_http() -> None:
    found = endpoints()
    assert {f"app/v1/{step}" for step in TAKEN} <= set(found) and len(found) > 20
    client = Client()
    for path in found:
        for mounted in ("/_allauth", "", "/api/v1", "/account", "/accounts", "/auth"):
            for verb in (client.get, client.post):
                answer = verb(f"{mounted}/{path}")
                assert answer.status_code == 404, f"{mounted}/{path}"
