"""A television of the tests: an application by device codes, and what its people do."""

from typing import Any

from accounts.models import User
from tests.tokens.oidc.party import Party, orders_application
from tests.tokens.pages.people import text
from tokens.models import Session
from tokens.oidc.models import DeviceCode

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
PAGE = "/oauth/device"


class Box(Party):
    """A device of an application."""

    def ask(self, **given: Any) -> Any:
        """Ask for codes; return the response."""
        return self.post("device-authorization", **given)

    def codes(self, **given: Any) -> dict[str, Any]:
        """Return the codes that it is given."""
        response = self.ask(**given)
        assert response.status_code == 200, response.content
        found: dict[str, Any] = response.json()
        return found

    def poll(
        self,
        device_code: str | None,
        **given: Any,
    ) -> Any:
        """Ask for tokens; return the response."""
        return self.post(
            **{"grant_type": GRANT, "device_code": device_code, **given},
        )

    def told(
        self,
        device_code: str | None,
        **given: Any,
    ) -> str:
        """Return the error that a poll gets, or "tokens"."""
        answer = self.poll(device_code, **given)
        assert answer.status_code in (200, 400), answer.content
        return str(answer.json().get("error", "tokens"))


def box(**traits: Any) -> Box:
    """Return a device of an application with an API; first-party unless said otherwise."""
    grants = [GRANT, "refresh_token"]
    traits = {"name": "Television", "type": "native", "grants": grants, **traits}
    return Box(orders_application(**traits))


def rest() -> None:
    """Let the interval of every device pass."""
    DeviceCode.objects.update(polled_at=None)


def type_code(
    browser: Any,
    user_code: str,
) -> Any:
    """Type a code on our page; return the answer."""
    return browser.post(PAGE, user_code=user_code)


def decide(
    browser: Any,
    user_code: str,
    decision: str = "allow",
) -> Any:
    """Type a code, and decide on the page that it leads to; return the last page."""
    led = type_code(browser, user_code)
    assert led.status_code == 302, text(led)
    assert browser.client.get(led["Location"]).status_code == 200
    return browser.post(led["Location"], decision=decision)


def allow(
    user: User,
    user_code: str,
) -> Any:
    """Have somebody allow a device in a browser of their own; return the last page."""
    return decide(browser_with(user), user_code)


def browser_with(
    user: User,
    **login: Any,
) -> Any:
    """Return a browser in which somebody is signed in; it checks CSRF."""
    from tests.tokens.pages.browsers import session_at
    from tests.tokens.pages.people import Browser

    session = session_at(user, **login)
    browser = Browser()
    browser.client.force_login(user, backend="accounts.backends.EmailBackend")
    kept = browser.client.session
    kept["sid"] = str(session.sid)
    kept.save()
    browser.client.get(PAGE)
    return browser


def session_of(party: Party) -> Session:
    """Return the only session of a device's application."""
    return Session.objects.get(application=party.application)


def decided() -> tuple[bool, bool]:
    """Tell whether the only request was allowed, and whether it was refused."""
    row = DeviceCode.objects.get()
    return row.approved_at is not None, row.denied_at is not None
