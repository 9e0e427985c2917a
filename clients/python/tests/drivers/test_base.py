"""What both verifiers share, above all what becomes of them in a fork."""

import os

import pytest

from ntt_auth import TokenRevoked, Verifier
from ntt_auth.verifier import VERIFIERS
from played import row
from servers import AUDIENCE, Issuer, until


def refused(
    verifier: Verifier,
    token: str,
) -> bool:
    try:
        verifier.verify(token)
    except TokenRevoked:
        return True
    return False


def test_a_child_of_a_fork_follows_by_itself(issuer: Issuer) -> None:
    verifier, token = Verifier(issuer.url, AUDIENCE), issuer.token()
    verifier.verify(token)
    verifier.close()
    child = os.fork()
    if not child:
        try:
            verifier.verify(token)
            issuer_sees = verifier._thread is not None and verifier._thread.is_alive()
            os._exit(0 if issuer_sees else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_every_worker_of_a_preloaded_application_follows_by_itself(
    issuer: Issuer,
) -> None:
    verifier, token = Verifier(issuer.url, AUDIENCE), issuer.token()
    verifier.verify(token)  # as gunicorn --preload does: the follower runs already
    workers = [_worker(verifier, token) for _ in range(2)]
    issuer.rows.append(row("session", "s1"))
    assert [os.waitpid(pid, 0)[1] for pid in workers] == [0, 0]
    until(lambda: refused(verifier, token))
    verifier.close()


def _worker(
    verifier: Verifier,
    token: str,
) -> int:
    child = os.fork()
    if child:
        return child
    try:
        until(lambda: refused(verifier, token))
        os._exit(0)
    finally:
        os._exit(1)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_worker_is_not_held_up_by_what_its_parent_was_doing(issuer: Issuer) -> None:
    verifier, token = Verifier(issuer.url, AUDIENCE), issuer.token()
    verifier.warm()
    locks = [*verifier._flights.values(), verifier._core.cache._lock]
    for lock in locks:
        lock.acquire()
    verifier._core.keys._running = True
    child = os.fork()
    if not child:
        try:
            os._exit(0 if verifier.verify(token).sub == "ada" else 1)
        finally:
            os._exit(2)
    for lock in locks:
        lock.release()
    assert os.waitpid(child, 0)[1] == 0
    verifier.close()


def test_every_verifier_can_be_found_while_it_lives(issuer: Issuer) -> None:
    verifier = Verifier(issuer.url, AUDIENCE)
    assert verifier in VERIFIERS
    del verifier
    assert issuer.url not in {found.issuer for found in VERIFIERS}
