"""What the apps below tell us is heard."""

import pytest

from tenants.services import apis
from tests.factories import UserFactory
from tests.tokens.oidc.third import orders, shop, wanted
from tokens.oidc.models import Consent
from tokens.oidc.services import consents

pytestmark = pytest.mark.django_db


def test_another_api_of_the_same_name_is_not_what_people_agreed_to() -> None:
    ann, application, api = UserFactory(), shop(), orders()
    consents.grant(ann, application, wanted("orders:read", api=api))
    apis.delete_api(api, acting_user=None)
    assert not Consent.objects.exists()
    again = wanted("orders:read", api=orders())
    assert consents.missing(ann.pk, application, again) == ["orders:read"]
