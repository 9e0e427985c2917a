"""A token is taken apart in one spelling only."""

import base64
from typing import Any

import pytest

from tokens.jose.compact import DEEPEST, read_object, take_apart


def part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_the_parts_are_what_was_signed_and_its_signature() -> None:
    head, body, mark = part(b'{"a": 1}'), part(b'{"b": 2}'), part(b"signature")
    parts = take_apart(f"{head}.{body}.{mark}")
    assert parts.header == {"a": 1}
    assert parts.payload == b'{"b": 2}'
    assert parts.signed == f"{head}.{body}".encode()
    assert parts.signature == b"signature"


@pytest.mark.parametrize(
    "mark", ["QR", "QUJ", "QUJDA", "QQ==", "+w", "Q\u00e4", "Q Q", "", "A" * 1025]
)
def test_only_canonical_base64url_is_read(mark: str) -> None:
    head = part(b"{}")
    assert take_apart(f"{head}.{head}.QQ")
    with pytest.raises(ValueError):
        take_apart(f"{head}.{head}.{mark}")


@pytest.mark.parametrize("token", [None, 7, b"e30.e30.QQ", "e30.e30", "e30.e30.QQ\n"])
def test_anything_else_is_no_token(token: Any) -> None:
    with pytest.raises(ValueError):
        take_apart(token)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 1}',
        '{"a": 1, "\\u0061": 1}',
        '{"x": [{"a": 1, "a": 2}]}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 1e999}',
        '{"a": -1e999}',
        '{"a": 100000000000000000000}',
        '{"a": 1',
        '{"a": 01}',
        '{"a": "\\ud800"}',
        '{"\\udc00\\ud800": 1}',
        '{"a": "\t"}',
        "{'a': 1}",
        "\ufeff{}",
        "[]",
        "null",
        "",
    ],
)
def test_what_two_readers_may_read_differently_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_object(text.encode())


def test_utf_8_is_the_only_encoding() -> None:
    assert read_object('{"ä": "\\ud83d\\ude00\\u0000"}'.encode()) == {"ä": "😀\x00"}
    for raw in (b'{"a": "\xff"}', b'{"a": "\xed\xa0\x80"}', "{}".encode("utf-16-le")):
        with pytest.raises(ValueError):
            read_object(raw)


def test_so_many_levels_are_read_and_one_more_is_not() -> None:
    def nested(levels: int) -> bytes:
        inside = levels - 1
        return b'{"a": ' + b"[" * inside + b"]" * inside + b"}"

    assert read_object(nested(DEEPEST))
    assert read_object(b'{"a": "' + b"[" * 200 + b'"}')
    assert read_object(b'{"a": [' + b"[]," * 200 + b"[]]}")
    for levels in (DEEPEST + 1, 100, 2000, 100_000):
        with pytest.raises(ValueError):
            read_object(nested(levels))
