"""How a page shows a refusal."""

from typing import Any

import pytest
from django.test import RequestFactory

from accounts.errors import CodeInvalid, LinkInvalid
from config.errors import TooManyRequests
from config.sessions import SessionStore
from tests.tokens.pages.people import text
from tokens.pages.drawing import draw, gone, key_of
from tokens.pages.login import LoginForm

pytestmark = pytest.mark.django_db


def asking(path: str = "/account/login/") -> Any:
    """Return a request of a browser."""
    request = RequestFactory().get(path)
    request.session = SessionStore()
    return request


def test_a_refusal_stands_in_the_form_that_was_sent() -> None:
    form = LoginForm({"email": "a@example.com", "password": "x"})
    assert form.is_valid()
    page = draw(asking(), "login", CodeInvalid("Not this."), form=form)
    assert page.status_code == 401 and text(page).count("Not this.") == 1
    assert form.non_field_errors() == ["Not this."]


def test_without_a_form_it_stands_above() -> None:
    refusal = TooManyRequests(retry_after=61)
    page = draw(asking(), "login", refusal, form=LoginForm())
    assert page.status_code == 429 and page["Retry-After"] == "61"
    assert "Try again in 2 minutes." in text(page)


def test_a_form_with_faults_is_a_bad_request() -> None:
    page = draw(asking(), "login", form=LoginForm({"email": ""}))
    assert page.status_code == 400


def test_a_dead_link_is_counted(settings: Any) -> None:
    settings.LIMITS = settings.LIMITS | {"token_failures_ip": "1/1h"}
    assert gone(asking(), LinkInvalid()).status_code == 410
    with pytest.raises(TooManyRequests):
        gone(asking(), LinkInvalid())


def test_the_key_of_a_form_comes_first() -> None:
    assert key_of(RequestFactory().get("/?key=a")) == "a"
    assert key_of(RequestFactory().post("/?key=a", {"key": "b"})) == "b"
    assert key_of(RequestFactory().post("/")) == ""
