"""The OpenAPI document: complete, true to its examples, and the one in the repository."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from config.openapi import PROBLEMS
from config.reference import document

ROOT = Path(__file__).resolve().parent.parent.parent
COMMITTED = ROOT / "clients" / "openapi.yaml"
Operation = tuple[str, str, dict[str, Any]]
WITH_BODY = ("post", "put", "patch")


def described() -> dict[str, Any]:
    """Return the document as it is served."""
    made: dict[str, Any] = json.loads(document())
    return made


def operations() -> Iterator[Operation]:
    """Yield every operation as method, path and description."""
    for path, methods in described()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def guarded(operation: dict[str, Any]) -> bool:
    """Tell whether it demands a Bearer token."""
    return {"bearerAuth": []} in operation["security"]


def bodies(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every body of an operation with its place: the request's, the answers'."""
    shared = described()["components"]["responses"]
    places = [("request", operation.get("requestBody", {}))]
    places += operation["responses"].items()
    for place, held in places:
        if "$ref" in held:
            held = shared[held["$ref"].rsplit("/", 1)[1]]
        for media in held.get("content", {}).values():
            yield place, media


def faults(media: dict[str, Any]) -> list[str]:
    """Return why an example does not fit the schema that it stands beside."""
    schema = {**media["schema"], "components": described()["components"]}
    judge: Any = OAS31Validator(schema, format_checker=OAS31Validator.FORMAT_CHECKER)
    return [error.message for error in judge.iter_errors(media["example"])]


def test_it_is_a_valid_3_1_document() -> None:
    assert described()["openapi"].startswith("3.1")
    validate(described())  # raises


def test_the_committed_document_is_the_generated_one(tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"
    told = StringIO()
    call_command("spectacular", "--fail-on-warn", f"--file={made}", stderr=told)
    assert made.read_text() == COMMITTED.read_text(), "run make openapi"


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [str(operation["operationId"]) for _, _, operation in operations()]
    assert len(names) > 50
    assert all(name.isalnum() and name[0].islower() for name in names)
    assert sorted(set(names)) == sorted(names)


def test_every_operation_says_what_it_does_and_where_it_belongs() -> None:
    assert [
        f"{method} {path}"
        for method, path, operation in operations()
        if not operation.get("description") or len(operation["tags"]) != 1
    ] == []


def test_every_operation_says_who_may_call_it() -> None:
    known = described()["components"]["securitySchemes"].keys()
    for method, path, operation in operations():
        needed = operation["security"]
        assert needed, (method, path)
        assert {name for way in needed for name in way} <= known


def test_every_json_body_has_an_example_that_fits_its_schema() -> None:
    offences, count = [], 0
    for method, path, operation in operations():
        for place, media in bodies(operation):
            count += 1
            found = faults(media) if "example" in media else ["there is none"]
            offences += [f"{method} {path} {place}: {fault}" for fault in found]
    assert offences == [] and count > 100


def test_every_problem_is_told_with_its_own_status() -> None:
    shared = described()["components"]["responses"]
    assert set(shared) == {f"Problem{status}" for status in PROBLEMS}
    for status in PROBLEMS:
        (held,) = shared[f"Problem{status}"]["content"].values()
        assert held["example"]["status"] == int(status)
        assert "application/problem+json" in shared[f"Problem{status}"]["content"]


def test_each_operation_refers_to_the_shared_problems() -> None:
    for method, path, operation in operations():
        told = {s: r for s, r in operation["responses"].items() if s >= "400"}
        expected = {
            status: {"$ref": f"#/components/responses/Problem{status}"}
            for status in told
        }
        assert told == expected, (method, path)


@pytest.mark.parametrize(
    ("status", "belongs"),
    [
        ("400", lambda method, path, operation: True),
        ("429", lambda method, path, operation: True),
        ("401", lambda method, path, operation: guarded(operation)),
        ("403", lambda method, path, operation: guarded(operation)),
        ("404", lambda method, path, operation: "{" in path),
        ("413", lambda method, path, operation: method in WITH_BODY),
        ("415", lambda method, path, operation: method in WITH_BODY),
        ("422", lambda method, path, operation: keyed(operation)),
    ],
)
def test_a_refusal_is_told_wherever_it_can_happen(
    status: str,
    belongs: Any,
) -> None:
    assert [
        f"{method} {path}"
        for method, path, operation in operations()
        if belongs(method, path, operation) and status not in operation["responses"]
    ] == []


def keyed(operation: dict[str, Any]) -> bool:
    """Tell whether it takes an idempotency key."""
    return any(
        (parameter["in"], parameter["name"]) == ("header", "Idempotency-Key")
        for parameter in operation.get("parameters", [])
    )


def test_every_parameter_in_a_path_is_told() -> None:
    for method, path, operation in operations():
        named = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        told = {
            parameter["name"]
            for parameter in operation.get("parameters", [])
            if parameter["in"] == "path" and parameter["required"]
        }
        assert told == named, (method, path)
