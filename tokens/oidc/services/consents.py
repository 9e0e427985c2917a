"""What people let applications have: asked once, remembered, and taken back.

A consent is for exactly one person, application and audience.
"""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from accounts.services.authority import require_person_over
from config.errors import NotFound
from tenants import permissions
from tenants.admission import Target
from tenants.models import Application
from tenants.permissions import Permission
from tokens.models import Session
from tokens.oidc.models import Consent
from tokens.oidc.services import codes
from tokens.services import endings


def missing(
    user_id: UUID,
    application: Application,
    target: Target,
) -> list[str]:
    """Return the scopes of a target that a person has not let an application have yet.

    First-party applications are the operator's own: nothing is missing.
    """
    if application.is_first_party:
        return []
    held = _scope(user_id, application, target) or ""
    return [name for name in target.scope.split() if name not in held.split()]


def is_needed(
    user_id: UUID,
    application: Application,
    target: Target,
) -> bool:
    """Tell whether a person has to be asked: for a scope, or for the first time.

    An application that asks for no scope is told who somebody is, all the same.
    """
    if application.is_first_party:
        return False
    held = _scope(user_id, application, target)
    return held is None or bool(missing(user_id, application, target))


def _scope(
    user_id: UUID,
    application: Application,
    target: Target,
) -> str | None:
    found = Consent.objects.filter(
        user_id=user_id, application=application, audience=target.audience
    )
    return found.values_list("scope", flat=True).first()


def grant(
    user: User,
    application: Application,
    target: Target,
) -> Consent:
    """Remember that a person lets an application have a target, beside what it has.

    Only the person themself may; records `CONSENT_GRANTED` where anything is new. Of
    several at once each adds its own. Call it outside a transaction: who comes second
    waits for the first one's row, and looks again.
    """
    mine = Consent.objects.filter(
        user=user, application=application, audience=target.audience
    )
    try:
        with transaction.atomic():
            if not mine.exists():
                return _begin(Consent(user=user, application=application), target)
    except IntegrityError:  # another tab was first; its transaction is over now
        pass
    with transaction.atomic():
        held = mine.select_for_update().first()
        if held is not None:
            return _widen(held, target)
    return grant(user, application, target)  # taken back this moment


def _begin(
    consent: Consent,
    target: Target,
) -> Consent:
    consent.audience, consent.scope = target.audience, target.scope
    consent.save(force_insert=True)
    _record(Action.CONSENT_GRANTED, consent, acting=consent.user)
    return consent


def _widen(
    consent: Consent,
    target: Target,
) -> Consent:
    held = consent.scope.split()
    new = [name for name in target.scope.split() if name not in held]
    if new:
        consent.scope, consent.changed_at = " ".join([*held, *new]), timezone.now()
        consent.save(update_fields=["scope", "changed_at"])
        _record(Action.CONSENT_GRANTED, consent, acting=consent.user)
    return consent


def own(
    user: User,
    *,
    consent_id: UUID,
) -> Consent:
    """Return a consent of a person; raises `NotFound` for anybody else's."""
    rows = Consent.objects.select_related("user", "application__tenant")
    consent = rows.filter(user=user, pk=consent_id).first()
    if consent is None:
        raise NotFound("There is no such consent.")
    return consent


def revoke(
    consent: Consent,
    *,
    acting_user: User | None,
) -> bool:
    """Take a consent back; False where that was done before.

    What the application has of the person ends: codes on their way, and all sessions. The
    person may, who manages members of the application's tenant (`members:write`), a
    superuser, and the system. Raises `Forbidden`, `NotFound`; records `CONSENT_REVOKED`.
    """
    _require(consent, acting_user)
    with transaction.atomic():
        if not Consent.objects.filter(pk=consent.pk).delete()[0]:
            return False
        codes.drop(application=consent.application_id, login__user=consent.user_id)
        _record(Action.CONSENT_REVOKED, consent, acting=acting_user)
        theirs = Session.objects.of_user(consent.user_id)
        endings.end_sessions(
            theirs.filter(application=consent.application_id),
            reason=Action.CONSENT_REVOKED,
        )
    return True


def _require(
    consent: Consent,
    acting_user: User | None,
) -> None:
    if acting_user and acting_user.is_active and acting_user.pk == consent.user_id:
        return
    tenant = consent.application.tenant
    permissions.require(acting_user, tenant, Permission.MEMBERS_WRITE)
    require_person_over(consent.user, acting_user)


def forget(audience: str) -> int:
    """Drop the consents for an API that goes; returns how many.

    Another one may have its name some day, and is not what people agreed to.
    """
    return Consent.objects.filter(audience=audience).delete()[0]


def forget_person(user: User) -> None:
    """Drop what was let in by whoever had somebody's account before them."""
    Consent.objects.filter(user=user).delete()


def _record(
    action: Action,
    consent: Consent,
    *,
    acting: User | None,
) -> None:
    record(
        action,
        acting=acting,
        target=consent.user,
        tenant_id=consent.application.tenant_id,
        details={
            "client_id": consent.application.client_id,
            "audience": consent.audience,
            "scope": consent.scope,
        },
    )
