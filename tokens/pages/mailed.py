"""Links that were mailed: each is looked at by GET, and used by the button of its page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.errors import LinkInvalid
from accounts.mail import links
from accounts.mail.links import Purpose
from accounts.models import MailLink, User
from accounts.pages.links import secret_link
from accounts.privacy.services import leaving
from accounts.services import email, verification
from tokens.pages.drawing import draw, gone, key_of


@dataclass(frozen=True)
class Use:
    """What a link is for, the page that says so, and who claims it, by its key."""

    purpose: Purpose
    name: str
    claim: Callable[[str], User]


def page_of(use: Use) -> Callable[..., Any]:
    """Return the page of a link: a button while it is good, then what it did."""

    def page(request: HttpRequest) -> HttpResponse:
        key = key_of(request)
        try:
            link = links.look(key, use.purpose)
            done = request.method == "POST"
            if done:
                use.claim(key)
        except LinkInvalid as refusal:
            return gone(request, refusal)
        email = _address(link)
        return draw(request, use.name, key=key, email=email, done=done)

    return secret_link(page)


def _address(link: MailLink) -> str:
    """Return the address that the mail went to, or the account has."""
    return str(link.data.get("email") or link.user.email)


verify_link = page_of(
    Use(
        Purpose.VERIFY_EMAIL,
        "verify-link",
        lambda key: verification.verify_by_link(key=key),
    )
)
confirm_email = page_of(
    Use(
        Purpose.CHANGE_EMAIL,
        "confirm-email",
        lambda key: email.confirm_change(key=key),
    )
)
undo_email = page_of(
    Use(
        Purpose.UNDO_EMAIL_CHANGE,
        "undo-email",
        lambda key: email.undo_change(key=key),
    )
)
keep = page_of(Use(Purpose.CANCEL_ERASURE, "keep", leaving.keep_account))
