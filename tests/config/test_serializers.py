"""Serializers that take exactly what the contract says."""

from typing import Any

import pytest
from rest_framework import serializers
from typing_extensions import override

from config.serializers import (
    PlainCheck,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    StrictListField,
    StrictObjectField,
    StrictSerializer,
    StrictUUIDField,
    is_storable,
)


class Form(StrictSerializer):
    """One field of each kind."""

    text = StrictCharField(max_length=10)
    flag = StrictBooleanField(required=False)
    number = StrictIntegerField(required=False, max_value=9)
    choice = StrictChoiceField(choices=["a", "b"], required=False)
    names = StrictListField(child=StrictCharField(), required=False)
    id = StrictUUIDField(required=False)
    object = StrictObjectField(required=False)
    given = serializers.CharField(read_only=True)


def faults(body: Any) -> dict[str, Any]:
    """Return the codes of the faults, by field."""
    form = Form(data=body)
    assert not form.is_valid()
    found: dict[str, Any] = form.errors
    return {
        name: errors[0].code if isinstance(errors, list) else errors
        for name, errors in found.items()
    }


def test_what_the_contract_says_is_taken_as_it_is() -> None:
    body = {
        "text": " a ",
        "flag": False,
        "number": 9,
        "choice": "b",
        "names": ["x", "y"],
        "id": "0192f5d0-7d7e-7000-8000-000000000000",
        "object": {"a": [1], "b": {"c": None}},
    }
    form = Form(data=body)

    assert form.is_valid(), form.errors
    taken = form.validated_data
    assert taken | {"id": str(taken["id"])} == body


RESEMBLING: dict[str, list[Any]] = {
    "text": [5, 1.5, True, None, [], {}, "", "x" * 11, "a\x00", "\ud800", "\udfff"],
    "flag": ["true", 1, 0, "on", None, [], {}],
    "number": ["5", True, 1.0, 10, None, [], {}, 10**400],
    "choice": ["A", "c", 1, True, None, [], {}, "\ud800"],
    "names": ["x", {"x": 1}, 5, None, ["x"] * 101],
    "id": [5, "x", None, [], {}, True],
    "object": ["{}", 5, None, [], [{}], True],
}


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, values in RESEMBLING.items() for value in values],
)
def test_what_only_resembles_it_is_refused(
    field: str,
    value: Any,
) -> None:
    assert list(faults({"text": "a", field: value})) == [field]


@pytest.mark.parametrize("entry", [1, None, True, "\x00", ["x"]])
def test_each_entry_of_a_list_is_looked_at(entry: Any) -> None:
    assert list(faults({"text": "a", "names": ["x", entry]})) == ["names"]


def test_unknown_and_read_only_names_are_refused_first() -> None:
    found = faults({"text": 5, "given": "x", "is_superuser": True, "\ud800" * 99: 1})

    assert set(found.values()) == {"unknown_field"}
    assert {"given", "is_superuser"} < set(found)
    assert all(is_storable(name) and len(name) <= 400 for name in found)


@pytest.mark.parametrize("body", [[], "text", 5, None, True])
def test_a_body_that_is_no_object_is_refused(body: Any) -> None:
    assert not Form(data=body).is_valid()


# -- the compiled check of a form of strings


class Strings(StrictSerializer):
    """What `PlainCheck` takes."""

    text = StrictCharField(max_length=10)
    name = StrictCharField(required=False, allow_blank=True, max_length=3)


VALUES: list[Any] = [
    *["", "x", " x ", "x" * 3, "x" * 10, "x" * 11, "\u00e9", "\U0001f600", "\u2028"],
    *["a\x00", "\ud800", "\udc00\ud800", "\x1f", "\n"],
    *[None, True, 5, 1.5, [], ["x"], {}, {"x": "y"}],
]


def test_what_is_plainly_good_the_form_takes_as_it_came() -> None:
    is_good = PlainCheck(Strings)
    bodies: list[dict[str, Any]] = [{}, {"name": "x"}, {"text": "x", "more": "x"}]
    bodies += [{"text": value} for value in VALUES]
    bodies += [{"text": "x", "name": value} for value in VALUES]
    taken = 0
    for body in bodies:
        form = Strings(data=body)
        assert is_good(body) is form.is_valid(), body
        if is_good(body):
            assert form.validated_data == body
            taken += 1
    assert taken > 5


class Ruled(Strings):
    """A form with a rule of its own."""

    def validate_name(self, value: str) -> str:
        return value.strip()


class Whole(Strings):
    """A form that looks at all of it."""

    @override
    def validate(self, attrs: Any) -> Any:
        return attrs


class Trimmed(StrictSerializer):
    """A field that changes what came."""

    text = StrictCharField(max_length=10, trim_whitespace=True)


class Defaulted(StrictSerializer):
    """A field that adds what did not come."""

    text = StrictCharField(max_length=10, default="x")


class Endless(StrictSerializer):
    """A field without a length."""

    text = StrictCharField()


class Checked(StrictSerializer):
    """A field with a validator of its own."""

    text = StrictCharField(max_length=10, validators=[len])


@pytest.mark.parametrize(
    "form", [Form, Ruled, Whole, Trimmed, Defaulted, Endless, Checked]
)
def test_a_form_that_does_more_cannot_be_compiled(form: type[StrictSerializer]) -> None:
    with pytest.raises(TypeError):
        PlainCheck(form)
