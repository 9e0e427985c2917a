"""The operator console's site, and the one door to its theme: only here is unfold known.

What the stock site leaves open is closed for all sections at once: sections of libraries
are not taken in, the theme's search and the stock password form are not served. What the
pages themselves do is in `config.sections`.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.module_loading import import_string
from typing_extensions import override
from unfold.admin import ModelAdmin as ThemedModelAdmin
from unfold.decorators import action as themed_action
from unfold.decorators import display as themed_display
from unfold.enums import ActionVariant
from unfold.sites import UnfoldAdminSite
from unfold.widgets import (
    BASE_INPUT_CLASSES,
    SELECT_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from config import console

if TYPE_CHECKING:
    _Site = admin.AdminSite
    ModelAdmin = admin.ModelAdmin[Any]
else:
    _Site = UnfoldAdminSite
    ModelAdmin = ThemedModelAdmin

__all__ = [
    "ActionVariant",
    "CheckboxesWidget",
    "ConsoleSite",
    "ModelAdmin",
    "PasswordWidget",
    "SelectWidget",
    "TextareaWidget",
    "display",
    "dress",
    "themed_action",
]

CheckboxesWidget: type[forms.CheckboxSelectMultiple]
CheckboxesWidget = UnfoldAdminCheckboxSelectMultipleWidget
PasswordWidget: type[forms.PasswordInput] = UnfoldAdminPasswordWidget
SelectWidget: type[forms.Select] = UnfoldAdminSelectWidget
TextareaWidget: type[forms.Textarea] = UnfoldAdminTextareaWidget
_Column = TypeVar("_Column", bound=Callable[..., Any])


def display(
    *,
    description: str,
    ordering: str | None = None,
    label: dict[str, str] | None = None,
) -> Callable[[_Column], _Column]:
    """Make a column of a method; `label` maps its values to the colours of badges."""
    decorate: Callable[[_Column], _Column] = themed_display(
        description=description, ordering=ordering, label=label
    )
    return decorate


class ConsoleSite(_Site):
    """The console at `/admin/`."""

    index_template = "admin/console/index.html"

    @override
    def has_permission(self, request: HttpRequest) -> bool:
        """Admit active staff who showed a second factor lately (`CONSOLE_GATE`)."""
        return bool(import_string(settings.CONSOLE_GATE)(request))

    @override
    def register(
        self,
        model_or_iterable: Any,
        admin_class: "type[admin.ModelAdmin[Any]] | None" = None,
        **options: Any,
    ) -> None:
        """Take our sections only.

        What libraries register by themselves (groups, e-mail addresses) writes past the
        services and the audit trail, and would let staff raise their own rights.
        """
        if getattr(admin_class, "is_console_section", False):
            super().register(model_or_iterable, admin_class, **options)

    @override
    def login(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Send whoever may not come in as things are to the page that changes that."""
        query = urlencode({"next": self._wanted(request)})
        if self.has_permission(request):
            return HttpResponseRedirect(self._wanted(request))
        way = import_string(settings.CONSOLE_WAY)(request)
        if not way:
            raise PermissionDenied
        return HttpResponseRedirect(f"{way}?{query}")

    def _wanted(self, request: HttpRequest) -> str:
        """Return the page of the console that was asked for, else its first."""
        home = reverse("admin:index", current_app=self.name)
        wanted = request.GET.get("next", "")
        return wanted if wanted.startswith(home) and wanted.isprintable() else home

    @override
    def logout(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """End the login, as everywhere: the session behind the cookie too."""
        if request.method != "POST":
            return HttpResponseRedirect(self._wanted(request))
        import_string(settings.CONSOLE_EXIT)(request)
        return HttpResponseRedirect(reverse("account-login"))

    @override
    def password_change(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Lead operators to where everybody changes their password."""
        return HttpResponseRedirect(reverse("account-password"))

    def search(self, request: HttpRequest) -> HttpResponse:
        """Refuse the theme's search: it caches names beyond the rights to see them."""
        raise Http404

    @override
    def index(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,
    ) -> TemplateResponse:
        figures = {
            "tiles": console.tiles_for(request),
            "charts": [_chart_data(c) for c in console.charts_for(request)],
        }
        return super().index(request, {**figures, **(extra_context or {})})

    @override
    def get_app_list(
        self,
        request: HttpRequest,
        app_label: str | None = None,
    ) -> list[Any]:
        """Return the sections in the order of `CONSOLE_SECTIONS`, models as registered."""
        found = self._build_app_dict(request, app_label)
        order = {label: place for place, label in enumerate(settings.CONSOLE_SECTIONS)}
        return sorted(
            found.values(), key=lambda app: order.get(app["app_label"], len(order))
        )

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the navigation: what this operator may see, and nothing else."""
        here = request.path
        home = reverse("admin:index")
        overview = _item("Overview", "monitoring", home, active=here == home)
        groups: list[dict[str, Any]] = [{"title": "", "items": [overview]}]
        for app in self.get_app_list(request):
            items = []
            for model in app["models"]:
                link = model["admin_url"] or ""
                section = self._registry[model["model"]]
                pages = [
                    _item(title, icon, url, active=here.startswith(url))
                    for title, icon, url in getattr(section, "pages", _none)(request)
                ]
                active = here.startswith(link) and not any(p["active"] for p in pages)
                icon = getattr(section, "icon", "")
                items += [_item(model["name"], icon, link, active=active), *pages]
            groups.append({"title": app["name"], "items": items})
        return groups


def _none(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Return the further pages of a section that has none."""
    return []


def _item(
    title: str,
    icon: str,
    link: str,
    *,
    active: bool,
) -> dict[str, Any]:
    """Return an entry of the navigation, as the theme wants it."""
    return {
        "title": title,
        "icon": icon,
        "link": link,
        "active": active,
        "has_permission": bool(link),
    }


_COLOURS = ("var(--color-primary-600)", "#dc2626", "#f59e0b")
_CHART_OPTIONS: dict[str, Any] = {
    "maintainAspectRatio": False,
    "animation": False,
    "plugins": {"legend": {"align": "end", "labels": {"boxHeight": 8, "boxWidth": 8}}},
    "scales": {
        "x": {"grid": {"display": False}, "stacked": True},
        "y": {"beginAtZero": True, "stacked": True, "ticks": {"precision": 0}},
    },
}


def _chart_data(chart: console.Chart) -> dict[str, Any]:
    """Return a chart in the form of the theme's bundled chart library."""
    datasets = [
        {
            "label": name,
            "data": values,
            "backgroundColor": colour,
            "maxBarThickness": 32,
        }
        for (name, values), colour in zip(chart.series.items(), _COLOURS, strict=False)
    ]
    data = {"labels": chart.labels, "datasets": datasets}
    return {
        "title": chart.title,
        "data": json.dumps(data),
        "options": json.dumps(_CHART_OPTIONS),
    }


def _styled(form_class: type[forms.BaseForm]) -> type[Any]:
    """Return the form dressed in the theme: the apps' forms do not know it."""

    class Styled(form_class):  # type: ignore[valid-type,misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            dress(self)

    return Styled


def dress(form: forms.BaseForm) -> None:
    """Give the plain inputs of a form the theme's look."""
    for bound in form.fields.values():
        if isinstance(bound.widget, forms.TextInput | forms.PasswordInput):
            bound.widget.attrs["class"] = " ".join(BASE_INPUT_CLASSES)
        elif isinstance(bound.widget, forms.Select):
            bound.widget.attrs["class"] = " ".join(SELECT_CLASSES)
