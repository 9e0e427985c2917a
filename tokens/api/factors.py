"""One's own second factors, and an operator's reset of somebody's."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import services
from accounts.api.idempotency import idempotent
from accounts.api.permissions import AccountScope, FreshAccount, ManageScope
from accounts.api.requests import caller
from accounts.api.requests import given as read
from accounts.errors import FlowInvalid
from accounts.flows import Purpose, enrolment, factors
from accounts.flows.second_factor import TOTP
from config.openapi import operation
from config.serializers import StrictSerializer
from tokens.api.factor_serializers import (
    ConfirmInput,
    EnrolInput,
    Enrolling,
    FactorInput,
    FactorOut,
    FactorsOut,
    RecoveryCodes,
)
from tokens.api.sessions import asking, user_for_superusers
from tokens.services import renewal, second_factor
from tokens.services.second_factor import Proof


class FactorsView(APIView):
    """The caller's second factors."""

    permission_classes = [AccountScope]

    @operation("listFactors", gives=FactorsOut)
    def get(self, request: Request) -> Response:
        """List the caller's factors; their secrets are never shown again."""
        mine = factors.factors_of(caller(request))
        return Response({"data": FactorOut(mine, many=True).data})


class EnrolView(APIView):
    """A further factor is set up."""

    permission_classes = [FreshAccount]

    @operation("enrolFactor", takes=EnrolInput, gives=Enrolling)
    def post(self, request: Request) -> Response:
        """Give out a TOTP secret or WebAuthn creation options, to be confirmed."""
        method = read(EnrolInput, request)["method"]
        flow_token = enrolment.begin(caller(request))
        flow = enrolment.waiting(flow_token, Purpose.ADDITION)
        given: dict[str, Any] = {"flow_token": flow_token}
        if method == TOTP:
            secret, uri = enrolment.totp_secret(flow)
            return Response(given | {"secret": secret, "otpauth_uri": uri})
        return Response(given | {"options": enrolment.passkey_options(flow)})


class ConfirmView(APIView):
    """A factor that was set up is proven."""

    permission_classes = [FreshAccount]

    @operation("confirmFactor", takes=ConfirmInput, gives=RecoveryCodes)
    def post(self, request: Request) -> Response:
        """Keep a factor, proven by its first code or credential; the owner is told.

        With the first factor come recovery codes, shown this once.
        """
        given, user = read(ConfirmInput, request), caller(request)
        flow = enrolment.waiting(given.pop("flow_token"), Purpose.ADDITION)
        if flow.user_id != user.pk:
            raise FlowInvalid
        session = asking(request, user)
        proven, enrolled = second_factor.add(flow, Proof(**given))
        renewal.upgrade(session, amr=proven.amr)
        return Response({"recovery_codes": enrolled.recovery_codes})


class RecoveryCodesView(APIView):
    """The caller's recovery codes."""

    permission_classes = [FreshAccount]

    @operation("createRecoveryCodes", gives=RecoveryCodes)
    def post(self, request: Request) -> Response:
        """Make recovery codes anew, shown this once; those before are dead."""
        read(StrictSerializer, request)
        codes = services.new_recovery_codes(caller(request))
        return Response({"recovery_codes": codes})


class FactorView(APIView):
    """One of the caller's factors."""

    permission_classes = [FreshAccount]

    @operation("renameFactor", takes=FactorInput, gives=FactorOut)
    def patch(
        self,
        request: Request,
        factor_id: UUID,
    ) -> Response:
        """Name a passkey."""
        user = caller(request)
        factors.factor_of(user, factor_id)
        name = read(FactorInput, request)["name"]
        factor = services.rename_factor(user, factor_id, name=name)
        return Response(FactorOut(factor).data)

    @operation("removeFactor", status=204)
    def delete(
        self,
        request: Request,
        factor_id: UUID,
    ) -> Response:
        """Remove a factor; the owner is told. With the last one go the recovery codes."""
        services.remove_factor(caller(request), factor_id)
        return Response(status=204)


class ResetFactorsView(APIView):
    """A user's factors, for superusers."""

    permission_classes = [ManageScope]

    @operation("resetFactors", status=204)
    @idempotent
    def post(
        self,
        request: Request,
        user_id: UUID,
    ) -> Response:
        """Take all factors of somebody who lost them away; their logins end."""
        read(StrictSerializer, request)
        user = user_for_superusers(request, user_id)
        services.reset_factors(user, acting_user=caller(request))
        return Response(status=204)
