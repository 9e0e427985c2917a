"""The bench runs, measures every path, and meets no failed request."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.load import LOST
from bench.measure import Figures, Key, percentile
from bench.processes import Memory
from bench.table import Report, grid

ROOT = Path(__file__).resolve().parent.parent.parent
BOTH = ("login", "refresh", "verify", "users/me (bearer)")
OURS_ALONE = ("verify, first sight", "JWKS", "discovery", "revocation feed 304")
GRANTS = ("oauth client_credentials", "oauth refresh", "oauth introspection")
FLOORS = ("bare WSGI", "bare Django view", "Django, its middleware")
OURS = ("DATABASE_URL", "DJANGO_ENV", "VAR_DIR", "PROMETHEUS_MULTIPROC_DIR")


def bench(*arguments: str) -> "subprocess.CompletedProcess[str]":
    environ = {k: v for k, v in os.environ.items() if k not in OURS}
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.mark.e2e
def test_a_quick_run_measures_every_path_without_a_failed_request(
    tmp_path: Path,
) -> None:
    done = bench("--quick", "--json", str(tmp_path / "found.json"))
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "found.json").read_text())
    rows = {(row["path"], row["server"]): row for row in found["figures"]}
    expected = {(path, "ours") for path in (*BOTH, *OURS_ALONE)}
    expected |= {(path, "stock simplejwt") for path in BOTH}
    expected |= {(path, name) for path in GRANTS for name in ("ours", "oauth-toolkit")}
    expected |= {("oauth client_credentials, hashed secret", "oauth-toolkit")}
    expected |= {("floor", name) for name in FLOORS}
    expected |= {("login", "bcrypt alone")}
    assert set(rows) == expected
    assert all(row["requests"] > 0 for row in rows.values())
    assert all(row["wrong"] == 0 for row in rows.values())
    assert found["queries"]["ours"]["refresh"] == 2
    assert found["queries"]["ours"]["verify"] == 1
    assert [found["queries"]["ours"][path] for path in GRANTS] == [3, 3, 2]
    beside = {"stock simplejwt", "oauth-toolkit", *FLOORS}
    assert {"ours", *beside} == set(found["memory_mib"])


@pytest.mark.e2e
def test_paths_are_chosen_by_the_beginning_of_their_name(tmp_path: Path) -> None:
    done = bench("--quick", "--only", "users,jwks", "--json", str(tmp_path / "found"))
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "found").read_text())["figures"]
    paths = {row["path"] for row in found}
    assert paths == {"users/me (bearer)", "JWKS", "floor"}
    assert "oauth-toolkit" not in {row["server"] for row in found}


@pytest.mark.e2e
def test_a_crowd_meets_no_fault() -> None:
    done = bench("--users", "20", "--seconds", "3", "--think", "0.1")
    assert done.returncode == 0, done.stderr
    assert "20 users, 0 faults" in done.stdout


@pytest.mark.e2e
def test_a_storm_of_logins_leaves_every_verification_answered() -> None:
    done = bench("storm", "--quick")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "stock simplejwt" in done.stdout


def test_percentiles_are_taken_from_the_sorted_times() -> None:
    took = [number / 1000 for number in range(100, 0, -1)]
    assert (percentile(took, 0.5), percentile(took, 0.99)) == (51.0, 100.0)
    assert percentile([], 0.99) == 0.0


def test_a_goal_is_missed_by_the_ratio_and_not_by_the_machine() -> None:
    def figures(cpu: float) -> Figures:
        return Figures(rate=1, p50=1, p99=1, cpu=cpu, requests=1, wrong=0)

    report = Report(
        figures={
            Key("refresh", "ours"): figures(2.0),
            Key("refresh", "stock simplejwt"): figures(12.0),
            Key("JWKS", "ours"): figures(2.0),
            Key("floor", "bare Django view"): figures(1.0),
        },
        queries={"ours": {"refresh": 2}},
        memory={"ours": Memory(91, 50)},
        starts={"ours": 1.0},
        machine={},
    )
    met = {name.partition(":")[0]: met for name, _, _, met in report.goals()}
    assert met == {
        "refresh": True,
        "JWKS": False,
        "memory per worker": False,
        "cold start": True,
    }


def test_a_markdown_table_aligns_numbers_to_the_right() -> None:
    told = grid(("path", "ms"), [("login", "12.5"), ("verify", "1")], markdown=True)
    assert told.splitlines()[1] == "| ------ | ---: |"
    assert told.splitlines()[3] == "| verify |    1 |"


def test_a_lost_answer_has_a_status_of_its_own() -> None:
    assert LOST < 100
