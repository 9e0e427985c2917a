"""Logging: JSON lines for machines, text for people."""

from typing import Any


def configure(
    format: str,
    level: str,
) -> dict[str, Any]:
    """Return Django's LOGGING."""
    return {"version": 1, "disable_existing_loggers": False}
