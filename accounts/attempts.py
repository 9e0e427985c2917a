"""What our side of allauth's hooks must know about the sign-in or sign-up under way."""

from dataclasses import dataclass, field
from typing import Any

from accounts.models import User

SESSION_KEY = "flow"


@dataclass
class Attempt:
    """One call of a flow; rides on the request that `flows` makes for allauth.

    `password` is as it was typed and `hashed` as it will be stored, both here because
    allauth's forms strip spaces and hash inside our transaction. `outcome` and `user`
    are what the backend found out; `state` is what a pending flow keeps.
    """

    email: str = ""
    password: str = ""
    name: str = ""
    hashed: str = ""
    verification_required: bool = True
    state: dict[str, str] = field(default_factory=dict)
    outcome: str = ""
    user: User | None = None
    created: User | None = None
    may_mail: bool = True

    def kept(self) -> dict[str, Any]:
        """Return what the flow's session holds until the next step."""
        return {
            "verification_required": self.verification_required,
            "state": self.state,
        }
