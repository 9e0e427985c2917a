"""The doctor names what is wrong, and what to do about it."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import formatdate
from time import time
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.outbox.models import Delivery, Worker
from tokens import doctor, probes
from tokens.doctor import Finding
from tokens.management.remote import Answer, Service
from tokens.models import SigningKey

ISSUER = "https://id.example.com"


@pytest.fixture(autouse=True)
def _unasked() -> None:
    probes.pending.cache_clear()


@pytest.fixture
def whole(
    keys: None,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A production-like instance with nothing wrong."""
    settings.ISSUER, settings.TRUSTED_PROXIES = ISSUER, 1
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    answers(monkeypatch, {"issuer": ISSUER})
    Worker.objects.create(name="one")


def answers(
    monkeypatch: pytest.MonkeyPatch,
    body: dict[str, Any],
    date: float | None = None,
) -> None:
    """Let the issuer answer so, at that time (now)."""
    headers = {"Date": formatdate(time() if date is None else date, usegmt=True)}
    monkeypatch.setattr(Service, "get", lambda self, path: Answer(200, body, headers))


def found(subject: str) -> list[Finding]:
    """Return the findings of a subject that are not fine."""
    everything = list(doctor.examine())
    assert all(finding.fix for finding in everything if finding.level != "ok")
    return [f for f in everything if f.subject == subject and f.level != "ok"]


@pytest.mark.django_db
def test_a_whole_instance_has_nothing_wrong(whole: None) -> None:
    everything = list(doctor.examine())
    assert [f for f in everything if f.level != "ok"] == []
    assert {f.subject for f in everything} == {
        *("settings", "issuer", "proxy", "cookies", "database", "cache"),
        *("migrations", "keys", "clock", "worker", "mail"),
    }


def _revoke_keys() -> None:
    SigningKey.objects.update(state="revoked")


def _age_keys() -> None:
    SigningKey.objects.update(activated_at=timezone.now() - timedelta(days=400))


def _lose_the_encryption_key() -> None:
    sealed = SigningKey.objects.first()
    assert sealed is not None
    SigningKey.objects.update(private_key=sealed.private_key[:-8] + "AAAAAAA=")


def _unapply_a_migration() -> None:
    applied = MigrationRecorder(connection).migration_qs.filter(app="tokens")
    applied.latest("id").delete()


def _silence_the_worker() -> None:
    Worker.objects.update(seen_at=timezone.now() - timedelta(hours=1))


def _give_up_a_mail() -> None:
    Delivery.objects.create(
        kind=Delivery.Kind.MAIL, payload="", state=Delivery.State.FAILED
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("break_it", "subject", "level", "named"),
    [
        (_revoke_keys, "keys", "wrong", "rotate-signing-keys"),
        (_age_keys, "keys", "warning", "rotate-signing-keys"),
        (_lose_the_encryption_key, "keys", "wrong", "ENCRYPTION_KEYS"),
        (_unapply_a_migration, "migrations", "wrong", "manage.py migrate"),
        (_silence_the_worker, "worker", "warning", "manage.py worker"),
        (_give_up_a_mail, "mail", "warning", "Outbox"),
    ],
)
def test_what_is_broken_is_named_with_its_fix(
    whole: None,
    break_it: Callable[[], None],
    subject: str,
    level: str,
    named: str,
) -> None:
    break_it()
    [finding] = found(subject)
    assert finding.level == level
    assert named in finding.fix


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "subject", "level", "named"),
    [
        ({"TRUSTED_PROXIES": 0}, "proxy", "wrong", "TRUSTED_PROXIES"),
        ({"ISSUER": "http://id.example.com"}, "proxy", "warning", "TRUSTED_PROXIES=0"),
        (
            {"SESSION_COOKIE_SECURE": False, "PRODUCTION": True},
            *("cookies", "wrong", "ISSUER"),
        ),
        ({"PRODUCTION": True}, "mail", "wrong", "EMAIL_URL"),
        ({"PRODUCTION": True, "DEBUG": True}, "settings", "wrong", "DEBUG"),
        (
            {
                "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "EMAIL_HOST": "127.0.0.1",
                "EMAIL_PORT": 9,
            },
            *("mail", "wrong", "EMAIL_URL"),
        ),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    whole: None,
    settings: Any,
    values: dict[str, Any],
    subject: str,
    level: str,
    named: str,
) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    findings = [f for f in found(subject) if named in f.fix]
    assert [f.level for f in findings] == [level]


@pytest.mark.django_db
def test_an_issuer_that_is_somebody_else_is_wrong(
    whole: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers(monkeypatch, {"issuer": "https://other.example.com"})
    [finding] = found("issuer")
    assert (finding.level, "other.example.com" in finding.says) == ("wrong", True)


@pytest.mark.django_db
def test_a_node_with_another_time_is_wrong(
    whole: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers(monkeypatch, {"issuer": ISSUER}, date=time() - 30)
    [finding] = found("clock")
    assert (finding.level, "NTP" in finding.fix) == ("wrong", True)


@pytest.mark.django_db
def test_a_service_that_is_not_started_is_a_warning(
    keys: None,
    settings: Any,
) -> None:
    settings.ISSUER = "http://127.0.0.1:9"
    [finding] = found("issuer")
    assert (finding.level, "refused" in finding.says) == ("warning", True)


@pytest.mark.django_db(transaction=True)
def test_a_running_service_answers_as_itself(
    keys: None,
    live_server: LiveServer,
    settings: Any,
) -> None:
    settings.ISSUER = live_server.url
    assert found("issuer") == []


@pytest.mark.django_db
def test_a_database_that_is_down_ends_the_examination(
    whole: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def down() -> str:
        raise OSError("secret-host refused secret-user")

    monkeypatch.setattr(probes, "database", down)
    everything = list(doctor.examine())
    assert (everything[-1].subject, everything[-1].level) == ("database", "wrong")
    assert "secret" not in everything[-1].says and "DATABASE_URL" in everything[-1].fix
