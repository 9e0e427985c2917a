"""What an application says of itself, in the console's form."""

import json

import pytest

from accounts.audit.models import Event
from tests.factories import ApiFactory
from tests.operators import console, root, staff
from tests.tenants.admin.test_applications import LIST, form_of, panel_of, web
from tests.tenants.clientkeys import keys

pytestmark = pytest.mark.django_db


def test_what_a_client_says_of_itself_is_told_in_the_form() -> None:
    application, client = web(scopes=[]), console(root())
    form = form_of(
        grants=["authorization_code", "refresh_token"],
        post_logout_redirect_uris="https://a.example/out\nhttps://b.example/out",
        backchannel_logout_uri="https://a.example/ended",
        client_authentication="private_key_jwt",
        jwks=json.dumps(keys()),
        require_pushed_authorization_requests="on",
        tos_uri="https://a.example/terms",
        id_token_algorithm="ES256",
    )
    page = f"{LIST}{application.pk}/change/"
    assert client.post(page, form).status_code == 302
    application.refresh_from_db()
    assert application.jwks == keys() and application.signs_with_key
    assert application.require_pushed_authorization_requests
    assert application.post_logout_redirect_uris[1] == "https://b.example/out"
    event = Event.objects.get(action="tenant:application:changed")
    changed = set(form) - {"signing_algorithm"}
    assert event.details == {"changed": sorted(changed)}
    shown = client.get(page)
    given = shown.context["adminform"].form["jwks"].value()
    assert json.loads(given) == keys()
    assert client.post(page, form | {"jwks": given}).status_code == 302
    assert Event.objects.filter(action=event.action).count() == 1
    assert "rotate-secret" not in shown.content.decode()
    assert "no secret works" in panel_of(client, application).notes[0]


@pytest.mark.parametrize(
    "bad",
    [
        *("{", "[]", "5", '"x"', "null", "[" * 60_000, "9" * 5_000, "{}", "\x00"),
        *('{"keys": ["\\ud800"]}', '{"keys": [{"kty": "oct", "k": "AA"}]}'),
        '{"keys": [], "x": "' + "x" * 70_000 + '"}',
    ],
    ids=lambda bad: bad[:30].encode("unicode_escape").decode(),
)
def test_strange_keys_are_told_at_their_field(bad: str) -> None:
    application = web(scopes=[])
    form = form_of(jwks=bad)
    answer = console(root()).post(f"{LIST}{application.pk}/change/", form)
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == ["jwks"]
    application.refresh_from_db()
    assert application.jwks is None


def test_the_form_is_grouped_and_every_field_explains_itself() -> None:
    answer = console(root()).get(f"{LIST}{web().pk}/change/")
    form = answer.context["adminform"]
    assert [fieldset.name for fieldset in form] == [
        *(None, "Sign-in", "Tokens", "Management", "Sign-out"),
        *("Client authentication", "For people", "Record"),
    ]
    plain = {name for name, field in form.form.fields.items() if not field.help_text}
    assert plain == {"name", "signing_algorithm"}


def test_who_may_look_only_sees_the_values_and_no_field() -> None:
    api = ApiFactory.create(identifier="https://looked-at.example")
    application = web(scopes=[], apis=[api], tos_uri="https://a.example/terms")
    client = console(staff("tenants.view_application"))
    page = client.get(f"{LIST}{application.pk}/change/").content.decode()
    assert api.identifier in page and "https://a.example/terms" in page
    assert 'name="tos_uri"' not in page and 'name="audiences"' not in page
