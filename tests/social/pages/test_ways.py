"""What the pages share: which connections, which browser, which answer."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.utils import timezone

from social.errors import ProviderUnknown
from social.models import Attempt, Connection
from social.pages import ways
from social.services.attempts import Journey
from tests.factories import ApplicationFactory, ConnectionFactory, TenantFactory
from tests.social.travel import leave, travel
from tests.social.upstreams import Upstream
from tests.social.visiting import come, shop
from tests.tokens.pages.people import Browser, went
from tokens.pages.doors import Aim

pytestmark = pytest.mark.django_db


def test_a_connection_is_found_for_whom_it_is_open(db: None) -> None:
    application = ApplicationFactory()
    everybodys = ConnectionFactory(provider_id="everybody")
    own = ConnectionFactory(provider_id="own", tenant=application.tenant)
    ConnectionFactory(provider_id="foreign", tenant=TenantFactory())
    ConnectionFactory(provider_id="closed", suspended_at=timezone.now())
    assert ways.connection_of("everybody", application) == everybodys
    assert ways.connection_of("own", application) == own
    for name in ("foreign", "closed", "nobody", "OWN", "own ", "", "x" * 5000, "é"):
        with pytest.raises(ProviderUnknown):
            ways.connection_of(name, application)


def test_the_callback_is_the_issuers_whatever_host_was_asked(
    connection: Connection,
    settings: Any,
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    browser = Browser()
    browser.client.defaults["HTTP_HOST"] = "evil.example"
    url = leave(browser)
    [told] = parse_qs(urlsplit(url).query)["redirect_uri"]
    assert told == f"{settings.ISSUER}/account/social/example/callback/"


@pytest.mark.parametrize("held", [None, 7, ["x"], {"a": 1}])
def test_what_no_browser_of_ours_holds_is_nothing(held: Any) -> None:
    request: Any = SimpleNamespace(session={ways.BROWSER: held})
    assert ways.browser_of(request) == ""


def test_a_browser_holds_one_secret_for_all_its_ways(connection: Connection) -> None:
    browser = Browser()
    leave(browser)
    leave(browser)
    first, second = Attempt.objects.all()
    assert first.browser == second.browser != ""
    leave(Browser())
    assert len(set(Attempt.objects.values_list("browser", flat=True))) == 2


@pytest.mark.parametrize(
    ("aim", "page"),
    [
        (Aim.SIGN_IN, "/account/login/"),
        (Aim.RENEW, "/account/reauthenticate/"),
        (Aim.LINK, "/account/2fa/"),
    ],
)
def test_one_goes_back_where_one_began(
    aim: Aim,
    page: str,
) -> None:
    assert ways.back(Journey(aim, "", "t")) == page
    assert ways.back(Journey(aim, "/account/email/", "t")) == (
        f"{page}?next=%2Faccount%2Femail%2F"
    )


def test_a_visit_uses_no_connection_of_another_tenant(upstream: Upstream) -> None:
    mine, theirs = shop(), shop()
    ConnectionFactory(
        provider_id="theirs", tenant=theirs.tenant, issuer=upstream.issuer
    )
    browser = Browser()
    onward = come(browser, mine)
    query = f"?next={quote(onward, safe='')}"
    assert browser.post(f"/account/social/theirs/{query}").status_code == 404
    assert browser.post("/account/social/theirs/").status_code == 404
    onward = come(browser, theirs)
    answer = travel(browser, upstream, "theirs", query=f"?next={quote(onward)}")
    assert went(answer) == onward


def test_many_ways_from_one_place_are_too_many(
    connection: Connection,
    settings: Any,
) -> None:
    settings.RATE_LIMITS = True
    settings.LIMITS = settings.LIMITS | {"authorizations_ip": "2/1m"}
    browser = Browser()
    browser.get("/account/login/")
    answers = [browser.post("/account/social/example/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
