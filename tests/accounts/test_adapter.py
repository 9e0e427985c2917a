"""What allauth asks of us."""

import json
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.core.context import request_context
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from accounts.adapter import AccountAdapter, attempt_of
from accounts.models import User
from accounts.outbox.models import Delivery
from config.context import RequestContext, entered
from config.encryption import decrypt
from tests.accounts.flows.doors import log_in, sign_up
from tests.factories import PASSWORD, TenantFactory, UserFactory

pytestmark = pytest.mark.django_db


def mails() -> list[dict[str, Any]]:
    """Return what waits in the outbox."""
    return [json.loads(decrypt(d.payload)) for d in Delivery.objects.all()]


def test_a_new_account_is_mailed_a_code_at_its_own_spelling() -> None:
    sign_up("Ann@Example.com", required=True)

    (mail,) = mails()
    assert mail["to"] == "Ann@Example.com"
    assert mail["subject"] == "Your verification code"
    assert mail["text"].startswith("Hello,")
    assert "Hello,</p>" in mail["html"]


def test_the_owner_is_mailed_and_never_the_look_alike() -> None:
    UserFactory.create(email="Ann@example.com", name="Ann <b>")

    sign_up("\uff21nn@Example.com", required=True, name="Eve")

    (mail,) = mails()
    assert mail["to"] == "Ann@example.com"
    assert mail["subject"] == "You already have an account"
    assert "Hello Ann <b>," in mail["text"] and "Eve" not in mail["text"]
    assert "Hello Ann &lt;b&gt;,</p>" in mail["html"]


def test_a_mail_carries_the_brand_of_the_tenant_of_its_flow() -> None:
    acme = TenantFactory.create(brand_name="Acme <Shop>")

    sign_up("ann@example.com", required=True, tenant_id=str(acme.pk))
    sign_up("ann@example.com", required=True, tenant_id=str(acme.pk))

    assert len(mails()) == 2
    for mail in mails():
        assert "given at Acme &lt;Shop&gt;" in mail["html"]


def test_a_mail_is_in_the_language_of_the_request_that_caused_it(speaking: Any) -> None:
    speaking("de", {"Your verification code": "Ihr Code"})
    with entered(RequestContext(ip="192.0.2.9", languages="de-AT,en;q=0.5")):
        sign_up("ann@example.com", required=True)

    assert mails()[0]["subject"] == "Ihr Code"
    assert 'lang="de" dir="ltr"' in mails()[0]["html"]


def test_a_mail_is_in_its_owner_s_language_first(speaking: Any) -> None:
    speaking("ar", {"You already have an account": "لديك حساب"})
    UserFactory.create(email="ann@example.com", language="ar")

    sign_up("ann@example.com", required=True)

    assert mails()[0]["subject"] == "لديك حساب"
    assert 'lang="ar" dir="rtl"' in mails()[0]["html"]


def test_a_stranger_writes_nothing_to_the_owner_of_an_address() -> None:
    name = "Prize: https://evil.example"
    sign_up(required=True, name=name)
    sign_up(required=True, name=name)  # taken now, by the same stranger

    assert len(mails()) == 2
    assert not any("evil" in mail["text"] for mail in mails())


def test_signing_in_unverified_mails_a_code() -> None:
    sign_up()
    User.objects.update(last_login=timezone.now())  # as tokens does at a sign-in

    log_in(required=True)

    (mail,) = mails()
    assert "change your password" in mail["text"]


def test_a_non_ascii_address_is_mailed_as_it_is() -> None:
    sign_up("rené@bücher.example", required=True)

    assert mails()[0]["to"] == "rené@bücher.example"


def test_the_caller_s_address_is_the_context_s() -> None:
    assert AccountAdapter().get_client_ip(HttpRequest()) == "192.0.2.7"


def test_the_policy_holds_where_no_flow_checked_it() -> None:
    adapter = get_adapter()

    assert adapter.clean_password(PASSWORD) == PASSWORD
    with pytest.raises(ValidationError):
        adapter.clean_password("short")


def test_allauth_is_only_called_through_the_flows() -> None:
    request = HttpRequest()
    with request_context(request), pytest.raises(RuntimeError, match="accounts.flows"):
        attempt_of(request)
