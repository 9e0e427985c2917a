"""The fields of the console's forms about tenants."""

import pytest
from django.forms import ValidationError

from tenants.forms import KeysField, LinesField, ScopesField


def test_lines_are_trimmed_and_empty_ones_dropped() -> None:
    field = LinesField(required=False)
    assert field.clean("  a \r\n\r\n b\n") == ["a", "b"]
    assert field.clean(None) == []


def test_lines_are_shown_as_they_are_typed() -> None:
    field = LinesField()
    assert field.prepare_value(["a", "b"]) == "a\nb"
    assert field.prepare_value("typed\nbadly") == "typed\nbadly"
    assert not field.has_changed(["a", "b"], "a\nb\n")
    assert field.has_changed(["a", "b"], "b\na")


def test_a_huge_text_is_cut() -> None:
    assert len(LinesField().clean("a" * 1_000_000)[0]) == 64 * 1024


def test_a_scope_is_its_name_and_what_it_allows() -> None:
    field = ScopesField()
    scopes = [
        {"name": "read", "description": "Read all"},
        {"name": "write", "description": ""},
    ]
    assert field.clean("read  Read all\nwrite") == scopes
    assert field.prepare_value(scopes) == "read Read all\nwrite"
    assert field.prepare_value("typed") == "typed"


def test_keys_are_a_json_object_or_nothing() -> None:
    field = KeysField(required=False)
    assert field.clean(' {"keys": []} ') == {"keys": []}
    assert field.clean(" ") is field.clean(None) is None
    for bad in ("{", "[]", "null", "[" * 50_000, "9" * 5_000, '"' + "x" * 70_000 + '"'):
        with pytest.raises(ValidationError, match="JSON object"):
            field.clean(bad)


def test_keys_are_shown_as_they_are_typed() -> None:
    field = KeysField(required=False)
    assert field.prepare_value({"keys": []}) == '{\n  "keys": []\n}'
    assert field.prepare_value("{typed badly") == "{typed badly"
    assert not field.has_changed({"keys": []}, '{"keys":[]}')
    assert not field.has_changed(None, "")
    assert field.has_changed(None, "{}")
