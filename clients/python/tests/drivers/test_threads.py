"""The blocking verifier against a real server on the loopback."""

import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from ntt_auth import (
    KeysUnavailable,
    RevocationsUnavailable,
    TokenInvalid,
    TokenRevoked,
    Verifier,
)
from ntt_auth.drivers.base import REST
from ntt_auth.testing import Issuer as Kit
from ntt_auth.verification.steps import Clock
from played import row
from servers import AUDIENCE, FEED, Issuer, Server, drip, serving, until


def refused(
    verifier: Verifier,
    token: str,
) -> bool:
    try:
        verifier.verify(token)
    except TokenRevoked:
        return True
    return False


def test_a_genuine_token_speaks_for_a_principal(issuer: Issuer) -> None:
    with Verifier(issuer.url, AUDIENCE) as verifier:
        found = verifier.verify(issuer.token())
    assert (found.sub, found.tenant, found.roles) == ("ada", "t1", {"editor"})
    assert found.has_scope("orders:write")


def test_a_revoked_session_is_refused_soon(issuer: Issuer) -> None:
    with Verifier(issuer.url, AUDIENCE) as verifier:
        token = issuer.token()
        verifier.verify(token)
        issuer.rows.append(row("session", "s1"))
        until(lambda: refused(verifier, token))
        assert not refused(verifier, issuer.token(sid="s2", jti="j2"))


def test_a_revoked_key_is_out_at_once(issuer: Issuer) -> None:
    issuer.rows.append(row("key", "k1"))
    with Verifier(issuer.url, AUDIENCE) as verifier:
        assert refused(verifier, issuer.token())


def test_a_thousand_cold_verifications_fetch_the_keys_once(
    issuer: Issuer,
    server: Server,
) -> None:
    token, found = issuer.token(), []
    with Verifier(issuer.url, AUDIENCE) as verifier:
        threads = [
            threading.Thread(target=lambda: found.append(verifier.verify(token)))
            for _ in range(1000)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 1000
    assert server.count("/jwks") == 1


def test_unknown_kids_fetch_nothing_again(
    issuer: Issuer,
    server: Server,
) -> None:
    issuer.keys["other"] = issuer.keys["k1"]
    with Verifier(issuer.url, AUDIENCE) as verifier:
        verifier.verify(issuer.token())
        for number in range(500):
            issuer.keys[f"x{number}"] = issuer.keys["k1"]
            with pytest.raises(TokenInvalid):
                verifier.verify(issuer.token(kid=f"x{number}"))
    assert server.count("/jwks") == 1


def test_without_keys_it_says_so_and_does_not_hammer(
    issuer: Issuer,
    server: Server,
) -> None:
    server.says("/jwks", {}, status=503)
    with Verifier(issuer.url, AUDIENCE) as verifier:
        for _ in range(50):
            with pytest.raises(KeysUnavailable):
                verifier.verify(issuer.token())
        assert server.count("/jwks") <= 2
        with pytest.raises(KeysUnavailable):
            verifier.warm()


@pytest.mark.parametrize(
    "answer",
    [
        (302, {"Location": "/elsewhere"}, b""),
        (200, {}, b"garbage"),
        (200, {}, b'{"keys": []}'),
        (200, {"Content-Encoding": "gzip"}, b"x"),
        (200, {}, b" " * 2_000_000),
    ],
    ids=["redirect", "garbage", "empty", "compressed", "long"],
)
def test_a_hostile_key_server_gives_no_keys(
    issuer: Issuer,
    server: Server,
    answer: Any,
) -> None:
    server.answers["/jwks"] = lambda _: answer
    server.says("/elsewhere", issuer.jwks())
    with Verifier(issuer.url, AUDIENCE) as verifier, pytest.raises(KeysUnavailable):
        verifier.verify(issuer.token())
    assert server.count("/elsewhere") == 0


def test_a_key_server_thatdrips_is_given_up(
    issuer: Issuer,
    server: Server,
) -> None:
    server.answers["/jwks"] = drip
    began = time.monotonic()
    with Verifier(issuer.url, AUDIENCE, http_timeout=0.3) as verifier:
        with pytest.raises(KeysUnavailable):
            verifier.verify(issuer.token())
    assert time.monotonic() - began < 4


def test_eventual_goes_on_without_a_feed_and_strict_does_not(
    issuer: Issuer,
    server: Server,
) -> None:
    server.says(FEED, {}, status=500)
    with Verifier(issuer.url, AUDIENCE) as verifier:
        assert verifier.verify(issuer.token()).sub == "ada"
        assert verifier.status().last_error == "revocations: expected 200, got 500"
    with Verifier(issuer.url, AUDIENCE, revocation="strict") as verifier:
        with pytest.raises(RevocationsUnavailable):
            verifier.verify(issuer.token())
        with pytest.raises(RevocationsUnavailable):
            verifier.warm()


@pytest.mark.parametrize(
    ("document", "raised"),
    [
        ({"active": True}, None),
        ({"active": False}, TokenRevoked),
        ({"active": "yes"}, RevocationsUnavailable),
    ],
)
def test_strict_may_ask_the_server(
    issuer: Issuer,
    server: Server,
    document: Any,
    raised: Any,
) -> None:
    server.says(FEED, {}, status=500)
    server.says("/api/v1/tokens/verify", document)
    options = {"revocation": "strict", "introspect": True}
    with Verifier(issuer.url, AUDIENCE, **options) as verifier:
        if raised is None:
            assert verifier.verify(issuer.token()).sub == "ada"
        else:
            with pytest.raises(raised):
                verifier.verify(issuer.token())
    assert server.count("/api/v1/tokens/verify") == 1


def test_off_never_looks_at_the_feed(
    issuer: Issuer,
    server: Server,
) -> None:
    issuer.rows.append(row("session", "s1"))
    with Verifier(issuer.url, AUDIENCE, revocation="off") as verifier:
        assert verifier.verify(issuer.token()).sub == "ada"
    assert server.count(FEED) == 0


def test_static_keys_need_no_server() -> None:
    with serving() as server:
        issuer = Issuer(server)
        jwks, token = issuer.jwks(), issuer.token()
    with Verifier(issuer.url, AUDIENCE, revocation="off", jwks=jwks) as verifier:
        assert verifier.verify(token).sub == "ada"


def test_too_many_revocations_refuse_everything(issuer: Issuer) -> None:
    issuer.rows += [row("session", f"x{number}") for number in range(1500)]
    with Verifier(issuer.url, AUDIENCE, max_revocations=100) as verifier:
        with pytest.raises(RevocationsUnavailable):
            verifier.verify(issuer.token())


def test_a_restarted_feed_is_read_anew(issuer: Issuer) -> None:
    issuer.rows.append(row("session", "gone"))
    with Verifier(issuer.url, AUDIENCE) as verifier:
        token = issuer.token()
        verifier.verify(token)
        issuer.rows[:] = [row("session", "s1")]
        issuer.feed_id = "restored"
        until(lambda: refused(verifier, token))
        assert verifier.status().revocations == 1


def test_verifying_goes_on_after_close(issuer: Issuer) -> None:
    verifier, token = Verifier(issuer.url, AUDIENCE), issuer.token()
    verifier.verify(token)
    verifier.close()
    verifier.close()
    issuer.rows.append(row("session", "s1"))
    until(lambda: refused(verifier, token))
    verifier.close()


def test_the_follower_ends_with_its_verifier(issuer: Issuer) -> None:
    verifier = Verifier(issuer.url, AUDIENCE)
    verifier.warm()
    thread = verifier._thread
    assert thread is not None and thread.is_alive()
    del verifier
    until(lambda: not thread.is_alive())


ABANDONED = """
import sys
from ntt_auth import Verifier
verifier = Verifier(sys.argv[1], sys.argv[2])
print(verifier.verify(sys.argv[3]).sub, flush=True)
"""


@pytest.mark.parametrize("feed_hangs", [False, True])
def test_an_interpreter_ends_while_the_follower_runs(
    issuer: Issuer,
    server: Server,
    feed_hangs: bool,
) -> None:
    first = server.answers[FEED]
    if feed_hangs:
        server.answers[FEED] = lambda handler: (
            drip(handler) if server.count(FEED) > 1 else first(handler)
        )
    done = subprocess.run(
        [sys.executable, "-c", ABANDONED, issuer.url, AUDIENCE, issuer.token()],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "ada\n", "")


def test_the_follower_outlives_a_feed_of_garbage(
    issuer: Issuer,
    server: Server,
) -> None:
    whole = server.answers[FEED]
    bad = row("session", "s1") | {"expires_at": 5}
    with Verifier(issuer.url, AUDIENCE) as verifier:
        token = issuer.token()
        verifier.verify(token)
        server.says(FEED, {"data": [bad], "next_cursor": "c", "has_more": False})
        until(lambda: verifier.status().last_error != "")
        issuer.rows.append(row("session", "s1"))
        server.answers[FEED] = whole
        until(lambda: refused(verifier, token))


def test_keys_are_read_again_in_the_background(
    issuer: Issuer,
    server: Server,
) -> None:
    now = [1000.0]
    clock = Clock(steady=lambda: now[0])
    with Verifier(issuer.url, AUDIENCE, revocation="off", clock=clock) as verifier:
        verifier.warm()
        issuer.add_key("k2")
        now[0] += 86_400
        verifier._background()
        assert (server.count("/jwks"), verifier.status().keys) == (2, 2)


def test_a_follower_rests_while_a_test_kit_plays_the_issuer(
    issuer: Issuer,
    server: Server,
) -> None:
    with Verifier(issuer.url, AUDIENCE) as verifier:
        verifier.warm()
        with Kit().installed():
            before = len(server.asked)
            assert verifier._background() == REST
            verifier.warm()
            assert len(server.asked) == before
        assert verifier.verify(issuer.token()).sub == "ada"
