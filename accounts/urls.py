"""The pages of accounts, mounted at `/account/`."""

from django.urls import path

from accounts.pages.setup import setup

urlpatterns = [path("setup/", setup, name="account-setup")]
