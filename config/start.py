"""The embedded start, behind `make run`: `python -m config.start [--prepare]`.

Looks before it leaps (folder, port, database), migrates, makes the first signing keys,
prints where everything is, and becomes gunicorn. Whatever is wrong is one line that says
what to do, and exit code 1. `--prepare` stops before gunicorn: a deployment's one-shot
migration.
"""

import errno
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typing_extensions import override

USUAL_PORT = 8000  # what the commands of other terminals take without a word


class CannotStart(Exception):
    """One sentence for the operator: what is wrong and what to do."""


def load_settings() -> Any:
    """Return the settings module; a bad value is named, not shown."""
    try:
        from config import settings
    except OSError as fault:
        where = fault.filename or os.environ.get("VAR_DIR") or "var"
        raise CannotStart(
            f"{where} cannot be written ({fault.strerror}): make it yours, or give"
            " another folder with VAR_DIR=/some/folder."
        ) from fault
    except Exception as fault:
        raise CannotStart(
            f"{fault}: correct it in the environment or .env (.env.example lists all)."
        ) from fault
    return settings


def check_folder(folder: Path) -> None:
    """Raise `CannotStart` unless files can be made in `folder`."""
    probe = folder / f".probe.{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as fault:
        raise CannotStart(
            f"{folder} cannot be written ({fault.strerror}): make it yours, or give"
            " another folder with VAR_DIR=/some/folder."
        ) from fault


def check_port(
    host: str,
    port: int,
) -> None:
    """Raise `CannotStart` unless this address is free for us."""
    if not 0 < port < 65536:
        raise CannotStart(f"PORT={port} is no port: give one from 1 to 65535.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            foreign = isinstance(fault, socket.gaierror)
            if foreign or fault.errno == errno.EADDRNOTAVAIL:
                raise CannotStart(
                    f"HOST={host} is no address of this machine: give one of its own,"
                    " 127.0.0.1 for itself only or 0.0.0.0 for all."
                ) from fault
            raise CannotStart(
                f"{host}:{port} cannot be used ({fault.strerror}): stop what listens"
                f" there, or give another port: make run PORT={port % 65535 + 1}"
            ) from fault


def check_settings() -> None:
    """Raise `CannotStart` for the first setting that a system check finds unusable."""
    from django.core.checks import WARNING, run_checks

    for found in run_checks():
        if found.is_silenced():
            continue
        if found.is_serious():
            hint = f" {found.hint}" if found.hint else ""
            raise CannotStart(f"{found.msg}{hint} ({found.id})")
        if found.level >= WARNING:
            print(f"warning: {found.msg} {found.hint or ''}", file=sys.stderr)


def prepare_database() -> int:
    """Migrate where needed; return how many migrations were applied."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            call_command("migrate", interactive=False, verbosity=0)
    except (DatabaseError, ImproperlyConfigured) as fault:
        reason = " ".join(str(part) for part in fault.args) or type(fault).__name__
        raise CannotStart(
            f"the database cannot be used ({reason.splitlines()[0]}): is it running, and"
            " is DATABASE_URL right (mysql://user:password@host:3306/name, or unset for"
            " SQLite in var/)?"
        ) from fault
    return len(plan)


def prepare() -> None:
    """Bring the database to this version, with keys to sign with."""
    applied = prepare_database()
    if applied:
        print(f"Applied {applied} migrations.", flush=True)
    from tokens.services.keys import ensure_signing_keys

    ensure_signing_keys()


def banner(settings: Any) -> str:
    """Return what the operator sees: addresses, and the set-up link if it is due."""
    from accounts.services.setup import create_setup_link, setup_path
    from config.errors import Conflict

    base = base_of(settings)
    lines = [
        "",
        "  NTT Authentication Server is running.",
        "",
        f"  Console    {base}/admin/",
        f"  API docs   {base}/api/docs",
        f"  Issuer     {settings.ISSUER}",
        "",
    ]
    if settings.MAILBOX:
        lines[-1:] = [f"  Mailbox    {base}/admin/outbox/delivery/mailbox/", ""]
    try:
        link = f"{base}{setup_path(create_setup_link())}"
        lines += [
            "  Choose the first operator's password here (once, within 15 minutes):",
            f"  {link}",
            "",
        ]
    except Conflict:
        pass  # there is an operator already
    lines += [
        f"  Next: {quickstart_of(settings)} (in another terminal). Ctrl-C stops the service.",
        "",
    ]
    return "\n".join(lines)


def base_of(settings: Any) -> str:
    """Return where this machine's browser finds us: as `localhost` if the issuer says so.

    Passkeys and sign-ins belong to a host's name, so the links use the issuer's.
    """
    named = f"http://localhost:{settings.PORT}"
    if settings.ISSUER == named and settings.HOST in ("127.0.0.1", "localhost", "::1"):
        return named
    return f"http://{settings.HOST}:{settings.PORT}"


def quickstart_of(settings: Any) -> str:
    """Return the command that finds us: another terminal does not know our PORT."""
    is_usual = settings.PORT == USUAL_PORT
    return "make quickstart" if is_usual else f"make quickstart URL={base_of(settings)}"


def serve(announce: Callable[[], str]) -> None:
    """Become gunicorn; print the announcement once it listens."""
    from gunicorn.app.wsgiapp import WSGIApplication

    def when_ready(server: Any) -> None:
        print(announce(), flush=True)

    class Embedded(WSGIApplication):  # type: ignore[misc]
        """The service of config/gunicorn.py, which greets."""

        @override
        def load_config(self) -> None:
            super().load_config()
            self.cfg.set("when_ready", when_ready)

    sys.argv = ["gunicorn", "-c", "python:config.gunicorn", "config.wsgi:application"]
    Embedded("%(prog)s [OPTIONS] [APP_MODULE]", prog="gunicorn").run()


def main(arguments: list[str]) -> int:
    """Check, prepare and serve; return the exit code of a refusal."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.checks import refuse_unsafe_start

    os.umask(0o077)  # the database and the secrets are ours to read
    try:
        settings = load_settings()
        check_folder(settings.VAR_DIR)
        if settings.EMBEDDED:  # elsewhere collectstatic made it
            check_folder(settings.STATIC_ROOT)
        if "--prepare" not in arguments:
            check_port(settings.HOST, settings.PORT)
            from config import gunicorn as _options  # noqa: F401  metrics come first
        refuse_unsafe_start()
        import django

        django.setup()
        check_settings()
        prepare()
    except CannotStart as refusal:
        print(f"cannot start: {refusal}", file=sys.stderr)
        return 1
    if "--prepare" not in arguments:
        serve(lambda: banner(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
