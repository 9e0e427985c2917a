"""The main job, done over HTTP as an integrator would do it: `manage.py quickstart`.

Makes a tenant, an API and a public first-party application, once, through the services;
everything after that goes through the running service's front door. Its test user is
removed again, so that a second run is like the first.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from django.conf import settings

from accounts.models import User
from accounts.privacy import services as privacy
from config.errors import Conflict, ServiceError, Unavailable
from tenants.models import Api, Application, Tenant
from tenants.services.apis import Scope, create_api
from tenants.services.applications import create_application
from tenants.services.tenants import create_tenant
from tokens.management.remote import Answer, Service
from tokens.revocations import subjects_of

SLUG, NAME = "quickstart", "Quickstart"
AUDIENCE = "https://api.example.com/orders"
SCOPES = ("orders:read", "orders:write")
EMAIL = "quickstart@example.com"
PROMISE_SECONDS = 2.0  # from a revocation to its refusal offline
_REQUIRED = ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "sid"]


class QuickstartFailed(ServiceError):
    """A step did not end as promised."""

    code = "quickstart_failed"
    title = "A step of the quickstart failed."


@dataclass(frozen=True)
class Step:
    """One step that ended as promised, and how long it took."""

    name: str
    said: str
    milliseconds: int


def prepare() -> Application:
    """Return the quickstart's application; made on the first run.

    Raises `Conflict` in production, where a tenant open to everybody is no example, and
    if another tenant has the example's API.
    """
    if settings.PRODUCTION:
        raise Conflict(
            "quickstart makes a tenant that is open to everybody: run it on a development"
            " instance. In production: create-tenant, create-api, create-application."
        )
    tenant = Tenant.objects.filter(slug=SLUG).first()
    if tenant is None:
        tenant = create_tenant(
            SLUG,
            name=NAME,
            registration=Tenant.Registration.OPEN.value,
            verification_required=False,
            acting_user=None,
        )
    api = Api.objects.filter(identifier=AUDIENCE).first()
    if api is None:
        described = [Scope(name=name, description="") for name in SCOPES]
        api = create_api(
            AUDIENCE, tenant=tenant, name="Orders", scopes=described, acting_user=None
        )
    if api.tenant_id != tenant.pk:
        raise Conflict(f"The API {AUDIENCE} belongs to another tenant.")
    ours = Application.objects.filter(tenant=tenant, name=NAME).order_by("pk").first()
    if ours is not None:
        return ours
    made = create_application(
        tenant,
        type=Application.Type.SPA,
        name=NAME,
        is_first_party=True,
        audiences=[AUDIENCE],
        acting_user=None,
    )
    return made.application


@contextmanager
def nobody_left() -> Iterator[None]:
    """Remove the test user of a run that was interrupted, and this run's at its end."""
    _remove_user()
    try:
        yield
    finally:
        _remove_user()


def _remove_user() -> None:
    user = User.objects.filter(email_key=EMAIL).first()
    if user is not None:
        privacy.delete_user(user, acting_user=None)


@dataclass
class Journey:
    """The walk through the main job; each step is told to `tell` as it ends."""

    service: Service
    application: Application
    tell: Callable[[Step], None]
    issuer: str = ""
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    steps: list[Step] = field(default_factory=list)
    first: dict[str, Any] = field(default_factory=dict, repr=False)
    opening: dict[str, Any] = field(default_factory=dict, repr=False)
    latest: dict[str, Any] = field(default_factory=dict, repr=False)

    def walk(self) -> list[Step]:
        """Take every step; raises `QuickstartFailed` at the first that goes wrong."""
        self._step("register", self._register)
        self._step("log in", self._log_in)
        self._step("verify offline", self._verify_offline)
        self._step("call users/me", self._call)
        self._step("refresh", self._refresh)
        self._step("refresh again", self._refresh)
        self._step("replay the first refresh token", self._replay)
        self._step("log in again", self._log_in)
        self._step("revoke", self._revoke)
        self._step("verify offline is refused", self._refused)
        return self.steps

    def _step(
        self,
        name: str,
        action: Callable[[], str],
    ) -> None:
        began = time.monotonic()
        try:
            said = action()
        except (ServiceError, jwt.PyJWTError) as fault:
            reason = getattr(fault, "detail", str(fault))
            raise QuickstartFailed(f"{name}: {reason}") from fault
        took = round((time.monotonic() - began) * 1000)
        step = Step(name, said, took)
        self.steps.append(step)
        self.tell(step)

    def _identity(self) -> dict[str, str]:
        return {
            "email": EMAIL,
            "password": self.password,
            "client_id": self.application.client_id,
        }

    def _register(self) -> str:
        asked = {**self._identity(), "audience": f"{self.issuer}/api/v1"}
        answer = self.service.post("/api/v1/auth/register", asked)
        self.first = expect(answer, 201)
        return f"{EMAIL}, tokens for our own API"

    def _log_in(self) -> str:
        answer = self.service.post("/api/v1/auth/login", self._identity())
        self.latest = self.opening = expect(answer, 200)
        return f"tokens for {AUDIENCE}"

    def _verified(self) -> tuple[dict[str, Any], str]:
        """Return the claims and kid of the latest access token, as RFC 9068 wants."""
        token = self.latest["access_token"]
        keys = jwt.PyJWKSet.from_dict(
            expect(self.service.get("/.well-known/jwks.json"), 200)
        )
        header = jwt.get_unverified_header(token)
        if header.get("typ") != "at+jwt":
            raise QuickstartFailed(f"expected typ at+jwt, got {header.get('typ')}")
        claims = jwt.decode(
            token,
            keys[header["kid"]],
            algorithms=["ES256", "RS256", "EdDSA"],
            audience=AUDIENCE,
            issuer=self.issuer,
            options={"require": _REQUIRED},
        )
        return claims, header["kid"]

    def _verify_offline(self) -> str:
        claims, kid = self._verified()
        if self._is_revoked(claims, kid):
            raise QuickstartFailed("the feed refuses a token that was just made")
        return f"with key {kid[:8]}, scope {claims['scope']}"

    def _is_revoked(
        self,
        claims: dict[str, Any],
        kid: str,
    ) -> bool:
        listed = {(r["kind"], r["subject"]): r["issued_before"] for r in self._feed()}
        named = [listed[s] for s in subjects_of(claims, kid) if s in listed]
        return any(limit is None or claims["iat"] <= limit for limit in named)

    def _feed(self) -> Iterator[dict[str, Any]]:
        """Yield every live revocation, page by page."""
        path = "/api/v1/tokens/revocations"
        page = expect(self.service.get(path), 200)
        yield from page["data"]
        while page["has_more"]:
            page = expect(self.service.get(f"{path}?after={page['next_cursor']}"), 200)
            yield from page["data"]

    def _call(self) -> str:
        token = self.first["access_token"]
        me = expect(self.service.get("/api/v1/users/me", token=token), 200)
        if me["id"] != self.first["user"]["id"]:
            raise QuickstartFailed("the profile is somebody else's")
        return f"{me['email']}, {me['id']}"

    def _refresh(self) -> str:
        sent = {"refresh_token": self.latest["refresh_token"]}
        self.latest = expect(self.service.post("/api/v1/tokens/refresh", sent), 200)
        return "a new pair"

    def _replay(self) -> str:
        for token, code in (
            (self.opening["refresh_token"], "refresh_token_reused"),
            (self.latest["refresh_token"], "token_revoked"),
        ):
            answer = self.service.post(
                "/api/v1/tokens/refresh", {"refresh_token": token}
            )
            expect(answer, 401, code)
        return "refused (refresh_token_reused), and the session ended"

    def _revoke(self) -> str:
        sent = {"token": self.latest["refresh_token"]}
        expect(self.service.post("/api/v1/tokens/revoke", sent), 204)
        return "its session"

    def _refused(self) -> str:
        claims, kid = self._verified()
        until = time.monotonic() + PROMISE_SECONDS
        while not self._is_revoked(claims, kid):
            if time.monotonic() > until:
                raise QuickstartFailed("the feed did not tell within two seconds")
            time.sleep(0.05)
        sent = {"token": self.latest["access_token"]}
        if expect(self.service.post("/api/v1/tokens/verify", sent), 200)["active"]:
            raise QuickstartFailed("tokens/verify still says active")
        return "by the revocation feed, and by tokens/verify"


def expect(
    answer: Answer,
    status: int,
    code: str = "",
) -> dict[str, Any]:
    """Return the body of an answer that is as promised; else raise, naming both."""
    got = answer.body.get("code", "")
    if answer.status == status and (not code or got == code):
        return answer.body
    wanted = f"{status} {code}".strip()
    said = f"{answer.status} {got} {answer.body.get('detail', '')}".strip()
    raise QuickstartFailed(f"expected {wanted}, got {said}")


def reach(url: str) -> tuple[Service, str]:
    """Return the service at `url` and what it says its issuer is.

    Raises `Unavailable` where nothing of ours answers.
    """
    service = Service(url)
    try:
        found = expect(service.get("/.well-known/openid-configuration"), 200)
    except (Unavailable, QuickstartFailed) as fault:
        raise Unavailable(
            f"No service of ours answers at {url} ({fault.detail}): make run first, or give"
            " its address: make quickstart URL=http://127.0.0.1:PORT"
        ) from fault
    return service, str(found.get("issuer", ""))
