"""The audit trail over the management API: a tenant's own, and the whole instance's."""

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.requests import caller
from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.services.authority import require_superuser
from config.errors import InvalidInput
from config.openapi import PAGING, operation, page_of
from tenants.api.outputs import EventOutput
from tenants.api.permissions import visible
from tenants.api.scoped import ManageView, page
from tenants.permissions import Permission

_FILTERS = {"action": "action", "actor": "actor_id", "target": "target_id"}
FILTERS = [
    ("action", "one word of the vocabulary, such as `account:user:disabled`"),
    ("actor", "the id of who acted"),
    ("target", "the id of what it was done to"),
]


def _asked(
    request: Request,
    found: QuerySet[Event],
) -> QuerySet[Event]:
    """Return the events that the query asks for by `action`, `actor` and `target`."""
    for name, column in _FILTERS.items():
        value = request.query_params.get(name)
        if value is None:
            continue
        if name == "action" and value not in Action.values:
            raise InvalidInput("`action` is none of the known actions.")
        found = found.filter(**{column: value[:64]})
    return found


class TenantEventsView(ManageView):
    """What happened in a tenant."""

    @operation(
        "listTenantAuditEvents", gives=page_of(EventOutput), query=[*PAGING, *FILTERS]
    )
    def get(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """List a tenant's events, newest first; `action`, `actor`, `target` filter."""
        tenant = visible(request, slug, Permission.AUDIT_READ)
        found = Event.objects.filter(tenant_id=tenant.pk)
        return page(self, request, _asked(request, found), EventOutput)


class EventsView(ManageView):
    """What happened on this instance."""

    @operation("listAuditEvents", gives=page_of(EventOutput), query=[*PAGING, *FILTERS])
    def get(self, request: Request) -> Response:
        """List all events, newest first, for superusers; filters as for a tenant."""
        require_superuser(caller(request))
        return page(self, request, _asked(request, Event.objects.all()), EventOutput)
