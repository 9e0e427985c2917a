"""What is done to one account at once, through every door, gives no 5xx."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from tests.conftest import Together
from tests.factories import PASSWORD, UserFactory
from tests.mailbox import last_mail
from tests.passkeys import ISSUER, Passkey
from tests.tokens.api.factor_calls import Api, add_app, signed_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("keys"),
]
OWN, ALL = "users/me/mfa", ["pwd", "otp", "mfa"]
Work = list[Callable[[], Any]]


def _post(
    api: Api,
    path: str,
    **body: Any,
) -> Callable[[], Any]:
    return lambda: api("post", path, **body)


def _factors_of(
    user: User,
    api: Api,
) -> Work:
    """Return sign-ins, renewals and enrolments, each of them good."""
    _, codes = add_app(api)
    factor = api("get", OWN).told["data"][0]["id"]
    work: Work = [lambda: api("delete", f"{OWN}/{factor}")] * 2
    login = {"email": user.email, "password": PASSWORD}
    for n in range(3):
        enrolling = api("post", f"{OWN}/enroll", method="webauthn").told
        proof = {
            "method": "webauthn",
            "flow_token": enrolling["flow_token"],
            "credential": Passkey().create(enrolling["options"]),
        }
        work += [
            _post(api, f"{OWN}/confirm", **proof),
            _post(Api(), "auth/login", **login),
        ]
        for begun, code in (
            (Api()("post", "auth/login", **login), codes[n]),
            (api("post", "auth/reauthenticate", password=PASSWORD), codes[9 - n]),
        ):
            flow = begun.told["flow_token"]
            shown = {"flow_token": flow, "method": "recovery_code", "code": code}
            work.append(_post(Api(), "auth/mfa", **shown))
    return work


def _rest_of(
    user: User,
    api: Api,
) -> Work:
    """Return mailed links, endings and, last, the leaving."""
    api("post", "users/me/email", email=f"new.{user.email}")
    change = last_mail(f"new.{user.email}").key
    reset = [_post(Api(), "auth/password-reset", email=user.email)]
    return [
        *[_post(Api(), "auth/confirm-email-change", key=change)] * 2,
        *[_post(api, f"{OWN}/recovery-codes")] * 2,
        *reset * 3,
        lambda: api("delete", "users/me/sessions?except=current"),
        lambda: api("delete", "users/me"),
        lambda: api("delete", "users/me"),
    ]


@pytest.mark.parametrize("leaves", [False, True])
def test_everything_at_once(
    together: Together,
    settings: Any,
    leaves: bool,
) -> None:
    settings.RATE_LIMITS = False
    settings.ISSUER, settings.IDENTITY_API = ISSUER, f"{ISSUER}/api/v1"
    ann: User = UserFactory(email="ann@example.com")
    api = signed_in(ann, amr=ALL)
    work = _factors_of(ann, api) + _rest_of(ann, signed_in(ann, amr=ALL))
    if not leaves:
        work = work[:-2]
    random.Random(leaves).shuffle(work)
    for answer in together(len(work), lambda n: work[n]()):
        assert answer.status_code < 500, answer.told
