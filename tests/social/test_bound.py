"""A tenant's own provider vouches for that tenant, and for nothing else of a person."""

import pytest

from accounts.models import User
from social.models import Connection
from tenants.models import Application, Tenant
from tests.factories import (
    ConnectionFactory,
    IdentityFactory,
    MembershipFactory,
    TenantFactory,
)
from tests.social.travel import travel
from tests.social.upstreams import Upstream
from tests.tokens.oidc.party import Party, answer_of, client_application
from tests.tokens.pages.people import Browser, went
from tokens.models import Login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


@pytest.fixture
def tenant() -> Tenant:
    made: Tenant = TenantFactory(slug="books")
    return made


@pytest.fixture
def own(
    tenant: Tenant,
    upstream: Upstream,
) -> Connection:
    """A tenant's own connection."""
    made: Connection = ConnectionFactory(
        provider_id="books-id", tenant=tenant, issuer=upstream.issuer
    )
    return made


def application(tenant: Tenant) -> Application:
    return client_application(tenant=tenant, is_first_party=True)


@pytest.fixture
def browser(
    tenant: Tenant,
    own: Connection,
    ann: User,
    upstream: Upstream,
) -> Browser:
    """A browser that came in by the tenant's provider, for an application of the tenant."""
    IdentityFactory(connection=own, subject="u-1", user=ann)
    made = Browser()
    entry = Party(application(tenant)).authorize(made.client)
    query = entry["Location"].partition("/login/")[2]
    answer = travel(made, upstream, "books-id", query=query)
    assert went(answer).startswith("/oauth/authorize")
    assert "code" in answer_of(made.get(went(answer)))
    return made


def test_the_login_says_whose_word_it_is(
    browser: Browser,
    tenant: Tenant,
) -> None:
    login = Login.objects.get()
    assert login.bound_to == tenant and login.amr == ["fed"]


def test_it_is_good_for_another_application_of_the_tenant(
    browser: Browser,
    tenant: Tenant,
) -> None:
    answer = Party(application(tenant)).authorize(browser.client)
    assert "code" in answer_of(answer)


def test_another_tenants_application_asks_for_a_proof_of_ones_own(
    browser: Browser,
    ann: User,
) -> None:
    party = Party(application(TenantFactory()))
    entry = party.authorize(browser.client)
    assert entry["Location"].startswith("/account/reauthenticate/")
    refused = answer_of(party.authorize(browser.client, prompt="none"))
    assert refused["error"] == "login_required"
    onward = browser.post(entry["Location"], password="correct horse battery staple")
    assert "code" in answer_of(browser.get(went(onward)))
    assert Login.objects.get().bound_to is None


@pytest.mark.parametrize(
    "page",
    ["email/", "2fa/enrol/", "2fa/recovery-codes/", "data/export/", "data/leave/"],
)
def test_it_opens_no_page_that_changes_the_account(
    browser: Browser,
    page: str,
) -> None:
    found = browser.get(f"/account/{page}")
    assert went(found).startswith("/account/reauthenticate/")


def test_it_is_not_offered_without_a_visit_of_the_tenant(
    own: Connection,
) -> None:
    assert "Example ID" not in Browser().get("/account/login/").content.decode()
    assert Browser().post("/account/social/books-id/").status_code == 404


def test_it_is_not_offered_on_the_way_to_another_tenant(
    own: Connection,
) -> None:
    browser = Browser()
    entry = Party(application(TenantFactory())).authorize(browser.client)
    page = browser.get(entry["Location"])
    assert "Example ID" not in page.content.decode()
    query = entry["Location"].partition("/login/")[2]
    assert browser.post(f"/account/social/books-id/{query}").status_code == 404


def test_no_first_factor_is_set_up_on_its_word(
    own: Connection,
    tenant: Tenant,
    ann: User,
    upstream: Upstream,
) -> None:
    """Whoever runs the provider could sign in by a passkey of theirs ever after."""
    Tenant.objects.filter(slug="default").update(mfa_required=True)
    IdentityFactory(connection=own, subject="u-1", user=ann)
    MembershipFactory(user=ann, tenant=tenant)
    browser = Browser()
    entry = Party(application(tenant)).authorize(browser.client)
    query = entry["Location"].partition("/login/")[2]
    answer = travel(browser, upstream, "books-id", query=query)
    assert answer.status_code == 403
    assert not browser.is_in()
