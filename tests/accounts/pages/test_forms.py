"""What a form of the hosted pages draws, takes and says."""

import re
from typing import Any

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from accounts.pages.forms import (
    AddressField,
    CodeField,
    NameField,
    PageForm,
    PasswordField,
)
from config.errors import (
    Conflict,
    FieldError,
    InvalidInput,
    TooManyRequests,
    Unavailable,
)


class Whole(PageForm):
    """A field of every kind of ours, and the odd ones of Django's."""

    focus = "email"
    email = AddressField(autocomplete="username webauthn")
    name = NameField(required=False)
    password = PasswordField(new=True)
    present = PasswordField(new=False)
    code = CodeField(help_text="Six digits.")
    kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Agreed")
    token = forms.CharField(widget=forms.HiddenInput)


GIVEN = {
    "email": " Ada@EXAMPLE.com ",
    "name": "Ada",
    "password": "  secret-of-ada  ",
    "present": "present-of-ada",
    "code": "123-456",
    "kind": "a",
    "agreed": "on",
    "token": "t",
}


def tag(
    page: Any,
    name: str,
) -> str:
    """Return the control of a name, as it was drawn."""
    found = re.search(rf'<(?:input|select)[^>]* name="{name}"[^>]*>', str(page))
    assert found, name
    return found[0]


def test_ids_equal_names_and_labels_lead_to_them() -> None:
    page = str(Whole())
    for name in ("email", "name", "password", "present", "code", "agreed"):
        assert f' id="{name}"' in tag(page, name)
        assert f'<label for="{name}">' in page
    assert "<legend>Kind</legend>" in page
    assert 'type="hidden"' in tag(page, "token")
    assert ":</label>" not in page


def test_browsers_and_password_managers_know_every_field() -> None:
    page = Whole()
    expected = {
        "email": 'autocomplete="username webauthn" inputmode="email"',
        "name": 'autocomplete="name"',
        "password": 'autocomplete="new-password"',
        "present": 'autocomplete="current-password"',
        "code": 'autocomplete="one-time-code" inputmode="numeric"',
    }
    for name, attributes in expected.items():
        assert attributes in tag(page, name)
        assert "length=" not in tag(page, name)


def test_only_a_fresh_page_puts_the_cursor_somewhere() -> None:
    assert "autofocus" in tag(Whole(), "email")
    assert "autofocus" not in str(Whole(GIVEN))
    assert "autofocus" not in str(Whole({}))


def test_a_new_password_is_told_the_policy_and_another_hint_if_there_is_one(
    settings: Any,
) -> None:
    settings.PASSWORD_MIN_LENGTH = 19
    page = str(Whole())
    assert "At least 19 characters" in page
    assert 'aria-describedby="password_helptext"' in tag(page, "password")
    assert "describedby" not in tag(page, "present")
    assert PasswordField(new=True, help_text="").help_text == ""


def test_what_is_optional_says_so() -> None:
    page = str(Whole())
    assert page.count("(optional)") == 1
    assert " required" not in tag(page, "name")
    assert " required" in tag(page, "email")


def test_what_was_typed_is_kept_and_passwords_to_the_space() -> None:
    form = Whole(GIVEN)
    assert form.is_valid()
    assert form.cleaned_data["email"] == "Ada@EXAMPLE.com"
    assert form.cleaned_data["password"] == "  secret-of-ada  "


def test_a_password_is_never_sent_back() -> None:
    page = str(Whole(GIVEN | {"agreed": ""}))
    assert "of-ada" not in page
    assert 'value=" Ada@EXAMPLE.com "' in page


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"),
        (" 123 456\t", "123456"),
        ("123-456", "123456"),
        ("12\u201334\u00a056", "123456"),
        ("\u0661\u0662\u0663", "123"),
        ("\uff11\uff12\uff13", "123"),
        ("abCD-12", "abCD12"),
    ],
)
def test_a_code_is_taken_however_it_is_written(
    typed: str,
    code: str,
) -> None:
    assert CodeField().clean(typed) == code


@pytest.mark.parametrize("typed", ["", " - ", None, "1" * 65, "1\x002"])
def test_what_can_be_no_code_is_refused_at_once(typed: Any) -> None:
    with pytest.raises(forms.ValidationError):
        CodeField().clean(typed)


def test_a_code_with_letters_asks_for_another_keyboard() -> None:
    widget = CodeField(digits=False).widget
    assert widget.attrs["inputmode"] == "text"


# -- refusals


def explained(
    refusal: Any,
    at: dict[str, str] | None = None,
) -> Whole:
    """Return a valid form after a refusal."""
    form = Whole(GIVEN)
    assert form.is_valid()
    form.explain(refusal, at=at)
    return form


def test_a_refusal_stands_at_the_fields_that_it_points_at() -> None:
    faults = [
        FieldError("#/email", "invalid", "No address."),
        FieldError("#/new_password/0", "short", "Too <short>."),
        FieldError("#/elsewhere", "invalid", "Something else."),
        FieldError("#", "invalid", "The whole."),
    ]
    form = explained(InvalidInput(errors=faults), at={"new_password": "password"})
    assert form.errors["email"] == ["No address."]
    assert form.errors["password"] == ["Too <short>."]
    assert form.non_field_errors() == ["Something else.", "The whole."]
    page = str(form)
    assert 'aria-invalid="true"' in tag(page, "email")
    assert 'aria-describedby="email_error"' in tag(page, "email")
    assert 'id="email_error">No address.</p>' in page
    assert '<a href="#email">E-mail address: No address.</a>' in page
    assert "Too &lt;short&gt;." in page and "<short>" not in page
    assert 'role="alert" tabindex="-1"' in page


def test_a_refusal_without_pointers_stands_above_or_where_the_page_says() -> None:
    assert explained(Conflict("Taken.")).non_field_errors() == ["Taken."]
    placed = explained(Conflict("Taken."), at={"": "email"})
    assert placed.errors == {"email": ["Taken."]}


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (TooManyRequests(retry_after=1), "Too many tries. Try again in 1 minute."),
        (TooManyRequests(retry_after=61), "Too many tries. Try again in 2 minutes."),
        (TooManyRequests(), "Too many tries. Try again in 1 minute."),
        (Unavailable(), "The service is busy. Try again in a moment."),
    ],
)
def test_a_limit_says_when_to_come_back(
    refusal: Any,
    sentence: str,
) -> None:
    assert explained(refusal, at={"": "email"}).non_field_errors() == [sentence]


def test_a_form_without_faults_has_no_summary() -> None:
    assert "alert" not in str(Whole())
    assert "alert" not in str(Whole(GIVEN))


# -- the parts and the base


def drawn(
    text: str,
    **shown: Any,
) -> str:
    """Return a page drawn from a template's text."""
    request = RequestFactory().get("/account/")
    return str(engines["django"].from_string(text).render(shown, request))


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "way"), [("en", "ltr"), ("ar", "rtl")])
def test_the_base_speaks_the_active_language(
    code: str,
    way: str,
) -> None:
    with translation.override(code):
        page = drawn('{% extends "account/base.html" %}')
    assert f'<html lang="{code}" dir="{way}">' in page
    assert '<meta name="robots" content="noindex">' in page


@pytest.mark.django_db
def test_a_brand_takes_the_place_of_ours() -> None:
    base = '{% extends "account/base.html" %}'
    assert "NTT Authentication Server" in drawn(base)
    named = drawn(base, brand_name="<Acme>", brand_stylesheet="/brands/acme.css")
    assert "&lt;Acme&gt;" in named and "NTT" not in named
    assert '<link rel="stylesheet" href="/brands/acme.css">' in named
    logo = drawn(base, brand_name="Acme", brand_logo="/brands/acme.svg")
    assert 'src="/brands/acme.svg" alt="Acme"' in logo


@pytest.mark.django_db
def test_the_title_tells_of_faults_first() -> None:
    base = '{% extends "account/base.html" %}{% block title %}T{% endblock %}'
    assert "<title>Error: T</title>" in drawn(base, form=Whole({}))
    assert "<title>T</title>" in drawn(base, form=Whole())


@pytest.mark.django_db
def test_the_way_through_the_account_names_what_there_is_and_where_one_is() -> None:
    way = '{% include "account/parts/way.html" with name="account-setup" label="S" %}'
    assert '<a href="/account/setup/">S</a>' in drawn(way)
    assert 'aria-current="page"' in drawn(way, here="account-setup")
    assert drawn(way.replace("account-setup", "nowhere")).strip() == ""
    assert "<nav" in drawn('{% extends "account/own.html" %}')
