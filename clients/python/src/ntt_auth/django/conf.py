"""The one settings dict, `NTT_AUTH`, and what is made of it once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver

from ntt_auth import settings as variables
from ntt_auth.errors import ConfigurationError
from ntt_auth.oidc import OpenIDClient

if TYPE_CHECKING:
    from ntt_auth import Verifier

SCOPE = "openid profile email offline_access"


@dataclass(frozen=True)
class Options:
    """`NTT_AUTH` as it is meant. The first four come from `NTT_AUTH_*` variables else.

    `scope` is what sign-ins ask for, by default name, address and a refresh token, and
    for `audience` all that a first-party application may have there.
    `origin` is the site's own address where the request does not tell it (behind some
    proxies); `after_login` a path; `post_logout_redirect` a path or URL that is
    registered, without it the issuer's page says good-bye.
    """

    issuer: str
    audience: str | None
    client_id: str
    client_secret: str | None = field(repr=False)
    scope: str = ""
    revocation: str | None = None
    origin: str = ""
    after_login: str = "/"
    post_logout_redirect: str = ""
    http_timeout: float = 10.0

    @property
    def resource(self) -> str:
        """What each refresh asks for: the audience, where `scope` names nothing of it."""
        return self.audience or "" if not self.scope else ""

    @property
    def asks(self) -> tuple[str, str]:
        """Scope and resource of a sign-in.

        Where a refresh asks for the audience, the first token is for UserInfo alone:
        whoever names scopes is given no others (RFC 6749 section 3.3).
        """
        if self.resource:
            return SCOPE, f"{self.issuer}/oauth/userinfo"
        return self.scope or SCOPE, self.audience or ""


@lru_cache(maxsize=1)
def options() -> Options:
    """Return the settings; raises `ConfigurationError`."""
    given = getattr(settings, "NTT_AUTH", {})
    if not isinstance(given, Mapping):
        raise ConfigurationError("NTT_AUTH must be a dict.")
    known = {name.lower(): value for name, value in given.items()}
    own = set(Options.__dataclass_fields__) - {"issuer", "audience"}
    secret = known.get("client_secret")
    return Options(
        variables.issuer_url(known.get("issuer")),
        variables.optional(known.get("audience"), variables.AUDIENCE),
        variables.required(known.pop("client_id", None), variables.CLIENT_ID),
        variables.optional(known.pop("client_secret", secret), variables.CLIENT_SECRET),
        **{name: value for name, value in known.items() if name in own},
    )


@lru_cache(maxsize=1)
def client() -> OpenIDClient:
    """Return the client of this process."""
    found = options()
    return OpenIDClient(
        found.issuer,
        found.client_id,
        # None would read the environment again, which `options` did
        found.client_secret or "",
        http_timeout=found.http_timeout,
    )


@lru_cache(maxsize=1)
def verifier() -> "Verifier":
    """Return the verifier of this process, which follows the revocations.

    Without an API of one's own, an access token is for the issuer itself (UserInfo).
    """
    from ntt_auth import Verifier

    found = options()
    more: dict[str, Any] = {"revocation": found.revocation} if found.revocation else {}
    return Verifier(found.issuer, found.audience or found.issuer, **more)


@receiver(setting_changed)
def _forget(
    *,
    setting: str,
    **kwargs: Any,
) -> None:
    if setting != "NTT_AUTH":
        return
    if verifier.cache_info().currsize:
        verifier().close()
    for made in (options, client, verifier):
        made.cache_clear()
