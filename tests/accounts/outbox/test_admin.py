"""The console's section about what waits to be sent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.outbox.models import Delivery, Worker
from accounts.outbox.services import enqueue_mail
from config.console import Tile
from tests.operators import console, root, staff

pytestmark = pytest.mark.django_db


def tiles() -> dict[str, Tile]:
    """Return the tiles of the front page by title."""
    answer = console(staff("outbox.view_delivery")).get("/admin/")
    return {tile.title: tile for tile in answer.context["tiles"]}


def test_a_late_delivery_turns_the_tile_bad() -> None:
    delivery = enqueue_mail(to="alice@example.com", subject="Hi", text="text")
    assert tiles()["Pending deliveries"].tone == ""
    old = timezone.now() - timedelta(minutes=11)
    Delivery.objects.filter(pk=delivery.pk).update(created_at=old)
    tile = tiles()["Pending deliveries"]
    assert (tile.value, tile.tone) == ("1", "bad")


def test_the_worker_tile_tells_whether_anybody_sends() -> None:
    assert tiles()["Outbox worker"].value == "not running"
    Worker.objects.create(name="one")
    assert tiles()["Outbox worker"].value == "alive"


def test_a_delivery_page_shows_neither_payload_nor_a_form() -> None:
    delivery = enqueue_mail(to="alice@example.com", subject="Hi", text="text")
    answer = console(root()).get(f"/admin/outbox/delivery/{delivery.pk}/change/")
    assert answer.status_code == 200
    assert delivery.payload not in answer.content.decode()
    assert 'name="_save"' not in answer.content.decode()
