"""Says, before pytest-django reads the settings, that this is the test instance."""

import os

import prometheus_client as _counting  # noqa: F401  before a test names it a folder

os.environ["DJANGO_ENV"] = "test"
