"""Making an account of one's own."""

import secrets

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, OperationalError, transaction

from accounts import addresses, limits, lockouts, names, passwords
from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.backends import Attempt
from accounts.errors import EmailTaken
from accounts.flows import verification
from accounts.flows.contract import Authenticated, Pending, take
from accounts.models import User
from config.errors import InvalidInput, TooManyRequests, Unavailable

_ROUNDS = 3


def sign_up(
    *,
    email: str,
    password: str | None,
    name: str,
    verification_required: bool,
    state: dict[str, str],
) -> Authenticated | Pending:
    """Make an account. Where verification is required the answer is always `Pending`.

    The owner of a taken address is then mailed instead, for the same work. Not required:
    `Authenticated`, or `EmailTaken`. Without a password none is usable: a provider vouched
    for whoever signs up (`fed`). Also raises `InvalidInput`, `PasswordRefused`, and
    `TooManyRequests` past the limit per IP.
    """
    try:
        shown = addresses.display(email)
    except ValueError as error:
        raise InvalidInput.at("email", detail=str(error)) from error
    key = addresses.email_key(shown)
    called = names.cleaned(name)
    if password is not None:
        passwords.validate(password, user_email=shown, name=called)
    limits.hit("register_ip", lockouts.caller())
    if not verification_required and _is_taken(key):
        raise EmailTaken
    attempt = Attempt(
        email=shown,
        password=password
        or secrets.token_urlsafe(),  # allauth wants one; nobody has it
        name=called,
        hashed=make_password(password),
        verification_required=verification_required,
        state=state,
        amr=() if password else ("fed",),
        may_mail=not verification_required or may_mail(key),
    )
    return _register(attempt, key)


def _is_taken(key: str) -> bool:
    mine = User.objects.filter(email_key=key).exists()
    return mine or verification.is_filed(key)


def may_mail(key: str) -> bool:
    """Tell whether the owner of a taken address may be told once more this hour."""
    try:
        limits.hit("resend_account", "taken", key)
    except TooManyRequests:
        return False
    return True


def _register(
    attempt: Attempt,
    key: str,
) -> Authenticated | Pending:
    """Store the account in one short transaction, in which nothing is hashed."""
    body = {"email": addresses.wire_form(key), "password": attempt.password}
    for _ in range(_ROUNDS):
        attempt.created = None
        try:
            with transaction.atomic():
                outcome = take("auth/signup", body, attempt)
                if attempt.created:
                    made = attempt.created
                    record(Action.USER_REGISTERED, acting=made, target=made)
                return outcome
        except (IntegrityError, OperationalError) as error:  # somebody was faster
            if not attempt.verification_required and _is_taken(key):
                raise EmailTaken from error
    raise Unavailable(retry_after=1)
