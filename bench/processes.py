"""A server as the bench sees it: a process tree with a port, a cost and an end."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60
STOP_SECONDS = 15
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


class CannotMeasure(Exception):
    """One sentence: what went wrong outside the measured requests."""


class Memory(NamedTuple):
    """Of the largest worker, in MiB; shared pages count in full, and divided."""

    rss: float
    pss: float


def free_port() -> int:
    """Return a port of the loopback that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def environment(extra: dict[str, str]) -> dict[str, str]:
    """Return what a server sees: nothing of the caller's but where programs are."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"PYTHONHASHSEED": "0"} | extra


@dataclass
class Server:
    """A command that serves on `port` until it is stopped; its output goes to `log`."""

    name: str
    command: list[str]
    environ: dict[str, str]
    port: int
    log: Path
    probe: str
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> float:
        """Start, wait for the first answer, and return the seconds it took."""
        began = time.perf_counter()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=environment(self.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while time.perf_counter() - began < START_SECONDS:
            if self._answers():
                return time.perf_counter() - began
            if self.process.poll() is not None:
                break
            time.sleep(0.005)
        raise CannotMeasure(f"{self.name} did not start:\n{self.tail()}")

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", self.probe)
            return connection.getresponse().status < 500
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def tail(self) -> str:
        """Return the last lines of its output."""
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-15:])

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """End it by its process id, at the latest with its whole group."""
        process = self.process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(process.pid, signal.SIGKILL)  # its session: nobody else's
        except ProcessLookupError:
            pass
        process.wait()
        self.process = None

    def cpu(self) -> float:
        """Return the processor seconds that its tree has used so far."""
        return sum(_seconds(pid) for pid in self._tree())

    def memory(self) -> Memory:
        """Return what the largest worker holds."""
        found = [_memory(pid) for pid in self._tree()[1:]]
        if not found:
            raise CannotMeasure(f"{self.name} has no worker")
        return max(found)

    def _tree(self) -> list[int]:
        if self.process is None:
            raise CannotMeasure(f"{self.name} is not running")
        parents = _parents()
        tree = [self.process.pid]
        for pid in tree:  # grows while it is walked
            tree += [child for child, parent in parents.items() if parent == pid]
        return tree


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the third on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def _parents() -> dict[int, int]:
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                found[int(entry)] = int(_stat(int(entry))[1])
            except OSError:
                continue  # it ended meanwhile
    return found


def _seconds(pid: int) -> float:
    """Return user and system time, of the process and of children it has buried."""
    try:
        return sum(int(ticks) for ticks in _stat(pid)[11:15]) / TICK
    except OSError:
        return 0.0


def _memory(pid: int) -> Memory:
    sizes = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name in ("Rss", "Pss"):
            sizes[name] = int(rest.split()[0]) / 1024
    return Memory(sizes["Rss"], sizes["Pss"])
