"""The console's form about connections: a secret goes in, and nothing of it comes out."""

from typing import Any

import pytest

from config.errors import FieldError, InvalidInput
from social.forms import ConnectionForm
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
FORM = {"provider": "github", "provider_id": "github", "client_id": "c", "name": ""}


def refused(
    form: ConnectionForm,
    name: str,
) -> dict[str, Any]:
    """Return the errors of a form whose service refuses a field."""
    form.refusal = InvalidInput(
        errors=[FieldError(f"#/{name}", "invalid", "Not this.")]
    )
    return dict(form.errors)


def test_a_new_one_needs_no_label_and_no_tenant() -> None:
    form = ConnectionForm(FORM)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["believed"] == ""


def test_a_refused_secret_is_said_where_it_was_given() -> None:
    assert set(refused(ConnectionForm(FORM), "client_secret")) == {"given_secret"}
    apple = FORM | {"provider": "apple"}
    assert set(refused(ConnectionForm(apple), "client_secret")) == {"private_key"}
    assert set(refused(ConnectionForm(FORM), "client_id")) == {"client_id"}
    changed = ConnectionForm(FORM, instance=ConnectionFactory(provider="apple"))
    assert "given_secret" in refused(changed, "client_secret")


def test_what_was_given_as_a_secret_is_not_in_a_refused_form() -> None:
    form = ConnectionForm({"given_secret": "s3cret", "private_key": "k3y"})
    assert not form.is_valid()
    assert "s3cret" not in form.as_p() and "k3y" not in form.as_p()


def test_the_form_of_one_that_there_is_knows_nothing_of_its_secret() -> None:
    made = ConnectionFactory(trusts_email=False)
    form = ConnectionForm(instance=made)
    assert form.initial["believed"] == "no"
    assert "our-secret" not in form.as_p() and made.client_secret not in form.as_p()
    assert made.client_secret not in str(form.initial)
    assert "stays as it is" in str(form.fields["given_secret"].help_text)
    choices = [key for key, _ in form.fields["believed"].choices]  # type: ignore[attr-defined]
    assert choices == ["yes", "no"]
