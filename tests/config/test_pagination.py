import base64
from typing import Any
from uuid import UUID

import pytest
from django.core import signing
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from accounts.models import User
from config.errors import InvalidInput
from config.pagination import MOST, CursorPagination, InvalidCursor
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
KEY = "01890000-0000-7000-8000-000000000000"


def ask(
    path: str = "/users",
    **query: Any,
) -> dict[str, Any]:
    """Return one page of the users as their addresses."""
    request = Request(APIRequestFactory().get(path, query))
    pages = CursorPagination()
    rows = pages.paginate_queryset(User.objects.all(), request)
    answer: Response = pages.get_paginated_response([row.pk for row in rows])
    assert set(answer.data) == {"data", "next_cursor", "has_more"}
    return dict(answer.data)


def walk(limit: int) -> list[UUID]:
    """Return every row, page by page."""
    found, page = [], ask(limit=limit)
    found += page["data"]
    while page["has_more"]:
        page = ask(limit=limit, cursor=page["next_cursor"])
        found += page["data"]
    assert page["next_cursor"] is None
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, MOST])
def test_pages_together_are_the_list_newest_first(limit: int) -> None:
    made = [user.pk for user in UserFactory.create_batch(6)]
    assert walk(limit) == sorted(made, reverse=True)


def test_an_empty_list_is_one_page() -> None:
    assert ask() == {"data": [], "next_cursor": None, "has_more": False}


def test_a_row_that_comes_in_between_moves_nothing() -> None:
    made = [user.pk for user in UserFactory.create_batch(4)]
    first = ask(limit=2)
    UserFactory()
    second = ask(limit=2, cursor=first["next_cursor"])
    assert first["data"] + second["data"] == sorted(made, reverse=True)


def test_a_row_that_goes_in_between_hides_no_other() -> None:
    UserFactory.create_batch(4)
    first = ask(limit=2)
    rest = ask(limit=2, cursor=first["next_cursor"])["data"]
    User.objects.filter(pk=first["data"][-1]).delete()
    assert ask(limit=2, cursor=first["next_cursor"])["data"] == rest


@pytest.mark.parametrize(
    "limit", ["0", "-1", "101", "1.5", "x", "", "1e1", "\u0663", "9" * 400, " 1"]
)
def test_a_limit_that_is_none_is_refused(limit: str) -> None:
    with pytest.raises(InvalidInput):
        ask(limit=limit)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "x" * 10_000,
        KEY,
        base64.b64encode(KEY.encode()).decode(),
        "\u00e9:\u00e9:\u00e9",
        "a:b:c",
        "\x00",
        "' OR 1=1 --",
    ],
)
def test_a_forged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor) as refused:
        ask(cursor=cursor)
    assert refused.value.status == 400


def test_a_cursor_of_another_list_is_refused() -> None:
    UserFactory.create_batch(2)
    cursor = ask("/users", limit=1)["next_cursor"]
    with pytest.raises(InvalidCursor):
        ask("/tenants", cursor=cursor)


@pytest.mark.parametrize("held", ["none", 5, ["a"], None, {"a": 1}])
def test_a_cursor_of_ours_that_holds_no_key_is_refused(held: Any) -> None:
    cursor = signing.dumps(held, salt="cursor:/users")
    with pytest.raises(InvalidCursor):
        ask(cursor=cursor)


def test_a_page_costs_one_query(django_assert_num_queries: Any) -> None:
    UserFactory.create_batch(5)
    cursor = ask(limit=2)["next_cursor"]
    with django_assert_num_queries(1):
        ask(limit=2, cursor=cursor)


def test_the_schema_has_what_the_answer_has() -> None:
    schema = CursorPagination().get_paginated_response_schema({"type": "array"})
    assert schema["properties"].keys() == ask().keys()
    assert schema["required"] == ["data", "next_cursor", "has_more"]
