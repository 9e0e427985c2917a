"""The routes of accounts below `/api/v1/`."""

from django.urls import path

from accounts.api import email, leaving, recovery, views

urlpatterns = [
    path(
        "auth/password-reset",
        recovery.PasswordResetView.as_view(),
        name="password-reset",
    ),
    path(
        "auth/password-reset/confirm",
        recovery.PasswordResetConfirmView.as_view(),
        name="confirm-password-reset",
    ),
    path(
        "auth/confirm-email-change",
        email.ConfirmEmailChangeView.as_view(),
        name="confirm-email-change",
    ),
    path(
        "auth/undo-email-change",
        email.UndoEmailChangeView.as_view(),
        name="undo-email-change",
    ),
    path("users/me/email", email.EmailView.as_view(), name="own-email"),
    path(
        "users/me/email/verification",
        email.EmailVerificationView.as_view(),
        name="own-email-verification",
    ),
    path("users/me", views.MeView.as_view(), name="me"),
    path("users/me/export", leaving.ExportView.as_view(), name="export"),
    path("auth/keep-account", leaving.KeepAccountView.as_view(), name="keep-account"),
    path("users", views.UsersView.as_view(), name="users"),
    path("users/<uuid:user_id>", views.UserView.as_view(), name="user"),
    path("users/<uuid:user_id>/disable", views.DisableView.as_view(), name="disable"),
    path("users/<uuid:user_id>/enable", views.EnableView.as_view(), name="enable"),
    path("users/<uuid:user_id>/unlock", views.UnlockView.as_view(), name="unlock"),
    path("users/<uuid:user_id>/invite", views.InviteView.as_view(), name="invite-user"),
]
