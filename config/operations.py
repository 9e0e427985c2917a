"""Deeds of operators that are no edit: disable, end, rotate, revoke.

Asked about on GET, done on POST (the theme's own actions act on GET, which any page on
the web could trigger).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from config.admin import ActionVariant, ModelAdmin, dress, themed_action
from config.errors import ServiceError


class ConsoleRequest(HttpRequest):
    """A request that has passed the console's door: `user` is an operator."""

    user: Any


@dataclass(frozen=True)
class Operation:
    """What an operator may do to an object, or to a whole section.

    `question` is asked before, the same of all objects or made for one; `done` is said
    after. `permission` is Django's for the
    section's model (`change`, `add`); `offered` tells for which objects it makes sense.
    With `form` the question has fields to fill in.
    """

    label: str
    question: str | Callable[[Any], str]
    done: str
    permission: str = "change"
    danger: bool = False
    offered: Callable[[Any], bool] = lambda obj: True
    form: type[forms.Form] | None = None


def operation(deed: Operation) -> Callable[[Callable[..., HttpResponse | None]], Any]:
    """Turn a method into a deed, for `actions_detail` or `actions_list` of a section.

    The method gets the request, the object (in `actions_detail`) and the valid form (if
    there is one), and calls a service; a `ServiceError` becomes a message. It may return
    a response of its own, to show what must not be stored.
    """

    def decorate(method: Callable[..., HttpResponse | None]) -> Any:
        @wraps(method)
        def view(
            section: Any,
            request: HttpRequest,
            object_id: str | None = None,
        ) -> HttpResponse:
            answer: HttpResponse = section.operate(request, view, object_id)
            return answer

        view.deed = deed  # type: ignore[attr-defined]
        view.run = method  # type: ignore[attr-defined]
        return themed_action(
            description=deed.label,
            url_path=method.__name__.replace("_", "-"),
            variant=ActionVariant.DANGER if deed.danger else ActionVariant.DEFAULT,
        )(view)

    return decorate


def show_refusal(
    form: forms.BaseForm,
    refusal: ServiceError,
) -> None:
    """Put what a service refused at the fields that it speaks of."""
    for fault in refusal.errors:
        name = fault.pointer.removeprefix("#/").split("/")[0]
        form.add_error(name if name in form.fields else None, fault.detail)
    if not refusal.errors:
        form.add_error(None, refusal.detail)


class OperatedAdmin(ModelAdmin):
    """A section whose objects can be operated on."""

    def may_touch(
        self,
        request: HttpRequest,
        obj: Any,
    ) -> bool:
        """Tell whether this operator may write to this object (None: to the section).

        Writing is for superusers; a section that lets staff do something says so here.
        """
        return request.user.is_active and bool(
            getattr(request.user, "is_superuser", False)
        )

    def may_operate(
        self,
        request: HttpRequest,
        deed: Operation,
        obj: Any,
    ) -> bool:
        """Tell whether this operator may do this to this object."""
        needed = f"{self.opts.app_label}.{deed.permission}_{self.opts.model_name}"
        return request.user.has_perm(needed) and self.may_touch(request, obj)

    def operate(
        self,
        request: HttpRequest,
        view: Any,
        object_id: str | None,
    ) -> HttpResponse:
        """Ask on GET, do on POST; refuse whoever may not."""
        given: tuple[Any, ...] = ()
        if object_id is not None:
            given = (self.get_object(request, unquote(object_id)),)
            if given[0] is None:
                raise Http404
        obj = given[0] if given else None
        deed: Operation = view.deed
        if not self.may_operate(request, deed, obj):
            raise PermissionDenied
        posted = request.method == "POST"
        form = (deed.form or forms.Form)(request.POST if posted else None)
        if not posted or not form.is_valid():
            return self._asked(request, deed, obj, form)
        try:
            answer = view.run(self, request, *given, *((form,) if deed.form else ()))
        except ServiceError as refusal:
            show_refusal(form, refusal)
            return self._asked(request, deed, obj, form)
        if answer is not None:
            shown: HttpResponse = answer
            return shown
        messages.success(request, deed.done)
        return HttpResponseRedirect(self.page_of(obj))

    def page_of(self, obj: Any) -> str:
        """Return the URL of an object's page, or of the list when it is gone."""
        stem = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if obj is None or not self.model._default_manager.filter(pk=obj.pk).exists():
            return reverse(f"{stem}_changelist")
        return reverse(f"{stem}_change", args=(quote(obj.pk),))

    def _asked(
        self,
        request: HttpRequest,
        deed: Operation,
        obj: Any,
        form: forms.BaseForm,
    ) -> HttpResponse:
        dress(form)
        asked = deed.question
        context = {
            **self.admin_site.each_context(request),
            "title": deed.label,
            "subtitle": str(obj) if obj is not None else None,
            "explanation": asked if isinstance(asked, str) else asked(obj),
            "heading": deed.label if obj is None else f"{deed.label}: {obj}",
            "button": deed.label,
            "danger": deed.danger,
            "form": form,
            "opts": self.opts,
            "back": self.page_of(obj),
        }
        return TemplateResponse(request, "admin/console/form.html", context)

    def get_actions_detail(
        self,
        request: HttpRequest,
        object_id: Any,
    ) -> list[Any]:
        """Return the deeds that this operator may do to this object, as it stands."""
        obj = self.get_object(request, unquote(str(object_id)))
        return [
            shown
            for shown in self._get_base_actions_detail()  # type: ignore[attr-defined]
            if obj is not None
            and shown.method.deed.offered(obj)
            and self.may_operate(request, shown.method.deed, obj)
        ]

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        """Return the deeds of the whole section that this operator may do."""
        return [
            shown
            for shown in self._get_base_actions_list()  # type: ignore[attr-defined]
            if self.may_operate(request, shown.method.deed, None)
        ]
