"""What operators type."""

import io
import json
import sys
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import flows
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.flows import verification
from accounts.models import Lockout, User
from accounts.services.setup import is_claimable
from tests.authenticators import has_app
from tests.factories import PASSWORD, UserFactory
from tests.mailbox import last_mail, mails

pytestmark = pytest.mark.django_db


def answered(
    *words: str,
    **options: Any,
) -> dict[str, Any]:
    """Run a command and return its one JSON object."""
    out = io.StringIO()
    call_command(*words, "--json", stdout=out, **options)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_create_user_makes_one_without_a_usable_password() -> None:
    answer = answered("create_user", "Ann@example.com")

    user = User.objects.get()
    assert answer == {
        "id": str(user.pk),
        "email": "Ann@example.com",
        "is_superuser": False,
        "verified": False,
    }
    assert not user.has_usable_password()


def test_create_user_reads_the_password_from_standard_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\nnot this line\n"))

    answered(
        "create_user",
        "ann@example.com",
        "--superuser",
        "--verified",
        "--password-stdin",
    )

    user = User.objects.get()
    assert user.is_superuser and user.check_password(PASSWORD)
    assert verification.is_verified(user.pk)


@pytest.mark.parametrize(
    ("email", "typed", "words"),
    [
        ("no address", PASSWORD, "not an e-mail address"),
        ("bob@example.com", "short", "at least 15 characters"),
        ("bob@example.com", "", "The password is empty"),
        ("ANN@example.com", PASSWORD, "There is an account with this"),
    ],
)
def test_create_user_says_why_it_refuses(
    email: str,
    typed: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    UserFactory.create(email="ann@example.com")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{typed}\n"))

    with pytest.raises(CommandError, match=words) as refusal:
        answered("create_user", email, "--password-stdin")

    assert refusal.value.returncode == 1
    assert User.objects.count() == 1


def test_disable_and_enable_user_take_any_spelling() -> None:
    user = UserFactory.create(email="ann@example.com")

    assert answered("disable_user", "ANN@example.com")["is_active"] is False
    user.refresh_from_db()
    assert not user.is_active
    assert answered("enable_user", "ann@example.com")["is_active"] is True


@pytest.mark.parametrize("command", ["disable_user", "enable_user"])
def test_an_unknown_user_is_refused(command: str) -> None:
    with pytest.raises(CommandError, match="No user has this"):
        answered(command, "nobody@example.com")


def test_setup_link_prints_a_link_that_works(settings: Any) -> None:
    answer = answered("setup_link")

    base, _, token = answer["url"].partition("/account/setup/?token=")
    assert base == settings.ISSUER
    assert is_claimable(token)
    assert answer["expires_at"].endswith("Z")


def test_setup_link_is_refused_once_there_is_a_superuser() -> None:
    UserFactory.create(is_superuser=True)

    with pytest.raises(CommandError, match="superuser already"):
        answered("setup_link")


def test_people_read_lines() -> None:
    out = io.StringIO()
    call_command("create_user", "ann@example.com", stdout=out)

    assert "email: ann@example.com\n" in out.getvalue()


def test_reset_mfa_takes_every_factor_away_and_ends_every_login() -> None:
    user = UserFactory(email="Ann@example.com", is_superuser=True)
    has_app(user)
    Authenticator.objects.create(user=user, type="webauthn", data={})

    answer = answered("reset_mfa", "ann@example.com")

    assert answer == {"id": str(user.pk), "email": "Ann@example.com", "removed": 2}
    user.refresh_from_db()
    assert user.epoch == 1 and not flows.has_factor(user.pk)
    event = Event.objects.get(action=Action.FACTORS_RESET)
    assert (event.actor_type, event.target_id) == ("system", str(user.pk))
    assert "second factor" in last_mail("Ann@example.com").text


def test_reset_mfa_of_somebody_without_a_factor_ends_nothing() -> None:
    user = UserFactory(email="ann@example.com")
    assert answered("reset_mfa", "ann@example.com")["removed"] == 0
    user.refresh_from_db()
    assert user.epoch == 0 and not mails()
    with pytest.raises(CommandError):
        answered("reset_mfa", "nobody@example.com")


def test_unlock_user_lifts_the_lockouts_of_any_address() -> None:
    until = timezone.now() + timedelta(minutes=5)
    for ip in ("192.0.2.1", "192.0.2.2"):
        Lockout.objects.create(email_key="ann@example.com", ip=ip, locked_until=until)

    assert answered("unlock_user", "Ann@Example.com")["lifted"] == 2
    assert not Lockout.objects.exists()
    assert answered("unlock_user", "ann@example.com")["lifted"] == 0
    with pytest.raises(CommandError, match="email"):
        answered("unlock_user", "no address")
