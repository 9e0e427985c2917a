"""Examples are made from schemas by the names of fields."""

from typing import Any

import pytest

from config.examples import example_of

CLERK = {"type": "object", "properties": {"name": {"type": "string"}}}
SCHEMAS: dict[str, Any] = {
    "RoleOutput": CLERK,
    "Person": CLERK,
    "Kind": {"type": "string", "enum": ["user", "session"]},
    "ScopeInput": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "active": {"type": "boolean"}},
    },
}


def ref(name: str) -> dict[str, str]:
    """Return a reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer"}, 300),
        ({"type": "boolean"}, False),
        ({"type": "number"}, 1.5),
        ({"type": "object"}, {}),
        ({"type": "string"}, "text"),
        ({}, "text"),
        ({"type": "null"}, None),
        ({"type": ["integer", "null"]}, 300),
        ({"type": "array", "items": {"type": "integer"}}, [300]),
        ({"type": "string", "enum": ["a", "b"]}, "a"),
        ({"type": ["string", "null"], "format": "date-time"}, "2026-11-24T09:30:00Z"),
    ],
)
def test_an_unknown_name_gets_a_value_of_its_type(
    schema: dict[str, Any],
    expected: Any,
) -> None:
    assert example_of(schema, {}, "strange") == expected


@pytest.mark.parametrize("format", ["uuid", "email", "uri", "date-time"])
def test_a_format_is_kept(format: str) -> None:
    made = example_of({"type": "string", "format": format}, {}, "strange")
    assert made != "text" and isinstance(made, str)


@pytest.mark.parametrize(
    ("name", "schema", "expected"),
    [
        ("slug", {"type": "string"}, "acme"),
        ("expires_in", {"type": "integer"}, 300),
        ("roles", {"type": "array", "items": {"type": "string"}}, ["clerk"]),
        ("active", {"type": "boolean"}, True),
        ("next_cursor", {"type": ["string", "null"]}, None),
        ("next_cursor", {"type": "string"}, "text"),
        ("kind", {"type": "string", "enum": ["user", "session"]}, "session"),
        ("kind", {"type": "string", "enum": ["user", "key"]}, "user"),
        ("kind", ref("Kind"), "session"),
        ("scopes", {"type": "array", "items": {"type": "string"}}, ["orders:read"]),
    ],
)
def test_a_known_name_gets_its_value_where_that_fits(
    name: str,
    schema: dict[str, Any],
    expected: Any,
) -> None:
    assert example_of(schema, SCHEMAS, name) == expected


def test_a_list_of_objects_is_no_list_of_names() -> None:
    schema = {"type": "array", "items": ref("ScopeInput")}
    assert example_of(schema, SCHEMAS, "scopes") == [
        {"name": "orders:read", "active": True}
    ]


@pytest.mark.parametrize("combined", ["allOf", "oneOf", "anyOf"])
def test_of_several_schemas_the_first_is_taken(combined: str) -> None:
    schema = {combined: [ref("Kind"), {"type": "null"}]}
    assert example_of(schema, SCHEMAS) == "user"


def test_a_thing_is_called_by_what_it_is() -> None:
    assert example_of(ref("RoleOutput"), SCHEMAS) == {"name": "clerk"}
    assert example_of(ref("Person"), SCHEMAS) == {"name": "Ada Lovelace"}


def test_of_two_ways_to_name_somebody_one_is_shown() -> None:
    both = {"email": {"type": "string"}, "user_id": {"type": "string"}}
    schema: dict[str, Any] = {"type": "object", "properties": both}
    assert example_of(schema, {}).keys() == {"email"}
    schema["required"] = ["user_id"]
    assert example_of(schema, {}).keys() == {"email", "user_id"}


def test_an_object_that_may_be_none_is_shown_as_the_example_says() -> None:
    keys = {"type": ["object", "null"], "additionalProperties": {}}
    assert example_of(keys, {}, "jwks") is None
    assert example_of(keys, {}, "unknown") == {}
