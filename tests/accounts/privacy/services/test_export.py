"""What people are given of what is held about them."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from rest_framework.utils.encoders import JSONEncoder

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.mail import links
from accounts.mail.links import Purpose
from accounts.models import User
from accounts.privacy import services
from accounts.privacy.holders import holders
from config.errors import Forbidden, TooManyRequests
from tests.factories import SessionFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_every_holder_has_a_section_and_no_secret_is_in_it() -> None:
    ann: User = SessionFactory().login.user
    Authenticator.objects.create(user=ann, type="totp", data={"secret": "sEcReT"})
    url = links.make(ann, Purpose.UNDO_EMAIL_CHANGE)

    held = services.export_data(ann, acting_user=ann)

    told = {f"{app}.{name}" for app, parts in held["data"].items() for name in parts}
    assert told == {holder.section for holder in holders()}
    text = json.dumps(held, cls=JSONEncoder)
    assert ann.email in text
    for secret in ("sEcReT", ann.password, url.rpartition("=")[2]):
        assert secret not in text
    assert Event.objects.get().action == Action.DATA_EXPORTED


def test_nobody_gets_anothers() -> None:
    ann, root = UserFactory(), UserFactory(is_superuser=True)
    with pytest.raises(Forbidden):
        services.export_data(ann, acting_user=root)
    ann.is_active = False
    with pytest.raises(Forbidden):
        services.export_data(ann, acting_user=ann)


def test_exports_are_limited_per_account(settings: Any) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = {**settings.LIMITS, "export_account": "1/1h"}
    ann, bob = UserFactory(), UserFactory()
    services.export_data(ann, acting_user=ann)
    with pytest.raises(TooManyRequests):
        services.export_data(ann, acting_user=ann)
    services.export_data(bob, acting_user=bob)
