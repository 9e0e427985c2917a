"""Actions as whoever they happened to would say them; the trail has its own words."""

from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.audit.actions import Action

_SAID = {
    Action.USER_REGISTERED: _("You signed up"),
    Action.USER_CREATED: _("Your account was created"),
    Action.USER_INVITED: _("You were mailed a link to choose a password"),
    Action.USER_CHANGED: _("Your profile was changed"),
    Action.USER_DISABLED: _("Your account was disabled"),
    Action.USER_ENABLED: _("Your account was enabled again"),
    Action.USER_UNLOCKED: _("Sign-in was allowed again"),
    Action.USER_LOCKED: _("Sign-in was locked after too many failures"),
    Action.RIGHTS_CHANGED: _("Your rights in the console were changed"),
    Action.EMAIL_VERIFIED: _("You verified your e-mail address"),
    Action.VERIFICATION_FAILED: _("A verification code was wrong"),
    Action.EMAIL_CHANGE_REQUESTED: _("You asked for another e-mail address"),
    Action.EMAIL_CHANGED: _("Your e-mail address was changed"),
    Action.EMAIL_CHANGE_UNDONE: _("A change of your e-mail address was undone"),
    Action.PASSWORD_CHANGED: _("Your password was changed"),
    Action.RESET_REQUESTED: _("A password reset was asked for"),
    Action.PASSWORD_RESET: _("Your password was reset"),
    Action.TAKEN_OVER: _("You took over an account with your address"),
    Action.FACTOR_ADDED: _("You added a second factor"),
    Action.FACTOR_CHANGED: _("You renamed a passkey"),
    Action.FACTOR_REMOVED: _("You removed a second factor"),
    Action.FACTOR_REFUSED: _("A second factor was wrong"),
    Action.FACTORS_RESET: _("Your second factors were reset"),
    Action.RECOVERY_CODES_CREATED: _("You made new recovery codes"),
    Action.REAUTHENTICATED: _("You confirmed that it is you"),
    Action.DEVICE_NEW: _("You signed in from a new device"),
    Action.SESSION_BEGUN: _("You signed in to an application"),
    Action.DATA_EXPORTED: _("You downloaded your data"),
    Action.ERASURE_REQUESTED: _("You asked for your account to be erased"),
    Action.ERASURE_CANCELLED: _("You kept your account"),
    Action.SUPERUSER_CREATED: _("Your account was created, as a superuser"),
    Action.LOGIN_SUCCEEDED: _("You signed in"),
    Action.LOGIN_FAILED: _("A sign-in failed"),
    Action.LOGIN_REFUSED: _("A sign-in was refused"),
    Action.SIGNED_OUT: _("You signed out"),
    Action.SIGNED_OUT_EVERYWHERE: _("You were signed out on other devices"),
    Action.SESSION_ENDED: _("A session was ended"),
    Action.REFRESH_REUSED: _("A session was ended: its token was used twice"),
    Action.TOKEN_REVOKED: _("An application gave its access back"),
    Action.CONSENT_GRANTED: _("You allowed an application access"),
    Action.CONSENT_REVOKED: _("An application's access was taken back"),
    Action.DEVICE_APPROVED: _("You allowed a device to sign in as you"),
    Action.DEVICE_DENIED: _("You refused a device"),
    Action.DEVICE_CODE_REFUSED: _("You typed the code of a device wrong"),
    Action.IDENTITY_LINKED: _("An account of yours elsewhere was connected"),
    Action.IDENTITY_UNLINKED: _("An account of yours elsewhere was disconnected"),
    Action.PROVIDER_REFUSED: _("A sign-in with another provider was refused"),
}


def said(action: str) -> str:
    """Return what happened; in the trail's words where there are no others."""
    known = Action(action) if action in Action.values else None
    if known in _SAID:
        return str(_SAID[known])
    return str(capfirst(gettext(known.label))) if known else action
