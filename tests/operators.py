"""Operators for console tests: Root the superuser, and staff with chosen rights."""

from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from tenants.models import BUILT_IN, Application
from tests.factories import LoginFactory, SessionFactory, UserFactory
from tokens import feed
from tokens.models import Session


def root() -> User:
    """Return a superuser."""
    user: User = UserFactory.create(is_staff=True, is_superuser=True)
    return user


def staff(*rights: str) -> User:
    """Return staff with exactly these rights, such as `accounts.view_user`."""
    user: User = UserFactory.create(is_staff=True)
    for right in rights:
        app, _, codename = right.partition(".")
        found = Permission.objects.get(content_type__app_label=app, codename=codename)
        user.user_permissions.add(found)
    return user


def all_rights_but_root() -> User:
    """Return staff with every right there is, and yet no superuser."""
    user: User = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    return user


def console(
    user: User,
    **login: Any,
) -> Client:
    """Return a browser in which `user` is signed in, by default with a second factor."""
    feed.read()  # nobody's standing is known without one
    client = Client()
    client.force_login(user)
    session = SessionFactory.create(
        user=user,
        login=LoginFactory.create(user=user, **login),
        application=Application.objects.get(client_id=BUILT_IN),
        door=Session.Door.BROWSER,
        member=False,
    )
    cookie = client.session
    cookie["sid"] = str(session.sid)
    cookie.save()
    return client
