"""What the tokens tests share: threads at one gate."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

Together = Callable[[int, Callable[[int], Any]], list[Any]]


@pytest.fixture
def together(settings: Any) -> Together:
    """Run `work(0..n-1)` in n threads that start at once; what they raise is returned."""
    settings.HASHING_QUEUE = 200

    def run(
        count: int,
        work: Callable[[int], Any],
    ) -> list[Any]:
        gate = threading.Barrier(count)

        def one(number: int) -> Any:
            gate.wait()
            try:
                return work(number)
            except Exception as refusal:
                return refusal
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    return run
