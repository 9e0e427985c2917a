"""The manner of the console's pages: every section is a `ConsoleAdmin`.

What the stock admin leaves open is closed here for all: no lookups but the declared
filters, no deletion, no store of changes beside the audit trail, and no write but through
a service.
"""

from typing import Any, ClassVar, cast
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from typing_extensions import override

from config import console
from config.errors import ServiceError
from config.operations import ConsoleRequest, OperatedAdmin, show_refusal

# What the declared filters themselves ask. `__regex` would let one URL hold a worker.
_WAYS = (
    "",
    "__exact",
    "__in",
    "__isnull",
    "__gte",
    "__gt",
    "__lte",
    "__lt",
    "__id__exact",
)


class RefusableForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form that shows a service's refusal at the fields it speaks of."""

    refusal: ServiceError | None = None

    @override
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal is not None:
            show_refusal(self, self.refusal)
        return cleaned


class ReferenceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of an object, whose widget looks its id up: what is none is no choice."""

    @override
    def prepare_value(self, value: Any) -> Any:
        key = super().prepare_value(value)
        return key if _is_key(self, key) else None


class ReferencesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """The same of several objects."""

    @override
    def prepare_value(self, value: Any) -> Any:
        keys = super().prepare_value(value)
        if not isinstance(keys, list):
            return keys
        return [key for key in keys if _is_key(self, key)]

    @override
    def clean(self, value: Any) -> Any:
        if isinstance(value, list | tuple) and not all(_is_key(self, k) for k in value):
            raise forms.ValidationError("Select a valid choice.")
        return super().clean(value)


def _is_key(
    field: Any,
    key: Any,
) -> bool:
    try:
        field.queryset.model._meta.pk.to_python(key)
    except forms.ValidationError:
        return False
    return True


class ConsoleAdmin(OperatedAdmin):
    """A section. Writing ones override `create` or `change` to call their service."""

    icon: ClassVar[str] = "circle"
    is_console_section: ClassVar[bool] = True
    grants: ClassVar[tuple[str, ...]] = ("view",)
    form = RefusableForm
    actions = None
    search_ids: ClassVar[tuple[str, ...]] = ("pk",)
    list_per_page = 50
    list_fullwidth = True
    compressed_fields = True
    list_filter_submit = False
    change_form_outer_after_template = "admin/console/panels.html"

    def create(
        self,
        request: ConsoleRequest,
        values: dict[str, Any],
    ) -> Model:
        """Make an object from the form's values, by a service."""
        raise PermissionDenied

    def change(
        self,
        request: ConsoleRequest,
        obj: Any,
        values: dict[str, Any],
    ) -> None:
        """Change `obj` (as stored) by a service; `values` are those that differ."""
        raise PermissionDenied

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and self.may_touch(request, None)

    @override
    def has_delete_permission(
        self,
        request: HttpRequest,
        obj: Any = None,
    ) -> bool:
        """Refuse: what can be deleted has an operation that asks its service."""
        return False

    @override
    def has_change_permission(
        self,
        request: HttpRequest,
        obj: Any = None,
    ) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and self.may_touch(request, obj)

    @override
    def lookup_allowed(
        self,
        lookup: str,
        value: Any,
        request: HttpRequest | None = None,
    ) -> bool:
        """Allow the declared filters only: `?password__startswith=` would tell hashes."""
        declared = [f if isinstance(f, str) else f[0] for f in self._plain_filters()]
        own = [getattr(f, "parameter_name", None) for f in self.list_filter]
        return lookup in own or any(
            lookup == f"{f}{way}" for f in declared for way in _WAYS
        )

    @override
    def get_search_results(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        """Find by id where the term is one, else by `search_fields` and `matching`."""
        term = search_term.strip()
        found = Q()
        try:
            key = UUID(term)
        except ValueError:
            for name in self.get_search_fields(request) if term else ():
                found |= Q(**{f"{name}__icontains": term})
            found |= self.matching(term) if term else Q()
        else:
            for name in self.search_ids:
                found |= Q(**{name: key})
        return queryset.filter(found), False

    def matching(self, term: str) -> Q:
        """Return what else a search term may mean in this section."""
        return Q()

    def _plain_filters(self) -> list[Any]:
        return [f for f in self.list_filter if isinstance(f, str | tuple)]

    @override
    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Refuse: the history is the audit trail, shown on the page itself."""
        raise Http404

    @override
    def log_addition(self, *args: Any, **kwargs: Any) -> Any:
        """Store nothing: the service wrote the audit event."""

    @override
    def log_change(self, *args: Any, **kwargs: Any) -> Any:
        """Store nothing: the service wrote the audit event."""

    @override
    def log_deletions(self, *args: Any, **kwargs: Any) -> Any:
        """Store nothing: the service wrote the audit event."""

    @override
    def save_model(
        self,
        request: HttpRequest,
        obj: Any,
        form: Any,
        change: bool,
    ) -> None:
        """Call the service; the form's own instance is never saved."""
        operator = cast(ConsoleRequest, request)
        if change:
            stored = self.model._default_manager.get(pk=obj.pk)
            changed = {name: form.cleaned_data[name] for name in form.changed_data}
            self.change(operator, stored, changed)
            return
        made = self.create(operator, form.cleaned_data)
        obj.__dict__.update(made.__dict__)

    @override
    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        change: bool,
    ) -> None:
        """Save nothing more: the service wrote relations too."""

    @override
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context = {**(extra_context or {}), "show_history": False}
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except ServiceError as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, context)

    @override
    def formfield_for_foreignkey(
        self,
        db_field: Any,
        request: HttpRequest,
        **kwargs: Any,
    ) -> Any:
        kwargs.setdefault("form_class", ReferenceField)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @override
    def formfield_for_manytomany(
        self,
        db_field: Any,
        request: HttpRequest,
        **kwargs: Any,
    ) -> Any:
        kwargs.setdefault("form_class", ReferencesField)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @override
    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        made: Any = super().get_form(request, obj, change, **kwargs)
        made.refusal = getattr(request, "refusal", None)
        return made

    @override
    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        obj = context.get("original")
        context["panels"] = console.panels_for(request, obj) if obj else []
        return super().render_change_form(request, context, *args, **kwargs)


class ReadOnlyAdmin(ConsoleAdmin):
    """A section to look at; operations may still be offered."""

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(
        self,
        request: HttpRequest,
        obj: Any = None,
    ) -> bool:
        return False
