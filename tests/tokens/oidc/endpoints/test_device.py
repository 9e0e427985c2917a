"""A device asks for its codes."""

import re
from typing import Any

import pytest
from django.test import Client

from tenants.models import Application
from tenants.services.applications import suspend_application
from tenants.services.secrets import issue
from tests.factories import ApplicationFactory
from tests.tokens.oidc.boxes import GRANT, Box, box
from tokens.oidc.models import DeviceCode
from tokens.oidc.services import devices

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
PATH = "/oauth/device-authorization"


@pytest.mark.spec("RFC 8628 3.1", "RFC 8628 3.2", "RFC 8628 3.3.1", "RFC 8628 6.1")
def test_a_device_is_given_its_codes(settings: Any) -> None:
    response = box().ask(scope="openid orders:read")
    body = response.json()
    assert response.status_code == 200 and response["Cache-Control"] == "no-store"
    code = body["user_code"]
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", code)
    assert len(body["device_code"]) >= 43
    there = f"{settings.ISSUER}/oauth/device"
    assert body == {
        "device_code": body["device_code"],
        "user_code": code,
        "verification_uri": there,
        "verification_uri_complete": f"{there}?user_code={code}",
        "expires_in": 600,
        "interval": 5,
    }
    row = DeviceCode.objects.get()
    assert row.scope == "openid orders:read" and row.api is not None
    assert (row.ip, row.login, row.approved_at) == ("127.0.0.1", None, None)


def test_the_codes_are_kept_as_digests() -> None:
    given = box().codes()
    kept = str(DeviceCode.objects.values())
    letters = given["user_code"].replace("-", "")
    assert given["device_code"] not in kept and letters not in kept


@pytest.mark.spec("RFC 6749 2.3", "RFC 8628 3.1")
def test_a_client_with_a_secret_shows_it() -> None:
    web = ApplicationFactory(type=Application.Type.WEB, grants=[GRANT], apis=[])
    assert Box(web).ask().json()["error"] == "invalid_client"
    wrong = Box(web, secret="not this one")
    assert wrong.ask().json()["error"] == "invalid_client"
    right = Box(web, secret=issue(web, acting_user=None).clear)
    assert right.ask(scope="openid").status_code == 200


@pytest.mark.spec("RFC 6749 5.2", "RFC 8707 2")
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"client_id": "nobody"}, "invalid_client"),
        ({"client_id": "n\u00f6"}, "invalid_client"),
        ({"client_id": "x\u0000"}, "invalid_request"),
        ({"client_id": ""}, "invalid_client"),
        ({"scope": "nothing of ours"}, "invalid_scope"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
    ],
)
def test_what_is_wrong_is_said(
    given: dict[str, str],
    error: str,
) -> None:
    response = box().ask(**given)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert not DeviceCode.objects.exists()


def test_a_client_without_the_grant_has_none() -> None:
    response = box(grants=["authorization_code"]).ask()
    assert response.json()["error"] == "unauthorized_client"


def test_a_suspended_client_is_unknown() -> None:
    tv = box()
    suspend_application(tv.application, acting_user=None)
    assert tv.ask().json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    "body",
    [b"", b"client_id=%ff", b"\xff", b"client_id=a&client_id=b", b"x" * 70_000],
)
def test_a_malformed_body_is_a_bad_request(body: bytes) -> None:
    form = "application/x-www-form-urlencoded"
    response = Client().post(PATH, body, content_type=form)
    assert response.status_code == 400
    assert response.json()["error"] in ("invalid_request", "invalid_client")


def test_it_takes_forms_by_post_only() -> None:
    tv = box()
    client_id = tv.application.client_id
    assert Client().get(f"{PATH}?client_id={client_id}").status_code == 405
    told = Client().post(f"{PATH}?client_id={client_id}").json()
    assert told["error"] == "invalid_request"
    json = Client().post(PATH, {"client_id": client_id}, "application/json")
    assert json.json()["error"] == "invalid_request"


@pytest.mark.parametrize("name", ["device_codes_ip", "device_codes_client"])
def test_there_is_a_limit(
    settings: Any,
    name: str,
) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = settings.LIMITS | {name: "2/1h"}
    tv = box()
    assert [tv.ask().status_code for _ in range(3)] == [200, 200, 429]
    limited = tv.ask()
    assert limited.json()["error"] == "rate_limited"
    assert 0 < int(limited["Retry-After"]) <= 3600


def test_letters_that_somebody_has_are_drawn_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = iter(["BBBB-BBBB", "BBBB-BBBB", "CCCC-CCCC"])
    monkeypatch.setattr(devices, "_user_code", lambda: next(drawn))
    tv = box()
    codes = [tv.codes()["user_code"] for _ in range(2)]
    assert codes == ["BBBB-BBBB", "CCCC-CCCC"]
    monkeypatch.setattr(devices, "_user_code", lambda: "CCCC-CCCC")
    assert tv.ask().status_code == 503
