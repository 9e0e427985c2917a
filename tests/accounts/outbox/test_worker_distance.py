"""A dead or hanging mail server changes no answer, and nobody waits for it.

Not measured by the clock: the thread that answers opens no connection at all.
"""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.outbox.models import Delivery
from accounts.outbox.worker import MAX_ATTEMPTS, Runner
from tenants.models import Tenant
from tests.accounts.outbox.smtpsink import SmtpSink, sink
from tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]
SMTP = "django.core.mail.backends.smtp.EmailBackend"
REGISTER = "/api/v1/auth/register"
MANNERS: dict[str, dict[str, Any]] = {
    "healthy": {},
    "hangs": {"hang": True},
    "falls silent": {"stall": "DATA"},
    "hangs up": {"vanish": "MAIL"},
    "turns away": {"greeting": "554 no service"},
    "refuses": {"refuse": "550 no such mailbox"},
}


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the threads that open a connection."""
    seen: list[str] = []
    connect = socket.socket.connect

    def noting(
        self: socket.socket,
        address: Any,
    ) -> None:
        seen.append(threading.current_thread().name)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noting)
    return seen


@pytest.fixture(params=list(MANNERS))
def server(
    request: pytest.FixtureRequest,
    settings: Any,
) -> Iterator[SmtpSink]:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_TIMEOUT = 0.3
    with sink(**MANNERS[request.param]) as running:
        settings.EMAIL_PORT = running.port
        yield running


def answer(email: str) -> tuple[int, set[str]]:
    """Return the status of a sign-up and the names of what it tells."""
    said = APIClient().post(REGISTER, {"email": email, "password": PASSWORD})
    return said.status_code, set(said.json())


def test_a_sign_up_is_answered_without_a_word_to_the_mail_server(
    server: SmtpSink,
    dialled: list[str],
) -> None:
    Tenant.objects.filter(slug="default").update(verification_required=True)
    UserFactory(email="taken@example.com")

    fresh, taken = answer("new@example.com"), answer("taken@example.com")

    assert fresh == taken == (202, {"flow_token", "methods"})
    assert (dialled, server.connections) == ([], 0)
    assert Delivery.objects.filter(state="waiting").count() == 2


def test_the_worker_meets_it_and_tries_again(
    server: SmtpSink,
    dialled: list[str],
) -> None:
    Tenant.objects.filter(slug="default").update(verification_required=True)
    answer("new@example.com")

    Runner().drain()

    delivery = Delivery.objects.get()
    assert dialled and server.connections
    if server.messages:
        assert (delivery.state, delivery.payload) == ("sent", "")
        return
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    assert delivery.last_error and "new@example.com" not in delivery.last_error
    assert delivery.attempts < MAX_ATTEMPTS


def test_nobody_listens_and_nobody_waits(
    settings: Any,
    dialled: list[str],
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_PORT = 9
    Tenant.objects.filter(slug="default").update(verification_required=True)

    assert answer("new@example.com")[0] == 202
    assert dialled == []
    Runner().drain()
    assert Delivery.objects.get().last_error.startswith("ConnectionRefusedError")
