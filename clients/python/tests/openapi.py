"""`clients/openapi.yaml`, read by the environment that has PyYAML: the server's."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).resolve().parent.parent
ROOT = PACKAGE.parent.parent
PYTHON = Path(os.environ.get("NTT_AUTH_SERVER_PYTHON", ROOT / ".venv/bin/python"))
_READ = (
    "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)"
)


def server_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the server's Python; the test is skipped where there is none."""
    if not PYTHON.exists():
        pytest.skip("needs the server's environment: make dev")
    command = [str(PYTHON), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=PACKAGE)


@cache
def document() -> Any:
    """Return the contract."""
    done = server_python("-c", _READ, str(ROOT / "clients/openapi.yaml"))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@dataclass(frozen=True)
class Operation:
    """One call of the contract; `body` and `answers` are the names of schemas."""

    id: str
    method: str
    path: str
    query: frozenset[str]
    body: str
    answers: frozenset[str]
    public: bool
    keyed: bool

    def fits(
        self,
        method: str,
        path: str,
    ) -> bool:
        pattern = re.sub(r"\{\w+\}", "[^/]+", self.path)
        return self.method == method and re.fullmatch(pattern, path) is not None


def _name(content: Any) -> str:
    schema = content.get("application/json", {}).get("schema", {})
    return str(schema.get("$ref", "")).rpartition("/")[2]


def operations() -> list[Operation]:
    """Return all of them, those without parameters in their path first."""
    found = [
        _operation(method.upper(), path, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]
    return sorted(found, key=lambda operation: operation.path.count("{"))


def _operation(
    method: str,
    path: str,
    given: Any,
) -> Operation:
    parameters = given.get("parameters", [])
    bodies = given.get("requestBody", {}).get("content", {})
    answers = [a.get("content", {}) for c, a in given["responses"].items() if c < "3"]
    return Operation(
        id=given["operationId"],
        method=method,
        path=path,
        query=frozenset(p["name"] for p in parameters if p["in"] == "query"),
        body=_name(bodies),
        answers=frozenset(name for name in map(_name, answers) if name),
        public={} in given.get("security", []),
        keyed=any(p["name"] == "Idempotency-Key" for p in parameters),
    )


def schema(name: str) -> Any:
    """Return a schema by its name."""
    return document()["components"]["schemas"][name]


def members(name: str) -> set[str]:
    """Return the names of the members of a schema, those of all its kinds."""
    found = schema(name)
    kinds = [one["$ref"].rpartition("/")[2] for one in found.get("oneOf", [])]
    return set(found.get("properties", {})).union(*map(members, kinds))
