"""What a page says where a service refuses: the refusal's code and detail, translated.

The API's details stay English; here each that a page can meet has its sentence. English
that is the same as the API's is its key. What is not listed is shown as the API says it.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from accounts import names, passwords
from accounts.services.factors import MOST_FACTORS
from config.errors import FieldError, ServiceError, TooManyRequests, Unavailable

CODES: Mapping[str, Any] = {  # code -> its title, for a refusal that says no more
    "bad_request": _("The request cannot be carried out."),
    "invalid_input": _("Some values in the request are not acceptable."),
    "malformed_request": _("The request body cannot be read."),
    "request_too_large": _("The request body is too large."),
    "not_authenticated": _("Authentication is required."),
    "invalid_credentials": _("The e-mail address or the password is wrong."),
    "email_verification_required": _("The e-mail address has to be verified first."),
    "flow_invalid": _("This sign-in is over. Begin again."),
    "code_invalid": _("The code is wrong."),
    "credential_invalid": _("This passkey was not accepted."),
    "mfa_required": _("A second factor is required."),
    "mfa_enrollment_required": _("A second factor has to be set up first."),
    "insufficient_user_authentication": _("Prove again who you are."),
    "forbidden": _("You may not do this."),
    "form_outdated": _("This form is out of date."),
    "application_suspended": _("This application is suspended."),
    "not_a_member": _("You are not a member of this application's tenant."),
    "registration_closed": _("This application does not accept registrations."),
    "not_found": _("There is no such thing."),
    "method_not_allowed": _("This method is not allowed here."),
    "conflict": _("The request conflicts with the present state."),
    "passkeys_unavailable": _(
        "This instance cannot have passkeys: its issuer's host is no domain name."
    ),
    "email_taken": _("There is an account with this e-mail address."),
    "factor_exists": _("There is an authenticator app for this account already."),
    "account_exists": _("There is an account with this address: sign in, then accept."),
    "invitation_of_another": _("This invitation was sent to another address."),
    "email_unverified": _("Prove the address of this account first."),
    "own_proof_required": _("Sign in with the account's own password first."),
    "last_way_in": _(
        "This is the only way to sign in to the account. Add another one first."
    ),
    "provider_refused": _("The provider did not confirm who you are."),
    "provider_unavailable": _("The provider does not answer right now."),
    "unknown_provider": _("This application does not offer that provider."),
    "attempt_over": _("This sign-in is over. Begin again."),
    "identity_link_required": _(
        "Sign in to your account first, and connect the provider there."
    ),
    "email_unproven": _("The provider names no address that it has verified."),
    "identity_taken": _("That account is connected to somebody else."),
    "link_invalid": _("This link is not valid any more."),
    "setup_link_refused": _("This set-up link is not valid any more."),
    "rate_limited": _("Too many requests."),
    "unavailable": _("The service cannot answer right now."),
    "internal_error": _("Something went wrong on our side."),
}
_NO_ADDRESS = _("This is not an e-mail address.")
_LONG_ADDRESS = _("This e-mail address is too long.")
DETAILS: Mapping[str, Any] = {  # the API's detail -> the page's sentence
    "The password is wrong.": _("The password is wrong."),
    "The password was changed meanwhile.": _("The password was changed meanwhile."),
    "Send the password.": _("Type your password."),
    "Choose a password for the new account.": _(
        "Choose a password for the new account."
    ),
    "Sign in with the password once, to verify the e-mail address.": _(
        "Sign in with the password once, to verify the e-mail address."
    ),
    "Ask for a new password once, to verify the e-mail address.": _(
        "Ask for a new password once, to verify the e-mail address."
    ),
    "This needs a proof of the account's own, such as its password.": _(
        "This needs a proof of the account's own, such as its password."
    ),
    "Verify the account's own e-mail address first.": _(
        "Verify the account's own e-mail address first."
    ),
    "There is no such connected account.": _("There is no such connected account."),
    "Only a passkey has a name.": _("Only a passkey has a name."),
    "There is no such factor.": _("There is no such factor."),
    "There is no such session.": _("There is no such session."),
    "There is no such page of this list.": _("There is no such page of this list."),
    "The request is malformed.": _("The request is malformed."),
    "This is the last active superuser.": _("This is the last active superuser."),
    "This account is shut already.": _("This account is shut already."),
    "This is the address already.": _("This is your address already."),
    "This tenant is suspended.": _("This tenant is suspended."),
    "This tenant is closed: it takes nobody in.": _(
        "This tenant is closed: it takes nobody in."
    ),
    "Recovery codes stand in for a second factor; add one first.": _(
        "Recovery codes stand in for a second factor; add one first."
    ),
    f"An account has at most {MOST_FACTORS} factors.": ngettext_lazy(
        "An account has at most %(factors)s second factor.",
        "An account has at most %(factors)s second factors.",
        "factors",
    ),
    "Control characters are not allowed.": _(
        "Some of these characters are not allowed."
    ),
    f"A name has at most {names.MAX_LENGTH} characters.": ngettext_lazy(
        "A name has at most %(longest_name)s character.",
        "A name has at most %(longest_name)s characters.",
        "longest_name",
    ),
    "not an e-mail address": _NO_ADDRESS,
    "an e-mail address has at most 254 characters": _LONG_ADDRESS,
    "an e-mail address has at most 254 characters, 64 before the @": _LONG_ADDRESS,
    "the e-mail address is too long": _LONG_ADDRESS,
}
PASSWORDS: Mapping[str, Any] = {  # a code of the password policy -> its sentence
    "blank": _("The password is empty."),
    "unstorable": _("Some of these characters cannot be in a password."),
    "too_long": ngettext_lazy(
        "A password has at most %(longest)s character.",
        "A password has at most %(longest)s characters.",
        "longest",
    ),
    "too_short": ngettext_lazy(
        "Use at least %(shortest)s character.",
        "Use at least %(shortest)s characters.",
        "shortest",
    ),
    "too_simple": _("This is a repeated or sequential pattern."),
    "too_common": _("This password is among those that everybody tries first."),
    "too_personal": _(
        "This is little more than your name, your address or this service's name."
    ),
}


def said(refusal: ServiceError) -> str:
    """Return a refusal for people, in the page's language; limits in minutes."""
    if isinstance(refusal, TooManyRequests | Unavailable):
        return later(refusal)
    if refusal.errors:
        return " ".join(at_field(fault) for fault in refusal.errors)
    if refusal.detail == refusal.title and refusal.code in CODES:
        return str(CODES[refusal.code])
    return _known(DETAILS.get(refusal.detail)) or gettext(refusal.detail)


def at_field(fault: FieldError) -> str:
    """Return the fault of one value for people, in the page's language."""
    found = DETAILS.get(fault.detail)
    if found is None and "password" in fault.pointer:
        found = PASSWORDS.get(fault.code)
    return _known(found) or fault.detail


def later(refusal: ServiceError) -> str:
    """Return, for people, when to come back after a limit or an overload."""
    if refusal.code == "provider_unavailable":
        return str(CODES[refusal.code])
    if isinstance(refusal, Unavailable):
        return gettext("The service is busy. Try again in a moment.")
    minutes = refusal.minutes or 1
    return ngettext(
        "Too many tries. Try again in %(minutes)s minute.",
        "Too many tries. Try again in %(minutes)s minutes.",
        minutes,
    ) % {"minutes": minutes}


def _known(sentence: Any) -> str:
    """Return a sentence with its numbers; "" for none."""
    return "" if sentence is None else str(sentence % _numbers())


def _numbers() -> dict[str, int]:
    return {
        "shortest": settings.PASSWORD_MIN_LENGTH,
        "longest": passwords.MAX_LENGTH,
        "longest_name": names.MAX_LENGTH,
        "factors": MOST_FACTORS,
    }
