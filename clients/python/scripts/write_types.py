"""Write `ntt_auth/types.py`: the shapes of `clients/openapi.yaml` as TypedDicts.

Runs with PyYAML and Black, as the server's environment has them:

    ../../.venv/bin/python scripts/write_types.py [--check]

With `--check` nothing is written; it exits 1 where the file is not what it would write.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import black
import yaml

HERE = Path(__file__).resolve().parent.parent
CONTRACT = HERE.parent / "openapi.yaml"
TARGET = HERE / "src" / "ntt_auth" / "types.py"
MODE = black.Mode(target_versions={black.TargetVersion.PY310})
HEAD = '''\
"""What is sent to the REST API and what it answers, by the names of `clients/openapi.yaml`.

Written by `scripts/write_types.py` (hence its length): change the contract, not this file.
Times are strings of RFC 3339, ids are UUIDs as strings.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict, Union
'''
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}

Schema = Mapping[str, Any]


def annotation(schema: Schema) -> str:
    """Return the type of a schema as it stands in an annotation; raises `KeyError`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "oneOf" in schema:
        return " | ".join(annotation(one) for one in schema["oneOf"])
    if "enum" in schema:
        return f"Literal[{', '.join(json.dumps(value) for value in schema['enum'])}]"
    kinds = schema.get("type", "any")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return " | ".join(_of_kind(kind, schema) for kind in kinds)


def _of_kind(
    kind: str,
    schema: Schema,
) -> str:
    if kind == "any":
        return "Any"
    if kind == "null":
        return "None"
    if kind == "array":
        return f"list[{annotation(schema['items'])}]"
    if kind == "object":
        held = schema.get("additionalProperties")
        return f"dict[str, {annotation(held) if isinstance(held, dict) else 'Any'}]"
    return PLAIN[kind]


def sentence(schema: Schema) -> str:
    """Return the description as a docstring's line."""
    said = " ".join(str(schema.get("description", "")).split())
    text = (said or "As the contract has it.").replace("\\", "\\\\")
    return f'    """{text}"""' if not text.endswith('"') else f'    """{text} """'


def fields(
    schema: Schema,
    *,
    required: bool,
) -> list[str]:
    """Return the lines of the members that are required, or of those that are not."""
    needed = set(schema.get("required", ()))
    return [
        f"    {name}: {annotation(member)}"
        for name, member in schema["properties"].items()
        if (name in needed) == required
    ]


def definition(
    name: str,
    schema: Schema,
) -> Iterator[str]:
    """Yield the lines of one schema.

    What may be missing stands in a class of its own: `NotRequired` is of Python 3.11.
    """
    if "properties" not in schema:
        if schema.get("type") == "object":
            yield from (f"class {name}(TypedDict):", sentence(schema), "")
        else:
            yield f"{name} = {_alias(schema)}"
        return
    needed, optional = (fields(schema, required=r) for r in (True, False))
    if needed and optional:
        yield f"class _{name}(TypedDict):"
        yield from needed
        yield ""
        yield f"class {name}(_{name}, total=False):"
    else:
        yield f"class {name}(TypedDict{', total=False' if optional else ''}):"
    yield sentence(schema)
    yield ""
    yield from optional or needed


def _alias(schema: Schema) -> str:
    """Return an alias, which is evaluated at once: `|` between names is not, in 3.10."""
    if "oneOf" not in schema:
        return annotation(schema)
    names = ", ".join(f'"{annotation(one)}"' for one in schema["oneOf"])
    return f"Union[{names}]"


def written(contract: Schema) -> str:
    """Return the module."""
    schemas: dict[str, Schema] = contract["components"]["schemas"]
    lines = [HEAD]
    for name in sorted(schemas):
        lines += [*definition(name, schemas[name]), "", ""]
    return str(black.format_str("\n".join(lines), mode=MODE))


def main() -> int:
    """Write or compare; return the exit code."""
    made = written(yaml.safe_load(CONTRACT.read_text(encoding="utf-8")))
    if "--check" in sys.argv[1:]:
        same = TARGET.exists() and TARGET.read_text(encoding="utf-8") == made
        print("types.py is up to date" if same else "types.py is not up to date")
        return 0 if same else 1
    TARGET.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
