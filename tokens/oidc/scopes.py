"""What scopes mean, in words for the people whose data it is."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tenants.models import Api

STANDARD = {  # OpenID Connect Core sections 5.4 and 11, and `roles` of ours
    "openid": _("Know that it is you, by an ID that stays the same"),
    "profile": _("See your profile: your name"),
    "email": _("See your e-mail address, and whether it is verified"),
    "roles": _("See your roles in its organisation"),
    "offline_access": _("Keep its access while you are away"),
}
_IDENTITY = {  # tenants.admission.IDENTITY_SCOPES
    "account": _("See and change your account"),
    "manage": _("Manage what you may manage here"),
}
_DETAILS = {
    "offline_access": _(
        "It does not have to ask again when you have closed it, until you take that back."
    ),
}


@dataclass(frozen=True)
class Scope:
    """A scope: its name, what it lets an application do, and what else there is to say."""

    name: str
    sentence: str
    detail: str = ""


def described(
    names: Iterable[str],
    api: Api | None,
) -> list[Scope]:
    """Return scopes in words, in the active language; those of an API in its own.

    No API can say what a standard scope means. What nobody describes is its name.
    """
    return [_described(name, api) for name in names]


def _described(
    name: str,
    api: Api | None,
) -> Scope:
    if name in STANDARD:
        return Scope(name, str(STANDARD[name]), str(_DETAILS.get(name, "")))
    if api is None:
        return Scope(name, str(_IDENTITY.get(name, name)))
    own = {scope["name"]: scope.get("description", "") for scope in api.scopes}
    return Scope(name, own.get(name) or name, api.name)
