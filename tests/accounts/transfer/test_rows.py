"""A line of the file: what is read, what is refused and in which words."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import User
from accounts.transfer.rows import MOST_BYTES, Line, RowRefused, lines, read, written
from tests.accounts.hashers.vectors import PHP

ANN = {"email": "Ann@Example.com", "password_hash": None}


def line_of(**changes: Any) -> Line:
    """Return Ann's line with these members."""
    return Line(1, json.dumps({**ANN, **changes}).encode())


def why(line: Line) -> str:
    """Return the reason for which a line is refused."""
    with pytest.raises(RowRefused) as refusal:
        read(line, None)
    return refusal.value.why


def test_a_row_is_read_whole() -> None:
    row = read(
        line_of(
            name="Ann\u0301 ",
            verified=True,
            is_active=False,
            created_at="2020-02-29T12:00:00+02:00",
            password_hash=PHP,
        ),
        None,
    )
    assert (row.email, row.email_key) == ("Ann@Example.com", "ann@example.com")
    assert (row.name, row.verified, row.is_active) == ("Anń", True, False)
    assert row.created_at == datetime(2020, 2, 29, 10, tzinfo=UTC)
    assert row.password.startswith("bcrypt$$2b$")


def test_what_is_left_out_is_the_careful_choice() -> None:
    row = read(line_of(name=None, created_at=None), None)
    assert (row.name, row.verified, row.is_active) == ("", False, True)
    assert (datetime.now(UTC) - row.created_at).total_seconds() < 60
    assert read(line_of(email_verified=True), None).verified


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": None}, "email is missing"),
        ({"email": 3}, "email is no text"),
        ({"email": ["ann@example.com"]}, "email is no text"),
        ({"email": ""}, "not an e-mail address"),
        ({"email": "ann@@example.com"}, "not an e-mail address"),
        ({"email": "ann\x00@example.com"}, "not an e-mail address"),
        ({"email": "ann\ud800@example.com"}, "not an e-mail address"),
        ({"email": "ann@exa\ud800mple.com"}, "not an e-mail address"),
        ({"email": "a\r\nb@example.com"}, "not an e-mail address"),
        ({"email": "a" * 60_000}, "254 characters"),
        ({"name": 3}, "name is no text"),
        ({"name": "A\r\nBcc: x"}, "name: Control characters"),
        ({"name": "A\x00"}, "name: Control characters"),
        ({"name": "A\ud800"}, "name: Control characters"),
        ({"name": "A" * 151}, "name: A name has at most 150"),
        ({"email_verified": "true"}, "email_verified is neither"),
        ({"verified": 1}, "verified is neither"),
        ({"verified": True, "email_verified": True}, "give one"),
        ({"is_active": None}, "is_active is neither"),
        ({"created_at": 1700000000000}, "created_at is no text"),
        ({"created_at": "yesterday"}, "created_at is no time"),
        ({"created_at": "2020-01-01T00:00:00"}, "created_at is no time"),
        ({"created_at": "0001-01-01T00:00:00+14:00"}, "created_at is no time"),
        ({"created_at": "1969-01-01T00:00:00Z"}, "before 1970"),
        ({"created_at": "2999-01-01T00:00:00Z"}, "in the future"),
        ({"is_superuser": True}, "unknown members: is_superuser"),
        ({PHP: 1}, "unknown members: with unusual names"),
        ({"password_hash": "x"}, "no known format"),
    ],
)
def test_a_wrong_value_is_named(
    changes: dict[str, Any],
    words: str,
) -> None:
    assert words in why(line_of(**changes))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'"x"', "not a JSON object"),
        (b'{"a": 1, "a": 2}', "a member stands twice"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": -Infinity}', "-Infinity is not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[" * 20_000, "not JSON"),
        (b'{"a": ' * 20_000, "not JSON"),
        (b'{"email": "\xff"}', "not UTF-8"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (None, "longer than 64 KiB"),
    ],
)
def test_a_line_that_is_no_object_is_refused(
    text: bytes | None,
    words: str,
) -> None:
    assert why(Line(2, text)) == words


def test_an_address_is_told_only_if_it_is_one() -> None:
    with pytest.raises(RowRefused) as refusal:
        read(line_of(email=PHP), None)
    assert refusal.value.email == "" and PHP not in str(refusal.value)
    with pytest.raises(RowRefused) as refusal:
        read(line_of(name=3), None)
    assert refusal.value.email == "Ann@Example.com"


def test_a_byte_order_mark_is_forgiven_at_the_beginning() -> None:
    text = json.dumps(ANN).encode()
    assert read(Line(1, b"\xef\xbb\xbf" + text), None).email == "Ann@Example.com"
    assert why(Line(2, b"\xef\xbb\xbf" + text)) == "not JSON"


def test_lines_are_counted_and_huge_ones_are_not_kept() -> None:
    huge = b"x" * (MOST_BYTES * 3)
    whole = b"y" * (MOST_BYTES - 1)
    file = io.BytesIO(b"a\r\n\n  \n" + huge + b"\n" + whole + b"\nlast")
    assert list(lines(file)) == [
        Line(1, b"a\r\n"),
        Line(4, None),
        Line(5, whole + b"\n"),
        Line(6, b"last"),
    ]
    assert list(lines(io.BytesIO(huge))) == [Line(1, None)]
    assert list(lines(io.BytesIO(b""))) == []


def test_what_is_written_is_read_back() -> None:
    user = User(
        email="Ünï@exämple.com",
        name="Zoë",
        password="bcrypt$" + PHP.replace("$2y$", "$2b$"),
        is_active=False,
        created_at=datetime(2021, 5, 4, 3, 2, 1, 123456, tzinfo=UTC),
    )
    text = written(user, verified=True)
    assert text.isascii() and "\n" not in text
    row = read(Line(1, text.encode()), None)
    assert (row.email, row.name, row.password) == (user.email, user.name, user.password)
    assert (row.verified, row.is_active) == (True, False)
    assert row.created_at == user.created_at
