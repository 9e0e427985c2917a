"""Forms of the hosted pages: drawn by `templates/account/parts/`, refused by services.

A field here only carries what was typed. What is an address, a password or a code is
said by the service, once; its refusal comes back to the field through `explain`.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import loader
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.pages import sentences
from accounts.passwords import PolicyValidator
from config.errors import ServiceError, TooManyRequests, Unavailable

_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_policy = lazy(lambda: PolicyValidator().get_help_text(), str)


class PartsRenderer(DjangoTemplates):
    """Draws forms and fields with our parts, and widgets with Django's own templates."""

    form_template_name = "account/parts/form.html"
    field_template_name = "account/parts/field.html"

    @override
    def get_template(self, template_name: str) -> Any:
        if template_name.startswith("account/"):
            return loader.get_template(template_name)
        return super().get_template(template_name)


class _Typed(forms.CharField):
    """Text as it was typed: too much is told, not silently cut off by the browser."""

    @override
    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs: dict[str, Any] = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        attrs.pop("minlength", None)
        return attrs


class AddressField(_Typed):
    """An e-mail address, kept as typed but for outer space.

    `autocomplete` is `username` where it identifies (`username webauthn` where a passkey
    may be offered too) and `email` where it is only told.
    """

    def __init__(
        self,
        *,
        autocomplete: str = "username",
        **kwargs: Any,
    ) -> None:
        attrs = {"autocomplete": autocomplete, "inputmode": "email", "dir": "ltr"}
        kwargs.setdefault("label", _("E-mail address"))
        kwargs.setdefault("max_length", 320)
        super().__init__(widget=forms.EmailInput(attrs=attrs), **kwargs)


class PasswordField(_Typed):
    """A password, every character of it; never sent back to the browser.

    A `new` one tells the policy as its hint, unless `help_text` says something else.
    """

    def __init__(
        self,
        *,
        new: bool,
        **kwargs: Any,
    ) -> None:
        attrs = {
            "autocomplete": "new-password" if new else "current-password",
            "data-reveal": _("Show password"),
            "dir": "ltr",
        }
        kwargs.setdefault("label", _("Password"))
        hint = _policy() if new else ""  # type: ignore[no-untyped-call]
        kwargs.setdefault("help_text", hint)
        kwargs.setdefault("max_length", 4096)
        super().__init__(widget=forms.PasswordInput(attrs=attrs), strip=False, **kwargs)


class CodeField(_Typed):
    """A code from a mail, an app or a list: one field, which takes it however written.

    Spaces and dashes are left out, digits of any script become ASCII. `digits` says that
    there are no letters in it, for the keyboard of a phone.
    """

    def __init__(
        self,
        *,
        digits: bool = True,
        **kwargs: Any,
    ) -> None:
        attrs = {
            "autocomplete": "one-time-code",
            "inputmode": "numeric" if digits else "text",
            "autocapitalize": "off" if digits else "characters",
            "spellcheck": "false",
            "dir": "ltr",
            "class": "code",
        }
        kwargs.setdefault("label", _("Code"))
        kwargs.setdefault("max_length", 64)
        super().__init__(widget=forms.TextInput(attrs=attrs), **kwargs)

    @override
    def to_python(self, value: Any) -> str:
        text = _BETWEEN.sub("", super().to_python(value) or "")
        return "".join(str(unicodedata.decimal(c, c)) for c in text)


class NameField(_Typed):
    """What somebody is called; `accounts.names` says what a name may be."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Name"))
        kwargs.setdefault("max_length", 600)
        attrs = {"autocomplete": "name", "dir": "auto"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **kwargs)


class PageForm(forms.Form):
    """A form on a hosted page: ids equal names, `{{ form }}` draws it whole.

    `focus` names the field that a fresh page puts the cursor in; where that is filled in
    already, it is the one after it.
    """

    default_renderer = PartsRenderer
    focus: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        kwargs.setdefault("auto_id", "%s")
        super().__init__(*args, **kwargs)
        if self.focus and not self.is_bound:
            names = list(self.fields)
            rest = names[names.index(self.focus) :]
            empty = (name for name in rest if not self.initial.get(name))
            first = next(empty, self.focus)
            self.fields[first].widget.attrs["autofocus"] = True

    def explain(
        self,
        refusal: ServiceError,
        at: Mapping[str, str] | None = None,
    ) -> None:
        """Show a service's refusal, at the fields that its pointers name.

        `at` maps a pointer's name to the field that asks for it, where they differ, and
        "" to the field of a refusal without pointers. The rest stands above the fields.
        Call it on a form that was found valid, then render the page with the refusal's
        status.
        """
        names = dict(at or {})
        for fault in refusal.errors:
            name = fault.pointer.removeprefix("#").removeprefix("/").split("/")[0]
            self._tell(names.get(name, name), sentences.at_field(fault))
        if not refusal.errors:
            busy = isinstance(refusal, TooManyRequests | Unavailable)
            self._tell("" if busy else names.get("", ""), sentences.said(refusal))

    def _tell(
        self,
        name: str,
        sentence: str,
    ) -> None:
        self.add_error(name if name in self.fields else None, sentence)
