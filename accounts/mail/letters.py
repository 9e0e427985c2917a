"""Letters to the owners of accounts: `templates/mail/<name>.txt`, through the outbox.

A letter's first line is `Subject: ...`. It is a template without HTML escaping; every
value in it is a fact about the account, and stays on one line.
"""

from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from accounts.models import User
from accounts.outbox.services import enqueue_mail


def write(
    letter: str,
    *,
    to: str,
    language: str = "",
    **facts: Any,
) -> None:
    """Leave a letter to an address in the outbox, in the caller's transaction.

    `language` is a tag such as `de`; without one the active language is taken.
    """
    known = {"issuer": settings.ISSUER, **facts}
    told = {k: _on_one_line(v) for k, v in known.items()}
    with translation.override(language or translation.get_language()):
        template = get_template(f"mail/{letter}.txt").template  # type: ignore[attr-defined]
        text = template.render(Context(told, autoescape=False))
    subject, _, body = text.lstrip().partition("\n")
    enqueue_mail(
        to=to,
        subject=subject.removeprefix("Subject:").strip(),
        text=body.strip() + "\n",
    )


def write_to(
    letter: str,
    user: User,
    **facts: Any,
) -> None:
    """Leave a letter to an account's owner, at their address and in their language."""
    write(
        letter,
        to=user.email,
        language=user.language,
        name=user.name,
        email=user.email,
        **facts,
    )


def _on_one_line(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value
