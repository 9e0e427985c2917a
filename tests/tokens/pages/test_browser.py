"""A browser stands on a session of its own door, and on nothing else."""

import time
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path
from django.utils import timezone

from accounts import services
from accounts.models import User
from config.sessions import SessionStore
from config.urls import urlpatterns as real
from tests.authenticators import has_app
from tests.factories import SessionFactory, UserFactory
from tests.operators import console, root, staff
from tokens.models import Login, Session
from tokens.pages import browser

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls(__name__),
    pytest.mark.usefixtures("keys"),
]


def _here(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.standing.user_id))  # type: ignore[attr-defined]


def _onward(request: HttpRequest) -> HttpResponse:
    return HttpResponse(browser.onward(request))


def _change(request: HttpRequest) -> HttpResponse:
    session = browser.session_of(request)
    services.change_password(
        session.login.user,
        new_password="an entirely different passphrase",
        keep_login=session.login_id,
        acting_user=session.login.user,
        epoch=session.login.user.epoch,
    )
    browser.stay(request)
    return HttpResponse()


def _leave(request: HttpRequest) -> HttpResponse:
    browser.leave(request)
    return HttpResponse()


_NAMES = ("login", "enrol", "reauthenticate", "password", "profile", "logout")
urlpatterns = [
    path("", include(cast(Any, real))),  # a name is found from the end
    *(path(f"t/{n}/", _onward, name=f"account-{n}") for n in _NAMES),
    path("t/here/", browser.signed_in(_here)),
    path("t/fresh/", browser.fresh(_here)),
    path("t/change/", browser.signed_in(_change)),
    path("t/leave/", _leave),
]


@pytest.fixture
def ann() -> User:
    user: User = UserFactory.create(email="ann@example.com")
    return user


@pytest.fixture
def signed_in(ann: User) -> Client:
    return console(ann)


def asked(
    method: str = "get",
    path: str = "/t/here/",
    **form: str,
) -> HttpRequest:
    """Return a request of a browser that nobody sits at."""
    request: HttpRequest = getattr(RequestFactory(), method)(path, form)
    request.session, request.user = SessionStore(), AnonymousUser()
    return request


def back_to(
    page: str,
    wanted: str,
) -> str:
    """Return the way to a page that leads back to another."""
    return f"{page}?{urlencode({'next': wanted})}"


def at_the_door(
    user: User,
    door: str = Session.Door.BROWSER,
) -> Session:
    """Return a session that just began."""
    session: Session = SessionFactory.create(user=user, door=door)
    return session


def test_signing_in_makes_a_new_cookie_and_keeps_nothing(ann: User) -> None:
    request, session = asked(), at_the_door(ann)
    request.session["before"] = "a stranger's"
    request.session.create()
    before = request.session.session_key

    browser.begin(request, session)

    assert request.session.session_key != before
    assert not SessionStore().exists(before)
    assert "before" not in request.session
    assert request.session[browser.SID] == str(session.sid)
    assert request.user == ann
    present = browser.standing_of(request)
    assert present is not None and present.sid == session.sid


def test_a_browser_does_not_stand_on_a_session_of_another_door(ann: User) -> None:
    with pytest.raises(ImproperlyConfigured):
        browser.begin(asked(), at_the_door(ann, Session.Door.REST))


def test_somebody_signed_in_is_known(
    ann: User,
    signed_in: Client,
) -> None:
    answer = signed_in.get("/t/here/")
    assert answer.content.decode() == str(ann.pk)
    assert "no-store" in answer["Cache-Control"]


def test_a_stranger_signs_in_first_and_comes_back() -> None:
    answer = Client().get("/t/here/?a=b")
    assert answer.status_code == 302
    assert answer["Location"] == back_to("/t/login/", "/t/here/?a=b")


def test_what_was_sent_is_not_come_back_to() -> None:
    assert Client().post("/t/here/")["Location"] == "/t/login/"


def _end_session(session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(revoked_at=timezone.now())


def _end_login(session: Session) -> None:
    Login.objects.filter(pk=session.login_id).update(revoked_at=timezone.now())


def _disable(session: Session) -> None:
    services.disable_user(session.login.user, acting_user=None)


def _move_epoch(session: Session) -> None:
    User.objects.filter(pk=session.login.user_id).update(epoch=7)


def _let_run_out(session: Session) -> None:
    Session.objects.update(idle_expires_at=timezone.now() - timedelta(seconds=1))


def _change_door(session: Session) -> None:
    Session.objects.update(door=Session.Door.REST)


def _change_hands(session: Session) -> None:
    Login.objects.update(user=UserFactory.create())


def _delete(session: Session) -> None:
    session.login.user.delete()


@pytest.mark.parametrize(
    "end",
    [
        *(_end_session, _end_login, _disable, _move_epoch, _let_run_out),
        *(_change_door, _change_hands, _delete),
    ],
)
def test_what_ends_the_session_ends_the_browsers_at_once(
    end: Any,
    signed_in: Client,
) -> None:
    end(Session.objects.get())
    assert signed_in.get("/t/here/").status_code == 302
    assert signed_in.get("/admin/").status_code == 302


def test_a_cookie_of_django_alone_is_nobody(ann: User) -> None:
    client = Client()
    client.force_login(ann)
    assert client.get("/t/here/").status_code == 302


def test_leaving_ends_the_login_and_the_cookie(signed_in: Client) -> None:
    signed_in.get("/t/leave/")
    assert signed_in.get("/t/here/").status_code == 302
    assert Session.objects.get().revoked_at or Login.objects.get().revoked_at
    assert Client().get("/t/leave/").status_code == 200  # nobody's is nothing


def test_use_is_noted_once_a_minute_and_puts_the_idle_end_off(
    signed_in: Client,
) -> None:
    long_ago, soon = (timezone.now() + timedelta(minutes=n) for n in (-5, 5))
    Session.objects.update(rotated_at=long_ago, idle_expires_at=soon)
    signed_in.get("/t/here/")
    noted = Session.objects.get()
    assert noted.rotated_at > long_ago and noted.idle_expires_at > soon

    signed_in.get("/t/here/")

    assert Session.objects.get().rotated_at == noted.rotated_at


def test_whoever_changed_the_password_stays_and_a_copied_cookie_does_not(
    signed_in: Client,
    settings: Any,
) -> None:
    copied = Client()
    name = settings.SESSION_COOKIE_NAME
    copied.cookies[name] = signed_in.cookies[name].value
    assert signed_in.get("/t/change/").status_code == 200
    assert signed_in.get("/t/here/").status_code == 200
    assert copied.get("/t/here/").status_code == 302


def test_a_sensitive_page_wants_a_recent_proof(
    signed_in: Client,
    settings: Any,
) -> None:
    assert signed_in.get("/t/fresh/").status_code == 200
    old = timezone.now() - timedelta(seconds=settings.STEP_UP_SECONDS + 60)
    Login.objects.update(auth_time=old)
    answer = signed_in.get("/t/fresh/")
    assert answer["Location"] == back_to("/t/reauthenticate/", "/t/fresh/")
    assert Client().get("/t/fresh/")["Location"].startswith("/t/login/")


@pytest.mark.parametrize("amr", [["pwd"], ["pwd", "otp"], []])
def test_the_console_wants_a_second_factor(amr: list[str]) -> None:
    client = console(root())
    assert client.get("/admin/").status_code == 200
    Login.objects.update(amr=amr)
    assert client.get("/admin/").status_code == 302


def test_the_console_wants_it_lately(settings: Any) -> None:
    client = console(root())
    hours = settings.MFA_FRESH_HOURS
    Login.objects.update(auth_time=timezone.now() - timedelta(hours=hours + 1))
    assert client.get("/admin/").status_code == 302


def way(client: Client) -> Any:
    """Return where the console sends a browser that it does not let in."""
    return client.get("/admin/login/?next=/admin/accounts/user/")


def test_the_console_leads_everybody_to_what_they_lack() -> None:
    wanted = "/admin/accounts/user/"
    assert way(Client())["Location"] == back_to("/t/login/", wanted)
    operator = staff()
    client = console(operator)
    Login.objects.update(amr=["pwd"])
    assert way(client)["Location"] == back_to("/t/enrol/", wanted)
    has_app(operator)
    assert way(client)["Location"] == back_to("/t/reauthenticate/", wanted)
    assert way(console(UserFactory.create())).status_code == 403


def test_the_first_superuser_goes_on_to_a_second_factor() -> None:
    request, user = asked("post"), root()

    went = browser.begin_setup(request, user)

    assert went == "/t/enrol/?next=%2Fadmin%2F"
    present = browser.standing_of(request)
    assert present is not None and present.amr == ("pwd",)
    assert present.auth_time.timestamp() == pytest.approx(time.time(), abs=5)
    assert not browser.may_operate(request)


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/account/", "/account/"),
        ("/a?b=c", "/a?b=c"),
        ("https://evil.example/", "/t/profile/"),
        ("//evil.example/", "/t/profile/"),
        ("/\\evil.example/", "/t/profile/"),
        ("javascript:alert(1)", "/t/profile/"),
        ("/a\r\nSet-Cookie: a=b", "/t/profile/"),
        ("relative", "/t/profile/"),
        ("", "/t/profile/"),
    ],
)
def test_one_goes_on_to_a_page_of_ours_only(
    wanted: str,
    goes: str,
) -> None:
    assert Client().get("/t/login/", {"next": wanted}).content.decode() == goes
    assert Client().post("/t/login/", {"next": wanted}).content.decode() == goes
