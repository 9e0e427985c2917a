"""What the embedded default makes for itself: secrets in `var/`, readable by us only."""

import json
import os
import secrets
from pathlib import Path

FILE = "secrets.json"


def load_or_create(var: Path) -> dict[str, str]:
    """Return this instance's own secrets, made at the first start (mode 600).

    Raises `OSError` where `var` cannot be written.
    """
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = var / FILE
    if not path.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ENCRYPTION_KEYS": secrets.token_urlsafe(32),
        }
        part = var / f".{FILE}.{os.getpid()}"
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(made, file)
        try:
            os.link(part, path)
        except FileExistsError:
            pass
        finally:
            part.unlink()
    loaded: dict[str, str] = json.loads(path.read_text())
    return loaded
