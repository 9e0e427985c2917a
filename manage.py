#!/usr/bin/env python
"""Django's command line."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from config import settings as _settings  # noqa: F401
    except (ValueError, OSError) as fault:  # a bad value: its setting, not a traceback
        sys.exit(f"cannot start: {fault}")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    command = sys.argv[1:2]  # `create-user` is the module `create_user`
    try:
        execute_from_command_line(
            [*sys.argv[:1], *(n.replace("-", "_") for n in command), *sys.argv[2:]]
        )
    except ImproperlyConfigured as fault:  # such as a database driver that is missing
        sys.exit(f"cannot start: {str(fault).splitlines()[0]}")


if __name__ == "__main__":
    main()
