"""Writes `tokens.json` and `jwks.json`, which every verifier of ours runs as a test.

    python clients/vectors/make.py [--check]

Needs `cryptography`. The keys are in `test-only-keys.json`, everything is deterministic.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cases import Case, cases
from documents import documents
from forging import AUDIENCE, ED, ES, ISSUER, NOW, PUBLIC, RS
from signatures import signatures

FOLDER = Path(__file__).parent


def row(case: Case) -> dict[str, str]:
    """Return a case as it stands in the file."""
    found = {"name": case.name, "token": case.token, "expected": case.expected}
    return {**found, "server": case.server} if case.server else found


def written(document: dict[str, Any]) -> str:
    """Return a document as text, one case a line."""
    rows = document.pop("cases")
    head = json.dumps(document, indent=2)[:-2]
    lines = ",\n    ".join(json.dumps(each) for each in rows)
    return f'{head},\n  "cases": [\n    {lines}\n  ]\n}}\n'


def files() -> dict[str, str]:
    """Return the text of each file by its name."""
    tokens = [row(case) for case in (*cases(), *signatures())]
    sets = [document.row for document in documents()]
    for rows in (tokens, sets):
        names = [each["name"] for each in rows]
        assert len(set(names)) == len(names), "a name stands twice"
    return {
        "tokens.json": written(
            {
                "about": "Tokens and what a verifier says of each at the time `now`.",
                "issuer": ISSUER,
                "audience": AUDIENCE,
                "now": NOW,
                "jwks": {"keys": [PUBLIC[kid] for kid in (ES, RS, ED)]},
                "cases": tokens,
            }
        ),
        "jwks.json": written(
            {
                "about": "Key sets, and the kid of each key in them that may verify.",
                "cases": sets,
            }
        ),
    }


def main() -> int:
    """Write the files, or with `--check` tell which are not what they should be."""
    made = files()
    if "--check" not in sys.argv:
        for name, text in made.items():
            (FOLDER / name).write_text(text)
        return 0
    wrong = [name for name, text in made.items() if (FOLDER / name).read_text() != text]
    sys.stdout.writelines(f"{name}\n" for name in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
