"""The spelling of the contract: kebab-case paths, snake_case members."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.sources import ROOT

SCHEMA = ROOT / "clients" / "openapi.yaml"
FOREIGN = ("admin/", "account/", "static/")
SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*|\.well-known|jwks\.json|<[a-z0-9_:]+>")
MEMBER = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*|\$?schema")


def routes(
    resolver: URLResolver,
    before: str = "",
) -> Iterator[str]:
    """Yield every route below `resolver`, without those of libraries."""
    for entry in resolver.url_patterns:
        path = before + str(entry.pattern)
        if path.startswith(FOREIGN) or "^" in path or "\\" in path:
            continue
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        elif isinstance(entry, URLPattern):
            yield path


def misspelt(path: str) -> bool:
    """Return whether a segment of `path` is not kebab-case."""
    return not all(SEGMENT.fullmatch(part) for part in path.split("/") if part)


def members(node: Any) -> Iterator[str]:
    """Yield the names of all properties in an OpenAPI document."""
    if isinstance(node, dict):
        properties = node.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for value in node.values():
            yield from members(value)
    elif isinstance(node, list):
        for value in node:
            yield from members(value)


def test_paths_are_kebab_case() -> None:
    found = list(routes(get_resolver()))
    assert found
    assert [path for path in found if misspelt(path)] == []


def test_members_are_snake_case() -> None:
    if not SCHEMA.exists():
        pytest.fail("clients/openapi.yaml is missing: run make openapi")
    document = yaml.safe_load(SCHEMA.read_text())
    found = set(members(document.get("components", {})))
    assert found
    assert sorted(name for name in found if not MEMBER.fullmatch(name)) == []


@pytest.mark.parametrize("path", ["api/v1/signingKeys", "api/v1/signing_keys", "API/x"])
def test_the_rule_finds_a_misspelt_path(path: str) -> None:
    assert misspelt(path)
