"""Ann, whose browser it is, and an instance that she signs in to."""

from typing import Any

import pytest

from accounts.models import User
from tenants.models import Application, Tenant
from tests.authenticators import App, has_app
from tests.factories import UserFactory
from tests.passkeys import ISSUER, Passkey
from tests.tokens.api.factor_calls import add_passkey, signed_in
from tests.tokens.pages.people import Browser
from tokens.models import Login


@pytest.fixture(autouse=True)
def site(settings: Any) -> None:
    """An issuer that can have passkeys."""
    settings.ISSUER = ISSUER
    settings.IDENTITY_API = f"{ISSUER}/api/v1"


@pytest.fixture
def ann(keys: None) -> User:
    user: User = UserFactory(email="ann@example.com")
    return user


@pytest.fixture
def app(ann: User) -> App:
    """Ann's authenticator app."""
    return has_app(ann)


@pytest.fixture
def passkey(ann: User) -> Passkey:
    """A passkey that Ann enrolled."""
    made = Passkey()
    assert add_passkey(signed_in(ann), made).status_code == 200
    Login.objects.all().delete()
    return made


@pytest.fixture
def browser(keys: None) -> Browser:
    return Browser()


@pytest.fixture
def tenant(keys: None) -> Tenant:
    """The tenant of the hosted pages."""
    return Application.objects.get(client_id="default").tenant


@pytest.fixture
def strict(tenant: Tenant) -> None:
    """The tenant asks everybody for a second factor."""
    Tenant.objects.filter(pk=tenant.pk).update(mfa_required=True)
