"""How the tests of second factors call the API: as a person with a token, or as nobody."""

from typing import Any

import jwt
from django.test import Client

from accounts.models import User
from tests.authenticators import App
from tests.factories import PASSWORD, LoginFactory, SessionFactory
from tests.passkeys import Passkey
from tokens import minting

V1 = "/api/v1/"


class Api:
    """A client that speaks JSON; `bearer` is a token or none."""

    def __init__(self, bearer: str = "") -> None:
        self.client = Client()
        self.headers = {"HTTP_AUTHORIZATION": f"Bearer {bearer}"} if bearer else {}

    def __call__(
        self,
        verb: str,
        path: str,
        /,
        **body: Any,
    ) -> Any:
        """Return the answer; `answer.told` is its JSON."""
        send = getattr(self.client, verb)
        given: dict[str, Any] = dict(self.headers)
        if verb != "get":
            given |= {"data": body, "content_type": "application/json"}
        answer = send(V1 + path, **given)
        answer.told = answer.json() if answer.content else {}
        return answer


def signed_in(
    user: User,
    **login: Any,
) -> Api:
    """Return the API as `user` calls it, signed in a moment ago by password."""
    traits = {"amr": ["pwd"], **login}
    application = SessionFactory(
        user=user, login=LoginFactory(user=user, **traits), scope="account"
    )
    return Api(minting.issue(application.sid).access_token)


def with_password(user: User) -> dict[str, Any]:
    """Return what a sign-in by password answers."""
    body = {"email": user.email, "password": PASSWORD}
    told: dict[str, Any] = Api()("post", "auth/login", **body).told
    return told


def add_app(api: Api) -> tuple[App, list[str]]:
    """Have the caller enrol an authenticator app; return it and the recovery codes."""
    told = api("post", "users/me/mfa/enroll", method="totp").told
    app = App(told["secret"])
    done = api(
        "post",
        "users/me/mfa/confirm",
        flow_token=told["flow_token"],
        method="totp",
        code=app.code(),
    )
    assert done.status_code == 200, done.told
    return app, done.told["recovery_codes"]


def add_passkey(
    api: Api,
    passkey: Passkey,
    name: str = "Laptop",
) -> Any:
    """Have the caller enrol a passkey; return the answer."""
    told = api("post", "users/me/mfa/enroll", method="webauthn").told
    return api(
        "post",
        "users/me/mfa/confirm",
        flow_token=told["flow_token"],
        method="webauthn",
        credential=passkey.create(told["options"]),
        name=name,
    )


def claims_of(answer: Any) -> dict[str, Any]:
    """Return what the access token of an answer says."""
    token = answer.told["access_token"]
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found
