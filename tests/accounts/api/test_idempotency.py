"""A management POST with a key does its work once."""

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.api import idempotency
from accounts.models import IdempotencyKey, User
from tenants.models import Application, Tenant
from tests.factories import PASSWORD, ApplicationFactory, SessionFactory, UserFactory
from tokens import minting
from tokens.services.keys import ensure_signing_keys

pytestmark = pytest.mark.django_db

TENANTS = "/api/v1/tenants"


def operator() -> APIClient:
    """Return a superuser's client with the scope `manage`."""
    ensure_signing_keys()
    session = SessionFactory(
        user=UserFactory(is_superuser=True),
        application=ApplicationFactory(scopes=["manage"]),
        scope="manage",
    )
    client = APIClient()
    token = minting.issue(session.sid).access_token
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.fixture
def root() -> Iterator[APIClient]:
    """A superuser."""
    yield operator()


def test_a_repetition_gets_the_first_answer(root: APIClient) -> None:
    sent = {"slug": "acme", "name": "Acme"}
    first = root.post(TENANTS, sent, headers={"idempotency-key": "k1"})
    again = root.post(TENANTS, sent, headers={"idempotency-key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Tenant.objects.filter(slug="acme").count() == 1


def test_another_body_under_the_key_is_refused(root: APIClient) -> None:
    root.post(TENANTS, {"slug": "acme"}, headers={"idempotency-key": "k1"})
    answer = root.post(TENANTS, {"slug": "other"}, headers={"idempotency-key": "k1"})
    assert (answer.status_code, answer.json()["code"]) == (
        422,
        "idempotency_key_reused",
    )
    assert not Tenant.objects.filter(slug="other").exists()


def test_a_failure_leaves_the_key_free(root: APIClient) -> None:
    wrong = root.post(TENANTS, {"slug": "NO"}, headers={"idempotency-key": "k1"})
    right = root.post(TENANTS, {"slug": "yes"}, headers={"idempotency-key": "k1"})
    assert (wrong.status_code, right.status_code) == (400, 201)


def test_a_secret_is_never_replayed(root: APIClient) -> None:
    path = f"{TENANTS}/default/applications"
    sent = {"name": "Service", "type": "service"}
    first = root.post(path, sent, headers={"idempotency-key": "k1"})
    again = root.post(path, sent, headers={"idempotency-key": "k1"})
    secret = first.json()["client_secret"]
    assert secret and again.json()["client_secret"] is None
    assert secret not in str(IdempotencyKey.objects.values_list("body"))
    assert Application.objects.filter(name="Service").count() == 1


def test_another_caller_has_keys_of_their_own(root: APIClient) -> None:
    root.post(TENANTS, {"slug": "acme"}, headers={"idempotency-key": "k1"})
    answer = operator().post(
        TENANTS, {"slug": "other"}, headers={"idempotency-key": "k1"}
    )
    assert answer.status_code == 201


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "ké"])
def test_a_malformed_key_is_a_400(
    root: APIClient,
    key: str,
) -> None:
    answer = root.post(TENANTS, {"slug": "acme"}, headers={"idempotency-key": key})
    assert answer.status_code == 400
    assert not Tenant.objects.filter(slug="acme").exists()


def test_a_request_whose_worker_died_can_be_sent_again(root: APIClient) -> None:
    sent = {"slug": "acme"}
    root.post(TENANTS, sent, headers={"idempotency-key": "k1"})
    Tenant.objects.filter(slug="acme").delete()
    IdempotencyKey.objects.update(status=None)
    busy = root.post(TENANTS, sent, headers={"idempotency-key": "k1"})
    assert (busy.status_code, busy.json()["code"]) == (409, "request_in_progress")
    assert busy["Retry-After"] == "1"
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    late = root.post(TENANTS, sent, headers={"idempotency-key": "k1"})
    assert late.status_code == 201 and "Idempotency-Replayed" not in late


def test_answers_are_thrown_away_after_a_day(root: APIClient) -> None:
    root.post(TENANTS, {"slug": "acme"}, headers={"idempotency-key": "k1"})
    assert idempotency.purge() == 0
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert idempotency.purge() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_calls_with_one_key_create_once() -> None:
    root = operator()
    headers = {"idempotency-key": "k1"}
    barrier = threading.Barrier(8)

    def create(_: int) -> int:
        try:
            barrier.wait()
            sent = {"email": "new@example.com"}
            return root.post("/api/v1/users", sent, headers=headers).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(create, range(8)))
    assert answers <= {201, 409}
    assert User.objects.filter(email_key="new@example.com").count() == 1


def test_no_digest_of_a_password_can_be_guessed_against(root: APIClient) -> None:
    body = {"email": "new@example.com", "password": PASSWORD}
    path = "/api/v1/users"
    assert root.post(path, body, headers={"idempotency-key": "k1"}).status_code == 201
    asked = f"POST {path} {sorted(body.items())!r}".encode()
    kept = IdempotencyKey.objects.get().fingerprint
    assert kept != hashlib.sha256(asked).hexdigest()
