"""The cast: one factory a model, valid by default, nothing clever."""

import factory
from factory.django import DjangoModelFactory

from accounts.addresses import email_key
from accounts.models import User
from tenants.models import Api, Application, ApplicationApi, Membership, Role, Tenant

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
    def verified(obj, create, extracted, **kwargs):  # type: ignore[no-untyped-def]
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
    def apis(obj, create, extracted, **kwargs):  # type: ignore[no-untyped-def]
        """Allow the given APIs in their order."""
        for position, api in enumerate(extracted or []):
            ApplicationApi.objects.create(
                application=obj, api=api, position=position
            )


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
