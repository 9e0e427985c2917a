"""What the pages share."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django import forms
from django.test import RequestFactory

from accounts.errors import FlowInvalid
from accounts.pages.forms import PageForm
from config.errors import Conflict, InvalidInput
from tokens.pages.own.page import DONE, joined, tried, way, when


class Form(PageForm):
    name = forms.CharField()


def refuse(refusal: Exception) -> Any:
    def work(given: Any) -> None:
        raise refusal

    return work


def test_a_form_is_tried_only_when_it_was_sent_well() -> None:
    def never(given: Any) -> None:
        raise AssertionError

    assert tried(Form(), never) == 200
    assert tried(Form({}), never) == 400
    assert tried(Form({"name": "x"}), lambda given: given["name"]) == DONE


def test_a_refusal_stands_at_its_field() -> None:
    form = Form({"name": "x"})
    assert tried(form, refuse(InvalidInput.at("name", detail="No."))) == 400
    assert form.errors["name"] == ["No."]
    form = Form({"name": "x"})
    assert tried(form, refuse(Conflict("Late.")), {"": "name"}) == 409
    assert form.errors["name"] == ["Late."]


def test_a_flow_that_ended_is_nothing_to_explain() -> None:
    with pytest.raises(FlowInvalid):
        tried(Form({"name": "x"}), refuse(FlowInvalid()))


def test_next_goes_along_if_it_is_ours() -> None:
    ask = RequestFactory().get
    assert way(ask("/"), "home") == "/"
    assert way(ask("/?next=/admin/"), "home") == "/?next=%2Fadmin%2F"
    assert way(ask("/?next=https://evil.example/"), "home") == "/"


def test_moments_and_rows_are_read_by_people() -> None:
    assert when(datetime(2026, 11, 25, 9, 5, 59, tzinfo=UTC)) == "2026-11-25 09:05 UTC"
    assert joined("a", "", "b") == "a · b"
