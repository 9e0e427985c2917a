"""Logging: JSON lines for machines, text for people, redacted by `config/logs.py`."""

from typing import Any

_FORMATTERS = {
    "json": "config.logs.JsonFormatter",
    "text": "config.logs.TextFormatter",
}


def configure(
    format: str,
    level: str,
) -> dict[str, Any]:
    """Return Django's LOGGING: one handler on stderr that everything passes.

    stdout belongs to commands. Raises `ValueError` for a format or level that is none.
    """
    if format not in _FORMATTERS:
        raise ValueError("LOG_FORMAT is neither json nor text")
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("LOG_LEVEL is not DEBUG, INFO, WARNING or ERROR")
    upward: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": _FORMATTERS[format]}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "line",
            },
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": upward,
            # each 4xx is in the access log already
            "django.request": upward | {"level": "ERROR"},
            "django.server": upward,
            # SQL would carry what people sent
            "django.db.backends": upward | {"level": "WARNING"},
            # gunicorn gives these handlers of its own, and lets nothing rise
            "gunicorn.error": upward | {"level": "WARNING"},
            "gunicorn.access": upward | {"level": "WARNING"},
        },
    }
