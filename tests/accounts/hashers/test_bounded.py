"""The bound on how many passwords are hashed at once."""

import fcntl
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password, make_password

from accounts.hashers import Slots, slots
from config.errors import Unavailable


class Gauge:
    """The most that were inside at once."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)

    def __exit__(self, *args: object) -> None:
        with self._lock:
            self.now -= 1


def test_threads_never_hold_more_slots_than_there_are(tmp_path: Path) -> None:
    slots, gauge = Slots(tmp_path, 2, 100), Gauge()

    def hash_once(_: int) -> None:
        with slots.one(), gauge:
            time.sleep(0.005)

    with ThreadPoolExecutor(30) as pool:
        list(pool.map(hash_once, range(30)))

    assert gauge.most == 2


def test_two_processes_share_the_machine_s_slots(tmp_path: Path) -> None:
    mine, theirs, gauge = Slots(tmp_path, 2, 50), Slots(tmp_path, 2, 50), Gauge()

    def hash_once(number: int) -> None:
        with (mine, theirs)[number % 2].one(), gauge:
            time.sleep(0.005)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(hash_once, range(20)))

    assert gauge.most == 2


def test_the_slot_of_a_dead_process_is_free_again(tmp_path: Path) -> None:
    path = tmp_path / "hashing-0.lock"
    code = (
        "import fcntl, sys, time\n"
        f"f = open({str(path)!r}, 'w'); fcntl.flock(f, fcntl.LOCK_EX)\n"
        "print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        with open(path, "w") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        holder.kill()
        holder.wait()

    entered = threading.Event()

    def hash_once() -> None:
        with Slots(tmp_path, 1, 0).one():
            entered.set()

    threading.Thread(target=hash_once, daemon=True).start()
    assert entered.wait(5)


def test_a_full_queue_refuses_at_once(tmp_path: Path) -> None:
    slots, gate = Slots(tmp_path, 1, 1), threading.Event()
    inside = threading.Barrier(2)

    def hold() -> None:
        with slots.one():
            inside.wait()
            gate.wait()

    def wait() -> None:
        with slots.one():
            pass

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait()
    waiter = threading.Thread(target=wait)
    waiter.start()
    while slots._inside < 2:
        time.sleep(0.001)

    with pytest.raises(Unavailable) as refusal, slots.one():
        pass

    assert refusal.value.retry_after and refusal.value.retry_after >= 1
    gate.set()
    holder.join()
    waiter.join()
    with slots.one():
        pass


def test_a_slot_is_given_back_after_an_exception(tmp_path: Path) -> None:
    slots = Slots(tmp_path, 1, 0)
    for _ in range(3):
        with pytest.raises(RuntimeError), slots.one():
            raise RuntimeError

    with slots.one():
        pass


def test_every_hash_and_every_check_takes_a_slot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = []
    lock = Slots._lock

    def counting(self: Slots) -> int:
        taken.append(1)
        return lock(self)

    monkeypatch.setattr(Slots, "_lock", counting)
    encoded = make_password("correct horse battery staple")

    assert check_password("correct horse battery staple", encoded)
    assert not check_password("another horse", encoded)
    assert len(taken) == 3


def test_the_rounds_come_from_the_settings(settings: Any) -> None:
    assert make_password("x").split("$")[3] == "04"
    settings.BCRYPT_ROUNDS = 6
    assert make_password("x").split("$")[3] == "06"


def test_where_var_cannot_be_written_the_temp_folder_serves(
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    settings.VAR_DIR = blocked
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    with slots().one():
        found = list(tmp_path.glob("ntt-auth-*/hashing-*.lock"))

    assert found
    assert os.stat(found[0].parent).st_mode & 0o077 == 0
