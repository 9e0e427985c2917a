"""Letters to the owners of accounts: `templates/mail/<name>.txt`, through the outbox.

A letter's first line is `Subject: ...`. It is a template without HTML escaping; every
value in it is a fact about the account, and stays on one line. The HTML part is made
from the text (`accounts.mail.html`), in the brand of the tenant it speaks for.
"""

import re
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from accounts import limits
from accounts.addresses import from_wire_form
from accounts.flows import verification
from accounts.mail import html
from accounts.models import User
from accounts.outbox.services import enqueue_mail
from config import languages
from config.brand import brand_of
from config.errors import TooManyRequests

# control characters, and those that turn the direction of what follows
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def write(
    letter: str,
    *,
    to: str,
    language: str = "",
    tenant_id: UUID | None = None,
    **facts: Any,
) -> None:
    """Leave a letter to an address in the outbox, in the caller's transaction.

    `language` is a tag such as `de`; without one it is that of the request being served.
    `tenant_id` is whose brand it carries, by default the default tenant's.
    """
    brand = brand_of(tenant_id)
    known = {"issuer": settings.ISSUER, "brand": brand.name, **facts}
    told = {k: _on_one_line(v) for k, v in known.items()}
    with translation.override(languages.supported(language) or languages.of_caller()):
        template = get_template(f"mail/{letter}.txt").template  # type: ignore[attr-defined]
        whole = template.render(Context(told, autoescape=False))
        first, _, body = whole.lstrip().partition("\n")
        subject = first.removeprefix("Subject:").strip()
        text = body.strip("\n").rstrip() + "\n"
        markup = html.rendered(subject=subject, text=text, brand=brand)
    enqueue_mail(to=to, subject=subject, text=text, html=markup)


def write_to(
    letter: str,
    user: User,
    *,
    proven: bool = True,
    **facts: Any,
) -> None:
    """Leave a letter to an account's owner, at their address and in their language.

    Where the address is not `proven` no name is told: a stranger could write to its owner.
    """
    write(
        letter,
        to=user.email,
        language=user.language,
        name=user.name if proven else "",
        email=user.email,
        **facts,
    )


def notify(
    letter: str,
    user: User,
    **facts: Any,
) -> None:
    """Leave a letter that only tells what was done, unless there were too many.

    Whoever holds an account, perhaps with an address that is not theirs, can have these
    written at will. What is left out stands in the audit trail. In the caller's
    transaction: what is rolled back was neither written nor counted.
    """
    with suppress(TooManyRequests):
        limits.hit("notices_account", str(user.pk))
        proven = verification.is_verified(user.pk)
        write_to(letter, user, proven=proven, **facts)


def write_to_address(
    letter: str,
    address: str,
    **facts: Any,
) -> None:
    """Leave a letter to an address in wire form, as its owner spells it if it has one.

    A name is told to a proven address only: else a stranger could write to its owner.
    """
    owner = User.objects.filter(email_key=from_wire_form(address)).first()
    known = {"email": address, "name": "", "language": ""}
    if owner is not None:
        proven = verification.is_verified(owner.pk)
        known = {
            "email": owner.email,
            "name": owner.name if proven else "",
            "language": owner.language,
        }
    write(letter, to=known["email"], **{**known, **facts})


def _on_one_line(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return _UNSEEN.sub("", " ".join(value.split()))
