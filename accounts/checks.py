"""Settings of accounts that contradict one another, found at start-up."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from accounts.limits import parse


@register("accounts")
def limits_are_readable(**kwargs: Any) -> list[CheckMessage]:
    """Find limits that nobody could enforce."""
    found: list[CheckMessage] = []
    for name, text in settings.LIMITS.items():
        try:
            parse(text)
        except ValueError as error:
            variable = f"LIMIT_{name.upper()}"
            hint = "Write a number, a slash and a time: 10/15m."
            found.append(Error(f"{variable}: {error}", hint=hint, id="accounts.E001"))
    return found


@register("accounts")
def hashing_leaves_threads_free(**kwargs: Any) -> list[CheckMessage]:
    """Warn where a storm of sign-ins could hold every thread of a worker."""
    held = settings.HASHING_SLOTS + settings.HASHING_QUEUE
    if held < settings.WEB_THREADS:
        return []
    return [
        Warning(
            f"HASHING_QUEUE ({settings.HASHING_QUEUE}) and HASHING_SLOTS can hold all "
            f"{settings.WEB_THREADS} threads of a worker; tokens then wait for logins.",
            hint="Raise WEB_THREADS well above the two, or lower HASHING_QUEUE.",
            id="accounts.W001",
        )
    ]
