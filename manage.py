#!/usr/bin/env python
"""Django's command line."""

import os
import sys

# Django's own write around the services: no audit event, and no session ends.
REPLACED = {
    "createsuperuser": "create-user EMAIL --superuser, or the link of setup-link",
    "changepassword": "the user's page in the console, which ends their sessions too",
}


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from config import settings as _settings  # noqa: F401
    except (ValueError, OSError) as fault:  # a bad value: its setting, not a traceback
        sys.exit(f"cannot start: {fault}")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    if instead := REPLACED.get("".join(sys.argv[1:2])):
        sys.exit(f"{sys.argv[1]} is not used here: use {instead}.")
    command = sys.argv[1:2]  # `create-user` is the module `create_user`
    try:
        execute_from_command_line(
            [*sys.argv[:1], *(n.replace("-", "_") for n in command), *sys.argv[2:]]
        )
    except ImproperlyConfigured as fault:  # such as a database driver that is missing
        sys.exit(f"cannot start: {str(fault).splitlines()[0]}")


if __name__ == "__main__":
    main()
