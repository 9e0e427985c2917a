"""Our two SDKs, each in a process of its own, which judges a list of tokens."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "parties"
CLIENTS = Path(__file__).resolve().parents[3] / "clients"
LIMIT = 120.0  # seconds
Verdict = list[Any]


def python(
    how: dict[str, Any],
    tokens: Iterable[str],
) -> list[Verdict]:
    """Return what the Python SDK says of each token."""
    interpreter = CLIENTS / "python" / ".venv" / "bin" / "python"
    assert interpreter.exists(), "run: uv sync --locked --project clients/python"
    return _judged([str(interpreter), str(FOLDER / "judge.py")], how, tokens)


def typescript(
    how: dict[str, Any],
    tokens: Iterable[str],
    folder: Path,
) -> list[Verdict]:
    """Return what the TypeScript SDK says, built into `folder` from its sources."""
    package, node = CLIENTS / "typescript", shutil.which("node")
    bundler = package / "node_modules" / ".bin" / "esbuild"
    assert node and bundler.exists(), "run: npm ci --prefix clients/typescript"
    built = folder / "sdk.mjs"
    options = ["--bundle", "--format=esm", "--log-level=error", f"--outfile={built}"]
    entry = str(package / "src" / "index.ts")
    subprocess.run([str(bundler), entry, *options], check=True, timeout=LIMIT)
    return _judged([node, str(FOLDER / "judge.mjs"), str(built)], how, tokens)


def _judged(
    command: list[str],
    how: dict[str, Any],
    tokens: Iterable[str],
) -> list[Verdict]:
    lines = "\n".join(json.dumps(each) for each in (how, *tokens))
    done = subprocess.run(
        command,
        input=lines,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    verdicts: list[Verdict] = json.loads(done.stdout)
    return verdicts
