"""The operator's commands: one JSON object, exit codes, secrets once."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, load_command_class

from tenants.models import Application, Invitation, Membership, Tenant
from tenants.services.secrets import authenticate_secret
from tests.factories import ApplicationFactory, RoleFactory, TenantFactory, UserFactory
from tests.tenants import mailed
from tests.tenants.clientkeys import keys

pytestmark = pytest.mark.django_db
ORDERS = "https://orders.example.com"


def run(*line: str) -> dict[str, Any]:
    """Run a command with `--json` and return the object it prints."""
    printed = StringIO()
    call_command(*line, "--json", stdout=printed)
    answer: dict[str, Any] = json.loads(printed.getvalue())
    return answer


def test_a_tenant_an_api_and_an_application_are_made_by_command() -> None:
    tenant = run("create_tenant", "acme", "--name", "Acme", "--registration", "open")
    assert tenant["slug"] == "acme" and tenant["registration"] == "open"
    api = run("create_api", ORDERS, "--tenant", "acme", "--scope", "read")
    assert api["identifier"] == ORDERS and api["scopes"] == ["read"]
    made = run(
        *("create_application", "--tenant", "acme", "--name", "Shop"),
        *("--type", "spa", "--first-party", "--audience", ORDERS),
        *("--audience", settings.IDENTITY_API),
        *("--redirect-uri", "https://shop.example.com/callback"),
    )
    application = Application.objects.get(client_id=made["client_id"])
    assert "client_secret" not in made
    assert application.scopes == ["account", "read"] and application.is_first_party
    assert application.redirect_uris == ["https://shop.example.com/callback"]


def test_a_confidential_application_prints_its_secret() -> None:
    TenantFactory(slug="acme")
    made = run(
        *("create_application", "--tenant", "acme", "--name", "Job"),
        *("--type", "service", "--grant", "client_credentials"),
    )
    assert authenticate_secret(made["client_id"], made["client_secret"])
    fresh = run("rotate_secret", made["client_id"], "--overlap", "0")
    assert fresh["client_secret"] != made["client_secret"]
    assert authenticate_secret(made["client_id"], fresh["client_secret"])


def test_what_a_client_says_of_itself_is_said_by_command(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(keys()))
    made = run(
        *("create_application", "--tenant", "default", "--name", "Shop"),
        *("--type", "web", "--require-par", "--jwks", str(file)),
        *("--client-authentication", "private_key_jwt"),
        *("--post-logout-redirect-uri", "https://a.example/out"),
        *("--post-logout-redirect-uri", "https://b.example/out"),
        *("--backchannel-logout-uri", "https://a.example/ended"),
        *("--tos-uri", "https://a.example/terms", "--id-token-algorithm", "ES256"),
    )
    application = Application.objects.get(client_id=made["client_id"])
    assert "client_secret" not in made and application.jwks == keys()
    assert application.require_pushed_authorization_requests
    assert len(application.post_logout_redirect_uris) == 2
    assert application.backchannel_logout_uri == "https://a.example/ended"
    assert application.tos_uri == "https://a.example/terms"
    assert application.id_token_algorithm == "ES256"
    remote = run(
        *("create_application", "--tenant", "default", "--name", "Job"),
        *("--type", "service", "--client-authentication", "private_key_jwt"),
        *("--jwks-uri", "https://a.example/keys"),
    )
    with pytest.raises(CommandError, match="own key"):
        run("rotate_secret", remote["client_id"])


def test_a_service_is_told_what_it_manages_by_command() -> None:
    line = ("create_application", "--tenant", "default", "--name", "Desk")
    made = run(*line, "--type", "service", "--first-party", "--manages", "instance")
    assert made["manages"] == "instance" and made["client_secret"]
    assert run(*line, "--type", "service")["manages"] == ""
    with pytest.raises(CommandError, match="first-party"):
        run(*line, "--type", "service", "--manages", "tenant")


@pytest.mark.parametrize("text", [None, "hidden {", "[" * 50_000, '{"keys": []}'])
def test_keys_that_cannot_be_read_are_refused_and_not_repeated(
    tmp_path: Path,
    text: str | None,
) -> None:
    file = tmp_path / "keys.json"
    if text is not None:
        file.write_text(text)
    line = ("create_application", "--tenant", "default", "--name", "x", "--type", "web")
    with pytest.raises(CommandError, match="jwks: ") as refusal:
        run(*line, "--jwks", str(file))
    assert "hidden" not in str(refusal.value)


def test_a_member_is_added_by_command() -> None:
    tenant, user = TenantFactory(slug="acme"), UserFactory()
    RoleFactory(tenant=tenant, name="clerk")
    answer = run("add_member", user.email, "--tenant", "acme", "--role", "clerk")
    assert answer["roles"] == ["clerk"]
    assert Membership.objects.get(pk=answer["id"]).user == user


@pytest.mark.parametrize(
    "line",
    [
        ("create_tenant", "Not A Slug"),
        ("create_tenant", "default"),
        ("create_api", ORDERS, "--tenant", "nowhere"),
        ("create_api", settings.IDENTITY_API, "--tenant", "default"),
        ("rotate_secret", "nothing"),
        ("rotate_secret", "default"),
        ("add_member", "nobody@example.com", "--tenant", "default"),
        ("invite", "nowhere", "guest@example.com"),
        ("invite", "default", "no address"),
        ("invite", "default", "guest@example.com", "--role", "none"),
        ("create_application", "--tenant", "default", "--name", "", "--type", "spa"),
    ],
)
def test_a_refusal_is_one_line_and_exit_code_one(line: tuple[str, ...]) -> None:
    before = Tenant.objects.count(), Application.objects.count()
    with pytest.raises(CommandError) as refusal:
        run(*line)
    assert refusal.value.returncode == 1 and "\n" not in str(refusal.value)
    assert (Tenant.objects.count(), Application.objects.count()) == before


def test_an_unknown_role_is_refused() -> None:
    user = UserFactory()
    with pytest.raises(CommandError, match="roles: "):
        run("add_member", user.email, "--tenant", "default", "--role", "x")
    assert not user.memberships.exists()


@pytest.mark.parametrize(
    "line",
    [
        ("create_tenant",),
        ("invite", "default"),
        ("create_tenant", "acme", "--registration", "anyone"),
        ("create_api", ORDERS),
        ("create_application", "--tenant", "default", "--name", "x", "--type", "y"),
    ],
)
def test_a_usage_error_is_exit_code_two(line: tuple[str, ...]) -> None:
    command = load_command_class("tenants", line[0])
    setattr(command, "_called_from_command_line", True)  # noqa: B010
    with pytest.raises(SystemExit) as exit:
        command.run_from_argv(["manage.py", *line])
    assert exit.value.code == 2


def test_a_tenant_may_hand_out_tokens_before_an_address_is_proven() -> None:
    assert run("create_tenant", "strict")["verification_required"] is True
    made = run("create_tenant", "lax", "--registration", "open", "--no-verification")
    assert made["verification_required"] is False
    assert not Tenant.objects.get(slug="lax").verification_required


def test_a_tenant_is_suspended_and_resumed_by_command() -> None:
    tenant = TenantFactory()
    assert run("suspend_tenant", tenant.slug)["suspended_at"]
    tenant.refresh_from_db()
    assert tenant.suspended_at is not None
    assert run("resume_tenant", tenant.slug)["suspended_at"] is None
    tenant.refresh_from_db()
    assert tenant.suspended_at is None


def test_an_application_is_suspended_and_resumed_by_command() -> None:
    application = ApplicationFactory()
    assert run("suspend_application", application.client_id)["suspended_at"]
    application.refresh_from_db()
    assert application.suspended_at is not None
    assert run("resume_application", application.client_id)["suspended_at"] is None
    application.refresh_from_db()
    assert application.suspended_at is None


@pytest.mark.parametrize(
    "command",
    ["suspend_tenant", "resume_tenant", "suspend_application", "resume_application"],
)
def test_what_does_not_exist_cannot_be_suspended(command: str) -> None:
    with pytest.raises(CommandError, match="There is no such"):
        run(command, "nowhere")


def test_somebody_is_invited_by_command() -> None:
    tenant = TenantFactory()
    RoleFactory(tenant=tenant, name="clerk")
    line = ("invite", tenant.slug, "Guest@example.com", "--role", "clerk")
    printed = StringIO()
    call_command(*line, stdout=printed)
    made = Invitation.objects.get()
    key = mailed.last_key()
    assert key not in printed.getvalue() and "clerk" in printed.getvalue()
    answer = run(*line)
    assert answer["email"] == "Guest@example.com" and answer["roles"] == ["clerk"]
    assert answer["tenant"] == tenant.slug and answer["id"] != str(made.pk)
    assert made.invited_by is None and mailed.last_key() not in str(answer)


def test_a_tenant_may_ask_for_a_second_factor() -> None:
    assert run("create_tenant", "lax")["mfa_required"] is False
    assert run("create_tenant", "strict", "--mfa-required")["mfa_required"] is True
    assert Tenant.objects.get(slug="strict").mfa_required
