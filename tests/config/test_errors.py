from collections.abc import Iterator

import pytest

from config.errors import InvalidInput, ServiceError, TooManyRequests


def _tree(kind: type[ServiceError]) -> Iterator[type[ServiceError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _tree(child)


KINDS = sorted(set(_tree(ServiceError)), key=lambda kind: kind.__qualname__)


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_has_a_status_a_code_and_a_sentence(
    kind: type[ServiceError],
) -> None:
    assert 400 <= kind.status <= 503
    assert kind.code == kind.code.lower()
    assert kind.code.replace("_", "").isalnum()
    assert kind.title.endswith(".")


def test_a_code_means_one_status() -> None:
    statuses: dict[str, set[int]] = {}
    for kind in KINDS:
        statuses.setdefault(kind.code, set()).add(kind.status)
    assert {code: s for code, s in statuses.items() if len(s) > 1} == {}


def test_without_a_detail_the_title_is_said() -> None:
    assert ServiceError().detail == ServiceError.title
    assert str(ServiceError("Because.")) == "Because."


def test_a_field_is_pointed_at() -> None:
    (fault,) = InvalidInput.at("email", detail="Not an address.").errors
    assert (fault.pointer, fault.code) == ("#/email", "invalid")


def test_a_limit_says_when_to_come_back() -> None:
    refusal = TooManyRequests(retry_after=30, extra={"limit": 10})
    assert (refusal.retry_after, refusal.extra) == (30, {"limit": 10})


def test_a_wait_is_told_in_whole_minutes() -> None:
    waits = {None: None, 0: 1, 1: 1, 60: 1, 61: 2, 3600: 60}
    for seconds, minutes in waits.items():
        assert TooManyRequests(retry_after=seconds).minutes == minutes
