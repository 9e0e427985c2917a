"""An application that manages, as our services see who acts; a part of `tenants.models`."""

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn
from uuid import UUID

from typing_extensions import override

from accounts.models import User

if TYPE_CHECKING:
    from tenants.models import Application


class ServiceAccount(User):
    """An application in the place of a person: made of its row for one request, never stored.

    Its `pk` is the application's, so that no person has it. In the audit trail it appears
    as the application, in a column for people as nobody (`authority.person_of`).
    """

    is_service: ClassVar[bool] = True
    stands_for: "Application"

    class Meta:
        """Without a table, and without permissions in the console."""

        proxy = True
        default_permissions = ()

    @classmethod
    def of(
        cls,
        application: "Application",
    ) -> "ServiceAccount":
        """Return who acts for an application; `application.tenant` must be at hand."""
        tenant = application.tenant
        suspended = application.suspended_at or tenant.suspended_at
        everything = application.manages == application.Manages.INSTANCE
        account = cls(
            id=application.pk,
            name=application.name,
            is_active=application.may_manage and not suspended,
            is_superuser=everything and tenant.is_built_in,
        )
        account.stands_for = application
        return account

    @property
    def tenant_id(self) -> UUID:
        """The tenant that it manages, if not all."""
        return self.stands_for.tenant_id

    @override
    def __str__(self) -> str:
        return str(self.stands_for)

    @override
    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("a service account is never stored")

    @override
    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("a service account is never stored")
