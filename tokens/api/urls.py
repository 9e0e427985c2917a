"""The token endpoints under `/api/v1/`."""

from django.urls import path

from tokens.api import (
    confirmation,
    factors,
    keys,
    second_factor,
    sessions,
    sign_in,
    tokens,
)

urlpatterns = [
    path("auth/register", sign_in.RegisterView.as_view(), name="register"),
    path("auth/login", sign_in.LoginView.as_view(), name="login"),
    path(
        "auth/verify-email",
        confirmation.VerifyEmailView.as_view(),
        name="verify-email",
    ),
    path(
        "auth/verify-email/resend",
        confirmation.ResendView.as_view(),
        name="resend-verification",
    ),
    path("auth/mfa", second_factor.MfaView.as_view(), name="mfa"),
    path(
        "auth/mfa/options", second_factor.MfaOptionsView.as_view(), name="mfa-options"
    ),
    path(
        "auth/mfa/enroll/totp", second_factor.EnrolTotpView.as_view(), name="enrol-totp"
    ),
    path(
        "auth/mfa/enroll/totp/confirm",
        second_factor.EnrolTotpConfirmView.as_view(),
        name="enrol-totp-confirm",
    ),
    path(
        "auth/mfa/enroll/passkey",
        second_factor.EnrolPasskeyView.as_view(),
        name="enrol-passkey",
    ),
    path(
        "auth/mfa/enroll/passkey/confirm",
        second_factor.EnrolPasskeyConfirmView.as_view(),
        name="enrol-passkey-confirm",
    ),
    path("auth/passkey", second_factor.PasskeyView.as_view(), name="passkey"),
    path(
        "auth/passkey/options",
        second_factor.PasskeyOptionsView.as_view(),
        name="passkey-options",
    ),
    path(
        "auth/reauthenticate",
        second_factor.ReauthenticateView.as_view(),
        name="reauthenticate",
    ),
    path("auth/logout", sign_in.LogoutView.as_view(), name="logout"),
    path("tokens/refresh", tokens.RefreshView.as_view(), name="refresh"),
    path("tokens/verify", tokens.VerifyView.as_view(), name="verify"),
    path("tokens/revoke", tokens.RevokeView.as_view(), name="revoke"),
    path("tokens/revocations", tokens.RevocationsView.as_view(), name="revocations"),
    path("users/me/password", sessions.PasswordView.as_view(), name="own-password"),
    path("users/me/sessions", sessions.OwnSessionsView.as_view(), name="own-sessions"),
    path(
        "users/me/sessions/<uuid:sid>",
        sessions.OwnSessionView.as_view(),
        name="own-session",
    ),
    path(
        "users/<uuid:user_id>/sessions",
        sessions.UserSessionsView.as_view(),
        name="user-sessions",
    ),
    path("users/me/mfa", factors.FactorsView.as_view(), name="own-factors"),
    path("users/me/mfa/enroll", factors.EnrolView.as_view(), name="enrol-factor"),
    path("users/me/mfa/confirm", factors.ConfirmView.as_view(), name="confirm-factor"),
    path(
        "users/me/mfa/recovery-codes",
        factors.RecoveryCodesView.as_view(),
        name="recovery-codes",
    ),
    path(
        "users/me/mfa/<uuid:factor_id>", factors.FactorView.as_view(), name="own-factor"
    ),
    path(
        "users/<uuid:user_id>/reset-mfa",
        factors.ResetFactorsView.as_view(),
        name="reset-factors",
    ),
    path("signing-keys", keys.SigningKeysView.as_view(), name="signing-keys"),
    path("signing-keys/rotate", keys.RotateKeysView.as_view(), name="rotate-keys"),
    path(
        "signing-keys/<str:kid>/revoke", keys.RevokeKeyView.as_view(), name="revoke-key"
    ),
]
