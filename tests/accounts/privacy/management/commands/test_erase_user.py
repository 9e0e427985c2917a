"""`manage.py erase-user`."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def run(*words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("erase_user", *words, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


@pytest.mark.parametrize("by", ["email", "pk"])
def test_somebody_is_erased_without_being_asked_about(by: str) -> None:
    ann = UserFactory(email="Ann@example.com")
    answer = run(str(getattr(ann, by)), "--yes")
    ann.refresh_from_db()
    assert ann.erased_at and answer["id"] == str(ann.pk)
    assert "ann" not in str(answer).casefold()


def test_without_yes_the_address_has_to_be_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ann = UserFactory(email="Ann@example.com")

    def end(question: str) -> str:
        raise EOFError

    for typed in (lambda question: "y", end):
        monkeypatch.setattr("builtins.input", typed)
        with pytest.raises(CommandError, match="nothing was erased"):
            run(ann.email)
        assert not User.objects.get().erased_at
    monkeypatch.setattr("builtins.input", lambda question: " Ann@example.com ")
    run(ann.email)
    assert User.objects.get().erased_at


@pytest.mark.parametrize(
    "who", ["nobody@example.com", "0199f3a2-7c1e-7b4f-8a55-2f6e1c0d9b10", "x", "\x00"]
)
def test_nobody_is_erased_where_there_is_nobody(who: str) -> None:
    with pytest.raises(CommandError):
        run(who, "--yes")


def test_the_erased_are_not_found_again() -> None:
    ann = UserFactory()
    run(str(ann.pk), "--yes")
    with pytest.raises(CommandError):
        run(str(ann.pk), "--yes")


def test_the_last_superuser_stays() -> None:
    root = UserFactory(is_superuser=True)
    with pytest.raises(CommandError, match="last active superuser"):
        run(root.email, "--yes")
