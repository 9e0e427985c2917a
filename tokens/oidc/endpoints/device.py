"""The device authorization endpoint (RFC 8628 section 3.1)."""

from authlib.oauth2.rfc6749.errors import UnauthorizedClientError
from django.http import HttpResponse

from tokens.oidc import targets
from tokens.oidc.endpoints.machine import answered, endpoint
from tokens.oidc.grants.device import DeviceGrant
from tokens.oidc.requests import Request
from tokens.oidc.server import server
from tokens.oidc.services import devices


@endpoint
def device_authorization(request: Request) -> HttpResponse:
    """Give a device two codes: one to poll with, one for a person to type."""
    client = server.authenticate_client(request, endpoint="device-authorization")
    if not client.check_grant_type(DeviceGrant.GRANT_TYPE):
        raise UnauthorizedClientError("The client may not use device codes.")
    target = targets.asked_for(
        client.application,
        scope=request.form.get("scope", ""),
        resource=request.form.get("resource", ""),
    )
    given = devices.begin(client.application, target)
    return answered(
        {
            "device_code": given.device_code,
            "user_code": given.user_code,
            "verification_uri": given.verification_uri,
            "verification_uri_complete": given.verification_uri_complete,
            "expires_in": given.expires_in,
            "interval": given.interval,
        }
    )
