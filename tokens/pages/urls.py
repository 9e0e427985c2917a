"""The pages of signing in, mounted at `/account/`."""

from django.urls import path

from tokens.pages.address import verify_first
from tokens.pages.enrolment import required
from tokens.pages.factor import authenticate
from tokens.pages.invitation import invitation
from tokens.pages.login import login, passkey
from tokens.pages.logout import logout
from tokens.pages.mailed import confirm_email, keep, undo_email, verify_link
from tokens.pages.renewal import reauthenticate
from tokens.pages.reset import reset, reset_key
from tokens.pages.signup import signup
from tokens.pages.verify import verify

urlpatterns = [
    path("login/", login, name="account-login"),
    path("passkey/", passkey, name="account-login-passkey"),
    path("signup/", signup, name="account-signup"),
    path("verify/", verify, name="account-verify"),
    path("verify-first/", verify_first, name="account-verify-first"),
    path("verify-email/", verify_link, name="account-verify-link"),
    path("2fa/authenticate/", authenticate, name="account-mfa"),
    path("2fa/required/", required, name="account-enrol-required"),
    path("password/reset/", reset, name="account-reset"),
    path("password/reset/key/", reset_key, name="account-reset-key"),
    path("reauthenticate/", reauthenticate, name="account-reauthenticate"),
    path("invitation/", invitation, name="account-invitation"),
    path("email/confirm/", confirm_email, name="account-confirm-email"),
    path("email/undo/", undo_email, name="account-undo-email"),
    path("keep/", keep, name="account-keep"),
    path("logout/", logout, name="account-logout"),
]
