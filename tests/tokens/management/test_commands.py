"""The operator's commands: each calls its service, as the system, and prints the outcome."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.models import Event
from tests.factories import SessionFactory, UserFactory
from tokens import feed, keyring, minting
from tokens.errors import TokenRevoked
from tokens.models import Revocation, Session, SigningKey
from tokens.services.keys import ensure_signing_keys

pytestmark = pytest.mark.django_db


def run(*line: str) -> dict[str, Any]:
    """Run a command with `--json` and return the object it prints."""
    printed = StringIO()
    call_command(*line, "--json", stdout=printed)
    answer: dict[str, Any] = json.loads(printed.getvalue())
    return answer


def states(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Return algorithm and state of the keys that a command printed."""
    return sorted((key["algorithm"], key["state"]) for key in answer["keys"])


def test_a_user_is_signed_out_everywhere_however_the_address_is_spelled() -> None:
    ensure_signing_keys()
    alice, bob = UserFactory(email="alice@example.com"), SessionFactory()
    sessions = [SessionFactory(user=alice) for _ in range(2)]
    SessionFactory(user=alice, expires_at=timezone.now() - timedelta(days=1))
    answer = run("end_sessions", "ALICE@Example.com")
    assert answer == {"id": str(alice.pk), "email": alice.email, "ended": 2}
    for session in sessions:
        with pytest.raises(TokenRevoked):
            minting.issue(session.sid)
    assert list(Session.objects.all().live()) == [bob]
    event = Event.objects.get(action=Action.SIGNED_OUT_EVERYWHERE)
    assert (event.actor_type, event.target_id) == ("system", str(alice.pk))
    assert run("end_sessions", alice.email)["ended"] == 0


@pytest.mark.parametrize("email", ["nobody@example.com", "no address"])
def test_nobody_cannot_be_signed_out(email: str) -> None:
    with pytest.raises(CommandError) as refusal:
        run("end_sessions", email)
    assert refusal.value.returncode == 1 and "\n" not in str(refusal.value)


def test_the_feed_restarts_under_the_printed_id() -> None:
    before = feed.read().feed_id
    answer = run("restart_feed")
    assert answer == {"feed_id": feed.read().feed_id}
    assert answer["feed_id"] != before
    assert Event.objects.get(action=Action.FEED_RESTARTED).actor_type == "system"


def test_a_rotation_publishes_first_and_signs_when_told_to() -> None:
    both = [(a, s) for a in sorted(keyring.ALGORITHMS) for s in ("active", "pending")]
    assert states(run("rotate_signing_keys")) == both
    assert states(run("rotate_signing_keys")) == both
    signed = keyring.current().signer("ES256").kid
    answer = run("rotate_signing_keys", "--now")
    assert {state for _, state in states(answer)} == {"active", "retired"}
    assert keyring.current().signer("ES256").kid != signed
    assert signed in keyring.current().verifying


def test_a_leaked_key_is_refused_and_replaced() -> None:
    ensure_signing_keys()
    kid = keyring.current().signer("ES256").kid
    answer = run("rotate_signing_keys", f"--revoke={kid}")
    assert kid not in [key["kid"] for key in answer["keys"]]
    assert kid not in keyring.current().verifying
    assert keyring.current().signer("ES256")
    assert Revocation.objects.get().kind == "key"
    assert Event.objects.get(action=Action.KEY_REVOKED).actor_type == "system"


@pytest.mark.parametrize("which", ["unknown", "revoked before"])
def test_a_key_that_is_not_there_cannot_be_revoked(which: str) -> None:
    ensure_signing_keys()
    kid = "unknown"
    if which != kid:
        kid = keyring.current().signer("ES256").kid
        run("rotate_signing_keys", f"--revoke={kid}")
    before = list(SigningKey.objects.values_list("kid", "state"))
    with pytest.raises(CommandError) as refusal:
        run("rotate_signing_keys", f"--revoke={kid}")
    assert refusal.value.returncode == 1
    assert list(SigningKey.objects.values_list("kid", "state")) == before


def test_no_command_prints_a_private_half() -> None:
    printed = StringIO()
    call_command("rotate_signing_keys", stdout=printed)
    call_command("rotate_signing_keys", "--json", stdout=printed)
    assert "kid" in printed.getvalue()
    assert "PRIVATE" not in printed.getvalue()
    for key in SigningKey.objects.all():
        assert key.private_key not in printed.getvalue()
