import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from prometheus_client import REGISTRY
from rest_framework.test import APIClient

from accounts.models import User
from tests.authenticators import has_app
from tests.factories import PASSWORD, UserFactory

ROOT = Path(__file__).resolve().parent.parent.parent


def counted(name: str, **labels: str) -> float:
    """Return where a counter of this process stands."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def requests(
    method: str,
    route: str,
    status: int,
) -> float:
    """Return how many requests were answered so."""
    return counted(
        "ntt_http_requests_total", method=method, route=route, status=str(status)
    )


def login(
    email: str,
    *,
    password: str = PASSWORD,
) -> int:
    """Sign in over REST; return the status."""
    body = {"email": email, "password": password}
    return int(APIClient().post("/api/v1/auth/login", body).status_code)


@pytest.fixture
def alice(keys: None) -> User:
    """A person who can sign in."""
    return UserFactory()


def test_a_request_is_counted_by_the_route_that_matched(client: Client) -> None:
    before = requests("GET", "/healthz", 200)
    timed = counted("ntt_http_request_seconds_count", method="GET", route="/healthz")
    client.get("/healthz?who=alice")
    assert requests("GET", "/healthz", 200) == before + 1
    assert (
        counted("ntt_http_request_seconds_count", method="GET", route="/healthz")
        == timed + 1
    )


def test_a_path_that_nobody_serves_is_no_label(client: Client) -> None:
    before = requests("GET", "unmatched", 404)
    client.get("/nowhere/alice@example.com")
    client.get("/api/v1/nowhere")
    assert requests("GET", "unmatched", 404) == before + 2


def test_an_id_in_the_path_is_no_label(client: Client) -> None:
    some = "01890000-0000-7000-8000-000000000000"
    client.get(f"/api/v1/users/{some}/sessions")
    routes = {
        sample.labels.get("route", "")
        for metric in REGISTRY.collect()
        for sample in metric.samples
    }
    assert not any(some in route for route in routes)
    assert "/api/v1/users/<uuid:user_id>/sessions" in routes


def test_an_invented_method_makes_no_series_of_its_own(client: Client) -> None:
    before = requests("other", "/healthz", 405)
    client.generic("ALICE", "/healthz")
    assert requests("other", "/healthz", 405) == before + 1


@pytest.mark.usefixtures("keys")
@pytest.mark.django_db
def test_sign_ins_on_our_pages_are_counted_by_outcome(client: Client) -> None:
    ann, bob = UserFactory.create(), UserFactory.create()
    has_app(bob)
    sent = {
        "ok": {"email": ann.email, "password": PASSWORD},
        "invalid_credentials": {"email": ann.email, "password": "not this one at all"},
        "mfa_required": {"email": bob.email, "password": PASSWORD},
        "malformed": {"email": ann.email},
    }
    for outcome, form in sent.items():
        before = counted("ntt_sign_ins_total", door="page", outcome=outcome)
        Client().post("/account/login/", form)
        after = counted("ntt_sign_ins_total", door="page", outcome=outcome)
        assert after == before + 1, outcome


def test_sign_ins_are_counted_by_outcome(alice: User) -> None:
    good = counted("ntt_sign_ins_total", door="api", outcome="ok")
    bad = counted("ntt_sign_ins_total", door="api", outcome="invalid_credentials")
    assert login(alice.email) == 200
    assert login(alice.email, password="not the password of alice") == 401
    assert counted("ntt_sign_ins_total", door="api", outcome="ok") == good + 1
    assert (
        counted("ntt_sign_ins_total", door="api", outcome="invalid_credentials")
        == bad + 1
    )


def test_refreshes_are_counted_by_outcome(db: None) -> None:
    before = counted("ntt_refreshes_total", outcome="token_invalid")
    APIClient().post("/api/v1/tokens/refresh", {"refresh_token": "no.token.this"})
    assert counted("ntt_refreshes_total", outcome="token_invalid") == before + 1


def test_refusals_are_counted_by_code(db: None) -> None:
    labels = {"route": "/api/v1/users/me", "code": "not_authenticated"}
    before = counted("ntt_http_problems_total", **labels)
    APIClient().get("/api/v1/users/me")
    assert counted("ntt_http_problems_total", **labels) == before + 1


def test_many_processes_are_counted_together(tmp_path: Path) -> None:
    script = (
        "import tests.environment, django; django.setup()\n"
        "from django.test import Client\n"
        "Client().get('/healthz')\n"
        "from config.scrape import _counted\n"
        "print(_counted().get_sample_value('ntt_http_requests_total',"
        " {'method': 'GET', 'route': '/healthz', 'status': '200'}))\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=os.environ
            | {
                "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
                "DJANGO_SETTINGS_MODULE": "config.settings",
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for _ in range(2)
    ]
    assert said == ["1.0", "2.0"]
