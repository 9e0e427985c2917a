"""A forgotten password: a link to the owner's address, and a new one (ADR 0015).

Asking costs and answers the same whoever has the address, or nobody.
"""

from contextlib import suppress
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts import addresses, flows, limits, lockouts, passwords
from accounts.audit.actions import Action
from accounts.audit.services import Party, record
from accounts.errors import FlowInvalid, MfaRequired
from accounts.flows import verification
from accounts.mail import letters, links
from accounts.mail.links import Purpose
from accounts.models import MailLink, User
from accounts.services.takeover import take_over
from accounts.signals import credentials_changed
from config.errors import InvalidInput, TooManyRequests, Unavailable

Proof = dict[str, Any]


def request_reset(
    *,
    email: str,
    client_id: str = "",
) -> None:
    """Mail a link to whoever has the address; nothing tells whether anybody does.

    It goes to the address as its owner spelled it. `client_id` is where the person came
    from; the link keeps it. Raises `InvalidInput` for what is no address, and
    `TooManyRequests` past the limit per IP. Past the limit per address nothing is mailed.
    """
    try:
        key = addresses.email_key(email)
    except ValueError as error:
        raise InvalidInput.at("email", detail=str(error)) from error
    limits.hit("reset_ip", lockouts.caller())
    may_mail = _may_mail(key)
    user = User.objects.filter(email_key=key).first()
    with suppress(IntegrityError), transaction.atomic():  # deleted this moment: nobody
        record(
            Action.RESET_REQUESTED,
            acting=Party("anonymous"),
            target=user or Party("address", label=key),
            outcome="" if may_mail else "nothing was mailed: too many requests",
            succeeded=may_mail,
        )
        if may_mail:
            _mail(user, {"client_id": client_id} if client_id else {})


def ask_factor(*, key: str) -> flows.Pending | None:
    """Begin the flow for the second factor that a reset by this link asks for.

    None where it asks for none. The link stays as it was. Raises `LinkInvalid`.
    """
    user = links.look(key, *links.PASSWORD).user
    if not verification.is_verified(user.pk) or not flows.has_factor(user.pk):
        return None
    return flows.ask_for(user, flows.Purpose.RESET)


def confirm_reset(
    *,
    key: str,
    password: str,
    proof: Proof | None = None,
) -> User:
    """Set a new password by a mailed link; every login ends, and nobody is signed in.

    The link proves the address. Where that was never proven before, whoever made the
    account keeps nothing of it. `proof` is a second factor's. Raises `LinkInvalid`, and
    `PasswordRefused` or what `_second_factor` does: these leave the link as it was.
    """
    user = links.look(key, *links.PASSWORD).user
    passwords.validate(password, user_email=user.email, name=user.name)
    proven = verification.is_verified(user.pk)
    if proven:  # else the factors are the maker's
        _second_factor(user, proof)
    hashed = make_password(password)
    with transaction.atomic():
        link = links.claim(key, *links.PASSWORD)
        person = link.user
        if verification.is_verified(person.pk) != proven:
            raise Unavailable(retry_after=1)
        if not proven:
            _arrive(person, invited=_invited(link))
        _replace_password(person, hashed)
    lockouts.lift(person.email_key, ip=lockouts.caller())
    return person


def _invited(link: MailLink) -> bool:
    """Tell whether it is an operator's invitation to an account they made, or one stands.

    A reset asked for leaves an invitation alone.
    """
    first = Purpose.FIRST_PASSWORD
    held = link if link.purpose == first else links.pending(link.user, first)
    return held is not None and bool(held.data.get("made"))


def _arrive(
    person: User,
    *,
    invited: bool,
) -> None:
    """Note that somebody proved their address for the first time.

    Who was invited has an account that an operator made for them, as they left it: an
    invitation is dead after any change. Any other may have been made by a stranger.
    """
    if not invited:
        take_over(person)
        return
    verification.verify(person)
    record(Action.EMAIL_VERIFIED, acting=person, target=person)


def _may_mail(key: str) -> bool:
    try:
        limits.hit("resend_account", "reset", key)
    except TooManyRequests:
        return False
    return True


def _mail(
    user: User | None,
    data: dict[str, Any],
) -> None:
    """Mail a link; for nobody, or somebody disabled, do the same work and mail nobody."""
    if user is not None and user.is_active:
        link = links.make(user, Purpose.RESET_PASSWORD, data=data)
        letters.write_to("password-reset", user, link=link)
    else:
        link = links.pretend(Purpose.RESET_PASSWORD)
        letters.write("password-reset", to="", link=link)


def _second_factor(
    user: User,
    proof: Proof | None,
) -> None:
    """Have a person who has a second factor prove it, before the link is claimed.

    Raises `MfaRequired` with a flow to repeat the request with, `FlowInvalid`, and as
    `flows.prove` does.
    """
    if not flows.has_factor(user.pk):
        return
    if not proof or "flow_token" not in proof:
        asked = flows.ask_for(user, flows.Purpose.RESET)
        raise MfaRequired(extra=asked.extra)
    flow = flows.waiting(proof["flow_token"], flows.Purpose.RESET)
    if flow.user_id != user.pk:
        raise FlowInvalid
    flows.prove(
        flow,
        method=proof.get("method", ""),
        code=proof.get("code", ""),
        credential=proof.get("credential"),
    )


def _replace_password(
    person: User,
    hashed: str,
) -> None:
    """Store the new password of a held person, and end what was begun under the old."""
    User.objects.filter(pk=person.pk).update(
        password=hashed, epoch=F("epoch") + 1, updated_at=timezone.now()
    )
    person.refresh_from_db()
    links.void(person, *links.OVERTAKEN)
    reason = Action.PASSWORD_RESET
    record(reason, acting=person, target=person)
    letters.write_to("password-changed", person)
    credentials_changed.send(
        User, user=person, acting_user=person, reason=reason, keep_login=None
    )
