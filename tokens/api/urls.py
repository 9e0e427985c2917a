"""The token endpoints under `/api/v1/`."""

from django.urls import path

from tokens.api import confirmation, keys, sessions, sign_in, tokens

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
    path("signing-keys", keys.SigningKeysView.as_view(), name="signing-keys"),
    path("signing-keys/rotate", keys.RotateKeysView.as_view(), name="rotate-keys"),
    path(
        "signing-keys/<str:kid>/revoke", keys.RevokeKeyView.as_view(), name="revoke-key"
    ),
]
