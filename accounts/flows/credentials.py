"""Proving an address and a password."""

from accounts import addresses, limits, lockouts, passwords
from accounts.audit.actions import Action
from accounts.audit.services import Party, record
from accounts.backends import Attempt, prove
from accounts.errors import InvalidCredentials
from accounts.flows import second_factor
from accounts.flows.contract import Authenticated, Pending, take
from accounts.models import User


def log_in(
    *,
    email: str,
    password: str,
    verification_required: bool,
    state: dict[str, str],
) -> Authenticated | Pending:
    """Prove an address and a password, or say which step is still missing.

    Raises `InvalidCredentials` (unknown, wrong and disabled alike, for the same work),
    `TooManyRequests`, `InvalidInput` for a password that nobody can have, `Unavailable`.
    Failures are recorded; the success is recorded by whoever hands something out.
    """
    passwords.readable(password)
    key = _key_or_refuse(email)
    guess = lockouts.admit(key)
    attempt = Attempt(
        password=password, verification_required=verification_required, state=state
    )
    body = {"email": addresses.wire_form(key), "password": password}
    try:
        outcome = take("auth/login", body, attempt)
    except InvalidCredentials:
        target = attempt.user or Party("address", label=key)
        guess.failed(attempt.outcome or "refused", target=target)
        raise
    except BaseException:
        guess.passed()  # nothing was learnt about the password
        raise
    guess.passed()
    epoch = attempt.user.epoch if attempt.user else 0
    return second_factor.completed(outcome, epoch=epoch)


def reauthenticate(
    *,
    user: User,
    password: str,
) -> int:
    """Have a signed-in person prove their password again: same limits, same lockout.

    Returns the epoch that the password was read with: what is changed on the strength
    of this proof is changed under that epoch only. Raises `InvalidCredentials`, `TooManyRequests`, `InvalidInput`.
    """
    passwords.readable(password, field="current_password")
    guess = lockouts.admit(user.email_key)
    try:
        proven, outcome = prove(user.email_key, password)
    except BaseException:
        guess.passed()
        raise
    if outcome or proven is None:
        guess.failed(f"{outcome} on re-authentication", target=user)
        raise InvalidCredentials("The password is wrong.")
    guess.passed()
    return proven.epoch


def _key_or_refuse(email: str) -> str:
    try:
        return addresses.email_key(email)
    except ValueError:
        limits.hit("login_ip", lockouts.caller())  # a failure as any other
        record(
            Action.LOGIN_FAILED,
            acting=Party("anonymous"),
            outcome="not an e-mail address",
            succeeded=False,
        )
        raise InvalidCredentials from None
