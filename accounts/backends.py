"""How a password finds its user: by `email_key`, with equal work whoever is asked for."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from typing_extensions import override

from accounts.addresses import email_key, from_wire_form
from accounts.models import User

SESSION_KEY = "flow"
NO_SUCH_ACCOUNT = "no such account"
WRONG_PASSWORD = "wrong password"  # nosec: a sentence in the audit trail
DISABLED = "account disabled"
NOBODY = UUID(int=0)  # whose flow it is where the address was taken: it never finishes


@dataclass
class Attempt:
    """One call of a flow; rides on the request that `flows` makes for allauth.

    `password` is as it was typed and `hashed` as it will be stored, both here because
    allauth's forms strip spaces and hash inside our transaction. `outcome` and `user`
    are what the backend found out; `state` is what a pending flow keeps, and `amr` what
    the person proved, where that is no password.
    """

    email: str = ""
    password: str = ""
    name: str = ""
    hashed: str = ""
    verification_required: bool = True
    state: dict[str, str] = field(default_factory=dict)
    amr: tuple[str, ...] = ()
    outcome: str = ""
    user: User | None = None
    created: User | None = None
    may_mail: bool = True

    def kept(self) -> dict[str, Any]:
        """Return what the flow's session holds until the next step.

        The person's epoch is the one that stood before the password was looked at: what
        ends everything of theirs ends their pending flows too.
        """
        person = self.created or self.user
        key = person.email_key if person else email_key(self.email)
        return {
            "verification_required": self.verification_required,
            "state": self.state,
            "amr": list(self.amr),
            "user_id": str(person.pk if person else NOBODY),
            "epoch": person.epoch if person else 0,
            "email_key": key,
        }


def tenant_of_flow(state: dict[str, str]) -> UUID | None:
    """Return the tenant that a flow's state names, whose brand its mails carry."""
    return UUID(state["tenant_id"]) if state.get("tenant_id") else None


class EmailBackend(ModelBackend):
    """Checks one password with one hash: also for an unknown or a disabled account.

    Where `flows` began the request, the password is taken from its attempt (allauth's forms
    strip spaces), and the attempt learns plainly how it went, for the audit trail.
    """

    @override
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        *,
        email: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        attempt: Attempt = getattr(request, "attempt", None) or Attempt()
        secret = attempt.password or password
        if not secret:
            return None
        user, attempt.outcome = prove(_key(email or username or ""), secret)
        attempt.user = user
        return None if attempt.outcome else user


def prove(
    key: str | None,
    password: str,
) -> tuple[User | None, str]:
    """Return who has the address, and in a word why they may not in ("" if they may)."""
    user = User.objects.filter(email_key=key).first() if key else None
    if user is None:
        make_password(password)  # the work that a check would have been
        return None, NO_SUCH_ACCOUNT
    if not user.check_password(password):
        return user, WRONG_PASSWORD
    return user, "" if user.is_active else DISABLED


def _key(address: str) -> str | None:
    try:
        return from_wire_form(address) if address[:1] == '"' else email_key(address)
    except ValueError:
        return None
