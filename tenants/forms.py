"""The console's forms about tenants; what they ask for, services do."""

import json
from typing import Any, cast

from django import forms
from typing_extensions import override

from config.admin import CheckboxesWidget, TextareaWidget
from config.sections import RefusableForm
from tenants.logos import MOST_BYTES
from tenants.models import Api, Application, Invitation, Membership, Role, Tenant
from tenants.permissions import Permission
from tenants.services.policy import CLIENT, CODE, DEVICE, GRANTS, REFRESH

_MOST = 64 * 1024
_GRANTS = {
    CODE: "Browser sign-in (authorization_code)",
    REFRESH: "Renewal (refresh_token)",
    CLIENT: "In its own name (client_credentials)",
    DEVICE: "Device sign-in (device_code)",
}


class LinesField(forms.Field):
    """A list of texts, one a line."""

    widget = TextareaWidget(attrs={"rows": 4})

    @override
    def to_python(self, value: Any) -> list[Any]:
        lines = str(value or "")[:_MOST].splitlines()
        return [line.strip() for line in lines if line.strip()]

    @override
    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class ScopesField(LinesField):
    """Scopes of an API, one a line: the name, a space, what it allows."""

    @override
    def to_python(self, value: Any) -> list[Any]:
        split = (line.partition(" ") for line in super().to_python(value))
        return [{"name": name, "description": text.strip()} for name, _, text in split]

    @override
    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{s['name']} {s['description']}".strip() for s in value)


class KeysField(forms.Field):
    """A JSON object; empty is None."""

    widget = TextareaWidget(attrs={"rows": 6, "spellcheck": "false"})

    @override
    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            if len(text) > _MOST:
                raise ValueError
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise forms.ValidationError("Expected a JSON object.")
        return found

    @override
    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, indent=2) if isinstance(value, dict) else value


class TenantForm(RefusableForm):
    """A tenant's policy and its look."""

    logo = forms.FileField(
        required=False,
        help_text="PNG, JPEG or WebP, up to 48,000 bytes and 1024 by 1024 pixels.",
    )
    remove_logo = forms.BooleanField(required=False)

    class Meta:
        """The slug is chosen once."""

        model = Tenant
        fields = [
            *["slug", "name", "registration"],
            *["verification_required", "mfa_required"],
            *["brand_name", "accent_color", "accent_color_dark"],
            *["support_email", "support_url"],
        ]
        labels = {"mfa_required": "Second factor required"}
        help_texts = {
            "verification_required": "Nobody signs in before their address is verified.",
            "mfa_required": "Who has none sets one up at the next sign-in.",
            "brand_name": "What people see on pages and in mails; else the name.",
            "accent_color": "#rrggbb, readable on white: at least 4.5:1.",
            "accent_color_dark": "For dark pages; else the accent colour, lightened.",
        }

    def clean_logo(self) -> bytes | None:
        """Return the uploaded bytes, one more than allowed at most."""
        given = self.cleaned_data.get("logo")
        return given.read(MOST_BYTES + 1) if given else None


class ApiForm(RefusableForm):
    """A protected API."""

    scopes = ScopesField(
        required=False,
        help_text="One a line: the name, a space, what it allows.",
    )

    class Meta:
        """Tenant and identifier are chosen once."""

        model = Api
        fields = ["tenant", "identifier", "name", "scopes", "shared_with"]


class ApplicationForm(RefusableForm):
    """A client application. Left empty, grants and scopes of a new one follow its type."""

    redirect_uris = LinesField(
        label="Redirect URIs",
        required=False,
        help_text="Where people come back to after sign-in: one a line, compared "
        "exactly.",
    )
    allowed_origins = LinesField(
        required=False,
        help_text="Origins of browser code that calls us, one a line.",
    )
    post_logout_redirect_uris = LinesField(
        label="Post-logout redirect URIs",
        required=False,
        help_text="Where people may be sent after sign-out: one a line, compared "
        "exactly.",
    )
    jwks = KeysField(
        label="Public keys (JWKS)",
        required=False,
        help_text='{"keys": [...]}: RSA from 2048 bits, EC P-256 or Ed25519, without '
        "private parts.",
    )
    audiences = LinesField(
        label="APIs",
        required=False,
        help_text="Identifiers of the APIs it gets tokens for, one a line; first is "
        "the default.",
    )
    scopes = LinesField(required=False, help_text="One a line.")
    grants = forms.MultipleChoiceField(
        choices=[(grant, _GRANTS[grant]) for grant in GRANTS["web"]],
        required=False,
        widget=CheckboxesWidget,
        help_text="How it gets tokens. None ticked on a new one: those of its type.",
    )

    class Meta:
        """Tenant and type are chosen once."""

        model = Application
        fields = [
            *["tenant", "name", "type", "is_first_party", "redirect_uris", "grants"],
            *["require_pushed_authorization_requests", "allowed_origins", "scopes"],
            *["manages"],
            *["signing_algorithm", "id_token_algorithm", "access_token_seconds"],
            *["session_idle_seconds", "session_absolute_seconds"],
            *["post_logout_redirect_uris", "backchannel_logout_uri"],
            *["client_authentication", "jwks", "jwks_uri"],
            *["client_uri", "policy_uri", "tos_uri"],
        ]
        labels = {
            "is_first_party": "First-party",
            "require_pushed_authorization_requests": "Require pushed requests (PAR)",
            "signing_algorithm": "Access tokens are signed with",
            "manages": "May manage",
            "id_token_algorithm": "ID tokens are signed with",
            "backchannel_logout_uri": "Back-channel logout URI",
            "client_authentication": "It proves itself by",
            "jwks_uri": "Address of its keys (JWKS URI)",
            "client_uri": "Home page",
            "policy_uri": "Privacy policy",
            "tos_uri": "Terms of service",
        }
        help_texts = {
            "is_first_party": "Ours: asks nobody for consent, and without a "
            "secret may sign people in by REST.",
            "require_pushed_authorization_requests": "Sign-ins begin with a call from "
            "its server (RFC 9126), so that nobody alters them on the way.",
            "manages": "What this service may do over the management API with its secret "
            "alone: in its own tenant what a tenant admin may, or everywhere what a "
            "superuser may, except to operators (a service of the tenant default only). "
            "For first-party services; only superusers give it.",
            "id_token_algorithm": "RS256 is what every OpenID Connect client knows.",
            "access_token_seconds": "Empty takes the instance's.",
            "session_idle_seconds": "Without a refresh. Empty takes the instance's.",
            "session_absolute_seconds": "At most. Empty takes the instance's.",
            "backchannel_logout_uri": "https; we tell it when somebody's session ends.",
            "client_authentication": "A private key never leaves the application; it "
            "needs one of the two fields below. Web and service applications only.",
            "jwks_uri": "https; read when an unknown key is used.",
            "client_uri": "https; shown where it asks for consent.",
            "policy_uri": "https; shown where it asks for consent.",
            "tos_uri": "https; shown where it asks for consent.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            linked = self.instance.applicationapi_set.select_related("api")
            self.initial["audiences"] = [link.api.identifier for link in linked]


class RoleForm(RefusableForm):
    """A role: what it allows here, and what at the tenant's own APIs."""

    permissions = forms.MultipleChoiceField(
        choices=[(p.value, f"{p.value}: {p.label}") for p in Permission],
        required=False,
        widget=CheckboxesWidget,
        label="Permissions here",
        help_text="What its holders may do in this service. Your APIs do not see these.",
    )
    api_permissions = LinesField(
        label="Permissions in your APIs",
        required=False,
        help_text="One a line, such as orders:refund. Tokens for the tenant's own APIs "
        "carry them as permissions; they allow nothing here.",
    )

    class Meta:
        """The tenant is chosen once."""

        model = Role
        fields = [
            *("tenant", "name", "description"),
            *("permissions", "api_permissions", "mfa_required"),
        ]
        labels = {"mfa_required": "Second factor required"}
        help_texts = {"mfa_required": "Whoever holds it sets one up at sign-in."}


class MembershipForm(RefusableForm):
    """A membership; roles are chosen once there is one."""

    class Meta:
        """User and tenant are chosen once."""

        model = Membership
        fields = ["user", "tenant", "roles", "expires_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "roles" in self.fields:
            own = Role.objects.filter(tenant=self.instance.tenant_id)
            roles = cast("forms.ModelMultipleChoiceField[Role]", self.fields["roles"])
            roles.queryset = own


class InvitationForm(RefusableForm):
    """An invitation to be mailed."""

    roles = LinesField(
        required=False,
        help_text="Names of the tenant's roles that they get, one a line.",
    )

    class Meta:
        """All is chosen once."""

        model = Invitation
        fields = ["tenant", "email", "roles"]


class RotationForm(forms.Form):
    """How long the older secrets still work."""

    overlap = forms.TypedChoiceField(
        label="Older secrets stop working",
        coerce=int,
        choices=[
            (0, "at once (a secret has leaked)"),
            (3600, "in an hour"),
            (86400, "in a day"),
            (604800, "in a week"),
        ],
        initial=86400,
    )
