"""The console's section about client applications."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from typing_extensions import override

from config import console
from config.admin import display
from config.console import Cell
from config.operations import ConsoleRequest, Operation, operation
from tenants.admin.kept import KeptAdmin
from tenants.forms import ApplicationForm, RotationForm
from tenants.models import Application, ApplicationSecret
from tenants.services import applications, secrets

_GROUPS: list[tuple[str | None, list[str]]] = [
    (None, ["tenant", "name", "type", "is_first_party"]),
    (
        "Sign-in",
        [
            *["redirect_uris", "grants", "require_pushed_authorization_requests"],
            "allowed_origins",
        ],
    ),
    (
        "Tokens",
        [
            *[
                "audiences",
                "scopes",
                "signing_algorithm",
                "id_token_algorithm",
            ],
            *["access_token_seconds", "session_idle_seconds"],
            "session_absolute_seconds",
        ],
    ),
    ("Management", ["manages"]),
    ("Sign-out", ["post_logout_redirect_uris", "backchannel_logout_uri"]),
    ("Client authentication", ["client_authentication", "jwks", "jwks_uri"]),
    ("For people", ["client_uri", "policy_uri", "tos_uri"]),
]


@admin.register(Application)
class ApplicationAdmin(KeptAdmin):
    """Client applications (OAuth clients)."""

    icon = "apps"
    form = ApplicationForm
    kept = ("tenant", "type")
    shown = ("client_id", "state", "id", "created_at")
    list_display = [
        *["name", "client_id", "tenant", "type", "is_first_party", "manager", "state"],
    ]
    list_filter = ["type", "is_first_party", "manages"]
    list_select_related = ["tenant"]
    search_fields = ["client_id", "name"]
    search_ids = ("pk", "tenant")
    autocomplete_fields = ["tenant"]
    actions_detail = ["rotate_secret", "suspend", "resume", "delete_application"]

    @override
    def get_fieldsets(
        self,
        request: HttpRequest,
        obj: Any = None,
    ) -> Any:
        record = [("Record", {"fields": self.shown})] if obj else []
        return [(title, {"fields": names}) for title, names in _GROUPS] + record

    @display(
        description="Manages",
        ordering="manages",
        label={"its own tenant": "info", "the whole instance": "warning"},
    )
    def manager(self, obj: Application) -> str | None:
        """Tell what it manages as itself."""
        return obj.get_manages_display() if obj.manages else None

    @display(description="APIs")
    def audiences(self, obj: Application) -> str:
        """Name its APIs to operators who may look only."""
        links = obj.applicationapi_set.select_related("api")
        return ", ".join(link.api.identifier for link in links)

    @override
    def create(
        self,
        request: ConsoleRequest,
        values: dict[str, Any],
    ) -> Application:
        """Register it; `response_add` shows the secret of a confidential one."""
        wanted = {
            name: value
            for name, value in values.items()
            if value or name not in ("grants", "scopes")
        }
        new = applications.create_application(**wanted, acting_user=request.user)
        request.fresh_secret = new.secret  # type: ignore[attr-defined]
        return new.application

    @override
    def change(
        self,
        request: ConsoleRequest,
        obj: Application,
        values: dict[str, Any],
    ) -> None:
        applications.change_application(obj, **values, acting_user=request.user)

    @override
    def response_add(
        self,
        request: HttpRequest,
        obj: Application,
        post_url_continue: str | None = None,
    ) -> HttpResponse:
        clear: str | None = getattr(request, "fresh_secret", None)
        if clear is not None:
            return self._shown_once(request, obj, clear)
        return super().response_add(request, obj, post_url_continue)

    def _shown_once(
        self,
        request: HttpRequest,
        obj: Application,
        clear: str,
    ) -> HttpResponse:
        """Answer the POST itself with the secret: it is stored nowhere on the way."""
        context = {
            **self.admin_site.each_context(request),
            "title": "Client secret",
            "subtitle": str(obj),
            "heading": f"Client secret of {obj.name}",
            "secret": clear,
            "note": f"Client id: {obj.client_id}",
            "opts": self.opts,
            "back": self.page_of(obj),
        }
        answer = TemplateResponse(request, "admin/console/secret.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    @operation(
        Operation(
            label="Rotate secret",
            question="A new secret is made and shown once.",
            done="The secret was rotated.",
            offered=lambda app: app.is_confidential and not app.signs_with_key,
            form=RotationForm,
        )
    )
    def rotate_secret(
        self,
        request: ConsoleRequest,
        obj: Application,
        form: RotationForm,
    ) -> HttpResponse:
        """Issue a secret and show it."""
        issued = secrets.rotate_secret(
            obj, overlap=form.cleaned_data["overlap"], acting_user=request.user
        )
        return self._shown_once(request, obj, issued.clear)

    @operation(
        Operation(
            label="Suspend",
            question="Its sessions end at once and nobody can sign in to it until it is "
            "resumed.",
            done="The application was suspended.",
            danger=True,
            offered=lambda app: not app.suspended_at and not app.is_built_in,
        )
    )
    def suspend(
        self,
        request: ConsoleRequest,
        obj: Application,
    ) -> None:
        """Shut an application."""
        applications.suspend_application(obj, acting_user=request.user)

    @operation(
        Operation(
            label="Resume",
            question="People can sign in again; what was ended stays ended.",
            done="The application was resumed.",
            offered=lambda application: application.suspended_at,
        )
    )
    def resume(
        self,
        request: ConsoleRequest,
        obj: Application,
    ) -> None:
        """Open a suspended application."""
        applications.resume_application(obj, acting_user=request.user)

    @operation(
        Operation(
            label="Delete",
            question="Its secrets and sessions go with it; nobody can sign in to it.",
            done="The application was deleted.",
            danger=True,
            offered=lambda application: not application.is_built_in,
        )
    )
    def delete_application(
        self,
        request: ConsoleRequest,
        obj: Application,
    ) -> None:
        """Delete an application."""
        applications.delete_application(obj, acting_user=request.user)


_BY_KEY = "It proves itself by its private key: no secret works."


@console.panel("tenants.application", permission="tenants.view_application")
def secrets_panel(application: Application) -> console.Panel | None:
    """Show which secrets work, by their last characters."""
    if not application.is_confidential:
        return None
    return console.Panel(
        title="Client secrets",
        headers=["Ends in", "Made", "Last used", "State"],
        rows=[_row(secret) for secret in application.secrets.all()[:15]],
        notes=[_BY_KEY] if application.signs_with_key else [],
    )


def _row(secret: ApplicationSecret) -> list[Cell]:
    used = secret.last_used_at
    return [
        Cell(f"...{secret.hint}"),
        Cell(f"{secret.created_at:%Y-%m-%d %H:%M}"),
        Cell(f"{used:%Y-%m-%d %H:%M}" if used else "never"),
        Cell(_standing(secret)),
    ]


def _standing(secret: ApplicationSecret) -> str:
    if secret.revoked_at:
        return "revoked"
    if secret.expires_at is None:
        return "works"
    if secret.expires_at <= timezone.now():
        return "expired"
    return f"works until {secret.expires_at:%Y-%m-%d %H:%M}"
