"""Protected APIs over the management API."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent
from accounts.api.requests import caller, given
from accounts.services.authority import require_superuser
from config.errors import InvalidInput
from config.openapi import PAGING, operation, page_of
from tenants.api.outputs import ApiOutput
from tenants.api.permissions import api_in, visible
from tenants.api.scoped import ManageView, page
from tenants.api.serializers import ApiChange, ApiInput, ShareInput
from tenants.models import Api, Tenant
from tenants.permissions import Permission
from tenants.services import apis

READ, WRITE = Permission.APIS_READ, Permission.APIS_WRITE


class ApisView(ManageView):
    """A tenant's APIs."""

    @operation("listApis", gives=page_of(ApiOutput), query=PAGING)
    def get(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """List a tenant's own APIs, newest first."""
        tenant = visible(request, slug, READ)
        found = Api.objects.filter(tenant=tenant).prefetch_related("shared_with")
        return page(self, request, found, ApiOutput)

    @operation("createApi", takes=ApiInput, gives=ApiOutput, status=201)
    @idempotent
    def post(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """Register an API; its identifier is the audience of tokens for it."""
        tenant = visible(request, slug, WRITE)
        values = given(ApiInput, request)
        identifier = values.pop("identifier")
        api = apis.create_api(
            identifier, tenant=tenant, acting_user=caller(request), **values
        )
        return Response(ApiOutput(api).data, status=201)


class ApiView(ManageView):
    """One API."""

    @operation("getApi", gives=ApiOutput)
    def get(
        self,
        request: Request,
        slug: str,
        api_id: UUID,
    ) -> Response:
        """Return an API."""
        return Response(ApiOutput(api_in(visible(request, slug, READ), api_id)).data)

    @operation("updateApi", takes=ApiChange, gives=ApiOutput)
    def patch(
        self,
        request: Request,
        slug: str,
        api_id: UUID,
    ) -> Response:
        """Change an API's name or scopes; its identifier stays."""
        api = api_in(visible(request, slug, WRITE), api_id)
        apis.change_api(api, acting_user=caller(request), **given(ApiChange, request))
        return Response(ApiOutput(api).data)

    @operation("deleteApi", status=204)
    def delete(
        self,
        request: Request,
        slug: str,
        api_id: UUID,
    ) -> Response:
        """Delete an API that no application uses."""
        api = api_in(visible(request, slug, WRITE), api_id)
        apis.delete_api(api, acting_user=caller(request))
        return Response(status=204)


class ShareApiView(ManageView):
    """With whom an API is shared."""

    @operation("shareApi", takes=ShareInput, gives=ApiOutput)
    def put(
        self,
        request: Request,
        slug: str,
        api_id: UUID,
    ) -> Response:
        """Let the applications of exactly these tenants ask for it; superusers only."""
        api = api_in(visible(request, slug, WRITE), api_id)
        require_superuser(caller(request))
        wanted = set(given(ShareInput, request)["tenants"])
        found = list(Tenant.objects.filter(slug__in=wanted))
        if len(found) != len(wanted):
            raise InvalidInput.at("tenants", detail="One of the tenants is unknown.")
        apis.share_api(api, tenants=found, acting_user=caller(request))
        return Response(ApiOutput(api).data)
