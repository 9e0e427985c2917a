"""The examples of `clients/examples`, installed and served as their READMEs say."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from bench.processes import ROOT, Server, free_port
from tests.e2e.sdk.play import API

CLIENTS = ROOT / "clients"
EXAMPLES = CLIENTS / "examples"
UV = ROOT / ".venv" / "uv" / "bin" / "uv"
PYTHON = ("fastapi-orders", "flask-orders", "drf-orders")
JAVASCRIPT = ("express-orders",)
SECONDS = 300  # that an installation may take


def run(
    *command: str,
    folder: Path,
    **more: str,
) -> str:
    """Run a command to its good end; return what it printed."""
    kept = {
        k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "DJANGO_ENV")
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=kept | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
    return done.stdout


@cache
def package() -> Path:
    """Return the folder of the TypeScript package, installed and built."""
    folder = CLIENTS / "typescript"
    if not (folder / "node_modules").exists():
        run("npm", "ci", "--no-audit", "--no-fund", folder=folder)
    run("npm", "run", "build", folder=folder)
    return folder


@cache
def installed(name: str) -> Path:
    """Return the folder of an example, ready to run."""
    folder = EXAMPLES / name
    if (folder / "pyproject.toml").exists():
        run(str(UV), "sync", "--locked", "--quiet", folder=folder)
    else:
        package()
        run("npm", "ci", "--no-audit", "--no-fund", folder=folder)
    return folder


def served(
    name: str,
    issuer: str,
    logs: Path,
) -> Server:
    """Return an example behind this issuer, on a free port; not started."""
    folder, port = installed(name), free_port()
    programs = folder / ".venv" / "bin"
    at = f"127.0.0.1:{port}"
    commands = {
        "fastapi-orders": [f"{programs}/uvicorn", "--app-dir", f"{folder}", "main:app"],
        "flask-orders": [f"{programs}/gunicorn", "--chdir", f"{folder}", "app:app"],
        "drf-orders": [f"{programs}/gunicorn", "--chdir", f"{folder}"],
        "express-orders": [shutil.which("node") or "node", f"{folder}/server.js"],
    }
    places = {
        "fastapi-orders": ["--port", str(port)],
        "flask-orders": ["--bind", at],
        "drf-orders": ["--bind", at, "service:application"],
        "express-orders": [],
    }
    return Server(
        name=name,
        command=[*commands[name], *places[name]],
        environ={
            "NTT_AUTH_ISSUER": issuer,
            "NTT_AUTH_AUDIENCE": API,
            "SECRET_KEY": "of a test only, and long enough for that",
            "PORT": str(port),
        },
        port=port,
        log=logs / f"{name}.log",
        probe="/orders",
    )
