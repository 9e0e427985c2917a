"""Whoever arrived is connected by a proof of the account's own, not by a tenant's word."""

from accounts.models import User
from social.models import Connection, Identity
from tenants import admission
from tests.accounts.flows.doors import mailed_code
from tests.factories import ConnectionFactory, IdentityFactory
from tests.social import upstreams
from tests.social.travel import travel
from tests.social.upstreams import Upstream
from tests.tokens.pages.people import Browser, went


def test_a_login_that_a_tenants_provider_vouched_for_connects_nobody(
    connection: Connection,
    upstream: Upstream,
    ann: User,
) -> None:
    tenant = admission.application_for(None).tenant
    upstream.person = {"sub": "mallory", "name": "Mallory"}
    with upstreams.serving() as theirs:
        own = ConnectionFactory(
            provider_id="theirs", issuer=theirs.issuer, tenant=tenant
        )
        IdentityFactory(connection=own, subject="u-1", user=ann)
        browser = Browser()
        assert went(travel(browser, upstream)) == "/account/connect/address/"
        assert went(travel(browser, theirs, "theirs")) == "/account/connect/finish/"
    browser.get("/account/connect/finish/")
    assert not Identity.objects.filter(connection=connection).exists()


def test_somebody_new_is_connected_to_the_tenants_provider_that_vouched(
    db: None,
    upstream: Upstream,
) -> None:
    tenant = admission.application_for(None).tenant
    upstream.person = {"sub": "m-1", "name": "Mia"}
    own = ConnectionFactory(provider_id="own", issuer=upstream.issuer, tenant=tenant)
    browser = Browser()
    address = went(travel(browser, upstream, "own"))
    assert went(browser.post(address, email="mia@example.com")) == "/account/verify/"
    finish = went(browser.post("/account/verify/", code=mailed_code()))
    assert finish == "/account/connect/finish/"
    browser.get(finish)
    identity = Identity.objects.get(connection=own)
    assert identity.user.email == "mia@example.com"
