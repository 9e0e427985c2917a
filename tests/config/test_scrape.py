from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts.outbox.models import Delivery
from config import scrape
from tokens import feed
from tokens.models import Revocation

TOKEN = "scrape-me-with-this"


def scraped(client: Client, **headers: str) -> dict[tuple[str, str], float]:
    """Return each sample by its name and its one label (or nothing)."""
    answer = client.get("/metrics", headers=headers or None)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    return {
        (sample.name, "".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.mark.django_db
def test_this_machine_may_scrape_without_a_token(client: Client) -> None:
    assert scraped(client)["ntt_database_up", ""] == 1


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1", "", "unix:"])
def test_another_machine_may_not(
    client: Client,
    address: str,
) -> None:
    answer = client.get("/metrics", REMOTE_ADDR=address)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("name", ["x-forwarded-for", "forwarded", "via", "x-real-ip"])
def test_what_a_proxy_on_this_machine_passes_on_is_not_local(
    client: Client,
    name: str,
) -> None:
    assert client.get("/metrics", headers={name: "127.0.0.1"}).status_code == 403


def test_behind_proxies_only_a_token_opens(
    client: Client,
    settings: Any,
) -> None:
    settings.TRUSTED_PROXIES = 1
    assert client.get("/metrics").status_code == 403


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer ñ"]
)
def test_where_a_token_is_set_nothing_else_opens(
    client: Client,
    settings: Any,
    given: str,
) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"authorization": given})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.django_db
def test_the_token_opens_from_anywhere_and_by_address(
    client: Client,
    settings: Any,
) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get(
        "/metrics",
        headers={"authorization": f"Bearer {TOKEN}", "host": "10.0.0.7:8000"},
        REMOTE_ADDR="192.0.2.1",
    )
    assert answer.status_code == 200


def test_without_a_token_a_foreign_host_is_refused(client: Client) -> None:
    answer = client.get("/metrics", headers={"host": "rebound.example"})
    assert answer.status_code == 400


def test_the_gauges_tell_what_the_database_knows(
    client: Client,
    keys: None,
) -> None:
    Delivery.objects.create(kind="mail", payload="")
    Delivery.objects.create(kind="mail", payload="", state=Delivery.State.SENT)
    now = timezone.now()
    for number, ends in ((1, now + timedelta(hours=1)), (2, now - timedelta(hours=1))):
        Revocation.objects.create(
            number=number, kind="user", subject=f"s{number}", expires_at=ends
        )
    feed.advance(7)
    found = scraped(client)
    assert found["ntt_outbox_deliveries", "waiting"] == 1
    assert found["ntt_outbox_deliveries", "failed"] == 0
    assert found["ntt_revocations_live", "user"] == 1
    assert found["ntt_revocations_live", "session"] == 0
    assert found["ntt_revocation_feed_number", ""] == 7
    assert 0 <= found["ntt_signing_key_age_seconds", "ES256"] < 60


def test_a_database_that_is_down_is_told_and_the_rest_stays(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> None:
        raise DatabaseError("gone")

    client.get("/healthz")
    monkeypatch.setattr(scrape, "_outbox", broken)
    found = scraped(client)
    assert found["ntt_database_up", ""] == 0
    assert any(name == "ntt_http_requests_total" for name, _ in found)
