"""What every test stands on."""

import os

os.environ["DJANGO_ENV"] = "test"
