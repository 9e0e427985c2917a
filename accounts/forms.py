"""The console's forms about people; what they ask for, services do."""

from typing import Any

from django import forms
from django.contrib.admin.sites import site

from accounts.models import User
from accounts.rights import rights_of
from config.admin import CheckboxesWidget
from config.sections import RefusableForm

_NEW = forms.PasswordInput(attrs={"autocomplete": "new-password"})


class NewUserForm(forms.Form):
    """What an operator says about a new person."""

    email = forms.CharField(label="E-mail", max_length=254)
    name = forms.CharField(max_length=150, required=False)
    password = forms.CharField(
        widget=_NEW,
        strip=False,
        max_length=4096,
        required=False,
        help_text="Leave empty to mail them a link, good for a week, to choose one.",
    )


class PasswordForm(forms.Form):
    """A new password for somebody else."""

    new_password = forms.CharField(widget=_NEW, strip=False, max_length=4096)


def console_rights() -> list[tuple[str, str]]:
    """Return every right that can be granted: what the console has sections for."""
    rights = []
    sections: dict[Any, Any] = site._registry
    for model, section in sections.items():
        app, name = model._meta.app_label, model._meta.model_name
        plural = str(model._meta.verbose_name_plural)
        rights += [
            (f"{app}.{verb}_{name}", f"{plural[:1].upper()}{plural[1:]}: {verb}")
            for verb in section.grants
        ]
    return rights


class RightsForm(RefusableForm):
    """A user's page as a superuser sees it."""

    rights = forms.MultipleChoiceField(
        choices=console_rights,
        required=False,
        widget=CheckboxesWidget,
        help_text="What staff may see and do here. A superuser may do everything.",
    )

    class Meta:
        """What stands in the user's row; `rights` stands beside it."""

        model = User
        fields = ["name", "is_staff", "is_superuser"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_staff"].label = "Staff"
        self.fields["is_staff"].help_text = "May sign in to this console."
        self.fields["is_superuser"].label = "Superuser"
        self.fields["is_superuser"].help_text = (
            "May do everything, whatever is ticked below."
        )
        if self.instance.pk:
            held = rights_of(self.instance).permissions
            self.initial.setdefault("rights", sorted(held))
