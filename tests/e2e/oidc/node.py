"""A client library of npm in a process of its own, with which a test talks in JSON lines.

The script is given its settings, asks what only a person or a resource server can do (each
question a JSON object), and tells its result at the end: see `parties/talk.mjs`.
"""

import json
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
LIMIT = 60.0  # seconds of one conversation
Answers = dict[str, Callable[[Any], Any]]


def converse(
    script: str,
    settings: dict[str, Any],
    answers: Answers,
) -> dict[str, Any]:
    """Run a script of `parties/` to its end; return what it tells.

    A question `{"open": url}` is answered by `answers["open"](url)`.
    """
    node = shutil.which("node")
    assert node, "node is not installed"
    assert (FOLDER / "node_modules").is_dir(), "run: npm ci --prefix tests/e2e/oidc"
    process = subprocess.Popen(
        [node, str(FOLDER / "parties" / script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    patience = threading.Timer(LIMIT, process.kill)
    patience.start()
    try:
        return _talk(process, settings, answers)
    finally:
        patience.cancel()
        process.kill()
        process.communicate()


def _talk(
    process: subprocess.Popen[str],
    settings: dict[str, Any],
    answers: Answers,
) -> dict[str, Any]:
    assert process.stdin and process.stdout and process.stderr
    _say(process, settings)
    for line in process.stdout:
        [(name, value)] = json.loads(line).items()
        if name == "result":
            told: dict[str, Any] = value
            return told
        _say(process, answers[name](value))
    raise AssertionError(process.stderr.read())


def _say(
    process: subprocess.Popen[str],
    value: Any,
) -> None:
    assert process.stdin
    process.stdin.write(json.dumps(value) + "\n")
    process.stdin.flush()
