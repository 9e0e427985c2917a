"""The fields of the console's forms about tenants."""

from tenants.forms import LinesField, ScopesField


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
