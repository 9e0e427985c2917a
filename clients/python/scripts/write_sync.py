"""Write `ntt_auth/_sync` from `ntt_auth/_async`, which is the source of both clients.

Runs with Black and isort, as the server's environment has them:

    ../../.venv/bin/python scripts/write_sync.py [--check]

With `--check` nothing is written; it exits 1 where a file is not what it would write.
"""

import re
import sys
from pathlib import Path

import black
import isort

HERE = Path(__file__).resolve().parent.parent
SOURCE = HERE / "src" / "ntt_auth" / "_async"
TARGET = HERE / "src" / "ntt_auth" / "_sync"
MODE = black.Mode(target_versions={black.TargetVersion.PY310})
NOTE = "# Written by scripts/write_sync.py from {}: change that.\n"
# In this order; names are replaced whole.
TOKENS = {
    r"that never blocks: the source of `ntt_auth\._sync`": "that blocks",
    r"ntt_auth\._async": "ntt_auth._sync",
    r"import asyncio\n": "import threading\nimport time\n",
    r"asyncio\.sleep": "time.sleep",
    r"asyncio\.Lock": "threading.Lock",
    r"ntt_auth\._http import AsyncChannel, Unreachable": (
        "ntt_auth._http import Unreachable\nfrom ntt_auth.rest.pool import Pool"
    ),
    r"\bAsyncChannel\b": "Pool",
    r"\basync (def|with|for)\b": r"\1",
    r"\bawait asked\(": "asked_now(",
    r"\basked\b(?=, nobody)": "asked_now",
    r"\bawait ": "",
    r"\bAwaitable\[Any\]": "Any",
    r"AsyncIterator, Awaitable, Callable": "Callable, Iterator",
    r"\bAsyncTokenSource\b": "TokenSource",
    r"\bAsync([A-Z]\w+)": r"\1",
    r"__aenter__": "__enter__",
    r"__aexit__": "__exit__",
    r"__aiter__": "__iter__",
    r"\baclose\b": "close",
}


def translated(
    text: str,
    name: str,
) -> str:
    """Return a module of `_sync`."""
    for token, new in TOKENS.items():
        text = re.sub(token, new, text)
    unused = {"threading": r"threading\.", "time": r"time\."}
    for module, use in unused.items():
        if not re.search(rf"\b{use}", text):
            text = text.replace(f"import {module}\n", "")
    text = NOTE.format(f"_async/{name}") + text
    ordered = isort.code(text, profile="black", known_first_party=["ntt_auth"])
    return str(black.format_str(ordered, mode=MODE))


def main() -> int:
    """Write or compare; return the exit code."""
    made = {
        source.name: translated(source.read_text(encoding="utf-8"), source.name)
        for source in sorted(SOURCE.glob("*.py"))
    }
    if "--check" in sys.argv[1:]:
        there = {p.name: p.read_text(encoding="utf-8") for p in TARGET.glob("*.py")}
        stale = sorted(n for n in {*made, *there} if made.get(n) != there.get(n))
        print(f"not up to date: {', '.join(stale)}" if stale else "_sync is up to date")
        return 1 if stale else 0
    for old in TARGET.glob("*.py"):
        old.unlink()
    for name, text in made.items():
        (TARGET / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
