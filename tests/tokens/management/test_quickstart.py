"""The quickstart proves the main job on a real server, and fails where that does."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from config.errors import Conflict, Unavailable
from tenants.models import Api, Application, Tenant
from tests.factories import ApiFactory, UserFactory
from tokens.management import quickstart
from tokens.management.quickstart import Journey, QuickstartFailed, Step
from tokens.management.remote import Answer, Service
from tokens.models import Session

NAMES = [
    *["register", "log in", "verify offline", "call users/me", "refresh"],
    *["refresh again", "replay the first refresh token", "log in again", "revoke"],
    "verify offline is refused",
]


def silent(step: Step) -> None:
    """Tell nobody."""


def begun(
    url: str,
    tell: Callable[[Step], None],
) -> Journey:
    """Return the journey on the service at `url`."""
    service, issuer = quickstart.reach(url)
    return Journey(service, quickstart.prepare(), tell, issuer=issuer)


@pytest.mark.django_db(transaction=True)
class TestOnARealServer:
    """Over HTTP."""

    @pytest.fixture(autouse=True)
    def _keys(
        self,
        keys: None,
        live_server: LiveServer,
    ) -> None:
        from tenants.builtins import ensure_built_ins

        ensure_built_ins()
        self.url = live_server.url

    def walk(self) -> list[Step]:
        """Take the whole journey."""
        journey = begun(self.url, silent)
        with quickstart.nobody_left():
            return journey.walk()

    def test_every_step_ends_as_promised(self) -> None:
        told: list[Step] = []
        journey = begun(self.url, told.append)
        with quickstart.nobody_left():
            assert journey.walk() == told
        assert [step.name for step in told] == NAMES

    def test_a_second_run_makes_nothing_new_and_leaves_nobody(self) -> None:
        self.walk()
        made = (Tenant.objects.count(), Api.objects.count())
        self.walk()
        assert (Tenant.objects.count(), Api.objects.count()) == made
        assert Application.objects.filter(tenant__slug=quickstart.SLUG).count() == 1
        assert not User.objects.exists() and not Session.objects.exists()

    def test_a_run_that_was_interrupted_is_cleaned_up(self) -> None:
        UserFactory(email=quickstart.EMAIL)
        assert len(self.walk()) == len(NAMES)

    def test_a_closed_tenant_is_named(self) -> None:
        quickstart.prepare()
        Tenant.objects.filter(slug=quickstart.SLUG).update(registration="closed")
        with pytest.raises(QuickstartFailed, match="register: .*registration_closed"):
            self.walk()

    @pytest.mark.parametrize(
        ("path", "lie", "step"),
        [
            ("/api/v1/tokens/refresh", (200, {}), "refresh"),
            ("/api/v1/tokens/verify", (200, {"active": True}), "refused"),
            ("/api/v1/users/me", (200, {"id": "somebody else"}), "call users/me"),
            ("/.well-known/jwks.json", (200, {"keys": []}), "verify offline"),
            ("/api/v1/tokens/revocations", (503, {}), "verify offline"),
        ],
    )
    def test_a_service_that_lies_is_caught(
        self,
        monkeypatch: pytest.MonkeyPatch,
        path: str,
        lie: tuple[int, dict[str, Any]],
        step: str,
    ) -> None:
        honest: Callable[..., Answer] = Service._ask

        def asked(
            service: Service,
            method: str,
            at: str,
            *rest: Any,
        ) -> Answer:
            truth = honest(service, method, at, *rest)
            lies = at == path and not (path.endswith("refresh") and truth.status == 200)
            return Answer(*lie) if lies else truth

        monkeypatch.setattr(Service, "_ask", asked)
        with pytest.raises(QuickstartFailed, match=step):
            self.walk()
        assert not User.objects.exists()

    def test_a_feed_that_never_tells_is_caught(
        self,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(quickstart, "PROMISE_SECONDS", 0.2)
        monkeypatch.setattr(quickstart, "subjects_of", lambda claims, kid: [])
        with pytest.raises(QuickstartFailed, match="within two seconds"):
            self.walk()


def test_nothing_is_made_where_nobody_answers() -> None:
    # without the db fixture pytest-django refuses any query
    with pytest.raises(Unavailable, match="make run first, or .* URL="):
        quickstart.reach("http://127.0.0.1:9")


@pytest.mark.django_db
def test_a_production_instance_gets_no_open_tenant(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(Conflict, match="open to everybody"):
        quickstart.prepare()
    assert not Tenant.objects.filter(slug=quickstart.SLUG).exists()


@pytest.mark.django_db
def test_another_tenants_api_is_not_taken() -> None:
    ApiFactory(identifier=quickstart.AUDIENCE)
    with pytest.raises(Conflict, match="another tenant"):
        quickstart.prepare()
