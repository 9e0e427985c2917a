"""The routes of accounts below `/api/v1/`."""

from django.urls import path

from accounts.api import leaving, views

urlpatterns = [
    path("users/me", views.MeView.as_view(), name="me"),
    path("users/me/export", leaving.ExportView.as_view(), name="export"),
    path("auth/keep-account", leaving.KeepAccountView.as_view(), name="keep-account"),
    path("users", views.UsersView.as_view(), name="users"),
    path("users/<uuid:user_id>", views.UserView.as_view(), name="user"),
    path("users/<uuid:user_id>/disable", views.DisableView.as_view(), name="disable"),
    path("users/<uuid:user_id>/enable", views.EnableView.as_view(), name="enable"),
    path("users/<uuid:user_id>/unlock", views.UnlockView.as_view(), name="unlock"),
]
