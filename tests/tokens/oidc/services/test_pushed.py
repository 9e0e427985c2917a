"""Pushed requests: what is kept of one, and who takes it."""

import pytest
from authlib.oauth2 import OAuth2Error
from django.utils import timezone

from tests.conftest import Together
from tests.tokens.oidc.party import Party
from tokens.oidc.authorization import Unanswerable
from tokens.oidc.models import PushedRequest
from tokens.oidc.services import pushed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]


def named(
    party: Party,
    request_uri: str,
) -> dict[str, str]:
    """Return what a browser brings."""
    return {"client_id": party.application.client_id, "request_uri": request_uri}


@pytest.mark.spec("RFC 9126 2.1")
def test_credentials_are_not_part_of_the_request(party: Party) -> None:
    proof = {
        "client_secret": "ntts_x",
        "client_assertion": "a.b.c",
        "client_assertion_type": "jwt-bearer",
    }
    asked = party.request(login_hint="ann@example.com")
    request_uri = pushed.push(party.application, {**asked, **proof})
    assert pushed.take(named(party, request_uri)) == asked


@pytest.mark.spec("RFC 6749 3.1", "RFC 9126 2.1")
def test_what_nobody_reads_is_not_kept_and_nothing_is_long(party: Party) -> None:
    """Anybody may push in the name of a public client: it must not fill the database."""
    asked = party.request(**{f"unknown_{n}": "x" * 1000 for n in range(40)})
    request_uri = pushed.push(party.application, asked)
    assert pushed.take(named(party, request_uri)) == party.request()
    for name in ("acr_values", "ui_locales", "prompt", "id_token_hint"):
        with pytest.raises(OAuth2Error):
            long = party.request(**{name: "login " * 4000})
            pushed.push(party.application, long)


@pytest.mark.spec("RFC 9126 2.1")
def test_the_client_is_who_authenticated_whoever_is_named(party: Party) -> None:
    asked = party.request(client_id="somebody-else")
    request_uri = pushed.push(party.application, asked)
    taken = pushed.take(named(party, request_uri))
    assert taken["client_id"] == party.application.client_id


@pytest.mark.spec("RFC 9126 2.2")
def test_what_names_a_request_cannot_be_guessed_and_is_not_stored(party: Party) -> None:
    first, second = (pushed.push(party.application, party.request()) for _ in range(2))
    assert first != second and pushed.is_ours(first)
    assert len(first.removeprefix(pushed.PREFIX)) == 43
    for row in PushedRequest.objects.all():
        assert first.removeprefix(pushed.PREFIX) not in str(vars(row))
        assert "app.example.com" not in row.parameters


@pytest.mark.parametrize(
    "request_uri",
    ["https://e.example.com/r", "", "URN:ietf:params:oauth:request_uri:x"],
)
def test_others_are_not_ours(request_uri: str) -> None:
    assert not pushed.is_ours(request_uri)


@pytest.mark.spec("RFC 9126 2.3")
def test_what_would_be_refused_later_is_refused_now(party: Party) -> None:
    for wrong in ({"scope": "nothing"}, {"redirect_uri": "https://e.example.com"}):
        with pytest.raises(OAuth2Error):
            pushed.push(party.application, party.request(**wrong))
    assert not PushedRequest.objects.exists()


@pytest.mark.spec("RFC 9126 7.3")
def test_it_is_taken_once_in_time_and_by_its_client(
    party: Party,
    third: Party,
) -> None:
    request_uri = pushed.push(party.application, party.request())
    for wrong in (
        named(third, request_uri),
        {"request_uri": request_uri},
        named(party, request_uri + "x"),
        named(party, pushed.PREFIX + "\ud800"),
    ):
        with pytest.raises(Unanswerable):
            pushed.take(wrong)
    assert pushed.take(named(party, request_uri))
    with pytest.raises(Unanswerable):
        pushed.take(named(party, request_uri))
    late = pushed.push(party.application, party.request())
    PushedRequest.objects.update(expires_at=timezone.now())
    with pytest.raises(Unanswerable):
        pushed.take(named(party, late))


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_takes_it(
    party: Party,
    together: Together,
) -> None:
    given = named(party, pushed.push(party.application, party.request()))
    taken = together(8, lambda _: pushed.take(dict(given)))
    assert [type(one) for one in taken].count(dict) == 1
    assert all(isinstance(one, dict | Unanswerable) for one in taken)
