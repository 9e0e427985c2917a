"""What every view asks of its request."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from accounts.api.requests import caller, given
from accounts.models import User
from config.errors import Forbidden
from config.serializers import StrictCharField, StrictSerializer


class Form(StrictSerializer):
    """One field that must be there and one that need not."""

    name = StrictCharField()
    note = StrictCharField(required=False)


def asked(
    body: Any = None,
    user: Any = None,
) -> Request:
    """Return a request of `user` with a JSON body."""
    plain = APIRequestFactory().post("/", body, format="json")
    request = Request(plain, parsers=[JSONParser()])
    request.user = user
    return request


@pytest.mark.parametrize("body", [{"name": "a"}, {"name": "a", "note": "b"}])
def test_what_was_sent_is_given_and_nothing_beside_it(body: dict[str, str]) -> None:
    assert given(Form, asked(body)) == body


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "name", "required"),
        (None, "name", "required"),
        ({"name": 5}, "name", "invalid"),
        ({"name": "a", "id": 1}, "id", "unknown_field"),
        ([], "non_field_errors", "invalid"),
    ],
)
def test_a_fault_is_raised_at_its_field(
    body: Any,
    field: str,
    code: str,
) -> None:
    with pytest.raises(ValidationError) as refusal:
        given(Form, asked(body))
    detail: Any = refusal.value.detail
    assert [fault.code for fault in detail[field]] == [code]


def test_the_person_who_calls_is_returned() -> None:
    alice = User(email="alice@example.com")
    assert caller(asked(user=alice)) is alice


@pytest.mark.parametrize(
    "nobody",
    [AnonymousUser(), SimpleNamespace(pk="app_x", is_authenticated=True), None],
)
def test_whoever_is_no_person_is_refused(nobody: Any) -> None:
    with pytest.raises(Forbidden):
        caller(asked(user=nobody))
