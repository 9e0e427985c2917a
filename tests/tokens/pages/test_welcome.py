"""The pages on the way to an application, in its looks; the visit outlives the way."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.models import User
from tenants.models import Application, Tenant
from tests.authenticators import App
from tests.factories import PASSWORD, ApplicationFactory, TenantFactory
from tests.mailbox import last_mail
from tests.tokens.pages.people import LOGIN, MFA, Browser, text, went
from tests.tokens.pages.visiting import AUTHORIZE, RETURNS_TO, visit

pytestmark = pytest.mark.django_db
SIGN_UP = "/account/signup/"
LED = "to continue to <bdi>Orders &amp; &lt;Co&gt;</bdi>"


@pytest.fixture(autouse=True)
def _authorize(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.tokens.pages.visiting"


@pytest.fixture
def shop(keys: None) -> Application:
    """A third party's application, in a tenant with a name of its own."""
    tenant = TenantFactory(name="Shop", registration="open")
    made: Application = ApplicationFactory(
        tenant=tenant, name="Orders & <Co>", type="web", is_first_party=False
    )
    return made


def action(answer: Any) -> str:
    """Return where the policy lets the page's forms lead."""
    parts = answer["Content-Security-Policy"].split("; ")
    found = next(part for part in parts if part.startswith("form-action"))
    return str(found).removeprefix("form-action ")


def onward_of(path: str) -> str:
    """Return the `next` of a page."""
    return parse_qs(urlsplit(path).query)["next"][0]


def is_welcoming(answer: Any) -> bool:
    """Tell whether a page says where it leads, looks like it, and lets its forms lead there."""
    said = LED in text(answer) and answer.context["brand_name"] == "Shop"
    allowed = action(answer) == f"'self' {RETURNS_TO}"
    assert said == allowed
    return said


def test_sign_in_says_where_it_leads_and_the_visit_goes_on(
    ann: User,
    shop: Application,
    browser: Browser,
) -> None:
    path = visit(browser, shop)
    assert path.startswith(LOGIN)
    assert is_welcoming(browser.get(path))
    wrong = browser.log_in(password="not this one", path=path)
    assert wrong.status_code == 401 and is_welcoming(wrong)
    before = browser.cookie
    onward = went(browser.log_in(path=path))
    assert onward == onward_of(path) and browser.cookie != before
    assert text(browser.get(onward)) == f"{shop.client_id} in"


def test_without_a_visit_a_page_is_the_instances_own(
    ann: User,
    shop: Application,
    browser: Browser,
) -> None:
    visit(browser, shop)
    others = Browser()
    theirs = onward_of(visit(others, shop))
    unknown = f"{LOGIN}?next=/oauth/authorize%3Fvisit%3Dnobodys"
    for path in (LOGIN, f"{LOGIN}?next=/account/?visit=x", unknown):
        page = browser.get(path)
        assert page.status_code == 200 and not is_welcoming(page)
    stolen = browser.get(LOGIN, next=theirs)
    assert not is_welcoming(stolen), "a visit is its own browser's"


def test_an_application_that_is_gone_is_no_visit(
    shop: Application,
    browser: Browser,
) -> None:
    path = visit(browser, shop)
    shop.delete()
    page = browser.get(path)
    assert page.status_code == 200 and action(page) == "'self'"


def test_the_second_factor_and_its_way_back_know_the_visit(
    ann: User,
    app: App,
    shop: Application,
    browser: Browser,
) -> None:
    path = visit(browser, shop)
    assert went(browser.log_in(path=path)) == MFA
    page = browser.get(MFA)
    assert is_welcoming(page) and page.context["again"] == path
    assert is_welcoming(browser.post(MFA, code="000000"))
    assert went(browser.post(MFA, code=app.code())) == onward_of(path)
    assert text(browser.get(onward_of(path))) == f"{shop.client_id} in"


def test_setting_up_a_factor_on_the_way_knows_the_visit(
    ann: User,
    strict: None,
    shop: Application,
    browser: Browser,
) -> None:
    path = visit(browser, shop)
    assert went(browser.log_in(path=path)) == "/account/2fa/required/"
    page = browser.get("/account/2fa/required/")
    assert is_welcoming(page)
    secret = page.context["secret"].replace(" ", "")
    codes = browser.post("/account/2fa/required/", code=App(secret).code())
    assert is_welcoming(codes) and codes.context["onward"] == onward_of(path)
    assert text(browser.get(onward_of(path))) == f"{shop.client_id} in"


def test_a_new_account_comes_to_the_application(
    shop: Application,
    tenant: Tenant,
    browser: Browser,
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(
        registration="open", verification_required=True
    )
    path = visit(browser, shop, login_hint="new@example.com")
    up = browser.get(path).context["sign_up"]
    page = browser.get(up)
    assert is_welcoming(page) and 'value="new@example.com"' in text(page)
    given = {"email": "new@example.com", "name": "", "password": PASSWORD}
    assert went(browser.post(up, **given)) == "/account/verify/"
    assert is_welcoming(browser.get("/account/verify/"))
    assert is_welcoming(browser.post("/account/verify/", code="WRONG123"))
    assert is_welcoming(browser.get("/account/verify/"))


@pytest.mark.parametrize(
    ("ours", "theirs", "offered"),
    [
        ("open", "open", True),
        ("open", "invite", False),
        ("open", "closed", False),
        ("closed", "open", False),
    ],
)
def test_sign_up_is_open_where_both_tenants_are(
    shop: Application,
    tenant: Tenant,
    browser: Browser,
    ours: str,
    theirs: str,
    offered: bool,
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(registration=ours)
    Tenant.objects.filter(pk=shop.tenant_id).update(registration=theirs)
    path = visit(browser, shop)
    assert bool(browser.get(path).context["sign_up"]) is offered
    up = f"{SIGN_UP}?next={onward_of(path).replace('?', '%3F').replace('=', '%3D')}"
    assert browser.get(up).status_code == (200 if offered else 403)
    given = {"email": "new@example.com", "password": PASSWORD}
    assert browser.post(up, **given).status_code == (302 if offered else 403)
    assert User.objects.filter(email="new@example.com").exists() is offered


@pytest.mark.parametrize(
    ("hint", "typed"),
    [
        ("ann@example.com", True),
        (" ann@example.com ", True),
        ("ann", False),
        ('"><script>@example.com', True),
        ("a@b\u202e.example", False),
        (f"{'a' * 250}@b.de", False),
        ("", False),
    ],
)
def test_a_hint_is_typed_in_where_it_is_an_address(
    shop: Application,
    browser: Browser,
    hint: str,
    typed: bool,
) -> None:
    page = browser.get(visit(browser, shop, login_hint=hint))
    assert page.context["form"]["email"].value() == (hint.strip() if typed else None)
    assert "<script>@" not in text(page)
    fields = page.context["form"].fields
    here = "password" if typed else "email"
    assert fields[here].widget.attrs["autofocus"]


def test_a_forgotten_password_comes_back_to_the_visit(
    ann: User,
    shop: Application,
    browser: Browser,
) -> None:
    path = visit(browser, shop, login_hint="ann@example.com")
    reset = browser.get(path).context["reset"]
    page = browser.get(reset)
    assert is_welcoming(page) and 'value="ann@example.com"' in text(page)
    assert page.context["sign_in"] == path
    sent = browser.post(reset, email="ann@example.com")
    assert is_welcoming(sent) and sent.context["sign_in"] == path
    assert "visit" not in last_mail().text


def test_proving_again_on_the_way_knows_the_visit(
    ann: User,
    shop: Application,
    browser: Browser,
) -> None:
    browser.log_in()
    onward = onward_of(visit(browser, shop))
    page = browser.get("/account/reauthenticate/", next=onward)
    assert is_welcoming(page)
    assert went(browser.post(page.context["here"], password=PASSWORD)) == onward
    assert text(browser.get(onward)) == f"{shop.client_id} in"


def test_signing_out_drops_the_visits(
    ann: User,
    shop: Application,
    browser: Browser,
) -> None:
    path = visit(browser, shop)
    browser.log_in(path=path)
    browser.post("/account/logout/")
    assert text(browser.get(onward_of(path))) == "nobody out"


def test_nothing_else_outlives_a_sign_in(
    ann: User,
    shop: Application,
    browser: Browser,
) -> None:
    path = visit(browser, shop)
    session = browser.client.session
    session["planted"] = "before"
    session.save()
    browser.log_in(path=path)
    assert "planted" not in browser.client.session
    assert browser.client.session["visits"]


@pytest.mark.parametrize(
    ("returns_to", "allowed"),
    [
        ("com.example.app:", "'self' com.example.app:"),
        ("http://[::1]:8765", "'self' http:"),
        ("https://a.example; script-src *", "'self'"),
        ("https://a.example, *", "'self'"),
        ("https://a.example *", "'self'"),
        ("*", "'self'"),
        ("", "'self'"),
    ],
)
def test_forms_lead_to_one_place_more_and_to_no_other(
    shop: Application,
    browser: Browser,
    returns_to: str,
    allowed: str,
) -> None:
    page = browser.get(visit(browser, shop, returns_to=returns_to))
    assert action(page) == allowed
    assert page["Content-Security-Policy"].count("script-src") == 1


@pytest.mark.spec("OIDC Core 3.1.2.1")
def test_the_language_that_was_asked_for_is_kept(
    shop: Application,
    browser: Browser,
) -> None:
    path = visit(browser, shop, ui_locales="xx de en")
    page = browser.get(path)
    assert page["Content-Language"] == "de"
    assert browser.get(AUTHORIZE)["Content-Language"] == "de"
