"""Browsers in which somebody is signed in."""

import re
from typing import Any

from django.test import Client

from accounts.models import User
from tests.factories import LoginFactory, SessionFactory
from tokens.models import Session

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
HTML = "text/html"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


def session_at(
    user: User,
    door: Session.Door = Session.Door.BROWSER,
    **login: Any,
) -> Session:
    """Return a session of our own pages, begun with two factors just now."""
    from tenants.models import BUILT_IN, Application

    amr = ["pwd", "otp", "mfa"]
    traits = {"amr": amr, "ip": "203.0.113.9", "user_agent": FIREFOX, **login}
    made: Session = SessionFactory(
        user=user,
        login=LoginFactory(user=user, **traits),
        application=Application.objects.get(client_id=BUILT_IN),
        door=door,
        audience=None,
        scope="account",
    )
    return made


class Browser:
    """A browser; signed in where a session is given. CSRF is checked as for everybody."""

    def __init__(self, session: Session | None = None) -> None:
        self.client = Client(
            enforce_csrf_checks=True,
            headers={"accept": HTML, "user-agent": FIREFOX},
        )
        self.session = session
        if session is not None:
            self.client.force_login(
                session.login.user, backend="accounts.backends.EmailBackend"
            )
            kept = self.client.session
            kept["sid"] = str(session.sid)
            kept.save()

    @property
    def cookie(self) -> str:
        """The value of the session's cookie, or ""."""
        from django.conf import settings

        found = self.client.cookies.get(settings.SESSION_COOKIE_NAME)
        return found.value if found else ""

    def open(
        self,
        page: str,
    ) -> Any:
        """Return what is at a path below `/account/`."""
        return self.client.get(f"/account/{page}")

    def send(
        self,
        page: str,
        given: dict[str, Any] | None = None,
        *,
        form: str | None = None,
    ) -> Any:
        """Open a page, and send its form (or another's, of `form`'s page)."""
        opened = self.open(page if form is None else form)
        found = _TOKEN.search(opened.content.decode())
        assert found, opened.content.decode()
        token = {"csrfmiddlewaretoken": found[1]}
        return self.client.post(f"/account/{page}", token | (given or {}))

    def read(
        self,
        page: str,
    ) -> str:
        """Return the text of a page, which has to be there."""
        opened = self.open(page)
        assert opened.status_code == 200, (opened.status_code, opened.headers)
        text: str = opened.content.decode()
        return text


def signed_in(
    user: User,
    **login: Any,
) -> Browser:
    """Return a browser in which somebody is signed in."""
    return Browser(session_at(user, **login))


def copy_of(browser: Browser) -> Browser:
    """Return another browser with a copy of the cookie."""
    from django.conf import settings

    thief = Browser()
    thief.client.cookies[settings.SESSION_COOKIE_NAME] = browser.cookie
    return thief
