import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

import pytest
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

ARBITER = cast(Arbiter, None)


@pytest.fixture
def options(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> ModuleType:
    """The options as a start in a folder of its own sees them."""
    from config import settings

    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)
    monkeypatch.setattr(settings, "PORT", 8123)
    import config.gunicorn

    return importlib.reload(config.gunicorn)


def test_metrics_of_an_earlier_run_are_dropped(
    options: ModuleType,
    tmp_path: Path,
) -> None:
    stale = tmp_path / "metrics-8123" / "counter_1.db"
    stale.write_text("old")
    importlib.reload(options)
    assert not stale.exists()
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(stale.parent)
    options.on_exit(ARBITER)
    assert not stale.parent.exists()


def test_it_listens_where_the_settings_say(options: ModuleType) -> None:
    assert options.bind == "127.0.0.1:8123"
    assert options.worker_class == "config.worker.Worker"
    assert options.control_socket_disable


def test_one_worker_of_many_sends_and_its_death_frees_the_place(
    options: ModuleType,
    tmp_path: Path,
) -> None:
    probe = (
        "import fcntl, os, sys\n"
        f"handle = os.open({str(tmp_path / 'outbox.lock')!r}, os.O_RDWR | os.O_CREAT)\n"
        "fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "print('mine', flush=True)\nsys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", probe],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "mine\n"
    assert not options._may_send()
    other.communicate()
    assert options._may_send()


def test_a_worker_sends_only_where_it_is_asked_to(
    options: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[str] = []
    from accounts.outbox import worker

    monkeypatch.setattr(worker, "start_inline_worker", lambda: started.append("sent"))
    monkeypatch.setattr(options.settings, "OUTBOX_INLINE", False)
    options.post_worker_init(cast(Worker, None))
    assert started == []
    monkeypatch.setattr(options.settings, "OUTBOX_INLINE", True)
    options.post_worker_init(cast(Worker, None))
    assert started == ["sent"]


def test_a_dead_workers_gauges_are_dropped(options: ModuleType) -> None:
    gauge = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"], "gauge_liveall_4711.db")
    gauge.write_bytes(b"")
    options.child_exit(ARBITER, cast(Worker, SimpleNamespace(pid=4711)))
    assert not gauge.exists()
