"""Makes `.venv` as `uv.lock` says: `python -m config.install [--dev]`.

Runs on a bare Python before anything of ours is installed, so it imports nothing but the
standard library. `uv` comes from pip, pinned by version and hash in `.ci/uv.txt`, and
lives in `.venv/uv`. A stamp remembers what was installed for which lock: the second start
installs nothing.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
UV = VENV / "uv" / "bin" / "uv"
STAMP = VENV / ".installed.json"
PINS = ROOT / ".ci" / "uv.txt"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
COMPILER = "apt-get install gcc pkg-config python3-dev libmariadb-dev"


class CannotInstall(Exception):
    """One sentence for the operator: what is wrong and what to do."""


def wanted(arguments: Iterable[str]) -> set[str]:
    """Return the extras and groups that this environment asks for."""
    # the limits are tested against a real Redis too, so development has its driver
    parts = {"dev", "redis"} if "--dev" in arguments else set()
    if _setting("DATABASE_URL").startswith("mysql"):
        parts.add("mysql")
    if _setting("REDIS_URL"):
        parts.add("redis")
    return parts


def _setting(name: str) -> str:
    """Return a setting as the service will see it: the environment, else `.env`."""
    if os.environ.get(name):
        return os.environ[name]
    file = ROOT / ".env"
    lines = file.read_text().splitlines() if file.exists() else []
    found = [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]
    return found[-1].strip().strip("'\"") if found else ""


def fingerprint() -> str:
    """Return a digest of what decides the installation: the lock and our pins."""
    digest = hashlib.sha256()
    for path in (ROOT / "uv.lock", PINS):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def installed() -> tuple[set[str], bool]:
    """Return what the stamp says is there, and whether it still fits the lock."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return set(), False
    return set(stamp["parts"]), stamp["for"] == fingerprint()


def check_compiler() -> None:
    """Raise `CannotInstall` where the MySQL driver cannot be compiled."""
    header = Path(sysconfig.get_path("include"), "Python.h")
    tools = [tool for tool in ("gcc", "pkg-config") if not shutil.which(tool)]
    missing = tools + ([] if header.exists() else ["Python.h"])
    if "pkg-config" not in missing:
        found = [_pkg_config(name) for name in ("mysqlclient", "mariadb", "libmariadb")]
        missing += [] if any(found) else ["libmariadb-dev"]
    if missing:
        raise CannotInstall(
            "DATABASE_URL names MySQL, whose driver is compiled here, and"
            f" {', '.join(missing)} is missing: {COMPILER}"
        )


def _pkg_config(name: str) -> bool:
    return subprocess.run(["pkg-config", "--exists", name], check=False).returncode == 0


def _run(
    command: list[str],
    *,
    failure: str,
) -> None:
    """Run a command quietly; where it fails, its words stand above the refusal."""
    environment = dict(os.environ)
    if CERTIFICATES.exists():  # a company's own authority is known to the system only
        environment.setdefault("UV_SYSTEM_CERTS", "true")
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = (done.stderr or done.stdout).strip()
        print(words, file=sys.stderr)
        raise CannotInstall(failure)


def make_venv() -> None:
    """Make `.venv` and the pinned `uv` in it, where they are missing or broken."""
    python = VENV / "bin" / "python"
    if VENV.exists() and not os.access(VENV, os.W_OK):
        raise CannotInstall(f"{VENV} cannot be written: is it another user's?")
    if not _answers(python):
        print("Making .venv ...", flush=True)
        _run(
            [sys.executable, "-m", "venv", "--clear", str(VENV)],
            failure=f"{sys.executable} cannot make {VENV}: is its venv module there"
            " (Debian: apt-get install python3-venv), and may this folder be written?",
        )
    pinned = PINS.read_text().split()[0].partition("==")[2]
    if _answers(UV) and pinned in _version(UV):
        return
    if not _answers(python, "-m", "pip"):
        _run([str(python), "-m", "ensurepip"], failure="pip cannot be set up in .venv.")
    pip = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--target",
        str(UV.parents[1]),
    ]
    _run(
        [
            *pip,
            "--upgrade",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "-r",
            str(PINS),
        ],
        failure="uv cannot be installed: is the package index reachable?",
    )


def _answers(
    program: Path,
    *arguments: str,
) -> bool:
    return program.exists() and bool(_version(program, *arguments))


def _version(
    program: Path,
    *arguments: str,
) -> str:
    command = [str(program), *arguments, "--version"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def sync(parts: set[str]) -> None:
    """Install exactly the lock, with these extras and groups."""
    extras = [f"--extra={name}" for name in sorted(parts - {"dev"})]
    group = ["--group=dev"] if "dev" in parts else ["--no-dev"]
    print("Installing what uv.lock says (once, about half a minute) ...", flush=True)
    _run(
        [
            str(UV),
            "sync",
            "--locked",
            "--quiet",
            "--no-python-downloads",
            *group,
            *extras,
        ],
        failure="uv could not install what uv.lock says; its words are above.",
    )


def main(arguments: list[str]) -> int:
    """Install what is missing, keep what was asked for before; return the exit code."""
    parts = wanted(arguments)
    present, fits = installed()
    if fits and parts <= present and _answers(VENV / "bin" / "python"):
        return 0
    try:
        if "mysql" in parts - present:
            check_compiler()
        make_venv()
        sync(parts | present)
    except CannotInstall as refusal:
        print(f"install: {refusal}", file=sys.stderr)
        return 1
    stamp = {"for": fingerprint(), "parts": sorted(parts | present)}
    STAMP.write_text(json.dumps(stamp))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
