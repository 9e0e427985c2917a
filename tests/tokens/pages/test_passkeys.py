"""What a browser is asked of a passkey, and what it answered."""

import time
from typing import Any

import pytest
from django.test import RequestFactory

from config.sessions import SessionStore
from tokens.pages import passkeys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def asking(**form: str) -> Any:
    """Return a request of a browser."""
    request = RequestFactory().post("/account/passkey/", form)
    request.session = SessionStore()
    return request


def test_what_was_offered_is_offered_again_for_a_while() -> None:
    request = asking()
    first = passkeys.offered(request)
    assert first and passkeys.offered(request) == first
    request.session[passkeys.KEPT]["until"] = time.time() - 1
    assert passkeys.offered(request) != first


def test_what_was_taken_is_offered_no_more() -> None:
    request = asking()
    passkeys.offered(request)
    assert passkeys.taken(request) and passkeys.taken(request) == ""


@pytest.mark.parametrize(
    ("text", "read"),
    [('{"id": "x"}', {"id": "x"}), ("", None), ("{", None), ("[" * 100_000, None)],
)
def test_an_answer_is_json_or_nothing(
    text: str,
    read: Any,
) -> None:
    assert passkeys.shown(asking(credential=text)) == read


def test_an_answer_beyond_any_passkey_is_nothing() -> None:
    assert passkeys.shown(asking(credential=f'"{"x" * 200_000}"')) is None
