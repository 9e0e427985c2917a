"""`path("auth/", include("ntt_auth.django.urls"))`."""

from django.urls import path

from ntt_auth.django import views

app_name = "ntt_auth"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("callback/", views.callback, name="callback"),
    path("logout/", views.logout, name="logout"),
    path("backchannel-logout/", views.backchannel_logout, name="backchannel-logout"),
]
