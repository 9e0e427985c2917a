"""From where browsers may call."""

import pytest
from django.test import Client
from django.utils import timezone

from tenants import origins
from tenants.models import Application, Tenant
from tests.factories import ApplicationFactory

pytestmark = pytest.mark.django_db
HERE = "https://app.example.com"


def test_an_origin_that_an_application_lists_may_call() -> None:
    assert not origins.is_allowed(HERE)
    origins.forget()
    ApplicationFactory(allowed_origins=[HERE])
    assert origins.is_allowed(HERE)
    for other in ("", "null", "https://app.example.com.evil.example", HERE + "/"):
        assert not origins.is_allowed(other)


def test_the_answer_is_remembered_for_seconds_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not origins.is_allowed(HERE)
    ApplicationFactory(allowed_origins=[HERE])
    assert not origins.is_allowed(HERE)
    monkeypatch.setattr(origins, "LIFETIME", -1.0)
    assert origins.is_allowed(HERE)


@pytest.mark.parametrize("model", [Application, Tenant])
def test_a_suspended_application_or_tenant_lists_nothing(
    model: type[Application] | type[Tenant],
) -> None:
    ApplicationFactory(allowed_origins=[HERE])
    model.objects.update(suspended_at=timezone.now())
    assert not origins.is_allowed(HERE)


def test_a_browser_is_told(client: Client) -> None:
    ApplicationFactory(allowed_origins=[HERE])
    for origin, told in ((HERE, HERE), ("https://evil.example", None)):
        answer = client.options(
            "/api/v1/auth/login",
            headers={"origin": origin, "access-control-request-method": "POST"},
        )
        assert answer.headers.get("access-control-allow-origin") == told
