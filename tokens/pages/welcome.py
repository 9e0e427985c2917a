"""How a page looks that somebody passes on the way to an application."""

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from config import envelope
from config.brand import page_context
from tenants.models import Application
from tokens.pages import visits
from tokens.pages.visits import Visit

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_LONGEST = 254


@dataclass(frozen=True)
class Welcome:
    """A visit, and the application that it leads to."""

    visit: Visit
    application: Application

    @property
    def context(self) -> dict[str, Any]:
        """What templates are given: the brand of the application's tenant, and its name."""
        brand = page_context(self.application.tenant_id)
        return {**brand, "visited": self.application.name}

    def open_way(
        self,
        response: HttpResponse,
    ) -> HttpResponse:
        """Let the page's forms lead to the application, by way of ours."""
        policy = envelope.page_policy(form_action=self.visit.returns_to)
        response["Content-Security-Policy"] = policy
        return response


def of(
    request: HttpRequest,
    onward: str = "",
) -> Welcome | None:
    """Return what stands at the end of a page's way: `onward`, or the request's `next`.

    None where that is no visit, or its application is gone.
    """
    visit = visits.of(request, onward)
    if visit is None:
        return None
    rows = Application.objects.select_related("tenant")
    application = rows.filter(client_id=visit.client_id).first()
    return Welcome(visit, application) if application else None


def typed(request: HttpRequest) -> dict[str, str]:
    """Return what a form for an address begins with: the visit's `login_hint`.

    OpenID Connect Core section 3.1.2.1. What is no address is left out.
    """
    visit = visits.of(request)
    hint = visit.parameters.get("login_hint", "").strip() if visit else ""
    fit = len(hint) <= _LONGEST and hint.isprintable() and _ADDRESS.fullmatch(hint)
    return {"email": hint} if fit else {}
