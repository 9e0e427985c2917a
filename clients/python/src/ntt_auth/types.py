"""What is sent to the REST API and what it answers, by the names of `clients/openapi.yaml`.

Written by `scripts/write_types.py` (hence its length): change the contract, not this file.
Times are strings of RFC 3339, ids are UUIDs as strings.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict, Union


class _AcceptInputRequest(TypedDict):
    key: str


class AcceptInputRequest(_AcceptInputRequest, total=False):
    """The account to be made: its password, and what the person is called."""

    password: str
    name: str


class AcceptedOutput(TypedDict):
    """An invitation that was accepted; `tenant` is the name for people."""

    tenant: str
    user: MemberOutput
    email_verified: bool


class _ApiInputRequest(TypedDict):
    identifier: str


class ApiInputRequest(_ApiInputRequest, total=False):
    """A new API."""

    name: str
    scopes: list[ScopeInputRequest]


class ApiOutput(TypedDict):
    """An API; `shared_with` are the slugs of other tenants."""

    id: str
    identifier: str
    name: str
    scopes: list[ScopeOutput]
    shared_with: list[str]
    created_at: str


class ApiOutputPage(TypedDict):
    """As the contract has it."""

    data: list[ApiOutput]
    next_cursor: str | None
    has_more: bool


class _ApplicationInputRequest(TypedDict):
    name: str
    type: TypeEnum


class ApplicationInputRequest(_ApplicationInputRequest, total=False):
    """A new application."""

    is_first_party: bool
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    backchannel_logout_uri: str
    client_authentication: ClientAuthenticationEnum
    jwks: dict[str, Any] | None
    jwks_uri: str
    require_pushed_authorization_requests: bool
    client_uri: str
    policy_uri: str
    tos_uri: str
    allowed_origins: list[str]
    grants: list[str]
    scopes: list[str]
    audiences: list[str]
    manages: str
    signing_algorithm: SigningAlgorithmEnum
    id_token_algorithm: SigningAlgorithmEnum
    access_token_seconds: int | None
    session_idle_seconds: int | None
    session_absolute_seconds: int | None


class ApplicationOutput(TypedDict):
    """An application; lifetimes null take the instance's. `jwks` are public keys."""

    id: str
    client_id: str
    name: str
    type: str
    is_first_party: bool
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    backchannel_logout_uri: str
    client_authentication: str
    jwks: dict[str, Any] | None
    jwks_uri: str
    require_pushed_authorization_requests: bool
    client_uri: str
    policy_uri: str
    tos_uri: str
    allowed_origins: list[str]
    grants: list[str]
    scopes: list[str]
    audiences: list[str]
    manages: str
    signing_algorithm: str
    id_token_algorithm: str
    access_token_seconds: int | None
    session_idle_seconds: int | None
    session_absolute_seconds: int | None
    suspended_at: str | None
    created_at: str


class ApplicationOutputPage(TypedDict):
    """As the contract has it."""

    data: list[ApplicationOutput]
    next_cursor: str | None
    has_more: bool


class BrandOutput(TypedDict):
    """A tenant's look: as stored, and what people see (`name` and the two addresses)."""

    brand_name: str
    accent_color: str
    accent_color_dark: str
    support_email: str
    support_url: str
    name: str
    logo_url: str
    stylesheet_url: str


ClientAuthenticationEnum = Literal["client_secret", "private_key_jwt"]


class ClientFieldsRequest(TypedDict, total=False):
    """For which application, and for which audience (RFC 8707)."""

    client_id: str
    audience: str


class _ConfirmInputRequest(TypedDict):
    flow_token: str
    method: EnrolMethodEnum


class ConfirmInputRequest(_ConfirmInputRequest, total=False):
    """The proof of a new factor: `code` or `credential`, as the method has it."""

    code: str
    credential: Any
    name: str


class ConsentOut(TypedDict):
    """What a person lets an application have; `scope` is a list separated by spaces."""

    id: str
    client_id: str
    application: str
    audience: str
    scope: str
    created_at: str
    changed_at: str


class ConsentOutPage(TypedDict):
    """As the contract has it."""

    data: list[ConsentOut]
    next_cursor: str | None
    has_more: bool


ContentTypeEnum = Literal["image/png", "image/jpeg", "image/webp"]


class CreationOptions(TypedDict):
    """WebAuthn's `CredentialCreationOptions` in JSON."""

    options: dict[str, Any]


class EmailInputRequest(TypedDict):
    """An address."""

    email: str


class EnrolInputRequest(TypedDict):
    """Which kind of factor to set up."""

    method: EnrolMethodEnum


EnrolMethodEnum = Literal["totp", "webauthn"]


class _EnrolPasskeyInputRequest(TypedDict):
    flow_token: str
    credential: Any


class EnrolPasskeyInputRequest(_EnrolPasskeyInputRequest, total=False):
    """A new passkey, and what to call it."""

    name: str


class EnrolTotpInputRequest(TypedDict):
    """The app's first code."""

    flow_token: str
    code: str


class EnrolledTokens(TypedDict):
    """A token response, with the recovery codes of a first factor."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    scope: str
    user: UserOut
    recovery_codes: list[str]


class _Enrolling(TypedDict):
    flow_token: str


class Enrolling(_Enrolling, total=False):
    """A factor that waits for its proof: a TOTP secret, or WebAuthn creation options."""

    secret: str
    otpauth_uri: str
    options: dict[str, Any]


class EventOutput(TypedDict):
    """One thing that happened."""

    id: str
    created_at: str
    action: str
    succeeded: bool
    outcome: str
    actor_type: str
    actor_id: str
    actor_label: str
    tenant_id: str | None
    target_type: str
    target_id: str
    target_label: str
    ip: str | None
    user_agent: str
    request_id: str
    details: Any


class EventOutputPage(TypedDict):
    """As the contract has it."""

    data: list[EventOutput]
    next_cursor: str | None
    has_more: bool


class ExportOutput(TypedDict):
    """All that is held about a person; `data` is by app and section."""

    format: int
    issuer: str
    user_id: str
    exported_at: str
    data: dict[str, dict[str, Any]]


FactorMethodEnum = Literal["totp", "webauthn", "recovery_code"]


class FactorOut(TypedDict):
    """A factor of one's own, without its secret."""

    id: str
    method: str
    name: str
    created_at: str
    last_used_at: str | None
    codes_left: int | None


class FactorsOut(TypedDict):
    """All of one's factors."""

    data: list[FactorOut]


class FeedPage(TypedDict):
    """A page of the feed; `next_cursor` is never null."""

    data: list[RevocationOut]
    next_cursor: str
    has_more: bool


class FlowInputRequest(TypedDict):
    """A flow that waits for its next step; what it is for was said when it began."""

    flow_token: str


class GivenConsentOut(TypedDict):
    """A consent as those see it who manage the application's tenant."""

    id: str
    client_id: str
    application: str
    audience: str
    scope: str
    created_at: str
    changed_at: str
    user_id: str


class GivenConsentOutPage(TypedDict):
    """As the contract has it."""

    data: list[GivenConsentOut]
    next_cursor: str | None
    has_more: bool


class IdentitiesOut(TypedDict):
    """One's connected accounts, the oldest first."""

    data: list[IdentityOut]


class IdentityInputRequest(TypedDict):
    """To connect whom an ID token names to one's own account."""

    id_token: str
    nonce: str
    provider: str


class IdentityOut(TypedDict):
    """An account at a provider that signs one in. What the provider told last is shown."""

    id: str
    connection: str
    provider: str
    name: str
    email: str
    created_at: str
    last_used_at: str | None


class _InvitationInputRequest(TypedDict):
    email: str


class InvitationInputRequest(_InvitationInputRequest, total=False):
    """Whom to invite, and the names of the roles that they get."""

    roles: list[str]


class InvitationOutput(TypedDict):
    """An invitation; `invited_by` is null where a command or a service did it."""

    id: str
    email: str
    roles: list[str]
    state: StateEnum
    invited_by: MemberOutput | None
    created_at: str
    sent_at: str
    expires_at: str
    accepted_at: str | None
    revoked_at: str | None


class InvitationOutputPage(TypedDict):
    """As the contract has it."""

    data: list[InvitationOutput]
    next_cursor: str | None
    has_more: bool


class LeavingOutput(TypedDict):
    """When the account is erased."""

    erase_at: str


class LinkInputRequest(TypedDict):
    """What stands behind `?key=` in a mailed link."""

    key: str


class _LoginInputRequest(TypedDict):
    email: str
    password: str


class LoginInputRequest(_LoginInputRequest, total=False):
    """An address and a password. Lengths beyond any policy are refused unread."""

    client_id: str
    audience: str


class LogoInputRequest(TypedDict):
    """A picture of up to 48,000 bytes in base64 (RFC 4648 section 4)."""

    content_type: ContentTypeEnum
    data: str


class LogoutInputRequest(TypedDict, total=False):
    """Instead of the Bearer header."""

    refresh_token: str


class MeOutput(TypedDict):
    """One's own profile."""

    id: str
    email: str
    email_verified: bool
    name: str
    language: str
    created_at: str


class MemberOutput(TypedDict):
    """The person of a membership."""

    id: str
    email: str
    name: str


class MembershipInputRequest(TypedDict, total=False):
    """A new member: by `email` or by `user_id`."""

    roles: list[str]
    expires_at: str | None
    email: str
    user_id: str


class MembershipOutput(TypedDict):
    """A membership."""

    id: str
    user: MemberOutput
    roles: list[str]
    expires_at: str | None
    suspended_at: str | None
    created_at: str


class MembershipOutputPage(TypedDict):
    """As the contract has it."""

    data: list[MembershipOutput]
    next_cursor: str | None
    has_more: bool


class _MfaInputRequest(TypedDict):
    flow_token: str
    method: FactorMethodEnum


class MfaInputRequest(_MfaInputRequest, total=False):
    """A second factor: `code`, or for `webauthn` its `credential`."""

    code: str
    credential: Any


class NewApplicationOutput(TypedDict):
    """A fresh application; its `client_secret`, if it has one, is shown this once."""

    id: str
    client_id: str
    name: str
    type: str
    is_first_party: bool
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    backchannel_logout_uri: str
    client_authentication: str
    jwks: dict[str, Any] | None
    jwks_uri: str
    require_pushed_authorization_requests: bool
    client_uri: str
    policy_uri: str
    tos_uri: str
    allowed_origins: list[str]
    grants: list[str]
    scopes: list[str]
    audiences: list[str]
    manages: str
    signing_algorithm: str
    id_token_algorithm: str
    access_token_seconds: int | None
    session_idle_seconds: int | None
    session_absolute_seconds: int | None
    suspended_at: str | None
    created_at: str
    client_secret: str | None


class NewSecretOutput(TypedDict):
    """A fresh secret, shown this once."""

    id: str
    hint: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None
    client_secret: str


class OfferOutput(TypedDict):
    """What an invitation is, to who holds its link; `tenant` is the name for people."""

    tenant: str
    email: str
    expires_at: str


class PasskeyBegun(TypedDict):
    """With the flow that waits for the answer."""

    options: dict[str, Any]
    flow_token: str


class PasskeyInputRequest(TypedDict):
    """A passkey's answer."""

    flow_token: str
    credential: Any


class PasswordInputRequest(TypedDict):
    """The password as it is, and as it shall be."""

    current_password: str
    new_password: str


class PatchedApiChangeRequest(TypedDict, total=False):
    """What an admin may change about an API."""

    name: str
    scopes: list[ScopeInputRequest]


class PatchedApplicationChangeRequest(TypedDict, total=False):
    """What an admin may change about an application."""

    name: str
    is_first_party: bool
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    backchannel_logout_uri: str
    client_authentication: ClientAuthenticationEnum
    jwks: dict[str, Any] | None
    jwks_uri: str
    require_pushed_authorization_requests: bool
    client_uri: str
    policy_uri: str
    tos_uri: str
    allowed_origins: list[str]
    grants: list[str]
    scopes: list[str]
    audiences: list[str]
    manages: str
    signing_algorithm: SigningAlgorithmEnum
    id_token_algorithm: SigningAlgorithmEnum
    access_token_seconds: int | None
    session_idle_seconds: int | None
    session_absolute_seconds: int | None


class PatchedBrandChangeRequest(TypedDict, total=False):
    """What an admin may change about a tenant's look; "" takes the instance's."""

    brand_name: str
    accent_color: str
    accent_color_dark: str
    support_email: str
    support_url: str


class PatchedFactorInputRequest(TypedDict, total=False):
    """What a passkey is called."""

    name: str


class PatchedMembershipChangeRequest(TypedDict, total=False):
    """The member's roles (exactly these afterwards) and when they leave."""

    roles: list[str]
    expires_at: str | None


class PatchedProfileInputRequest(TypedDict, total=False):
    """What people may change about themselves."""

    name: str
    language: str


class PatchedRoleChangeRequest(TypedDict, total=False):
    """What an admin may change about a role."""

    name: str
    description: str
    permissions: list[PermissionsEnum]
    api_permissions: list[str]
    mfa_required: bool


class PatchedTenantChangeRequest(TypedDict, total=False):
    """What an admin may change about a tenant."""

    name: str
    registration: RegistrationEnum
    verification_required: bool
    mfa_required: bool


class PendingResponse(TypedDict):
    """A flow that goes on: present `flow_token` with one of `methods`."""

    flow_token: str
    methods: list[str]


PermissionsEnum = Literal[
    "tenant:read",
    "tenant:write",
    "applications:read",
    "applications:write",
    "apis:read",
    "apis:write",
    "roles:read",
    "roles:write",
    "members:read",
    "members:write",
    "audit:read",
]


class Problem(TypedDict):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[dict[str, Any]]


class ProviderOut(TypedDict):
    """A provider that an application offers. `native` says that its ID tokens may be sent. For the browser, `id` is the authorization request's `connection`."""

    id: str
    provider: str
    name: str
    native: bool


class ProvidersOut(TypedDict):
    """The providers of an application, in the order of their buttons."""

    data: list[ProviderOut]


class ReauthenticateInputRequest(TypedDict, total=False):
    """The password; without one a passkey is asked for."""

    password: str


class RecoveryCodes(TypedDict):
    """Recovery codes, shown this once; none where there are some already."""

    recovery_codes: list[str]


class _RefreshInputRequest(TypedDict):
    refresh_token: str


class RefreshInputRequest(_RefreshInputRequest, total=False):
    """A refresh token; `client_id`, if given, must be the session's."""

    client_id: str
    audience: str


class _RegisterInputRequest(TypedDict):
    email: str
    password: str


class RegisterInputRequest(_RegisterInputRequest, total=False):
    """Sign-up; `name` is shown to the person's applications."""

    client_id: str
    audience: str
    name: str


RegistrationEnum = Literal["open", "invite", "closed"]


class RequestOptions(TypedDict):
    """WebAuthn's `CredentialRequestOptions` in JSON."""

    options: dict[str, Any]


class _ResetConfirmInputRequest(TypedDict):
    key: str
    password: str


class ResetConfirmInputRequest(_ResetConfirmInputRequest, total=False):
    """The new password; the others prove a second factor, as at `auth/mfa`."""

    flow_token: str
    method: str
    code: str
    credential: dict[str, Any]


class _ResetInputRequest(TypedDict):
    email: str


class ResetInputRequest(_ResetInputRequest, total=False):
    """Whose password was forgotten, and from which application they came."""

    client_id: str


class RevocationOut(TypedDict):
    """One row of the feed; `issued_before` in Unix seconds, null for all tokens."""

    kind: str
    subject: str
    issued_before: int | None
    expires_at: str


class RevokeInputRequest(TypedDict):
    """A token to end."""

    token: str


class _RoleInputRequest(TypedDict):
    name: str


class RoleInputRequest(_RoleInputRequest, total=False):
    """A new role."""

    description: str
    permissions: list[PermissionsEnum]
    api_permissions: list[str]
    mfa_required: bool


class RoleOutput(TypedDict):
    """A role."""

    id: str
    name: str
    description: str
    permissions: list[str]
    api_permissions: list[str]
    mfa_required: bool
    created_at: str


class RoleOutputPage(TypedDict):
    """As the contract has it."""

    data: list[RoleOutput]
    next_cursor: str | None
    has_more: bool


class RotateInputRequest(TypedDict, total=False):
    """How long the older secrets still work."""

    overlap: int


class RotateKeysInputRequest(TypedDict, total=False):
    """How a rotation goes."""

    now: bool


class RotatedKeys(TypedDict):
    """The keys that a rotation changed."""

    data: list[SigningKeyOut]


class _ScopeInputRequest(TypedDict):
    name: str


class ScopeInputRequest(_ScopeInputRequest, total=False):
    """A scope of an API."""

    description: str


class ScopeOutput(TypedDict):
    """A scope of an API."""

    name: str
    description: str


class SecretOutput(TypedDict):
    """A client secret: its last four characters, never the whole."""

    id: str
    hint: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None


class SecretOutputPage(TypedDict):
    """As the contract has it."""

    data: list[SecretOutput]
    next_cursor: str | None
    has_more: bool


class SessionOut(TypedDict):
    """A session as its owner sees it."""

    id: str
    client_id: str
    application: str
    ip: str | None
    user_agent: str
    device: str
    amr: list[str]
    created_at: str
    last_used_at: str
    expires_at: str
    current: bool


class SessionOutPage(TypedDict):
    """As the contract has it."""

    data: list[SessionOut]
    next_cursor: str | None
    has_more: bool


class ShareInputRequest(TypedDict):
    """The other tenants whose applications may ask for an API."""

    tenants: list[str]


SigningAlgorithmEnum = Literal["ES256", "EdDSA", "RS256"]


class SigningKeyOut(TypedDict):
    """A key without its private half."""

    kid: str
    algorithm: str
    state: str
    created_at: str
    activated_at: str | None
    retired_at: str | None
    revoked_at: str | None


class SigningKeyOutPage(TypedDict):
    """As the contract has it."""

    data: list[SigningKeyOut]
    next_cursor: str | None
    has_more: bool


StateEnum = Literal["open", "accepted", "revoked", "expired"]


class _TenantInputRequest(TypedDict):
    slug: str


class TenantInputRequest(_TenantInputRequest, total=False):
    """A new tenant."""

    name: str
    registration: RegistrationEnum
    verification_required: bool
    mfa_required: bool


class TenantOutput(TypedDict):
    """A tenant."""

    id: str
    slug: str
    name: str
    registration: str
    verification_required: bool
    mfa_required: bool
    suspended_at: str | None
    created_at: str


class TenantOutputPage(TypedDict):
    """As the contract has it."""

    data: list[TenantOutput]
    next_cursor: str | None
    has_more: bool


class _TokenInputRequest(TypedDict):
    id_token: str
    nonce: str


class TokenInputRequest(_TokenInputRequest, total=False):
    """To sign in by an ID token, over REST."""

    client_id: str
    audience: str


class TokenResponse(TypedDict):
    """Design section 6, "Token response"; times are in seconds."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    scope: str
    user: UserOut


class TotpSecret(TypedDict):
    """A TOTP secret in base32, and as the `otpauth:` URI that a QR code shows."""

    secret: str
    otpauth_uri: str


TypeEnum = Literal["web", "spa", "native", "service"]


class _UserInputRequest(TypedDict):
    email: str


class UserInputRequest(_UserInputRequest, total=False):
    """A user to be made; without a password none is usable."""

    password: str
    name: str
    email_verified: bool
    is_superuser: bool
    send_invite: bool


class UserOut(TypedDict):
    """The person in a token response."""

    id: str
    email: str
    email_verified: bool
    name: str


class UserOutput(TypedDict):
    """A user as operators see one."""

    id: str
    email: str
    email_verified: bool
    name: str
    language: str
    created_at: str
    is_active: bool
    is_staff: bool
    is_superuser: bool
    erase_at: str | None


class UserOutputPage(TypedDict):
    """As the contract has it."""

    data: list[UserOutput]
    next_cursor: str | None
    has_more: bool


class VerifyEmailInputRequest(TypedDict):
    """The code that was mailed; case and dashes do not matter."""

    flow_token: str
    code: str


VerifyEmailRequest = Union["VerifyEmailInputRequest", "LinkInputRequest"]


class _VerifyInputRequest(TypedDict):
    token: str


class VerifyInputRequest(_VerifyInputRequest, total=False):
    """A token to look at, and the audience it must be for."""

    audience: str


class _VerifyResponse(TypedDict):
    active: bool


class VerifyResponse(_VerifyResponse, total=False):
    """Whether the token is good; its claims only if it is."""

    claims: dict[str, Any]
