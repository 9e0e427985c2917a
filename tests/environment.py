"""Says, before pytest-django reads the settings, that this is the test instance."""

import os

os.environ["DJANGO_ENV"] = "test"
