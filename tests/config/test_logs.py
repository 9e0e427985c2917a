import json
import logging
import sys
import time
from typing import Any

import pytest

from config import context, logs
from config.logs import LONGEST, JsonFormatter, TextFormatter, clean, redact, trace

CANARY = "cAnaRy-4711"
JWT = f"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.{CANARY}"


def record(message: str, *args: Any, **extra: Any) -> logging.LogRecord:
    """Return a record as `logging` would make it."""
    made = logging.LogRecord("ntt.x", logging.INFO, "f.py", 1, message, args, None)
    vars(made).update(extra)
    return made


def failed(error: Exception) -> logging.LogRecord:
    """Return the record of an exception that was raised."""
    made = record("it failed")
    try:
        raise error
    except Exception:
        made.exc_info = sys.exc_info()
    return made


@pytest.mark.parametrize(
    "text",
    [
        f"GET /account/setup/?token={CANARY}",
        f"GET /x?a=1&code={CANARY}&b=2",
        f"/x?key={CANARY}#y",
        f"/x?invitation_token={CANARY}",
        f"Authorization: Bearer {CANARY}",
        f"Authorization: Digest username={CANARY}, response={CANARY}",
        f"'Cookie': 'a=1; session={CANARY}'",
        f"Set-Cookie: ntt-session={CANARY}; Path=/",
        f"sent Bearer {CANARY} to us",
        f"{{'password': '{CANARY}'}}",
        f"{{'password': 'with \\' quote {CANARY}'}}",
        f'{{"refresh_token": "{CANARY}"}}',
        f'{{"code": "{CANARY}", "key": "{CANARY}"}}',
        f"new_password={CANARY}",
        f"client_secret: {CANARY}",
        f"'secrets': ['{CANARY}', '{CANARY}']",
        f"mysql://root:{CANARY}@127.0.0.1/db",
        f"the token {JWT} is bad",
        JWT[:-4],
        f'{{"password": "cut short {CANARY}',
        f'said="password={CANARY}"',
        f"x-my-token-of-mine={CANARY}",
        f"'the_secret' : '{CANARY}'",
    ],
)
def test_what_looks_like_a_secret_is_not_written(text: str) -> None:
    said = redact(text)
    assert CANARY not in said
    assert "[redacted]" in said


@pytest.mark.parametrize(
    "text",
    [
        "POST /api/v1/tokens/refresh 200",
        "no active ES256 key: run manage.py rotate-signing-keys",
        "ValueError: code is too short",
        "the bearer of bad news",
        "GET /users?limit=5&cursor=abc 200",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "part",
    [
        *[
            "token-",
            "a",
            "secret ",
            "password",
            "x-token_",
            "token=",
            "'token'",
            "a://",
        ],
        *[
            "?token",
            "&code=",
            "eyJ-",
            "bearer ",
            "cookie ",
            '"key" ',
            "a.b+c-",
            "[",
            "'",
        ],
        *["token\t", "authorization:", "=", "password:\\", 'secret="', "token:["],
    ],
)
def test_no_line_takes_more_than_one_look_at_its_text(
    part: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logs, "LONGEST", 100_000)
    began = time.process_time()
    redact(part * (100_000 // len(part)))
    # linear it is some 0.1 s; quadratic, minutes
    assert time.process_time() - began < 10


def test_a_long_line_is_cut_before_it_is_read() -> None:
    assert redact("x" * 5000) == "x" * LONGEST


@pytest.mark.parametrize(
    "name", ["password", "refresh_token", "client_secret", "code", "key", "Cookie"]
)
def test_a_field_is_hidden_by_its_name(name: str) -> None:
    assert clean(name, CANARY) == "[redacted]"
    assert CANARY not in str(clean("body", {name: {"inner": CANARY}}))
    assert CANARY not in str(clean(name, [CANARY]))


def test_a_field_is_hidden_by_its_look() -> None:
    assert clean("seen", [JWT, 5, None]) == ["[redacted]", 5, None]


def test_a_json_line_has_its_request_id_and_its_extras() -> None:
    caller = context.RequestContext(request_id="req-1")
    with context.entered(caller):
        line = JsonFormatter().format(record("hello %s", "you", milliseconds=1.5))
    assert "\n" not in line
    said = json.loads(line)
    assert said.pop("ts").endswith("Z")
    assert said == {
        "level": "info",
        "logger": "ntt.x",
        "message": "hello you",
        "milliseconds": 1.5,
        "request_id": "req-1",
    }


def test_an_extra_cannot_replace_the_line_itself() -> None:
    said = json.loads(JsonFormatter().format(record("hello", level="forged")))
    assert said["level"] == "info"


def test_a_request_object_is_not_written() -> None:
    line = JsonFormatter().format(record("x", request=f"<WSGIRequest {CANARY}>"))
    assert CANARY not in line


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_nobody_forges_a_line(formatter: logging.Formatter) -> None:
    line = formatter.format(record("GET /x\n12:00:00 INFO forged\r\x1b[2J", who="a\nb"))
    assert line.isprintable()


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_a_message_that_cannot_be_made_does_not_show_its_parts(
    formatter: logging.Formatter,
) -> None:
    line = formatter.format(record("%d of %d", CANARY))
    assert "(unreadable)" in line
    assert CANARY not in line


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_a_traceback_says_where_and_what_kind_but_not_what_was_sent(
    formatter: logging.Formatter,
) -> None:
    line = formatter.format(failed(ValueError(f"invalid literal: {CANARY}")))
    assert "ValueError: (message withheld)" in line
    assert "in failed" in line
    assert CANARY not in line


def test_an_exception_that_speaks_of_code_keeps_its_words() -> None:
    assert trace(AttributeError("no attribute x")) == "AttributeError: no attribute x"


def test_causes_come_first() -> None:
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as cause:
            raise ImportError("outer") from cause
    except ImportError as error:
        said = trace(error)
    assert said.index("KeyError") < said.index("ImportError: outer")
    assert CANARY not in said
