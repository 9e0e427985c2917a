"""What this process may use of its machine."""

import math
import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def cores(quota: Path = _QUOTA) -> int:
    """Return how many cores we may keep busy: those of the container, where it has less.

    `quota` is cgroup v2's `cpu.max`: microseconds of every so many, or `max`.
    """
    allowed = len(os.sched_getaffinity(0))
    try:
        most, period = quota.read_text().split()
        return max(1, min(allowed, math.ceil(int(most) / int(period))))
    except (OSError, ValueError):
        return allowed
