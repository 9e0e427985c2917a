"""What the management API of tenants takes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.serializers import Field, ListSerializer

from config import serializers as strict
from tenants.api import serializers
from tenants.api.serializers import MembershipChange, MembershipInput

INPUTS = [
    made
    for made in vars(serializers).values()
    if isinstance(made, type)
    and issubclass(made, strict.StrictSerializer)
    and made.__module__ == serializers.__name__
]
CHANGES = [form for form in INPUTS if form.__name__.endswith("Change")]
STRICT = (
    *(strict.StrictCharField, strict.StrictBooleanField, strict.StrictChoiceField),
    *(strict.StrictIntegerField, strict.StrictListField, strict.StrictUUIDField),
    *(strict.StrictSerializer, serializers.StrictDateTimeField),
    strict.StrictObjectField,
)


def faults(form: Any) -> dict[str, str]:
    """Return the code of the first fault of each field."""
    form.is_valid()
    return {name: found[0].code for name, found in form.errors.items()}


def leaves(field: Any) -> list[Field[Any, Any, Any, Any]]:
    """Return a field with all that stands in it."""
    known = isinstance(field, strict.StrictObjectField)  # a service looks inside
    inner = [field.child] if hasattr(field, "child") and not known else []
    if not isinstance(field, ListSerializer):
        inner += list(getattr(field, "fields", {}).values())
    return [field, *(leaf for one in inner for leaf in leaves(one))]


@pytest.mark.parametrize("form", INPUTS, ids=lambda form: form.__name__)
def test_nothing_is_taken_that_only_resembles_what_is_meant(form: Any) -> None:
    loose = [leaf for leaf in leaves(form()) if not isinstance(leaf, STRICT)]
    assert loose == []


@pytest.mark.parametrize("form", CHANGES, ids=lambda form: form.__name__)
def test_a_change_needs_nothing_and_invents_nothing(form: Any) -> None:
    empty = form(data={})
    assert empty.is_valid(), empty.errors
    assert empty.validated_data == {}


@pytest.mark.parametrize(
    ("form", "needed"),
    [
        (serializers.TenantInput, {"slug"}),
        (serializers.ApiInput, {"identifier"}),
        (serializers.ApplicationInput, {"name", "type"}),
        (serializers.RoleInput, {"name"}),
        (serializers.InvitationInput, {"email"}),
        (serializers.AcceptInput, {"key"}),
        (serializers.ShareInput, {"tenants"}),
        (serializers.RotateInput, set()),
    ],
)
def test_what_a_new_thing_needs(
    form: Any,
    needed: set[str],
) -> None:
    assert faults(form(data={})) == dict.fromkeys(needed, "required")


@pytest.mark.parametrize(
    "moment",
    [
        "2030-01-02T03:04:05Z",
        "2030-01-02T05:04:05+02:00",
        "2030-01-01T22:04:05.000000-05:00",
    ],
)
def test_a_time_is_taken_with_its_offset(moment: str) -> None:
    form = MembershipChange(data={"expires_at": moment})
    assert form.is_valid(), form.errors
    assert form.validated_data["expires_at"] == datetime(
        2030, 1, 2, 3, 4, 5, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "moment",
    [
        *("2030-01-02", "2030-01-02 03:04:05Z", "2030-01-02T25:00:00Z", "T", ""),
        *("2030-01-02T03:04:05", "2030-01-02T03:04Z", "20300102T030405Z"),
        *(
            "2030-02-30T00:00:00Z",
            "9999-12-31T23:59:59-23:59",
            "0001-01-01T00:00:00+14:00",
        ),
        *("2030-W01-1T00:00:00Z", "\u0662\u0660\u0663\u0660-01-02T03:04:05Z"),
        *("2030-01-02T03:04:05Z\n", 1893456000, True, [], {}),
    ],
)
def test_a_time_that_is_not_rfc_3339_is_refused(moment: Any) -> None:
    form = MembershipChange(data={"expires_at": moment})
    assert faults(form).keys() == {"expires_at"}


def test_a_member_is_named_one_way() -> None:
    key = "0192f5d0-7d7e-7000-8000-000000000000"
    assert MembershipInput(data={"email": "a@example.com"}).is_valid()
    assert MembershipInput(data={"user_id": key}).is_valid()
    for wrong in ({}, {"email": "a@example.com", "user_id": key}):
        assert faults(MembershipInput(data=wrong)) == {"non_field_errors": "invalid"}


def test_a_scope_may_go_without_a_description() -> None:
    form = serializers.ApiChange(data={"scopes": [{"name": "orders:read"}]})
    assert form.is_valid()
    (scope,) = form.validated_data["scopes"]
    assert scope == {"name": "orders:read", "description": ""}


@pytest.mark.parametrize(
    ("field", "most"),
    [
        *(("name", 150), ("redirect_uris", 255), ("grants", 64), ("scopes", 64)),
        *(("jwks_uri", 255), ("post_logout_redirect_uris", 255)),
    ],
)
def test_a_text_has_an_end(
    field: str,
    most: int,
) -> None:
    def fits(length: int) -> bool:
        value: Any = "x" * length
        sent = value if field in ("name", "jwks_uri") else [value]
        return bool(serializers.ApplicationChange(data={field: sent}).is_valid())

    assert fits(most) and not fits(most + 1)
