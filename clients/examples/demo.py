"""`make demo`: the service, a single-page app and two APIs here, to click through.

Opens nothing, listens on the loopback, and keeps everything in `var/demo`, which every
start makes anew. Ctrl-C ends all of it. Needs Node 20 beside Python.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VAR = Path(os.environ.get("DEMO_DIR") or ROOT / "var" / "demo").resolve()
UV = ROOT / ".venv" / "uv" / "bin" / "uv"
AUDIENCE = "https://api.example.com/orders"
EMAIL = "demo@example.com"
PATIENCE = 90  # seconds until something answers
# Ports of the service, the app, and the APIs in Python and JavaScript, from one number on.
FIRST = int(os.environ.get("DEMO_PORT") or "8000")
SERVICE, APP, FASTAPI, EXPRESS = range(FIRST, FIRST + 4)
ISSUER = f"http://127.0.0.1:{SERVICE}"
SPA = f"http://127.0.0.1:{APP}"


class CannotStart(Exception):
    """One sentence for whoever typed `make demo`: what is wrong and what to do."""


def settings() -> dict[str, str]:
    """Return the environment of the demo's service: nothing of an instance beside it."""
    ours = ("DATABASE_URL", "REDIS_URL", "DJANGO_ENV", "MAKEFLAGS", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {
        "VAR_DIR": str(VAR),
        "HOST": "127.0.0.1",
        "PORT": str(SERVICE),
        "ISSUER": ISSUER,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def run(
    *command: str,
    folder: Path = ROOT,
    given: str = "",
) -> str:
    """Run a command to its end; return what it printed, or raise `CannotStart`."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=settings(),
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise CannotStart(f"{' '.join(command)} failed: {said[-1] if said else ''}")
    return done.stdout


def check_node() -> None:
    """Raise `CannotStart` unless Node 20 or newer is here."""
    node = shutil.which("node")
    version = run(node, "--version").strip().lstrip("v") if node else "0"
    if int(version.partition(".")[0]) < 20:
        raise CannotStart("make demo needs Node 20.19 or newer, with npm: install it.")


def check_folder() -> None:
    """Raise `CannotStart` where `DEMO_DIR` holds what is not a demo's: it is made anew."""
    is_ours = (VAR / "db.sqlite3").exists() or not VAR.exists()
    if not is_ours and (not VAR.is_dir() or any(VAR.iterdir())):
        raise CannotStart(f"{VAR} is no folder of a demo: empty it, or name another.")


def check_ports() -> None:
    """Raise `CannotStart` unless all four ports are free."""
    for port in (SERVICE, APP, FASTAPI, EXPRESS):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            raise CannotStart(
                f"127.0.0.1:{port} is in use (by make run?): stop what listens there, or"
                f" give other ports: make demo DEMO_PORT={FIRST + 100}"
            ) from None


def install() -> None:
    """Install and build what the APIs and the app need; quick from the second time on."""
    print("Installing what the app and the APIs need ...", flush=True)
    npm = ("npm", "ci", "--no-audit", "--no-fund")
    package = HERE.parent / "typescript"
    if not (package / "node_modules").exists():
        run(*npm, folder=package)
    run("npm", "run", "build", folder=package)
    for example in ("express-orders", "react-spa"):
        if not (HERE / example / "node_modules").exists():
            run(*npm, folder=HERE / example)
    run(str(UV), "sync", "--locked", "--quiet", folder=HERE / "fastapi-orders")


def manage(
    *arguments: str,
    given: str = "",
) -> dict[str, str]:
    """Run an operator command; return its answer."""
    command = (sys.executable, "manage.py", *arguments, "--json")
    answer: dict[str, str] = json.loads(run(*command, given=given))
    return answer


def prepare() -> tuple[str, str]:
    """Make the demo's tenant, API, application and person; return client id and password."""
    shutil.rmtree(VAR, ignore_errors=True)
    run(sys.executable, "-m", "config.start", "--prepare")
    tenant = ("--registration", "open", "--no-verification")
    manage("create-tenant", "demo", "--name", "Demo", *tenant)
    scopes = ("--scope", "orders:read", "--scope", "orders:write")
    manage("create-api", AUDIENCE, "--tenant", "demo", "--name", "Orders", *scopes)
    returns = ("--redirect-uri", f"{SPA}/", "--post-logout-redirect-uri", f"{SPA}/")
    kind = ("--type", "spa", "--first-party", "--origin", SPA, "--audience", AUDIENCE)
    application = manage(
        "create-application", "--tenant", "demo", "--name", "Orders", *kind, *returns
    )
    password = secrets.token_urlsafe(15)
    person = ("create-user", EMAIL, "--name", "Demo", "--verified", "--password-stdin")
    manage(*person, given=password)
    return application["client_id"], password


def start(
    folder: Path,
    port: int,
    *command: str,
    **more: str,
) -> subprocess.Popen[bytes]:
    """Start a server and wait until it answers, or raise `CannotStart`."""
    told = VAR / f"{port}.log"
    environ = settings() | {"PORT": str(port)} | more
    with told.open("wb") as log:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and server.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/")
            connection.getresponse()
            return server
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    server.terminate()
    raise CannotStart(f"{' '.join(command)} does not answer; its output is in {told}.")


def serve(client_id: str) -> list[subprocess.Popen[bytes]]:
    """Start all four, the service first; return them."""
    orders = {"NTT_AUTH_ISSUER": ISSUER, "NTT_AUTH_AUDIENCE": AUDIENCE}
    uvicorn = HERE / "fastapi-orders" / ".venv" / "bin" / "uvicorn"
    app = {
        "VITE_ISSUER": ISSUER,
        "VITE_CLIENT_ID": client_id,
        "VITE_AUDIENCE": AUDIENCE,
    }
    app |= {"FASTAPI_URL": f"http://127.0.0.1:{FASTAPI}"}
    app |= {"EXPRESS_URL": f"http://127.0.0.1:{EXPRESS}"}
    running: list[subprocess.Popen[bytes]] = []
    try:
        running.append(start(ROOT, SERVICE, sys.executable, "-m", "config.start"))
        fastapi = (str(uvicorn), "main:app", "--port", str(FASTAPI))
        running.append(start(HERE / "fastapi-orders", FASTAPI, *fastapi, **orders))
        express = ("node", "server.js")
        running.append(start(HERE / "express-orders", EXPRESS, *express, **orders))
        vite = ("node", "node_modules/vite/bin/vite.js", "--port", str(APP))
        running.append(start(HERE / "react-spa", APP, *vite, "--strictPort", **app))
    except BaseException:
        end(running)
        raise
    return running


def end(running: list[subprocess.Popen[bytes]]) -> None:
    """End what was started, the last first."""
    for server in reversed(running):
        server.terminate()
    for server in running:
        server.wait(timeout=30)


def banner(password: str) -> str:
    """Return what there is to click."""
    link = next(
        (
            line.strip()
            for line in (VAR / f"{SERVICE}.log").read_text().splitlines()
            if "set-up" in line or "setup" in line
        ),
        "",
    )
    return f"""
  The demo is running. Ctrl-C ends it.

  The app            {SPA}
                     sign up there, or sign in as {EMAIL} with {password}
  Its two APIs       http://127.0.0.1:{FASTAPI}/docs (FastAPI)
                     http://127.0.0.1:{EXPRESS}/orders (Express: 401 without a token)
  Operators          {ISSUER}/admin/
                     the first operator's password is chosen here (once, within 15 minutes):
                     {link}

  Call the APIs in the app, then end the person's sessions: in the console under Users, or by
    VAR_DIR={VAR} .venv/bin/python manage.py end-sessions {EMAIL}
  Within two seconds both APIs refuse the app's token, though they never ask the service.
"""


def main() -> int:
    """Run the demo until it is interrupted."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    running: list[subprocess.Popen[bytes]] = []
    try:
        check_folder()
        check_ports()
        check_node()
        install()
        client_id, password = prepare()
        running = serve(client_id)
        print(banner(password), flush=True)
        while all(server.poll() is None for server in running):
            time.sleep(0.5)
        print(f"A part of the demo ended; its output is in {VAR}.", file=sys.stderr)
        return 1
    except CannotStart as fault:
        print(fault, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        end(running)


if __name__ == "__main__":
    sys.exit(main())
