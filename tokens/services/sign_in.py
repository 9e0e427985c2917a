"""From a password to a session: sign-in and sign-up.

The order is the point (design section 5): epochs are read first, then the password is
checked outside any transaction, then `entrances.enter` writes the session.
"""

from dataclasses import dataclass

from accounts import flows
from accounts.addresses import email_key
from accounts.errors import EmailVerificationRequired, InvalidCredentials
from accounts.flows import second_factor, verification
from accounts.flows.contract import Authenticated
from accounts.models import User
from tenants import admission
from tenants.models import Application
from tokens.models import Session
from tokens.services import entrances
from tokens.services.entrances import Entrance, Epochs, enter, read_epochs

FIRST_EPOCH = 0  # what a user is made with; see `accounts.models.User`


@dataclass(frozen=True)
class Credentials:
    """What a person gave; `name` only at sign-up.

    Without a password a provider vouched for whoever signs up, not for their address:
    that is proven whatever the tenant asks for.
    """

    email: str
    password: str | None
    name: str = ""


def log_in(
    credentials: Credentials,
    *,
    client_id: str | None,
    audience: str | None,
) -> Session | flows.Pending:
    """Sign a person in to a public first-party application over REST.

    Raises `RestLoginNotAllowed` before the password is looked at, and as `enter_by_password`.
    """
    entrance = entrances.rest(client_id, audience)
    return enter_by_password(credentials, entrance)


def enter_by_password(
    credentials: Credentials,
    entrance: Entrance,
) -> Session | flows.Pending:
    """Sign a person in at a door.

    Raises `InvalidCredentials`, `TooManyRequests`, `NotAMember` (only after the right
    password).
    """
    application = entrance.application
    if credentials.password is None:
        raise InvalidCredentials
    epochs = _read_by_address(credentials.email, application)
    outcome = flows.log_in(
        email=credentials.email,
        password=credentials.password,
        verification_required=application.tenant.verification_required,
        state=entrance.state,
    )
    if isinstance(outcome, flows.Pending):
        return outcome
    if epochs is None or epochs.user_id != outcome.user_id:
        raise InvalidCredentials
    return enter(entrance, epochs=epochs, proof=outcome)


def register(
    credentials: Credentials,
    *,
    client_id: str | None,
    audience: str | None,
) -> Session | flows.Pending:
    """Sign a person up over REST. Raises as `enter_by_sign_up`."""
    return enter_by_sign_up(credentials, entrances.rest(client_id, audience))


def enter_by_sign_up(
    credentials: Credentials,
    entrance: Entrance,
) -> Session | flows.Pending:
    """Sign a person up, and in where the tenant asks for no verification.

    Raises `RegistrationClosed`, `PasswordRefused`, `TooManyRequests`, and `EmailTaken`
    only where verification is not required.
    """
    application = entrance.application
    admission.admit_registration(application)
    proves = application.tenant.verification_required or credentials.password is None
    outcome = flows.sign_up(
        email=credentials.email,
        password=credentials.password,
        name=credentials.name,
        verification_required=proves,
        state=entrance.state,
    )
    if isinstance(outcome, flows.Pending):
        return outcome
    born = Epochs(
        user_id=outcome.user_id,
        user=FIRST_EPOCH,
        application=application.epoch,
        tenant=application.tenant.epoch,
        membership=None,
    )
    return enter(entrance, epochs=born, proof=outcome)


def enter_by_provider(
    user: User,
    entrance: Entrance,
) -> Session | flows.Pending:
    """Sign in whom a provider vouched for; who has a second factor shows it next.

    `user` as they were read once the provider had answered. Raises `InvalidCredentials`
    for somebody disabled, `EmailVerificationRequired`, and as `enter` does.
    """
    application = entrance.application
    epochs = read_epochs(user.pk, user.epoch, application)
    if not user.is_active:
        raise InvalidCredentials
    required = application.tenant.verification_required
    if required and not verification.is_verified(user.pk):
        raise EmailVerificationRequired(
            "Ask for a new password once, to verify the e-mail address."
        )
    proof = Authenticated.now(user.pk, amr=("fed",), state=entrance.state)
    outcome = second_factor.completed(proof, epoch=user.epoch)
    if isinstance(outcome, flows.Pending):
        return outcome
    return enter(entrance, epochs=epochs, proof=outcome)


def _read_by_address(
    email: str,
    application: Application,
) -> Epochs | None:
    """Return the epochs as they are now; None where nobody has this address."""
    try:
        key = email_key(email)
    except ValueError:
        return None
    row = User.objects.filter(email_key=key).values_list("id", "epoch").first()
    return read_epochs(row[0], row[1], application) if row else None
