"""The console's section about connections to other providers."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from typing_extensions import override

from config import console
from config.admin import display
from config.console import Cell
from config.operations import ConsoleRequest, Operation, operation
from social.admin import guides
from social.forms import ConnectionForm
from social.models import Connection, Identity
from social.pages import ways
from social.services import checking, connections
from tenants.admin.kept import KeptAdmin

_GROUPS: list[tuple[str | None, list[str]]] = [
    (None, ["provider", "provider_id", "tenant", "name"]),
    (
        "From the provider",
        [
            *["client_id", "given_secret", "team_id", "key_id", "private_key"],
            "issuer",
        ],
    ),
    (
        "Sign-in",
        ["believed", "scopes", "native_client_ids", "keeps_tokens"],
    ),
]
_SECRETS = {"given_secret", "private_key"}
_PATTERN = "ID"
_SHOWN = 15


class StateFilter(admin.SimpleListFilter):
    """Live or suspended."""

    title = "state"
    parameter_name = "state"

    @override
    def lookups(
        self,
        request: HttpRequest,
        model_admin: Any,
    ) -> list[tuple[str, str]]:
        return [("live", "live"), ("suspended", "suspended")]

    @override
    def queryset(
        self,
        request: HttpRequest,
        queryset: Any,
    ) -> Any:
        if self.value() not in ("live", "suspended"):
            return queryset
        return queryset.filter(suspended_at__isnull=self.value() == "live")


@admin.register(Connection)
class ConnectionAdmin(KeptAdmin):
    """Connections to other providers."""

    icon = "hub"
    form = ConnectionForm
    kept = ("provider", "provider_id", "tenant")
    shown = ("state", "stored_secret", "id", "created_at")
    list_display = ["provider_id", "name", "provider", "whose", "state"]
    list_filter = [
        "provider",
        StateFilter,
        ("tenant", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["tenant"]
    search_fields = ["provider_id", "name", "client_id", "issuer"]
    search_ids = ("pk", "tenant")
    autocomplete_fields = ["tenant"]
    change_form_outer_before_template = "admin/console/callback.html"
    actions_detail = ["test_connection", "suspend", "resume", "delete_connection"]

    @override
    def get_fieldsets(
        self,
        request: HttpRequest,
        obj: Any = None,
    ) -> Any:
        """Leave out what the provider does not know, and secrets where nobody writes."""
        left_out = (
            set(guides.OPTIONAL) - set(guides.uses(obj.provider)) if obj else set()
        )
        if obj and not self.has_change_permission(request, obj):
            left_out |= _SECRETS
        groups = [
            (title, {"fields": [n for n in names if n not in left_out]})
            for title, names in _GROUPS
        ]
        return groups + ([("Record", {"fields": self.shown})] if obj else [])

    @display(description="Tenant", ordering="tenant")
    def whose(self, obj: Connection) -> str:
        """Name whose it is."""
        return str(obj.tenant) if obj.tenant else "all"

    @display(description="Secret")
    def stored_secret(self, obj: Connection) -> str:
        """Tell whether there is one, and no more."""
        return "stored, encrypted" if obj.client_secret else "none"

    @override
    def create(
        self,
        request: ConsoleRequest,
        values: dict[str, Any],
    ) -> Connection:
        provider, provider_id = values["provider"], values["provider_id"]
        traits = _traits(provider, values)
        if not values["name"]:
            del traits["name"]
        return connections.create_connection(
            provider,
            provider_id,
            tenant=values["tenant"],
            acting_user=request.user,
            **traits,
        )

    @override
    def change(
        self,
        request: ConsoleRequest,
        obj: Connection,
        values: dict[str, Any],
    ) -> None:
        connections.change_connection(
            obj,
            acting_user=request.user,
            **_traits(obj.provider, values),
        )

    @override
    def response_add(
        self,
        request: HttpRequest,
        obj: Connection,
        post_url_continue: str | None = None,
    ) -> HttpResponse:
        """Lead to its own page: the callback URL and the test are there."""
        return HttpResponseRedirect(self.page_of(obj))

    @override
    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        obj = context.get("original")
        url = ways.callback_url(obj.provider_id if obj else _PATTERN)
        context["callback"] = {
            "url": url,
            "before": "" if obj else url.partition(f"/{_PATTERN}/")[0] + "/",
            "after": "" if obj else f"/{url.rpartition(f'/{_PATTERN}/')[2]}",
            "guides": [guides.guide(obj.provider)] if obj else guides.guides(),
            "optional": " ".join(guides.OPTIONAL),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    @operation(
        Operation(
            label="Test connection",
            question="The provider is asked for its configuration and its keys, and with "
            "a code that nobody has, whether it knows this client. Nothing is changed; "
            "nobody signs in. It takes a few seconds at most.",
            done="",
        )
    )
    def test_connection(
        self,
        request: ConsoleRequest,
        obj: Connection,
    ) -> HttpResponse:
        """Ask the provider, and show what was found."""
        callback = ways.callback_url(obj.provider_id)
        findings = checking.check_connection(obj, redirect_uri=callback)
        context = {
            **self.admin_site.each_context(request),
            "title": "Test connection",
            "subtitle": str(obj),
            "heading": f"Test of {obj}",
            "findings": findings,
            "works": all(finding.works for finding in findings),
            "suspended": obj.suspended_at,
            "callback": callback,
            "opts": self.opts,
            "back": self.page_of(obj),
        }
        return TemplateResponse(request, "admin/console/findings.html", context)

    @operation(
        Operation(
            label="Suspend",
            question="Its button goes, and nobody signs in by it until it is resumed. "
            "Who is signed in stays so.",
            done="The connection was suspended.",
            danger=True,
            offered=lambda connection: not connection.suspended_at,
        )
    )
    def suspend(
        self,
        request: ConsoleRequest,
        obj: Connection,
    ) -> None:
        """Let nobody sign in by it."""
        connections.suspend_connection(obj, acting_user=request.user)

    @operation(
        Operation(
            label="Resume",
            question="People can sign in by it again.",
            done="The connection was resumed.",
            offered=lambda connection: connection.suspended_at,
        )
    )
    def resume(
        self,
        request: ConsoleRequest,
        obj: Connection,
    ) -> None:
        """Let people sign in by it again."""
        connections.resume_connection(obj, acting_user=request.user)

    @operation(
        Operation(
            label="Delete",
            question=lambda connection: _lost(connection),
            done="The connection was deleted.",
            danger=True,
        )
    )
    def delete_connection(
        self,
        request: ConsoleRequest,
        obj: Connection,
    ) -> None:
        """Delete it, and that anybody is known by it."""
        connections.delete_connection(obj, acting_user=request.user)


def _traits(
    provider: str,
    values: dict[str, Any],
) -> dict[str, Any]:
    """Return what a service is told of a form's values: only what its provider knows."""
    kept = {*ConnectionAdmin.kept, *guides.OPTIONAL} - set(guides.uses(provider))
    known = {k: v for k, v in values.items() if k not in kept | _SECRETS}
    for name in ConnectionAdmin.kept:
        known.pop(name, None)
    if believed := known.pop("believed", ""):
        known["trusts_email"] = believed == "yes"
    for name in _SECRETS & set(guides.uses(provider)) & set(values):
        known["client_secret"] = values[name]
    return known


def _lost(connection: Connection) -> str:
    """Say who can no longer sign in by it."""
    number = connection.identities.count()
    if not number:
        return "Nobody is known by it. Its secret goes with it."
    people = "1 person is" if number == 1 else f"{number} people are"
    return (
        f"{people} known by it and cannot sign in by it any more, nor be recognised by "
        "another connection to the same provider. Their accounts stay; who has no "
        "password chooses one by a mailed link. Suspending keeps them."
    )


@console.panel("social.connection", permission="social.view_identity")
def identities_panel(connection: Connection) -> console.Panel:
    """Show who was connected last."""
    rows = connection.identities.select_related("user").order_by("-pk")[:_SHOWN]
    query = urlencode({"connection__id__exact": str(connection.pk)})
    return console.Panel(
        title="Newest accounts connected by it",
        headers=["Person", "E-mail there", "Last used", "Subject"],
        rows=[_row(identity) for identity in rows],
        href=f"{reverse('admin:social_identity_changelist')}?{query}",
    )


def _row(identity: Identity) -> list[Cell]:
    used = identity.last_used_at
    return [
        Cell(
            str(identity.user),
            reverse("admin:social_identity_change", args=(identity.pk,)),
        ),
        Cell(identity.email),
        Cell(f"{used:%Y-%m-%d %H:%M}" if used else "never"),
        Cell(identity.subject),
    ]
