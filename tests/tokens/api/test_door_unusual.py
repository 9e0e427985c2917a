"""What the short way leaves to Django, before anything was done."""

import json
from typing import Any

import pytest

from tests.tokens.doors import (
    DOCUMENTS,
    REFRESH,
    VERIFY,
    Doors,
    get,
    post,
    refreshing,
    verifying,
)
from tokens.minting import TokenPair

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

BODIES = [
    *[b"", b"{}", b"[]", b"null", b'"x"', b"{", b"\xff", b'{"token": NaN}'],
    *[b'{"token": 5}', b'{"token": null}', b'{"token": ""}', b'{"token": ["x"]}'],
    *[b'{"token": "a", "token": "b"}', b'{"token": "a", "more": "b"}'],
    *[b'{"token": "a\\u0000"}', b'{"token": "\\ud800"}', b'{"tok\\ud800": "x"}'],
    *[b'{"token": "%s"}' % (b"x" * 8193), b'{"token": "a", "audience": ""}'],
    *[b'{"token":' + b"[" * 99 + b"]" * 99 + b"}", b"\xef\xbb\xbf{}"],
    *[b'{"token": "a", "audience": "%s"}' % (b"x" * 256), b" " * 70_000],
    b'{"token": "%s"}' % ("\u00e9" * 8193).encode(),
]


@pytest.mark.parametrize("path", [VERIFY, REFRESH])
def test_a_body_that_is_not_plainly_good_is_read_by_django(
    doors: Doors,
    path: str,
) -> None:
    for raw in BODIES:
        if path == REFRESH:
            raw = raw.replace(b'"token"', b'"refresh_token"')
        told = doors.same(post(path, raw), short=False)
        assert 400 <= told.code < 500, raw[:50]
        assert json.loads(told.raw)["code"], raw[:50]


UNUSUAL: list[dict[str, Any]] = [
    *[{"REQUEST_METHOD": name} for name in ("GET", "HEAD", "OPTIONS", "DELETE")],
    {"REQUEST_METHOD": "post"},
    {"HTTP_ORIGIN": "https://app.example.com"},
    *[{"HTTP_HOST": host} for host in ("evil.example.com", "", None, "a b")],
    {"CONTENT_TYPE": "application/x-www-form-urlencoded"},
    {"CONTENT_TYPE": "application/json; charset=latin-1"},
    {"CONTENT_TYPE": None},
    *[{"CONTENT_LENGTH": length} for length in (None, "", "0", "-1", "5", "x")],
    {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked"},
    *[{"QUERY_STRING": query} for query in ("format=json", "x=%00", "a")],
    {"HTTP_ACCEPT": "text/html"},
    {"HTTP_ACCEPT": "application/json; indent=4"},
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "GET"},
    {"SCRIPT_NAME": "/auth"},
    {"PATH_INFO": VERIFY + "/"},
]


def test_a_request_that_is_not_usual_is_met_by_django(
    doors: Doors,
    pair: TokenPair,
) -> None:
    for environ in UNUSUAL:
        doors.same(verifying(pair.access_token).but(**environ), short=False)
        doors.same(refreshing(pair.refresh_token).but(**environ), short=False)


UNUSUALLY_READ: list[dict[str, Any]] = [
    *[{"REQUEST_METHOD": name} for name in ("HEAD", "OPTIONS", "POST")],
    {"HTTP_ORIGIN": "https://app.example.com"},
    {"HTTP_HOST": "evil.example.com"},
    *[{"QUERY_STRING": f"after={rest}"} for rest in ("%61.1", "a&after=b", "", "+")],
    {"CONTENT_LENGTH": "3"},
    {"SCRIPT_NAME": "/auth"},
]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_asked_for_in_an_unusual_way_is_django_s_too(
    doors: Doors,
    path: str,
) -> None:
    for environ in UNUSUALLY_READ:
        doors.same(get(path).but(**environ), short=False)
