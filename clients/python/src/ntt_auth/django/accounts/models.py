"""The link."""

from __future__ import annotations  # Django's fields take no type at run time

from typing import Any

from django.conf import settings
from django.db import models

from ntt_auth.django.models import Person


class Account(models.Model):
    """One person is one user."""

    person: models.OneToOneField[Person, Person] = models.OneToOneField(
        Person, models.CASCADE, primary_key=True
    )
    user: models.OneToOneField[Any, Any] = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+"
    )
