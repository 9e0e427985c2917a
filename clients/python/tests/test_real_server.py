"""The REST client against the real service: both clients walk the same way."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from clients import SECRET
from ntt_auth import (
    BadRequest,
    Client,
    Conflict,
    NotAllowed,
    NotFound,
    StepRequired,
    Unauthenticated,
    Verifier,
)
from openapi import PYTHON
from real import Service, served

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not PYTHON.exists(), reason="needs the server's environment"),
]
PASSWORD = "a passphrase of her own"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("real")) as found:
        yield found


@pytest.fixture(scope="module")
def desk(real: Service) -> dict[str, Any]:
    """A service that manages the instance."""
    traits = ["--tenant", "default", "--name", "Desk", "--type", "service"]
    rights = ["--first-party", "--manages", "instance"]
    return real.made("create-application", *traits, *rights)


@pytest.fixture
def managing(
    make: Any,
    real: Service,
    desk: dict[str, Any],
) -> Any:
    return make(real.issuer, desk["client_id"], desk["client_secret"])


@pytest.fixture
def slug(request: pytest.FixtureRequest) -> str:
    """A tenant's name that no other test takes."""
    return re.sub(r"[^a-z]+", "-", request.node.name).strip("-")[-40:].strip("-")


def test_a_service_makes_what_a_tenant_needs(
    managing: Any,
    slug: str,
) -> None:
    tenant = managing.tenants.create(slug=slug, name="A shop")
    assert managing.tenants.get(slug) == tenant
    shop = managing.tenant(slug)
    audience = f"https://{slug}.example/orders"
    api = shop.apis.create(identifier=audience, scopes=[{"name": "orders:read"}])
    assert shop.apis.get(api["id"])["identifier"] == audience
    role = shop.roles.create(name="clerk", permissions=["audit:read"])
    user = managing.users.create(email=f"clerk@{slug}.example", email_verified=True)
    member = shop.memberships.create(user_id=user["id"], roles=["clerk"])
    assert [one["id"] for one in shop.memberships.list()] == [member["id"]]
    assert [one["id"] for one in shop.roles.list()] == [role["id"]]
    made = shop.applications.create(
        name="Billing", type="service", audiences=[audience]
    )
    assert made["client_secret"]
    newer = shop.applications.secrets.rotate(made["client_id"], overlap=60)
    assert newer["client_secret"] != made["client_secret"]
    assert shop.applications.suspend(made["client_id"])["suspended_at"]
    assert shop.applications.resume(made["client_id"])["suspended_at"] is None
    assert shop.memberships.delete(member["id"]) is None
    assert "membership" in " ".join(e["action"] for e in shop.audit_events.list())


def test_a_list_is_read_over_all_its_pages(
    managing: Any,
    slug: str,
) -> None:
    managing.tenants.create(slug=slug)
    roles = managing.tenant(slug).roles
    names = {roles.create(name=f"role-{n}")["name"] for n in range(5)}
    assert {role["name"] for role in roles.list(limit=2)} == names
    first = roles.list(limit=2).page()
    second = roles.list(limit=2).page(first.next_cursor)
    assert (len(first.data), len(second.data), first.has_more) == (2, 2, True)


def test_a_new_person_is_invited_to_choose_a_password(
    managing: Any,
    make: Any,
    real: Service,
    slug: str,
) -> None:
    address = f"ada@{slug}.example"
    user = managing.users.create(email=address, send_invite=True)
    assert user["email"] == address
    first = re.search(r"[?&]key=([\w-]+)", real.letter(address))
    assert managing.users.invite(user["id"]) == user
    key = re.search(r"[?&]key=([\w-]+)", real.letter(address))
    assert first and key and first[1] != key[1]
    auth = make(real.issuer).auth
    assert auth.confirm_password_reset(key[1], PASSWORD) is None
    assert auth.login(address, PASSWORD)["user"]["id"] == user["id"]


def test_the_same_key_makes_one_user(
    managing: Any,
    slug: str,
) -> None:
    body = {"email": f"once@{slug}.example", "idempotency_key": slug}
    assert managing.users.create(**body) == managing.users.create(**body)
    with pytest.raises(BadRequest) as caught:
        managing.users.create(email="twice@example.com", idempotency_key=slug)
    assert caught.value.code == "idempotency_key_reused"


def test_refusals_are_errors_of_their_kinds(
    managing: Any,
    make: Any,
    real: Service,
    slug: str,
) -> None:
    managing.tenants.create(slug=slug)
    with pytest.raises(Conflict):
        managing.tenants.create(slug=slug)
    with pytest.raises(NotFound) as missing:
        managing.tenants.get("nobody-has-this")
    assert missing.value.request_id
    with pytest.raises(BadRequest) as caught:
        managing.tenants.create(slug="No slug!")
    assert [fault.pointer for fault in caught.value.errors] == ["#/slug"]
    with pytest.raises(NotAllowed):
        managing.me.get()
    with pytest.raises(Unauthenticated) as unknown:
        list(make(real.issuer, "nobody", SECRET).tenants.list())
    assert unknown.value.code == "invalid_client"


def test_a_person_signs_up_in_and_out_with_screens_of_ones_own(
    managing: Any,
    make: Any,
    real: Service,
    slug: str,
) -> None:
    managing.tenants.create(slug=slug, registration="open")
    with pytest.raises(
        NotAllowed
    ):  # what may act on people's own accounts takes a person
        shop = managing.tenant(slug)
        shop.applications.create(name="Web", type="spa", is_first_party=True)
    traits = ("--tenant", slug, "--name", "Web", "--type", "spa", "--first-party")
    web = real.made("create-application", *traits)
    client = make(real.issuer, web["client_id"])
    address = f"bob@{slug}.example"
    step = client.auth.register(address, PASSWORD, name="Bob")
    assert isinstance(step, StepRequired) and step.kind == "verify-email"
    code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", real.letter(address))
    assert code
    assert client.auth.verify_email(step.flow_token, code=code[0])["access_token"]
    with pytest.raises(Unauthenticated) as caught:
        client.auth.login(address, "a wrong passphrase")
    assert caught.value.code == "invalid_credentials"
    signed_in = client.auth.login(address, PASSWORD)
    found = client.tokens.verify(
        signed_in["access_token"], audience=f"{real.issuer}/api/v1"
    )
    assert found["active"]
    newer = client.tokens.refresh(signed_in["refresh_token"])
    own = client.with_token(newer["access_token"])
    assert own.me.get()["email"] == address
    assert own.me.update(name="Robert")["name"] == "Robert"
    assert own.me.export()["user_id"] == newer["user"]["id"]
    assert len(list(own.me.sessions.list())) == 2
    assert own.auth.reauthenticate(PASSWORD)["access_token"]
    client.auth.logout(newer["refresh_token"])
    with pytest.raises(Unauthenticated):
        client.tokens.refresh(newer["refresh_token"])
    assert client.tokens.revocations()["data"]


def test_a_token_of_a_service_verifies_offline(
    real: Service,
    desk: dict[str, Any],
) -> None:
    given = (desk["client_id"], desk["client_secret"])
    with Client(real.issuer, *given) as client:
        assert list(client.signing_keys.list())
        token = client._caller._credentials.token()
    with Verifier(real.issuer, f"{real.issuer}/api/v1") as verifier:
        assert verifier.verify(token).scopes == {"manage"}
