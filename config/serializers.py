"""Serializers that take exactly what the contract says, and nothing that merely resembles it.

A leaf for every app's `api/serializers.py`: derive from `StrictSerializer` and use the
`Strict*Field`s below. An unknown (or read-only) name in the body is refused with the
code `unknown_field` at that name; `5` is no string, `"true"` no boolean, `"5"` no number.
Text never holds NUL or a lone surrogate: neither database stores them.
"""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from typing_extensions import override

MAX_SHOWN = 64


def is_storable(text: str) -> bool:
    """Tell whether both databases and UTF-8 take `text`: no NUL, no lone surrogate."""
    if "\x00" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(name: str) -> str:
    return name[:MAX_SHOWN].encode("ascii", "backslashreplace").decode()


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses names it does not know or does not let a caller write.

    The refusal carries one error per such name with the code `unknown_field`, before
    any other fault is looked for: a privileged field is never silently dropped.
    """

    @override
    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = {f.field_name for f in self._writable_fields}
            strange = [name for name in data if name not in known]
            if strange:
                raise ValidationError(
                    {
                        _shown(str(name)): [
                            ErrorDetail("This field is not known.", "unknown_field")
                        ]
                        for name in strange[:20]
                    }
                )
        return super().to_internal_value(data)


class StrictCharField(serializers.CharField):
    """A JSON string: numbers and booleans are not turned into one.

    Surrounding space is kept unless `trim_whitespace=True` is given.
    """

    default_error_messages = {
        "invalid": "Expected a string.",
        "unstorable": "NUL and lone surrogates are not allowed.",
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        super().__init__(**kwargs)

    @override
    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str) and not is_storable(data):
            self.fail("unstorable")
        return super().run_validation(data)

    @override
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBooleanField(serializers.BooleanField):
    """`true` or `false`, not `"true"`, `1` or `"on"`."""

    default_error_messages = {"invalid": "Expected true or false."}

    @override
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictIntegerField(serializers.IntegerField):
    """A JSON integer: no string, no boolean, no fraction."""

    default_error_messages = {"invalid": "Expected an integer."}

    @override
    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class StrictChoiceField(serializers.ChoiceField):
    """One of the given strings, spelled exactly."""

    @override
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not is_storable(data):
            self.fail("invalid_choice", input=_shown(str(data)))
        return super().to_internal_value(data)


class StrictUUIDField(serializers.UUIDField):
    """A UUID as a string; DRF's own also takes integers."""

    @override
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=_shown(str(data)))
        return super().to_internal_value(data)


class StrictListField(serializers.ListField):
    """A JSON array of at most `max_length` (100) entries of `child`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 100)
        super().__init__(**kwargs)

    @override
    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        values: list[Any] = super().to_internal_value(data)
        return values


class StrictObjectField(serializers.DictField):
    """A JSON object whose members a service looks at."""

    @override
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        return data


class PlainCheck:
    """A form of strings, compiled: tells whether a body is plainly good.

    True only for what the form would take, and give back as it came. False is no refusal:
    the form itself then says what is wrong. Raises `TypeError` for a form of anything but
    `StrictCharField`s without rules of their own.
    """

    def __init__(self, form: type[StrictSerializer]) -> None:
        fields: dict[str, Any] = dict(form().fields)
        for name, declared in fields.items():
            if not _is_plain(declared) or hasattr(form, f"validate_{name}"):
                raise TypeError(f"{form.__name__}.{name} is more than a string")
        for inherited in ("validate", "to_internal_value", "run_validation"):
            if getattr(form, inherited) is not getattr(StrictSerializer, inherited):
                raise TypeError(f"{form.__name__}.{inherited} is not looked at here")
        self.longest = {name: f.max_length for name, f in fields.items()}
        self.blank = {name for name, f in fields.items() if f.allow_blank}
        self.required = {name for name, f in fields.items() if f.required}

    def __call__(self, body: dict[str, Any]) -> bool:
        """Tell whether the form would take `body` unchanged."""
        if not body.keys() >= self.required:
            return False
        for name, value in body.items():
            longest = self.longest.get(name)
            if longest is None or type(value) is not str or len(value) > longest:
                return False
            if not value and name not in self.blank:
                return False
            if not is_storable(value):
                return False
        return True


def _is_plain(field: Any) -> bool:
    """Tell whether a field looks at type, length, blankness and storability, no more."""
    own = StrictCharField(max_length=1).validators  # what any such field brings
    return (
        field.default is serializers.empty
        and type(field) is StrictCharField
        and field.max_length is not None
        and field.min_length is None
        and not (field.read_only or field.write_only or field.trim_whitespace)
        and field.source == field.field_name
        and [type(v) for v in field.validators] == [type(v) for v in own]
    )
