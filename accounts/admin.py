"""The console's section about people."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from typing_extensions import override

from accounts import flows, services
from accounts.forms import NewUserForm, PasswordForm, RightsForm
from accounts.models import Lockout, User
from accounts.privacy.services import erase_user
from accounts.rights import Rights, rights_of, set_rights
from accounts.search import by_address
from accounts.services.inviting import may_be_invited
from accounts.services.users import NewUser
from config import console
from config.admin import display
from config.errors import Conflict
from config.operations import ConsoleRequest, Operation, operation
from config.sections import ConsoleAdmin

_ABOUT = ["email", "name", "state"]
_DATES = ["id", "created_at", "updated_at", "last_login", "leaves"]


def _has_factor(user: User) -> bool:
    return flows.has_factor(user.pk)


def _locked(user: User) -> bool:
    locks = Lockout.objects.filter(email_key=user.email_key)
    return locks.filter(locked_until__gt=timezone.now()).exists()


@admin.register(User)
class UserAdmin(ConsoleAdmin):
    """Users. Staff may look; who somebody is belongs to them and to superusers.

    The services say the same (`accounts.services.authority`): a forged POST meets both.
    """

    icon = "person"
    list_display = ["email", "name", "state", "role", "created_at", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser"]
    search_fields = ["name"]
    readonly_fields = ["email", "state", *_DATES]
    actions_list = ["add_user"]
    actions_detail = [
        *["send_invitation", "disable", "enable", "end_sessions", "unlock"],
        *["set_password", "reset_factors", "erase"],
    ]

    @override
    def get_queryset(self, request: HttpRequest) -> Any:
        """Hide the tombstones: there is nobody behind one."""
        return super().get_queryset(request).filter(erased_at=None)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse the stock form: `add_user` hashes outside any transaction."""
        return False

    @override
    def matching(self, term: str) -> Q:
        return by_address(term, "email_key")

    @override
    def get_fieldsets(
        self,
        request: HttpRequest,
        obj: Any = None,
    ) -> Any:
        rights = ["is_staff", "is_superuser", "rights"]
        middle = (
            [("Console", {"fields": rights})] if self.may_touch(request, obj) else []
        )
        return [
            (None, {"fields": _ABOUT}),
            *middle,
            ("Record", {"fields": _DATES}),
        ]

    @override
    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        if self.may_touch(request, obj):
            kwargs["form"] = RightsForm
        return super().get_form(request, obj, change, **kwargs)

    @override
    def change(
        self,
        request: ConsoleRequest,
        obj: User,
        values: dict[str, Any],
    ) -> None:
        if "name" in values:
            services.change_profile(obj, name=values["name"], acting_user=request.user)
        held = rights_of(obj)
        rights = Rights(
            is_staff=values.get("is_staff", held.is_staff),
            is_superuser=values.get("is_superuser", held.is_superuser),
            permissions=frozenset(values.get("rights", held.permissions)),
        )
        if rights != held:
            set_rights(obj, rights=rights, acting_user=request.user)

    @display(
        description="State",
        ordering="is_active",
        label={"active": "success", "disabled": "danger", "leaving": "warning"},
    )
    def state(self, obj: User) -> str:
        """Tell whether the user can sign in."""
        if obj.erase_at is not None:
            return "leaving"
        return "active" if obj.is_active else "disabled"

    @display(description="Leaves on")
    def leaves(self, obj: User) -> str:
        """Tell when the user is erased."""
        return f"{obj.erase_at:%Y-%m-%d %H:%M} UTC" if obj.erase_at else "-"

    @display(description="Role", label={"superuser": "warning", "staff": "info"})
    def role(self, obj: User) -> str | None:
        """Tell what the user is in the console."""
        if obj.is_superuser:
            return "superuser"
        return "staff" if obj.is_staff else None

    @operation(
        Operation(
            label="Add user",
            question="Give a password and tell it to the person: their address then counts "
            "as verified. Or give none: they are mailed a link.",
            done="The user was added.",
            permission="add",
            form=NewUserForm,
        )
    )
    def add_user(
        self,
        request: ConsoleRequest,
        form: NewUserForm,
    ) -> None:
        """Make a user; never staff."""
        given = form.cleaned_data
        told = bool(given["password"])
        new = NewUser(
            email=given["email"],
            password=given["password"] or None,
            name=given["name"],
            verified=told,
            send_invite=not told,
        )
        services.create_user(new, acting_user=request.user)

    @operation(
        Operation(
            label="Send invitation",
            question="A link by which to choose a password is mailed to the user. It is good "
            "for a week; a link mailed before is dead.",
            done="The link was mailed.",
            offered=may_be_invited,
        )
    )
    def send_invitation(
        self,
        request: ConsoleRequest,
        obj: User,
    ) -> None:
        """Mail the link once more to who has never come in."""
        services.invite_user(obj, acting_user=request.user)

    @operation(
        Operation(
            label="Disable",
            question="Every session of this user ends at once, their access tokens are "
            "refused within two seconds, and they cannot sign in.",
            done="The user was disabled.",
            danger=True,
            offered=lambda user: user.is_active,
        )
    )
    def disable(
        self,
        request: ConsoleRequest,
        obj: User,
    ) -> None:
        """Disable a user; not oneself."""
        if obj.pk == request.user.pk:
            raise Conflict("You cannot disable yourself.")
        services.disable_user(obj, acting_user=request.user)

    @operation(
        Operation(
            label="Enable",
            question="The user can sign in again; what was ended stays ended.",
            done="The user was enabled.",
            offered=lambda user: not user.is_active,
        )
    )
    def enable(
        self,
        request: ConsoleRequest,
        obj: User,
    ) -> None:
        """Enable a disabled user."""
        services.enable_user(obj, acting_user=request.user)

    @operation(
        Operation(
            label="End sessions",
            question="The user is signed out on every device, within two seconds.",
            done="All sessions of the user were ended.",
        )
    )
    def end_sessions(
        self,
        request: ConsoleRequest,
        obj: User,
    ) -> None:
        """Sign a user out everywhere."""
        services.sign_out_everywhere(obj, acting_user=request.user)

    @operation(
        Operation(
            label="Unlock",
            question="Too many wrong passwords locked this account; let it try again.",
            done="The lockout was lifted.",
            offered=_locked,
        )
    )
    def unlock(
        self,
        request: ConsoleRequest,
        obj: User,
    ) -> None:
        """Lift the lockouts of a user's address."""
        services.lift_lockouts(obj, acting_user=request.user)

    @operation(
        Operation(
            label="Reset factors",
            question="All second factors are removed, and the user is signed out everywhere "
            "and told by mail. Be sure that it is them who asks.",
            done="The second factors were removed.",
            offered=_has_factor,
        )
    )
    def reset_factors(
        self,
        request: ConsoleRequest,
        obj: User,
    ) -> None:
        """Take the factors of somebody who lost them away; not one's own."""
        if obj.pk == request.user.pk:
            raise Conflict("Remove your own on your account's security page.")
        services.reset_factors(obj, acting_user=request.user)

    @operation(
        Operation(
            label="Set password",
            question="The user is signed out everywhere and signs in with the new one.",
            done="The password was set.",
            form=PasswordForm,
        )
    )
    def set_password(
        self,
        request: ConsoleRequest,
        obj: User,
        form: PasswordForm,
    ) -> None:
        """Set somebody's password; superusers only."""
        services.change_password(
            obj,
            new_password=form.cleaned_data["new_password"],
            keep_login=None,
            acting_user=request.user,
        )

    @operation(
        Operation(
            label="Erase now",
            question="All that is held about this person is erased at once, whether or not "
            "they asked for it. This cannot be undone.",
            done="The person was erased.",
            danger=True,
        )
    )
    def erase(
        self,
        request: ConsoleRequest,
        obj: User,
    ) -> HttpResponse:
        """Erase a person; not oneself. They have no page afterwards."""
        if obj.pk == request.user.pk:
            raise Conflict("You cannot erase yourself.")
        erase_user(obj, acting_user=request.user)
        messages.success(request, "The person was erased.")
        return HttpResponseRedirect(reverse("admin:accounts_user_changelist"))


@console.tile("accounts.view_user")
def users_tile() -> console.Tile:
    """Count the users."""
    people = User.objects.filter(erased_at=None)
    return console.Tile(
        title="Users",
        value=f"{people.count():,}",
        note=f"{people.filter(is_active=False).count():,} disabled",
        href=reverse("admin:accounts_user_changelist"),
    )
