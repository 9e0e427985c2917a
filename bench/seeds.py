"""Makes people, clients and grants inside one server's Django."""

import hashlib
import os
from typing import Any

from bench import grants, scenarios
from bench.scenarios import Clients

API = "https://api.bench.example"


def make_people(emails: list[str]) -> None:
    """Make verified people of this service."""
    from accounts.services import create_user
    from accounts.services.users import NewUser

    for email in emails:
        new = NewUser(email=email, password=scenarios.PASSWORD, verified=True)
        create_user(new, acting_user=None)


def make_stock_people(emails: list[str]) -> None:
    """Make people of a stock project."""
    from django.contrib.auth import get_user_model

    users: Any = get_user_model().objects
    for email in emails:
        users.create_user(email, email, scenarios.PASSWORD)


def harden() -> None:
    """Give all people a password whose hash costs what the run says."""
    import bcrypt
    from django.contrib.auth import get_user_model

    rounds = int(os.environ["BENCH_ROUNDS"])
    digest = hashlib.sha256(scenarios.PASSWORD.encode()).hexdigest().encode()
    stored = f"bcrypt_sha256${bcrypt.hashpw(digest, bcrypt.gensalt(rounds)).decode()}"
    get_user_model().objects.update(password=stored)


def our_clients() -> Clients:
    """Make this service's clients, with one API; again in each process that asks."""
    from tenants.models import Application, Tenant
    from tenants.services.apis import Scope, create_api
    from tenants.services.applications import create_application
    from tenants.services.tenants import create_tenant

    tenant = Tenant.objects.filter(slug="bench").first()
    if tenant is None:
        tenant = create_tenant("bench", acting_user=None, registration="open")
        scopes = [Scope(name="bench:read", description="")]
        create_api(API, tenant=tenant, acting_user=None, scopes=scopes)
    made = {}
    for kind in (Application.Type.SERVICE, Application.Type.WEB):
        new = create_application(
            tenant, type=kind.value, acting_user=None, name=kind.value, audiences=[API]
        )
        assert new.secret is not None
        made[kind.value] = grants.basic(new.application.client_id, new.secret)
    return Clients(**made)


def our_grants(
    emails: list[str],
    client: str,
) -> list[tuple[str, str]]:
    """Let people grant a client the API, by the session that they began last."""
    from django.db import transaction

    from tenants import admission
    from tokens import minting
    from tokens.models import Login
    from tokens.services import shares

    application = admission.application_for(grants.client_id(client))
    target = admission.target_of(application, API)
    found = []
    for email in emails:
        login = Login.objects.filter(user__email=email).order_by("-auth_time")[0]
        with transaction.atomic():
            admission.join(application, login.user_id)
            session = shares.begin(login, application, target)
        pair = minting.issue(session.sid)
        found.append((pair.access_token, pair.refresh_token))
    return found


def toolkit_clients() -> Clients:
    """Make the toolkit's clients; the secret of one is hashed, as it is unless told not to."""
    from oauth2_provider.models import Application

    def made(
        grant: str,
        *,
        hashed: bool = False,
    ) -> str:
        row = Application(
            name=grant,
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=grant,
            redirect_uris="https://app.bench.example/callback",
            hash_client_secret=hashed,
        )
        secret = row.client_secret
        row.save()
        return grants.basic(row.client_id, secret)

    service = Application.GRANT_CLIENT_CREDENTIALS
    return Clients(
        service=made(service),
        web=made(Application.GRANT_AUTHORIZATION_CODE),
        hashed=made(service, hashed=True),
    )


def toolkit_grants(
    emails: list[str],
    client: str,
) -> list[tuple[str, str]]:
    """Write what the toolkit writes when somebody's code is exchanged."""
    from datetime import timedelta
    from uuid import uuid4

    from django.contrib.auth import get_user_model
    from django.utils import timezone
    from oauth2_provider.models import AccessToken, Application, RefreshToken
    from oauthlib.common import generate_token

    application = Application.objects.get(client_id=grants.client_id(client))
    ends, found = timezone.now() + timedelta(hours=1), []
    for user in get_user_model().objects.filter(email__in=emails).order_by("id"):
        held = {"user": user, "application": application}
        access = AccessToken.objects.create(
            token=generate_token(), expires=ends, scope="read write", **held
        )
        refresh = RefreshToken.objects.create(
            token=generate_token(), access_token=access, token_family=uuid4(), **held
        )
        found.append((access.token, refresh.token))
    return found
