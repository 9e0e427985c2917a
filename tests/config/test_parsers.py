import io
import json
import tracemalloc

import pytest
from rest_framework.exceptions import ParseError
from rest_framework.test import APIClient

from config.errors import InvalidInput
from config.parsers import DEEPEST, MOST_BYTES, StrictJSONParser, TooLarge, parse

LOGIN = "/api/v1/auth/login"


def test_an_object_is_read() -> None:
    raw = '{"a": [1, {"b": null}], "\u00e9": "\\u00e9"}'.encode()
    assert parse(raw) == {"a": [1, {"b": None}], "\u00e9": "\u00e9"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 1} {"b": 2}',
        b"\xff\xfe{}",
        b'{"a": "\xc3"}',
        b'{"a": "\xed\xa0\x80"}',
        b"\xef\xbb\xbf{}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 01}',
        b'{"a": "\n"}',
        b"a=1&b=2",
    ],
)
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(ParseError):
        parse(raw)


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"5", b"null", b"true", b"[{}]"])
def test_a_body_that_is_no_object_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(raw)
    assert refused.value.errors[0].pointer == "#"


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (b'{"a": 1, "a": 2}', "#/a"),
        (b'{"a": 1, "\\u0061": 2}', "#/a"),
        (b'{"x": {"b": 1, "b": 1}}', "#/b"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "#/\\ud800"),
    ],
)
def test_a_key_that_stands_twice_is_refused(
    raw: bytes,
    pointer: str,
) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(raw)
    fault = refused.value.errors[0]
    assert (fault.pointer, fault.code) == (pointer, "duplicate_key")
    json.dumps(vars(fault)).encode()  # what is shown can be sent


def nested(depth: int) -> bytes:
    """Return an object that nests so deep."""
    return b'{"a":' * depth + b"1" + b"}" * depth


def test_nesting_is_bounded() -> None:
    assert parse(nested(DEEPEST))
    with pytest.raises(ParseError):
        parse(nested(DEEPEST + 1))


@pytest.mark.parametrize("bracket", [b"[", b'{"a":'])
def test_a_hundred_thousand_levels_are_refused_at_once(bracket: bytes) -> None:
    with pytest.raises(ParseError):
        parse(bracket * 100_000)


def test_brackets_inside_a_string_do_not_nest() -> None:
    text = "[" * 1000 + '\\"' + "{" * 1000
    assert parse(f'{{"a": "{text}"}}'.encode())


def test_a_huge_number_is_refused_or_read_but_breaks_nothing() -> None:
    with pytest.raises(ParseError):
        parse(b'{"a": ' + b"9" * 5000 + b"}")
    assert parse(b'{"a": 1e400}')


def test_a_body_of_any_length_is_read_up_to_the_bound_only() -> None:
    stream = io.BytesIO(b" " * (MOST_BYTES + 100))
    with pytest.raises(TooLarge):
        StrictJSONParser().parse(stream)
    assert stream.tell() == MOST_BYTES + 1
    exact = b'{"a": "' + b"x" * (MOST_BYTES - 9) + b'"}'
    assert len(exact) == MOST_BYTES
    assert StrictJSONParser().parse(io.BytesIO(exact))


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 400),
        ("application/json; charset=utf-8", 400),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("text/plain", 415),
        ("", 415),
        ("nonsense", 415),
    ],
)
def test_only_json_is_taken(
    db: None,
    kind: str,
    status: int,
) -> None:
    answer = APIClient().generic("POST", LOGIN, "email=a", content_type=kind)
    assert answer.status_code == status


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 1_000_000, 3_000_000])
def test_a_large_body_is_told_so_in_bounded_memory(
    db: None,
    size: int,
) -> None:
    raw = '{"email": "a@example.com", "password": "' + "x" * size + '"}'
    client = APIClient()
    client.post(LOGIN, {})
    tracemalloc.start()
    answer = client.generic("POST", LOGIN, raw, content_type="application/json")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")
    assert peak < 3 * size + 4_000_000
