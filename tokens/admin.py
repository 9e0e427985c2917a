"""The console's sections about what was handed out."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from typing_extensions import override

from accounts.models import User
from accounts.search import by_address
from config import console
from config.admin import display
from config.console import Cell
from config.operations import ConsoleRequest, Operation, operation
from config.sections import ReadOnlyAdmin
from tokens.models import Login, Revocation, Session, SigningKey
from tokens.services import keys, sessions

_STANDING = {"live": "success", "ended": "danger", "expired": "warning"}


def standing(session: Session) -> str:
    """Return whether a session is live, ended or expired."""
    if session.revoked_at is not None:
        return "ended"
    now = timezone.now()
    expired = now >= min(session.expires_at, session.idle_expires_at)
    return "expired" if expired else "live"


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Sessions: one application's share in a login."""

    icon = "devices"
    grants = ("view", "change")
    list_display = ["user", "application", "state", "created_at", "rotated_at", "door"]
    list_filter = ["door"]
    list_select_related = ["login__user", "application"]
    search_fields = ["application__client_id"]
    search_ids = ("pk", "login__user", "login", "application")
    fields = [
        *["sid", "user", "application", "audience", "scope", "door", "state"],
        *["generation", "created_at", "rotated_at", "idle_expires_at", "expires_at"],
        *["revoked_at", "reason"],
    ]
    actions_detail = ["end"]

    @override
    def matching(self, term: str) -> Q:
        return by_address(term, "login__user__email_key")

    @display(description="User")
    def user(self, obj: Session) -> str:
        """Name whose it is."""
        return str(obj.login.user)

    @display(description="State", label=_STANDING)
    def state(self, obj: Session) -> str:
        """Tell whether it lives."""
        return standing(obj)

    @override
    def may_touch(
        self,
        request: HttpRequest,
        obj: Session,
    ) -> bool:
        """Let staff end sessions of people, not of operators."""
        owner = obj.login.user
        theirs = not (owner.is_superuser or owner.is_staff)
        return theirs or super().may_touch(request, obj)

    @operation(
        Operation(
            label="End session",
            question="Its refresh token stops working and its access tokens are refused "
            "within two seconds.",
            done="The session was ended.",
            danger=True,
            offered=lambda session: standing(session) == "live",
        )
    )
    def end(
        self,
        request: ConsoleRequest,
        obj: Session,
    ) -> None:
        """End one session."""
        sessions.end_session(obj, acting_user=request.user)


@admin.register(Login)
class LoginAdmin(ReadOnlyAdmin):
    """Sign-ins."""

    icon = "login"
    list_display = ["user", "auth_time", "methods", "ip", "user_agent", "revoked_at"]
    list_select_related = ["user"]
    search_fields = ["ip"]
    search_ids = ("pk", "user")
    fields = [
        *["id", "user", "auth_time", "methods", "ip", "user_agent", "created_at"],
        *["revoked_at", "reason"],
    ]

    @override
    def matching(self, term: str) -> Q:
        return by_address(term, "user__email_key")

    @display(description="Methods")
    def methods(self, obj: Login) -> str:
        """Say how it was proven (RFC 8176)."""
        return ", ".join(obj.amr)


@admin.register(Revocation)
class RevocationAdmin(ReadOnlyAdmin):
    """The blacklist, as its feed tells it."""

    icon = "block"
    list_display = ["number", "kind", "subject", "reason", "created_at", "expires_at"]
    list_filter = ["kind"]
    search_fields = ["subject"]
    search_ids = ()
    ordering = ["-number"]


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnlyAdmin):
    """Signing keys; private halves are never read here."""

    icon = "key"
    grants = ("view", "change")
    list_display = ["kid", "algorithm", "standing", "created_at", "activated_at"]
    list_filter = ["state", "algorithm"]
    search_fields = ["kid"]
    fields = [
        *["kid", "algorithm", "standing", "public_jwk", "created_at"],
        *["activated_at", "retired_at", "revoked_at"],
    ]
    actions_list = ["rotate", "rotate_now"]
    actions_detail = ["revoke"]

    @override
    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("private_key")

    @display(
        description="State",
        ordering="state",
        label={
            "active": "success",
            "pending": "info",
            "retired": "warning",
            "revoked": "danger",
        },
    )
    def standing(self, obj: SigningKey) -> str:
        """Say where it stands in its life."""
        return obj.get_state_display()

    @override
    def may_touch(
        self,
        request: HttpRequest,
        obj: Any,
    ) -> bool:
        """Let whoever was granted the right rotate and revoke."""
        return True

    @operation(
        Operation(
            label="Rotate keys",
            question="New keys are published; those published long enough begin to sign "
            "and take over from the present ones. Nobody is signed out.",
            done="The keys were taken one step on.",
        )
    )
    def rotate(self, request: ConsoleRequest) -> None:
        """Take the ring one step on."""
        keys.rotate_signing_keys(acting_user=request.user)

    @operation(
        Operation(
            label="Rotate now",
            question="New keys sign at once. A service that has not fetched the key set "
            "since may refuse new tokens until it does.",
            done="New keys sign.",
            danger=True,
        )
    )
    def rotate_now(self, request: ConsoleRequest) -> None:
        """Take the ring one step on without waiting for verifiers."""
        keys.rotate_signing_keys(acting_user=request.user, now=True)

    @operation(
        Operation(
            label="Revoke key",
            question="Everything it signed is refused at once: whoever holds a refresh "
            "token of this key signs in again. For a key that may have leaked.",
            done="The key was revoked.",
            danger=True,
            offered=lambda key: key.state != SigningKey.State.REVOKED,
        )
    )
    def revoke(
        self,
        request: ConsoleRequest,
        obj: SigningKey,
    ) -> None:
        """Refuse everything a key signed."""
        keys.revoke_signing_key(obj, acting_user=request.user)


@console.panel("accounts.user", permission="tokens.view_session")
def sessions_panel(user: User) -> console.Panel:
    """Show a user's latest sessions on their page."""
    latest = Session.objects.of_user(user.pk).select_related("login", "application")
    return console.Panel(
        title="Sessions",
        headers=["Began", "Application", "State", "From", "Last refresh"],
        rows=[_row(session) for session in latest.order_by("-sid")[:15]],
        href=f"{reverse('admin:tokens_session_changelist')}?q={user.pk}",
    )


def _row(session: Session) -> list[Cell]:
    page = reverse("admin:tokens_session_change", args=(session.pk,))
    return [
        Cell(f"{session.created_at:%Y-%m-%d %H:%M}", page),
        Cell(session.application.name),
        Cell(standing(session)),
        Cell(session.login.ip or ""),
        Cell(f"{session.rotated_at:%Y-%m-%d %H:%M}"),
    ]


@console.tile("tokens.view_session")
def sessions_tile() -> console.Tile:
    """Count the live sessions."""
    return console.Tile(
        title="Active sessions",
        value=f"{Session.objects.all().live().count():,}",
        note="signed in and able to refresh",
        href=reverse("admin:tokens_session_changelist"),
    )


@console.tile("tokens.view_revocation")
def revocations_tile() -> console.Tile:
    """Count the live revocations."""
    live = Revocation.objects.filter(expires_at__gt=timezone.now())
    return console.Tile(
        title="Live revocations",
        value=f"{live.count():,}",
        note="what verifiers are told to refuse",
        href=reverse("admin:tokens_revocation_changelist"),
    )


@console.tile("tokens.view_signingkey")
def keys_tile() -> console.Tile:
    """Tell how old the oldest active key is."""
    active = SigningKey.objects.filter(state=SigningKey.State.ACTIVE)
    since = active.order_by("activated_at").values_list("activated_at", flat=True)
    oldest = since.first()
    return console.Tile(
        title="Signing key age",
        value=timesince(oldest, depth=1) if oldest else "none",
        note="rotate at least yearly",
        href=reverse("admin:tokens_signingkey_changelist"),
        tone="" if oldest else "bad",
    )
