"""The link."""

from django.conf import settings
from django.db import models

from ntt_auth.django.models import Person


class Account(models.Model):
    """One person is one user."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+"
    )
