"""The console's form about connections; what it asks for, a service does."""

from typing import Any

from django import forms
from typing_extensions import override

from config.admin import PasswordWidget, SelectWidget, TextareaWidget
from config.errors import FieldError, InvalidInput
from config.sections import RefusableForm
from social.models import Connection
from tenants.forms import LinesField

_USUAL = [("", "As is usual for this provider")]
_BELIEF = [
    ("yes", "Yes: what it calls verified is verified"),
    ("no", "No: we verify every address ourselves"),
]
_KEPT = "Encrypted and never shown again."


class HiddenTextareaWidget(TextareaWidget):  # type: ignore[misc,valid-type]
    """Several lines that are sent to us and never back, not even in a refused form."""

    @override
    def format_value(self, value: Any) -> str:
        return ""


class ConnectionForm(RefusableForm):
    """A connection. `given_secret` and `private_key` are the two looks of its secret."""

    given_secret = forms.CharField(
        label="Client secret",
        required=False,
        strip=False,
        widget=PasswordWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=f"The secret that the provider made. {_KEPT}",
    )
    private_key = forms.CharField(
        label="Private key (.p8)",
        required=False,
        strip=False,
        widget=HiddenTextareaWidget(
            attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}
        ),
        help_text="Apple only, in place of a client secret: the whole .p8 file, with its "
        f"first and last line. {_KEPT}",
    )
    believed = forms.ChoiceField(
        label="Trust its addresses",
        required=False,
        choices=_USUAL + _BELIEF,
        widget=SelectWidget,
        help_text="Whether people whose address it calls verified need no mailed code "
        "from us. Say yes only where the provider itself proves addresses: who writes "
        "them there at will could otherwise come in as somebody else.",
    )
    scopes = LinesField(
        label="Further scopes",
        required=False,
        help_text="Asked for beside what sign-in needs, one a line. Usually none.",
    )
    native_client_ids = LinesField(
        label="Client ids of your apps",
        required=False,
        help_text="Google and Apple only: the client ids (at Apple the bundle ids) of "
        "phone apps that send us ID tokens, one a line.",
    )

    class Meta:
        """Provider, id and tenant are chosen once."""

        model = Connection
        fields = [
            *["provider", "provider_id", "tenant", "name", "client_id"],
            *["issuer", "team_id", "key_id", "native_client_ids", "scopes"],
            *["keeps_tokens"],
        ]
        labels = {
            "provider_id": "Id",
            "name": "Label",
            "client_id": "Client id",
            "issuer": "Where it is (issuer)",
            "team_id": "Team id",
            "key_id": "Key id",
            "keeps_tokens": "Keep its tokens",
        }
        help_texts = {
            "provider_id": "Part of the callback URL, and never changed: small letters, "
            "digits and dashes, such as github or acme-login.",
            "tenant": "Whose applications offer it. Empty: those of every tenant.",
            "name": "What its button calls it. Empty: its own name, such as GitHub.",
            "client_id": "What the provider calls this service: client id, application "
            "id or app id; at Apple the Services ID.",
            "issuer": "An https URL, what stands before "
            "/.well-known/openid-configuration. Needed for OpenID Connect; for GitHub "
            "Enterprise and one's own GitLab their address; for Microsoft "
            "https://login.microsoftonline.com/DIRECTORY/v2.0 admits one directory "
            "only. Empty: the provider's public one. Stays once people are known by it.",
            "team_id": "Apple only: ten characters, at the top right of the developer "
            "account.",
            "key_id": "Apple only: ten characters, beside the key that you downloaded.",
            "keeps_tokens": "Encrypted, with each connected account. Nothing here shows "
            "or uses them: leave it off unless your own code reads them.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"name", "tenant"} & set(
            self.fields
        ):  # not where one may look only
            self.fields[name].required = False
        if self.instance._state.adding:
            return
        belief = self.fields["believed"]
        belief.choices = _BELIEF  # type: ignore[attr-defined]
        self.initial["believed"] = "yes" if self.instance.trusts_email else "no"
        for name in ("given_secret", "private_key"):
            self.fields[name].help_text = f"Empty: it stays as it is. {_KEPT}"

    @override
    def clean(self) -> dict[str, Any] | None:
        """Show what is refused of the secret where it was given."""
        if self.refusal is not None and self.refusal.errors:
            place = f"#/{self.secret_field}"
            self.refusal = InvalidInput(
                errors=[
                    FieldError(
                        place if e.pointer == "#/client_secret" else e.pointer,
                        e.code,
                        e.detail,
                    )
                    for e in self.refusal.errors
                ]
            )
        return super().clean()

    @property
    def secret_field(self) -> str:
        """The field that the secret of this provider is given in."""
        chosen = self.cleaned_data.get("provider") or self.instance.provider
        is_apple = chosen == Connection.Provider.APPLE
        return "private_key" if is_apple else "given_secret"
