"""What allauth asks of us: mail through the outbox, our users, our idea of an address."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from typing_extensions import override

from accounts import limits
from accounts.addresses import email_key, from_wire_form
from accounts.backends import SESSION_KEY, Attempt, tenant_of_flow
from accounts.errors import EmailTaken, InvalidCredentials
from accounts.mail import links
from accounts.mail.letters import write_to_address
from accounts.models import User
from config import context
from config.encryption import decrypt, encrypt

_LETTERS = {  # of each mail that allauth asks for: our letter, and whether it welcomes
    "account/email/email_confirmation": ("code", False),
    "account/email/email_confirmation_signup": ("code", True),
    "account/email/account_already_exists": ("account-exists", False),
}
_EMAIL_STAGE = "allauth.account.stages.EmailVerificationStage"


def attempt_of(request: Any) -> Attempt:
    """Return the attempt that rides on a request that `flows` made."""
    found: Attempt | None = getattr(request, "attempt", None)
    if found is None:
        raise RuntimeError("allauth is only called through accounts.flows")
    return found


def _state_of(request: Any) -> dict[str, str]:
    """Return what the flow of a request keeps, at its first step or a later one."""
    session = getattr(request, "session", None)
    kept = session.get(SESSION_KEY) if session is not None else None
    state: dict[str, str] = kept["state"] if kept else attempt_of(request).state
    return state


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Our answers; everything else stays allauth's."""

    @override
    def get_login_stages(self) -> list[str]:
        """Return the steps after the password; a tenant may not ask for a verified address.

        The second factor is no stage: `flows.second_factor` asks for it at every door.
        """
        kept = self.request.session.get(SESSION_KEY)
        if kept:
            required = kept["verification_required"]
        else:
            attempt = attempt_of(self.request)
            required = attempt.verification_required
            if attempt.hashed and not attempt.created and not required:
                raise EmailTaken  # a sign-up that got here without making a user
        return [_EMAIL_STAGE] if required else []

    @override
    def pre_authenticate(
        self,
        request: HttpRequest,
        **credentials: Any,
    ) -> None:
        """Count nothing: `lockouts` already did, exactly."""

    @override
    def login(
        self,
        request: HttpRequest,
        user: User,
    ) -> None:
        """Show who signed in without a Django session: tokens are what is handed out.

        A flow may have been pending for a while: who was disabled since stays out.
        """
        if not user.is_active:
            raise InvalidCredentials
        request.user = user

    @override
    def clean_password(
        self,
        password: str,
        user: Any = None,
    ) -> str:
        attempt: Attempt | None = getattr(self.request, "attempt", None)
        if attempt is not None and attempt.hashed:
            return password  # `flows` validated what was typed
        cleaned: str = super().clean_password(password, user)
        return cleaned

    @override
    def save_user(
        self,
        request: HttpRequest,
        user: User,
        form: Any,
        commit: bool = True,
    ) -> User:
        attempt = attempt_of(request)
        user.email = attempt.email
        user.email_key = email_key(attempt.email)
        user.name = attempt.name
        user.password = attempt.hashed
        user.save(force_insert=True)
        attempt.created = user
        return user

    @override
    def should_send_confirmation_mail(
        self,
        request: HttpRequest,
        email_address: Any,
        signup: bool,
    ) -> bool:
        """Refuse (429) when the account was sent enough; a sign-up's first mail goes out."""
        if not signup:
            limits.hit("resend_account", from_wire_form(email_address.email))
        return True

    @override
    def send_account_already_exists_mail(self, email: str) -> None:
        if attempt_of(self.request).may_mail:
            self.send_mail("account/email/account_already_exists", email, {})

    @override
    def send_mail(
        self,
        template_prefix: str,
        email: str,
        context: dict[str, Any],
    ) -> None:
        """Leave our letter in the outbox, in the brand of the tenant of the flow.

        What has a code has a link beside it; nobody's (a taken) address gets neither.
        Raises `KeyError` for a mail of allauth's that we have no letter for.
        """
        letter, welcome = _LETTERS[template_prefix]
        known = {"code": context["code"]} if "code" in context else {}
        with transaction.atomic():
            owner = User.objects.filter(email_key=from_wire_form(email)).first()
            if owner and known:
                known["link"] = links.make(owner, links.Purpose.VERIFY_EMAIL)
            write_to_address(
                letter,
                email,
                tenant_id=tenant_of_flow(_state_of(self.request)),
                welcome=welcome,
                **known,
            )

    @override
    def get_client_ip(self, request: HttpRequest) -> str:
        return context.current().ip or "0.0.0.0"  # nosec: no network, binds to nothing

    @override
    def is_reauthentication_required(
        self,
        *,
        app: str,
    ) -> bool:
        """Return no: `freshness` was asked at the door, before allauth is."""
        return False

    @override
    def send_notification_mail(
        self,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Send none of allauth's: the services write the owner's letters."""

    @override
    def add_message(
        self,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Leave no messages: our answers say what happened."""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: secrets encrypted at rest, WebAuthn for the configured issuer."""

    @override
    def encrypt(self, text: str) -> str:
        return encrypt(text)

    @override
    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    @override
    def get_totp_label(self, user: User) -> str:
        return user.email

    @override
    def get_totp_issuer(self) -> str:
        return urlsplit(settings.ISSUER).netloc.replace(":", " ")

    @override
    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        host = urlsplit(settings.ISSUER).hostname or "localhost"
        return {"id": host, "name": host}

    @override
    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        shown = {"name": user.email, "display_name": user.name or user.email}
        return {"id": user.pk.hex.encode(), **shown}
