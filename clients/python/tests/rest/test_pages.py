"""Lists, page by page."""

from typing import Any
from urllib.parse import parse_qs

import pytest

from clients import ok, page, scripted
from ntt_auth import ServerFault
from servers import Server

USERS = "/api/v1/users"


def test_a_list_goes_on_to_its_last_page(
    service: Any,
    server: Server,
) -> None:
    asked = scripted(
        server, USERS, page({"id": 1}, {"id": 2}, after="c 1&"), page({"id": 3})
    )
    found = [row["id"] for row in service.users.list(q="a b", limit=2)]
    assert found == [1, 2, 3]
    queries = [parse_qs(sent.path.partition("?")[2]) for sent in asked.received]
    assert queries[0] == {"q": ["a b"], "limit": ["2"]}
    assert queries[1] == {"q": ["a b"], "limit": ["2"], "cursor": ["c 1&"]}


def test_a_page_can_be_taken_by_itself(
    service: Any,
    server: Server,
) -> None:
    scripted(server, USERS, page({"id": 1}, after="c1"), page({"id": 2}))
    listing = service.users.list()
    first = listing.page()
    assert (first.data, first.next_cursor, first.has_more) == ([{"id": 1}], "c1", True)
    assert listing.page(first.next_cursor).next_cursor is None


def test_a_list_can_be_read_again(
    service: Any,
    server: Server,
) -> None:
    scripted(server, USERS, page({"id": 1}))
    listing = service.users.list()
    assert list(listing) == list(listing) == [{"id": 1}]


def test_a_list_that_is_not_read_asks_nothing(
    service: Any,
    server: Server,
) -> None:
    service.users.list()
    assert server.asked == []


def test_a_list_in_a_circle_ends(
    service: Any,
    server: Server,
) -> None:
    scripted(server, USERS, page({"id": 1}, after="c1"))
    with pytest.raises(ServerFault, match="same page"):
        list(service.users.list())


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"data": {}, "next_cursor": None, "has_more": False}, "x"],
)
def test_what_is_no_page_is_a_fault(
    service: Any,
    server: Server,
    document: Any,
) -> None:
    scripted(server, USERS, ok(document))
    with pytest.raises(ServerFault):
        service.users.list().page()
