"""The cast: one factory a model, valid by default, nothing clever."""

import time
from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.addresses import email_key
from accounts.models import User
from config.encryption import encrypt
from social.models import Connection, Identity
from tenants.models import (
    Api,
    Application,
    ApplicationApi,
    Invitation,
    Membership,
    Role,
    Tenant,
)
from tokens.models import Login, Session

PASSWORD = "correct horse battery staple"


class UserFactory(DjangoModelFactory[User]):
    """A person with a verified address and the password `PASSWORD`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    email_key = factory.LazyAttribute(lambda user: email_key(user.email))
    name = "A Person"
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def verified(  # type: ignore[no-untyped-def]
        obj,
        create,
        extracted,
        **kwargs,
    ):
        """Give the user a verified primary address unless `verified=False`."""
        from allauth.account.models import EmailAddress

        if create:
            EmailAddress.objects.create(
                user=obj,
                email=obj.email_key,
                primary=True,
                verified=extracted is not False,
            )


class TenantFactory(DjangoModelFactory[Tenant]):
    """An open tenant without required verification."""

    class Meta:
        model = Tenant

    slug = factory.Sequence(lambda n: f"tenant-{n}")
    name = factory.LazyAttribute(lambda tenant: tenant.slug.title())
    registration = Tenant.Registration.OPEN
    verification_required = False


class ApiFactory(DjangoModelFactory[Api]):
    """A protected API with two scopes."""

    class Meta:
        model = Api

    tenant = factory.SubFactory(TenantFactory)
    identifier = factory.Sequence(lambda n: f"https://api{n}.example.com")
    name = "An API"
    scopes = factory.LazyFunction(
        lambda: [
            {"name": "orders:read", "description": "Read orders"},
            {"name": "orders:write", "description": "Write orders"},
        ]
    )


class ApplicationFactory(DjangoModelFactory[Application]):
    """A public first-party application; `apis=[...]` says what it may ask for."""

    class Meta:
        model = Application
        skip_postgeneration_save = True

    tenant = factory.SubFactory(TenantFactory)
    client_id = factory.Sequence(lambda n: f"client-{n}")
    name = "An application"
    type = Application.Type.SPA
    is_first_party = True
    scopes = factory.LazyFunction(lambda: ["account", "orders:read"])

    @factory.post_generation
    def apis(  # type: ignore[no-untyped-def]
        obj,
        create,
        extracted,
        **kwargs,
    ):
        """Allow the given APIs in their order."""
        for position, api in enumerate(extracted or []):
            ApplicationApi.objects.create(application=obj, api=api, position=position)


class RoleFactory(DjangoModelFactory[Role]):
    """A role without permissions."""

    class Meta:
        model = Role

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda n: f"role-{n}")


class MembershipFactory(DjangoModelFactory[Membership]):
    """A standing membership."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    tenant = factory.SubFactory(TenantFactory)


class InvitationFactory(DjangoModelFactory[Invitation]):
    """An open invitation whose link nobody knows."""

    class Meta:
        model = Invitation

    tenant = factory.SubFactory(TenantFactory)
    email = factory.Sequence(lambda n: f"guest{n}@example.com")
    email_key = factory.LazyAttribute(lambda invitation: email_key(invitation.email))
    digest = factory.Sequence(lambda n: f"{n:064x}")
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))


class LoginFactory(DjangoModelFactory[Login]):
    """A sign-in by password and second factor, now: good for management too."""

    class Meta:
        model = Login

    user = factory.SubFactory(UserFactory)
    epoch = factory.LazyAttribute(lambda login: login.user.epoch)
    amr = factory.LazyFunction(lambda: ["pwd", "otp", "mfa"])
    auth_time = factory.LazyFunction(timezone.now)


class SessionFactory(DjangoModelFactory[Session]):
    """A live session at the REST door of an application of an open tenant.

    `member=True` (the default) gives its user the membership that it needs.
    """

    class Meta:
        model = Session
        skip_postgeneration_save = True

    class Params:
        user = factory.SubFactory(UserFactory)

    login = factory.SubFactory(LoginFactory, user=factory.SelfAttribute("..user"))
    application = factory.SubFactory(ApplicationFactory)
    scope = "account"
    issued_at = factory.LazyFunction(lambda: int(time.time()))
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=90))
    idle_expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=14))
    application_epoch = factory.LazyAttribute(lambda s: s.application.epoch)
    tenant_epoch = factory.LazyAttribute(lambda s: s.application.tenant.epoch)

    @factory.post_generation
    def member(  # type: ignore[no-untyped-def]
        obj,
        create,
        extracted,
        **kwargs,
    ):
        """Make the membership."""
        if create and extracted is not False:
            membership, _ = Membership.objects.get_or_create(
                user=obj.login.user, tenant=obj.application.tenant
            )
            obj.membership_epoch = membership.epoch
            obj.save(update_fields=["membership_epoch"])


class ConnectionFactory(DjangoModelFactory[Connection]):
    """An OpenID provider of everybody's, whose word on addresses counts."""

    class Meta:
        model = Connection

    provider_id = factory.Sequence(lambda n: f"provider-{n}")
    provider = Connection.Provider.OIDC
    name = "Example ID"
    client_id = "our-client"
    client_secret = factory.LazyFunction(lambda: encrypt("our-secret"))
    issuer = "https://id.example.com"
    trusts_email = True


class IdentityFactory(DjangoModelFactory[Identity]):
    """That somebody is known at a provider."""

    class Meta:
        model = Identity

    connection = factory.SubFactory(ConnectionFactory)
    subject = factory.Sequence(lambda n: f"subject-{n}")
    user = factory.SubFactory(UserFactory)
