"""The short way itself: what it lets by, untouched; the endpoints' own are beside them."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from typing_extensions import override

from config import context
from config.door import Asked, Door, Endpoint
from config.envelope import Answer
from config.errors import Conflict, NotFound
from config.serializers import StrictCharField, StrictSerializer


class Word(StrictSerializer):
    """A body of one word."""

    word = StrictCharField(max_length=10)


class Behind:
    """Django's place: reads the body, and tells that it was asked."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def __call__(
        self,
        environ: dict[str, Any],
        start_response: Callable[..., Any],
    ) -> list[bytes]:
        self.bodies.append(environ["wsgi.input"].read())
        start_response("200 OK", [])
        return [b"behind"]


class Untouchable(io.BytesIO):
    """A body that nobody may look at."""

    touched = False

    @override
    def read(self, *given: Any) -> bytes:
        self.touched = True
        return super().read(*given)


@pytest.fixture
def closings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often connections were looked at."""
    found: list[str] = []
    monkeypatch.setattr("config.door.close_old_connections", lambda: found.append("x"))
    return found


def ask(
    serve: Callable[[Asked], Answer],
    raw: bytes = b'{"word": "x"}',
    *,
    behind: Behind | None = None,
    refused: Callable[[Exception], Exception] = lambda fault: fault,
    environ: dict[str, Any] | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """Ask a door with one endpoint."""
    endpoint = Endpoint("/api/v1/word", serve, form=Word, allow="X", refused=refused)
    given = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/word",
        "HTTP_HOST": "testserver",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(raw)),
        "wsgi.input": io.BytesIO(raw),
    } | (environ or {})
    told: list[Any] = []
    door = Door(behind or Behind(), [endpoint])
    body = door(given, lambda *parts: told.extend(parts[:2]))  # type: ignore[arg-type]
    return int(told[0][:3]), dict(told[1]), b"".join(body)


def echo(asked: Asked) -> Answer:
    """Answer with what was asked."""
    return Answer(asked.body, headers={"X-Caller": context.current().request_id})


@pytest.mark.usefixtures("closings")
def test_a_usual_request_is_served_inside_its_context() -> None:
    status, headers, body = ask(echo, environ={"HTTP_X_REQUEST_ID": "mine"})
    assert (status, json.loads(body)) == (200, {"word": "x"})
    assert headers["X-Caller"] == headers["X-Request-ID"] == "mine"
    assert headers["Allow"] == "X"
    assert headers["Content-Length"] == str(len(body))
    assert context.current() is context.NOWHERE


@pytest.mark.parametrize("raw", [b"{}", b"[", b'{"word": 5}', b'{"word": "x"} \n,'])
def test_the_next_reads_the_body_as_it_came(raw: bytes) -> None:
    behind = Behind()
    assert ask(echo, raw, behind=behind)[2] == b"behind"
    assert behind.bodies == [raw]


@pytest.mark.parametrize(
    "unusual",
    [
        {"HTTP_ORIGIN": "https://x.example"},
        {"HTTP_HOST": "evil.example"},
        {"CONTENT_LENGTH": "70000"},
        {"CONTENT_TYPE": "text/plain"},
        {"REQUEST_METHOD": "PUT"},
        {"PATH_INFO": "/elsewhere"},
        {"QUERY_STRING": "a=b"},
    ],
)
def test_of_what_is_unusual_not_even_the_body_is_read(
    unusual: dict[str, Any],
    closings: list[str],
) -> None:
    source = Untouchable(b'{"word": "x"}')

    def passed(
        environ: dict[str, Any],
        start_response: Callable[..., Any],
    ) -> list[bytes]:
        assert environ["wsgi.input"] is source
        start_response("200 OK", [])
        return []

    behind: Any = passed
    ask(echo, behind=behind, environ=unusual | {"wsgi.input": source})
    assert not source.touched
    assert closings == []


def test_a_debugging_instance_has_django_s_own_pages(settings: Any) -> None:
    settings.DEBUG = True
    assert ask(echo)[2] == b"behind"


def test_a_client_that_leaves_is_django_s() -> None:
    class Left(io.BytesIO):
        @override
        def read(self, *given: Any) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        ask(echo, environ={"wsgi.input": Left()})


def test_a_body_that_stops_short_is_django_s() -> None:
    raw = b'{"word": "x"}   '
    behind = Behind()
    short = {"CONTENT_LENGTH": "50"}
    assert ask(echo, raw, behind=behind, environ=short)[2] == b"behind"
    assert behind.bodies == [raw]


def test_connections_are_looked_at_around_each_request(closings: list[str]) -> None:
    def during(asked: Asked) -> Answer:
        closings.append("served")
        raise NotFound

    status, headers, body = ask(during)
    assert (status, json.loads(body)["code"]) == (404, "not_found")
    assert headers["Content-Type"] == "application/problem+json"
    assert closings == ["x", "served", "x"]


@pytest.mark.usefixtures("closings")
def test_a_refusal_may_become_another_and_a_fault_in_that_is_ours() -> None:
    def refuse(asked: Asked) -> Answer:
        raise NotFound

    def broken(fault: Exception) -> Exception:
        raise ZeroDivisionError

    assert ask(refuse, refused=lambda fault: Conflict())[0] == 409
    status, headers, _ = ask(refuse, refused=broken)
    assert status == 500
    assert "Allow" not in headers


@pytest.mark.usefixtures("closings")
@pytest.mark.parametrize("data", [{"x": object()}, {"x": "\ud800"}])
def test_an_answer_that_cannot_be_written_is_a_fault_of_ours(data: Any) -> None:
    status, _, body = ask(lambda asked: Answer(data))
    assert (status, json.loads(body)["code"]) == (500, "internal_error")
