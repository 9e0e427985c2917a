"""Django REST framework: an authentication class, and permissions.

    NTT_AUTH = {"ISSUER": "https://id.example.com", "AUDIENCE": "https://api.example.com"}

Other keys of `NTT_AUTH` are `Verifier`'s options in upper case (`REVOCATION`,
`INTROSPECT`, ...), or `VERIFIER`, a ready one. `request.user` is a `Caller`,
`request.auth` the `Principal`. `django.contrib.auth` may be missing.
"""

import functools
from collections.abc import Iterable
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.core.signals import setting_changed
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    NotAuthenticated,
    PermissionDenied,
)
from rest_framework.permissions import (
    NOT,
    OR,
    BasePermission,
    OperationHolderMixin,
)
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from ntt_auth._web import Verifying, check, token_or_none
from ntt_auth._web import verifier as make_verifier
from ntt_auth.challenges import CONTENT_TYPE, answer
from ntt_auth.errors import (
    Forbidden,
    Refused,
    TokenInvalid,
    TokenMissing,
    Unavailable,
)
from ntt_auth.principals import Principal
from ntt_auth.requirements import Requirement

__all__ = [
    "BearerAuthentication",
    "Caller",
    "HasPermissions",
    "HasRoles",
    "HasScopes",
    "Principal",
    "Requires",
    "exception_handler",
]


class Caller:
    """`request.user`: the principal's attributes, and what Django asks of a user.

    `principal` is None for an anonymous caller where `django.contrib.auth` is missing.
    """

    is_staff = False
    is_superuser = False

    def __init__(self, principal: Principal | None = None) -> None:
        self.principal = principal
        self.is_authenticated = self.is_active = principal is not None
        self.is_anonymous = principal is None
        # throttling counts by this
        self.pk = self.id = principal.sub if principal else None

    def __getattr__(self, name: str) -> Any:
        """Return what the principal has, such as `sub`."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.__dict__.get("principal"), name)

    def __str__(self) -> str:
        return self.principal.sub if self.principal else ""


class _Problem(APIException):
    """A refusal in the form that the framework's exception handler understands."""

    def __init__(self, error: Refused | Unavailable) -> None:  # noqa: B042
        said = answer(error)
        super().__init__(said.body, error.code)
        self.status_code = said.status
        self.detail = said.body  # as it is: numbers stay numbers
        self.auth_header = said.headers.get("WWW-Authenticate")
        if "Retry-After" in said.headers:
            self.wait = int(said.headers["Retry-After"])


class _ProblemRenderer(JSONRenderer):
    media_type = CONTENT_TYPE


def _problem(
    request: Request,
    error: Refused | Unavailable,
) -> _Problem:
    # the answer's form was negotiated before anybody asked who calls
    request.accepted_renderer = _ProblemRenderer()
    request.accepted_media_type = CONTENT_TYPE
    return _Problem(error)


# The sign-in of `ntt_auth.django` has its settings in the same dict.
SIGN_IN = frozenset(
    {
        *("CLIENT_ID", "CLIENT_SECRET", "SCOPE", "ORIGIN"),
        *("AFTER_LOGIN", "POST_LOGOUT_REDIRECT"),
    }
)


@functools.lru_cache(maxsize=None)
def verifier_for(audience: str | None) -> Verifying:
    """Return the project's verifier; None is the configured audience."""
    given = {
        name.lower(): value
        for name, value in getattr(settings, "NTT_AUTH", {}).items()
        if name not in SIGN_IN
    }
    ready: Verifying | None = given.pop("verifier", None)
    if ready is not None:
        return ready
    configured = given.pop("audience", None)
    return make_verifier(given.pop("issuer", None), audience or configured, given)


def _forget(
    *,
    setting: str,
    **_: Any,
) -> None:
    if setting == "NTT_AUTH":
        verifier_for.cache_clear()


setting_changed.connect(_forget)


def _need_no_accounts() -> None:
    # the framework's default, Django's AnonymousUser, cannot be imported where its
    # application is missing; what the project has set stays
    given = getattr(settings, "REST_FRAMEWORK", {})
    if "UNAUTHENTICATED_USER" in given or apps.is_installed("django.contrib.auth"):
        return
    setattr(api_settings, "UNAUTHENTICATED_USER", Caller)  # noqa: B010


def _let_in(
    issuer: str,
    principal: Principal,
) -> None:
    """Raise `Forbidden` of whom the site's mirror of people, if it has one, keeps out."""
    if not apps.is_installed("ntt_auth.django"):
        return
    from ntt_auth.django import blocks  # models cannot be imported without the app

    blocks.let_in(issuer, principal)


class BearerAuthentication(BaseAuthentication):
    """Read `Authorization: Bearer`; for another audience, subclass and set `audience`."""

    audience: ClassVar[str | None] = None

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the caller, or None without a token; a bad token is refused.

        Where `ntt_auth.django` is installed, so is whom the site or the issuer keeps out.
        """
        _need_no_accounts()
        header = request.META.get("HTTP_AUTHORIZATION")
        try:
            token = token_or_none([] if header is None else [header])
            if token is not None:
                verifier = verifier_for(self.audience)
                principal = verifier.verify(token)
                _let_in(verifier.issuer, principal)
                return Caller(principal), principal
        except (Refused, Unavailable) as error:
            raise _problem(request, error) from None
        return None

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge: with one, 401 stays 401 (RFC 6750 section 3)."""
        return "Bearer"


class Requires(OperationHolderMixin, BasePermission):
    """Let in whoever meets all of these. `acr` is the least level, `max_age` in seconds.

    It stands in `permission_classes` as it is, and combines by `&`, `|` and `~`.
    """

    def __init__(
        self,
        *,
        scopes: Iterable[str] = (),
        roles: Iterable[str] = (),
        permissions: Iterable[str] = (),
        acr: str | None = None,
        max_age: int | None = None,
    ) -> None:
        self.requirement = Requirement.of(
            scopes=scopes,
            roles=roles,
            permissions=permissions,
            acr=acr,
            max_age=max_age,
        )

    def __call__(self) -> "Requires":
        """Return this: the framework calls what stands in `permission_classes`."""
        return self

    def has_permission(
        self,
        request: Request,
        view: Any,
    ) -> bool:
        """Return True, or raise the refusal with its own challenge.

        Return False where another operand may still let the caller in.
        """
        principal = request.auth if isinstance(request.auth, Principal) else None
        try:
            check(principal, self.requirement)
        except Refused as error:
            if any(_may_yet_pass(one, self) for one in view.get_permissions()):
                return False
            raise _problem(request, error) from None
        return True


def _may_yet_pass(
    whole: Any,
    refusing: Requires,
) -> bool:
    """Tell whether the whole can be True although this operand of it is not."""
    first, *others = operands(whole) or (None,)
    if isinstance(whole, (NOT, OR)) and _stands_in(first, refusing):
        return True
    return any(_may_yet_pass(one, refusing) for one in (first, *others) if one)


def _stands_in(
    whole: Any,
    part: Requires,
) -> bool:
    return whole is part or any(_stands_in(one, part) for one in operands(whole))


def operands(whole: Any) -> tuple[Any, ...]:
    """Return what a combined permission consists of; nothing for a plain one."""
    found = (getattr(whole, name, None) for name in ("op1", "op2"))
    return tuple(one for one in found if one is not None)


def HasScopes(*scopes: str) -> Requires:  # noqa: N802
    """Return the permission that asks for all of these scopes."""
    return Requires(scopes=scopes)


def HasRoles(*roles: str) -> Requires:  # noqa: N802
    """Return the permission that asks for all of these roles in the tenant."""
    return Requires(roles=roles)


def HasPermissions(*permissions: str) -> Requires:  # noqa: N802
    """Return the permission that asks for all of these permissions."""
    return Requires(permissions=permissions)


def exception_handler(
    exc: Exception,
    context: dict[str, Any],
) -> Response | None:
    """Answer the framework's own refusals as problem documents too.

        REST_FRAMEWORK = {"EXCEPTION_HANDLER": "ntt_auth.drf.exception_handler"}

    Those are the ones of `IsAuthenticated` and its like, and `Refused` and `Unavailable`
    that a view lets out. What was authenticated in another way stays as it is.
    """
    # `views` cannot be imported above: it is being imported, and asks for what is here
    from rest_framework.views import exception_handler as usual

    error = _refusal(exc, context["request"])
    return usual(_problem(context["request"], error) if error else exc, context)


def _refusal(
    exc: Exception,
    request: Request,
) -> Refused | Unavailable | None:
    if isinstance(exc, (Refused, Unavailable)):
        return exc
    if getattr(exc, "auth_header", None) == "Bearer" and not isinstance(exc, _Problem):
        if isinstance(exc, NotAuthenticated):
            return TokenMissing()
        if isinstance(exc, AuthenticationFailed):
            return TokenInvalid(str(exc.detail))
    if isinstance(exc, PermissionDenied) and isinstance(request.auth, Principal):
        return Forbidden(str(exc.detail))
    return None
