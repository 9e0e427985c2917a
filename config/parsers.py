"""The one JSON parser of the API: strict, and bounded before it works."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from typing_extensions import override

from config.errors import FieldError, InvalidInput, ServiceError

MOST_BYTES = 64 * 1024
DEEPEST = 20


class TooLarge(ServiceError):
    """The body is longer than anything that this API takes."""

    status = 413
    code = "request_too_large"
    title = "The request body is too large."


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            shown = name[:64].encode("ascii", "backslashreplace").decode()
            fault = FieldError(f"#/{shown}", "duplicate_key", "The key stands twice.")
            raise InvalidInput("A key stands twice.", errors=[fault])
        found[name] = value
    return found


def _constant(name: str) -> Any:
    raise ParseError(f"{name} is not JSON.")


def _is_too_deep(text: str) -> bool:
    """Tell whether brackets nest beyond `DEEPEST`; strings may hold any."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth, inside, escaped = 0, False, False
    for character in text:
        if inside:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                inside = False
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            if depth > DEEPEST:
                return True
        elif character in "]}":
            depth -= 1
    return False


_read = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant).decode


def parse(raw: bytes) -> dict[str, Any]:
    """Return the object that a body holds.

    Raises `ParseError` for what is no UTF-8 JSON, `InvalidInput` for a repeated key and
    for a body that is no object.
    """
    try:
        text = raw.decode("utf-8")
        if _is_too_deep(text):
            raise ParseError("The body nests too deep.")
        value = _read(text)
    except (ValueError, RecursionError) as error:
        raise ParseError("The body is not valid UTF-8 JSON.") from error
    if not isinstance(value, dict):
        fault = FieldError("#", "invalid", "Expected a JSON object.")
        raise InvalidInput("Expected a JSON object.", errors=[fault])
    return value


class StrictJSONParser(JSONParser):
    """`application/json` only, an object only, 64 KiB at most, no key twice."""

    @override
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        try:
            raw = stream.read(MOST_BYTES + 1)
        except RequestDataTooBig as error:
            raise TooLarge from error
        if len(raw) > MOST_BYTES:
            raise TooLarge
        return parse(raw)
