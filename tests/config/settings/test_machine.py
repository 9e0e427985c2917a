import os
from pathlib import Path

import pytest

from config.settings.machine import cores

HERE = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("100000 100000", 1),
        ("150000 100000", min(2, HERE)),
        ("10000 100000", 1),
        ("99900000 100000", HERE),
        ("max 100000", HERE),
        ("garbage", HERE),
    ],
)
def test_a_container_counts_its_own_cores(
    tmp_path: Path,
    quota: str,
    expected: int,
) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(quota)
    assert cores(file) == expected


def test_without_a_quota_it_is_the_machine(tmp_path: Path) -> None:
    assert cores(tmp_path / "missing") == HERE
