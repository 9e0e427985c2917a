"""An API and the applications that name it."""

import pytest
from django.db.models import ProtectedError

from tenants.models import Api
from tests.factories import ApiFactory, ApplicationFactory

pytestmark = pytest.mark.django_db


def test_an_api_that_an_application_names_stays() -> None:
    api = ApiFactory()
    application = ApplicationFactory(tenant=api.tenant, apis=[api])
    with pytest.raises(ProtectedError):
        api.delete()
    application.delete()
    assert Api.objects.filter(pk=api.pk).exists() and not api.applications.exists()
