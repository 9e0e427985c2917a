import threading

from config.context import NOWHERE, RequestContext, current, entered


def test_outside_a_request_nobody_is_calling() -> None:
    assert current() is NOWHERE
    assert current().ip is None


def test_a_request_is_known_inside_its_block_and_forgotten_after() -> None:
    outer = RequestContext(ip="192.0.2.1", request_id="a")
    inner = RequestContext(ip="192.0.2.2", request_id="b")
    with entered(outer):
        with entered(inner):
            assert current() == inner
        assert current() == outer
    assert current() is NOWHERE


def test_it_is_forgotten_after_a_fault_too() -> None:
    try:
        with entered(RequestContext(request_id="a")):
            raise LookupError
    except LookupError:
        assert current() is NOWHERE


def test_another_thread_does_not_see_it() -> None:
    seen: list[RequestContext] = []
    with entered(RequestContext(request_id="a")):
        thread = threading.Thread(target=lambda: seen.append(current()))
        thread.start()
        thread.join()
    assert seen == [NOWHERE]
