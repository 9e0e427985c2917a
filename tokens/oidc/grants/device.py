"""The device code grant: a device asks until a person decided (RFC 8628 section 3.4)."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.errors import AccessDeniedError, UnauthorizedClientError
from authlib.oauth2.rfc8628 import DeviceCodeGrant
from authlib.oauth2.rfc8628.errors import (
    AuthorizationPendingError,
    ExpiredTokenError,
    SlowDownError,
)
from django.utils import timezone
from typing_extensions import override

from tokens import minting
from tokens.oidc.clients import Client
from tokens.oidc.grants.answers import token_response
from tokens.oidc.models import DeviceCode
from tokens.oidc.services import codes, consents, devices


class DeviceGrant(DeviceCodeGrant):
    """The session hangs from the login of who allowed it."""

    @override
    def validate_token_request(self) -> None:
        """Look at client, form and code; whether it may be exchanged is told below."""
        client: Client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("The client may not use device codes.")
        device_code = self.request.form.get("device_code")
        if not device_code:
            raise InvalidRequestError("The request holds no device_code.")
        row = devices.find(device_code, client.application)
        if row is None:
            raise InvalidGrantError("The device_code is unknown.")
        self.request.credential = row

    @override
    def create_token_response(self) -> tuple[int, dict[str, Any], list[Any]]:
        """Claim the code, and mint; raises what the device is told before (section 3.5).

        The session of a code that comes back has ended.
        """
        row: DeviceCode = self.request.credential
        client: Client = self.request.client
        if row.used_at is None:
            _require_approved(row)
        _require_consent(row)
        session = codes.claim(row, row.login) if row.login else None
        if session is None:
            raise InvalidGrantError("The device_code is used.")
        pair = minting.issue(session.sid)
        body = token_response(pair, client.application)
        return 200, body, self.TOKEN_RESPONSE_HEADER


def _require_approved(row: DeviceCode) -> None:
    if row.expires_at <= timezone.now():
        raise ExpiredTokenError("The device_code is over: begin again.")
    if row.denied_at is not None:
        raise AccessDeniedError("The person refused.")
    if row.approved_at is None:
        raise AuthorizationPendingError() if devices.poll(row) else SlowDownError()


def _require_consent(row: DeviceCode) -> None:
    """Refuse a device whose consent was taken back since."""
    target = codes.target_of(row)
    if row.login and consents.is_needed(row.login.user_id, row.application, target):
        raise InvalidGrantError("The consent to this was taken back.")
