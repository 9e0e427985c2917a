"""gunicorn's settings: `gunicorn -c python:config.gunicorn config.wsgi:application`.

Threads serve, because bcrypt lets go of the interpreter lock. The app is loaded once and
forked: workers share its pages, a broken setting fails once and not in a loop of dying
workers, and a worker that dies is replaced in milliseconds. What must not cross a fork
(database connections, threads) is closed in `pre_fork` or begun in `post_worker_init`.
"""

import fcntl
import gc
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

try:
    from config import settings
except (ValueError, OSError) as fault:  # a bad value: its setting, not a traceback
    print(f"refused to start: {fault}", file=sys.stderr)
    sys.exit(1)

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

bind = (
    f"{f'[{settings.HOST}]' if ':' in settings.HOST else settings.HOST}:{settings.PORT}"
)
worker_class = "config.worker.Worker"  # gthread, with an end to slow clients
workers = settings.WEB_WORKERS
threads = settings.WEB_THREADS
preload_app = True
control_socket_disable = True
# A heartbeat on a real disk blocks when the disk does, and kills healthy workers.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
timeout = 60
graceful_timeout = 20
keepalive = 75
backlog = 2048
limit_request_line = 8190
accesslog = None  # config.middleware logs each request, redacted
errorlog = "-"
loglevel = "warning"
proc_name = "ntt-auth"
forwarded_allow_ips = "127.0.0.1"  # only TRUSTED_PROXIES decides whom we believe
forwarder_headers = ""  # nobody names another SCRIPT_NAME or PATH_INFO for us

os.umask(0o077)  # the database and the metrics are ours to read
METRICS = Path(settings.VAR_DIR) / f"metrics-{settings.PORT}"
# prometheus_client reads this when it is first imported, which the app does.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS)
shutil.rmtree(METRICS, ignore_errors=True)
METRICS.mkdir(mode=0o700, parents=True, exist_ok=True)

_sender_lock: int | None = None


def on_starting(server: "Arbiter") -> None:
    """Refuse an unsafe production start in one line, naming the setting."""
    from config.checks import refuse_unsafe_start

    refuse_unsafe_start()


def pre_fork(
    server: "Arbiter",
    worker: "Worker",
) -> None:
    """Let no connection cross the fork, and keep the shared pages shared."""
    from django.db import connections

    connections.close_all()
    gc.freeze()


def post_worker_init(worker: "Worker") -> None:
    """Send the outbox from exactly one worker, where there is no worker process."""
    if settings.OUTBOX_INLINE and _may_send():
        from accounts.outbox.worker import start_inline_worker

        start_inline_worker()


def _may_send() -> bool:
    """Take the lock that dies with its worker: the replacement then takes it."""
    global _sender_lock
    path = Path(settings.VAR_DIR) / "outbox.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return False
    _sender_lock = handle
    return True


def child_exit(
    server: "Arbiter",
    worker: "Worker",
) -> None:
    """Take a dead worker's live gauges out of the metrics."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: "Arbiter") -> None:
    """Leave no metrics of this run behind."""
    shutil.rmtree(METRICS, ignore_errors=True)
