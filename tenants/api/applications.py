"""Client applications and their secrets over the management API."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent
from accounts.api.requests import caller, given
from config.openapi import PAGING, operation, page_of
from config.serializers import StrictSerializer
from tenants.api.outputs import (
    APIS,
    ApplicationOutput,
    NewApplicationOutput,
    NewSecretOutput,
    SecretOutput,
)
from tenants.api.permissions import application_in, visible
from tenants.api.scoped import ManageView, page, shown_once
from tenants.api.serializers import ApplicationChange, ApplicationInput, RotateInput
from tenants.models import Application, ApplicationSecret
from tenants.permissions import Permission
from tenants.services import applications, secrets

READ, WRITE = Permission.APPLICATIONS_READ, Permission.APPLICATIONS_WRITE


def _found(
    request: Request,
    slug: str,
    client_id: str,
    permission: Permission,
) -> Application:
    return application_in(visible(request, slug, permission), client_id)


class ApplicationsView(ManageView):
    """A tenant's applications."""

    @operation("listApplications", gives=page_of(ApplicationOutput), query=PAGING)
    def get(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """List a tenant's applications, newest first."""
        tenant = visible(request, slug, READ)
        found = Application.objects.filter(tenant=tenant).prefetch_related(APIS)
        return page(self, request, found, ApplicationOutput)

    @operation(
        "createApplication",
        takes=ApplicationInput,
        gives=NewApplicationOutput,
        status=201,
    )
    @idempotent
    def post(
        self,
        request: Request,
        slug: str,
    ) -> Response:
        """Register an application; `client_secret` is shown this once."""
        tenant = visible(request, slug, WRITE)
        values = given(ApplicationInput, request)
        made = applications.create_application(
            tenant, type=values.pop("type"), acting_user=caller(request), **values
        )
        shown = ApplicationOutput(made.application).data
        return shown_once(shown, secret=made.secret)


class ApplicationView(ManageView):
    """One application."""

    @operation("getApplication", gives=ApplicationOutput)
    def get(
        self,
        request: Request,
        slug: str,
        client_id: str,
    ) -> Response:
        """Return an application."""
        return Response(ApplicationOutput(_found(request, slug, client_id, READ)).data)

    @operation("updateApplication", takes=ApplicationChange, gives=ApplicationOutput)
    def patch(
        self,
        request: Request,
        slug: str,
        client_id: str,
    ) -> Response:
        """Change what an application may do; a first-party one: superusers only."""
        application = _found(request, slug, client_id, WRITE)
        values = given(ApplicationChange, request)
        applications.change_application(
            application, acting_user=caller(request), **values
        )
        return Response(ApplicationOutput(application).data)

    @operation("deleteApplication", status=204)
    def delete(
        self,
        request: Request,
        slug: str,
        client_id: str,
    ) -> Response:
        """Delete an application with its secrets and sessions."""
        application = _found(request, slug, client_id, WRITE)
        applications.delete_application(application, acting_user=caller(request))
        return Response(status=204)


class SuspendApplicationView(ManageView):
    """The end of an application's service."""

    @operation("suspendApplication", gives=ApplicationOutput)
    @idempotent
    def post(
        self,
        request: Request,
        slug: str,
        client_id: str,
    ) -> Response:
        """Suspend an application: its sessions end and nothing mints."""
        application = _found(request, slug, client_id, WRITE)
        given(StrictSerializer, request)
        applications.suspend_application(application, acting_user=caller(request))
        return Response(ApplicationOutput(application).data)


class ResumeApplicationView(ManageView):
    """The return of an application's service."""

    @operation("resumeApplication", gives=ApplicationOutput)
    @idempotent
    def post(
        self,
        request: Request,
        slug: str,
        client_id: str,
    ) -> Response:
        """Resume an application; what ended stays ended."""
        application = _found(request, slug, client_id, WRITE)
        given(StrictSerializer, request)
        applications.resume_application(application, acting_user=caller(request))
        return Response(ApplicationOutput(application).data)


class SecretsView(ManageView):
    """An application's secrets."""

    @operation("listSecrets", gives=page_of(SecretOutput), query=PAGING)
    def get(
        self,
        request: Request,
        slug: str,
        client_id: str,
    ) -> Response:
        """List an application's secrets by their last characters, newest first."""
        application = _found(request, slug, client_id, READ)
        found = ApplicationSecret.objects.filter(application=application)
        return page(self, request, found, SecretOutput)

    @operation("rotateSecret", takes=RotateInput, gives=NewSecretOutput, status=201)
    @idempotent
    def post(
        self,
        request: Request,
        slug: str,
        client_id: str,
    ) -> Response:
        """Issue a secret, shown this once; older ones lapse after `overlap` seconds."""
        application = _found(request, slug, client_id, WRITE)
        issued = secrets.rotate_secret(
            application, acting_user=caller(request), **given(RotateInput, request)
        )
        return shown_once(SecretOutput(issued.row).data, secret=issued.clear)


class SecretView(ManageView):
    """One secret."""

    @operation("revokeSecret", status=204)
    def delete(
        self,
        request: Request,
        slug: str,
        client_id: str,
        secret_id: UUID,
    ) -> Response:
        """Refuse a secret from now on."""
        application = _found(request, slug, client_id, WRITE)
        secrets.revoke_secret(
            application, secret_id=secret_id, acting_user=caller(request)
        )
        return Response(status=204)
