"""`create-connection`: infrastructure as code, without the secret in an argument."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.audit.models import Event
from social.models import Connection
from tests.factories import TenantFactory
from tests.social.keys import APPLE_KEY

pytestmark = pytest.mark.django_db
SECRET = "s3cret-of-the-provider"


def run(*line: str) -> dict[str, Any]:
    """Run the command with `--json` and return the object it prints."""
    printed = StringIO()
    call_command("create_connection", *line, "--json", stdout=printed)
    assert SECRET not in printed.getvalue()
    answer: dict[str, Any] = json.loads(printed.getvalue())
    return answer


def given(
    monkeypatch: pytest.MonkeyPatch,
    text: str,
) -> None:
    """Have standard input hold this."""
    monkeypatch.setattr("sys.stdin", StringIO(text))


def test_a_provider_is_added_and_its_callback_url_printed(
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    given(monkeypatch, f"{SECRET}\n")
    line = ("github", "github", "--client-id", "Iv1.abc", "--secret-stdin")
    made = Connection.objects.get(pk=run(*line)["id"])
    assert (made.provider, made.name, made.secret) == ("github", "GitHub", SECRET)
    assert made.tenant is None and made.trusts_email and not made.keeps_tokens
    given(monkeypatch, f"{SECRET}\n")
    answer = run("google", "google", "--client-id", "x", "--secret-stdin")
    callback = f"{settings.ISSUER}/account/social/google/callback/"
    assert answer["callback_url"] == callback and answer["tenant"] == ""
    event = Event.objects.filter(action="social:connection:created").first()
    assert event is not None and event.actor_type == "system"
    assert SECRET not in str(list(Event.objects.values()))


def test_all_that_can_be_said_of_one_is_said_by_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    TenantFactory.create(slug="acme")
    given(monkeypatch, SECRET)
    answer = run(
        *("oidc", "acme-login", "--tenant", "acme", "--name", "Acme ID"),
        *("--client-id", "ntt", "--issuer", "https://id.acme.example/"),
        *("--scope", "groups", "--scope", "phone", "--trust-addresses", "yes"),
        *("--keep-tokens", "--secret-stdin"),
    )
    made = Connection.objects.get(provider_id="acme-login")
    assert answer["tenant"] == "acme" and made.tenant is not None
    assert (made.name, made.client_id, made.secret) == ("Acme ID", "ntt", SECRET)
    assert made.issuer == "https://id.acme.example"
    assert made.scopes == ["groups", "phone"]
    assert made.trusts_email and made.keeps_tokens


def test_apples_key_is_read_with_all_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, APPLE_KEY)
    run(
        *("apple", "apple", "--client-id", "com.example.web", "--secret-stdin"),
        *("--team-id", "TEAM123456", "--key-id", "KEY1234567"),
        *("--native-client-id", "com.example.app", "--trust-addresses", "no"),
    )
    made = Connection.objects.get()
    assert made.secret == APPLE_KEY and not made.trusts_email
    assert made.native_client_ids == ["com.example.app"]


def test_a_public_client_has_no_secret() -> None:
    run("oidc", "own", "--client-id", "ntt", "--issuer", "https://id.acme.example")
    assert Connection.objects.get().secret == ""


def test_people_read_lines() -> None:
    printed = StringIO()
    line = ("oidc", "own", "--client-id", "x", "--issuer", "https://id.acme.example")
    call_command("create_connection", *line, stdout=printed)
    assert "callback_url: http" in printed.getvalue()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("github", "Git Hub", "--client-id", "x"), "provider_id: "),
        (("github", "github"), "client_id: This provider wants it"),
        (("github", "github", "--client-id", "x"), "client_secret: "),
        (("oidc", "own", "--client-id", "x"), "issuer: "),
        (("github", "github", "--client-id", "x", "--tenant", "nobodys"), "tenant"),
        (("github", "github", "--secret-stdin"), "none to read"),
        (("myspace", "myspace", "--client-id", "x"), "invalid choice"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_made(
    monkeypatch: pytest.MonkeyPatch,
    line: tuple[str, ...],
    said: str,
) -> None:
    given(monkeypatch, "\n")
    with pytest.raises(CommandError, match=said):
        run(*line)
    assert not Connection.objects.exists()


def test_an_id_that_is_taken_is_refused() -> None:
    line = ("oidc", "own", "--client-id", "x", "--issuer", "https://id.acme.example")
    run(*line)
    with pytest.raises(CommandError, match="Another connection has this id"):
        run(*line)


def test_a_secret_in_an_argument_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="unrecognized"):
        run("github", "github", "--client-id", "x", "--client-secret", SECRET)
