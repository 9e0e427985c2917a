"""Tenants and what belongs to them. Every `epoch` is bumped by each ending change."""

from tenants.models.apis import Api
from tenants.models.applications import (
    Application,
    ApplicationApi,
    ApplicationSecret,
)
from tenants.models.epochs import bump_epoch
from tenants.models.invitations import Invitation, InvitationQuerySet
from tenants.models.memberships import Membership, MembershipQuerySet, Role
from tenants.models.tenants import BUILT_IN, Tenant
from tenants.service_accounts import ServiceAccount

__all__ = [
    "BUILT_IN",
    "Api",
    "Application",
    "ApplicationApi",
    "ApplicationSecret",
    "Invitation",
    "InvitationQuerySet",
    "Membership",
    "MembershipQuerySet",
    "Role",
    "ServiceAccount",
    "Tenant",
    "bump_epoch",
]
