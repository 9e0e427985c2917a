"""What is sent: bodies, keys, ids. The same tests for the blocking client and the other."""

from typing import Any
from uuid import UUID

import pytest

from clients import ok, scripted
from ntt_auth import BadRequest
from servers import Server

USERS = "/api/v1/users"
ADA = {"id": "0199f3a2-7c1e-7b4f-8a55-2f6e1c0d9b10", "email": "a@b.c"}


def test_a_service_makes_a_user(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(server, USERS, ok(ADA, 201))
    assert service.users.create(email="a@b.c", send_invite=True) == ADA
    (sent,) = asked.received
    assert (sent.method, sent.headers["authorization"]) == ("POST", "Bearer t1")
    assert sent.json == {"email": "a@b.c", "send_invite": True}
    assert UUID(sent.headers["idempotency-key"])


def test_a_key_of_ones_own_is_sent(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(server, USERS, ok(ADA, 201))
    service.users.create(email="a@b.c", idempotency_key="order-7")
    assert asked.received[0].headers["idempotency-key"] == "order-7"


@pytest.mark.parametrize("key", ["a b", "é", "a\nb", "\x00"])
def test_a_key_that_no_header_may_hold_is_refused_unsent(
    service: Any,
    server: Server,
    key: str,
) -> None:
    with pytest.raises(BadRequest):
        service.users.create(email="a@b.c", idempotency_key=key)
    assert server.count(USERS) == 0


def test_null_is_sent_where_it_is_given(
    service: Any,
    server: Server,
) -> None:
    path = "/api/v1/tenants/shop/memberships/m1"
    asked = scripted(server, path, ok({}))
    service.tenant("shop").memberships.update("m1", expires_at=None)
    assert asked.received[0].json == {"expires_at": None}


def test_what_has_no_body_gives_none(
    service: Any,
    server: Server,
) -> None:
    scripted(server, f"{USERS}/u1", ok(status=204))
    assert service.users.delete("u1") is None


def test_a_uuid_is_an_id(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(server, f"{USERS}/{ADA['id']}", ok(ADA))
    assert service.users.get(UUID(ADA["id"])) == ADA
    assert len(asked.received) == 1


HOSTILE = [
    *("", ".", "..", "...", "../me", "a/b", "a?b", "a#b", "%2e%2e", "a\\b", "a b"),
    *("a\x00", "a\n", "\ud800", None, 7, b"a"),
]


@pytest.mark.parametrize("part", HOSTILE)
def test_an_id_that_is_none_is_refused_before_anything_is_sent(
    service: Any,
    server: Server,
    part: Any,
) -> None:
    with pytest.raises(BadRequest) as caught:
        service.users.get(part)
    assert (caught.value.status, caught.value.code) == (400, "invalid_input")
    with pytest.raises(BadRequest):
        service.tenant(part)
    assert server.asked == []


def test_an_id_of_other_letters_is_encoded(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(server, f"{USERS}/%C3%A9%2B%26", ok(ADA))
    service.users.get("é+&")
    assert len(asked.received) == 1
