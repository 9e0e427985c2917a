"""Which providers an application offers, and signing in by their ID tokens."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.public import PublicView
from accounts.api.requests import given as read
from config.errors import InvalidInput
from config.openapi import operation
from social import providers
from social.api.serializers import ProvidersOut, TokenInput
from social.models import Connection
from social.services import native
from social.services.native import Shown
from tenants import admission
from tokens.api.serializers import TokenResponse
from tokens.api.sign_in import handed


def _asked(request: Request) -> str | None:
    """Return whose providers are asked for. Raises `InvalidInput` where it is said twice."""
    told = request.query_params.getlist("client_id")
    if len(told) > 1:
        raise InvalidInput.at("client_id", detail="Name one application.")
    return told[0] if told else None


class ProvidersView(PublicView):
    """An application's providers."""

    @operation(
        "listSocialProviders",
        gives=ProvidersOut,
        query=[("client_id", "Whose; without one the built-in application's.")],
    )
    def get(self, request: Request) -> Response:
        """List the providers by which people may sign in to an application."""
        application = admission.application_for(_asked(request))
        rows = Connection.objects.open_to(application.tenant_id)
        found = [
            {
                "provider_id": row.provider_id,
                "provider": row.provider,
                "name": row.name,
                "native": providers.preset_of(row).native,
            }
            for row in rows
        ]
        return Response(ProvidersOut({"data": found}).data)


class TokenView(PublicView):
    """Signing in by an ID token that an app was given."""

    @operation("signInWithIdToken", takes=TokenInput, gives=TokenResponse)
    def post(
        self,
        request: Request,
        provider: str,
    ) -> Response:
        """Exchange an ID token of Google's or Apple's for a token pair; it is good once."""
        given = read(TokenInput, request)
        outcome = native.enter(
            Shown(provider, given["id_token"], given["nonce"]),
            client_id=given.get("client_id"),
            audience=given.get("audience"),
        )
        return Response(handed(outcome))
