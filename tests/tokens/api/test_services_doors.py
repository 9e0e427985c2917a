"""Services that manage: the doors that open for them, and those that stay shut."""

import pytest

from accounts.audit.actions import Action
from accounts.audit.models import Event
from accounts.models import IdempotencyKey, User
from tenants.models import Application, Invitation, Tenant
from tests.factories import (
    ApplicationFactory,
    MembershipFactory,
    RoleFactory,
    SessionFactory,
    TenantFactory,
    UserFactory,
)
from tests.tenants.managers import (
    as_service,
    bearing,
    built_in,
    manager_of,
    met,
    token_of,
)
from tests.tokens.forgery import resigned
from tokens import minting
from tokens.models import SigningKey

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys")]

API = "/api/v1"


@pytest.fixture
def tenant() -> Tenant:
    """A tenant with a service that manages it."""
    made: Tenant = TenantFactory(slug="acme")
    return made


@pytest.fixture
def clerk(tenant: Tenant) -> Application:
    """A service that manages its tenant."""
    return manager_of(tenant)


@pytest.fixture
def machine(keys: None) -> Application:
    """A service that manages the instance."""
    return manager_of(built_in(), "instance")


# ---- where it stands before a shut door


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "users/me"),
        ("patch", "users/me"),
        ("delete", "users/me"),
        ("get", "users/me/sessions"),
        ("get", "users/me/export"),
        ("post", "users/me/password"),
        ("post", "users/me/email"),
        ("get", "users/me/mfa"),
        ("get", "users/me/identities"),
        ("post", "users/me/email/verification"),
        ("post", "users/me/invitations"),
        ("post", "auth/reauthenticate"),
        ("get", "users"),
        ("get", "signing-keys"),
    ],
)
def test_nobodys_account_is_its_own(
    clerk: Application,
    method: str,
    path: str,
) -> None:
    """Nor what is for superusers, where it manages its tenant only."""
    for scope in ("manage", "account manage"):
        caller = bearing(resigned(token_of(clerk), claims={"scope": scope}))
        answer = getattr(caller, method)(f"{API}/{path}", {}, format="json")
        assert answer.status_code == 403, answer.content


def test_it_has_no_session_to_end(clerk: Application) -> None:
    """Signing out ends a session; a token of its own is revoked at `tokens/revoke`."""
    caller = as_service(clerk)
    assert caller.post(f"{API}/auth/logout").status_code < 500
    assert caller.post(f"{API}/tokens/verify", {"token": token_of(clerk)}).json()[
        "active"
    ]


def test_its_tenant_is_its_own_and_no_other(clerk: Application) -> None:
    other = TenantFactory(slug="other")
    foreign = ApplicationFactory(tenant=other)
    caller = as_service(clerk)
    mine = f"{API}/tenants/acme"
    for path in (
        "",
        "/applications",
        "/apis",
        "/roles",
        "/memberships",
        "/invitations",
    ):
        assert caller.get(f"{mine}{path}").status_code == 200, path
        assert met(caller.get(f"{API}/tenants/other{path}")) == (404, "not_found")
    assert caller.post(f"{mine}/roles", {"name": "cook"}).status_code == 201
    assert caller.patch(mine, {"name": "Acme Ltd"}).status_code == 200
    assert met(caller.post(f"{API}/tenants/other/roles", {"name": "cook"}))[0] == 404
    assert met(caller.patch(f"{API}/tenants/other", {"name": "Mine"}))[0] == 404
    at = f"{API}/tenants/acme/applications/{foreign.client_id}"
    assert met(caller.get(at)) == (404, "not_found")
    assert met(caller.post(f"{API}/tenants", {"slug": "third"})) == (403, "forbidden")
    assert met(caller.post(f"{mine}/suspend"))[0] == 403
    body = {"email": UserFactory().email}
    assert met(caller.post(f"{mine}/memberships", body)) == (403, "forbidden")


def test_it_changes_members_of_its_tenant(clerk: Application) -> None:
    member = MembershipFactory(tenant=clerk.tenant)
    RoleFactory(tenant=clerk.tenant, name="cook", permissions=["members:write"])
    path = f"{API}/tenants/acme/memberships/{member.pk}"
    caller = as_service(clerk)
    assert caller.patch(path, {"roles": ["cook"]}, format="json").status_code == 200
    assert caller.post(f"{path}/suspend").status_code == 200
    member.refresh_from_db()
    assert member.suspended_at and member.roles.get().name == "cook"


def test_it_invites_as_nobody(clerk: Application) -> None:
    """A column for people holds none; the trail names the application."""
    answer = as_service(clerk).post(
        f"{API}/tenants/acme/invitations", {"email": "new@example.com"}
    )
    assert answer.status_code == 201, answer.content
    assert answer.json()["invited_by"] is None
    assert Invitation.objects.get().invited_by is None
    event = Event.objects.get(action=Action.INVITATION_CREATED)
    assert (event.actor_type, event.actor_id) == ("application", str(clerk.pk))


def test_it_cannot_make_itself_more(clerk: Application) -> None:
    caller = as_service(clerk)
    mine = f"{API}/tenants/acme/applications/{clerk.client_id}"
    for body in ({"manages": "instance"}, {"manages": ""}, {"scopes": ["manage"]}):
        answer = caller.patch(mine, body, format="json")
        assert met(answer) == (403, "forbidden")
    assert met(caller.post(f"{mine}/secrets")) == (403, "forbidden")
    assert met(caller.post(f"{mine}/suspend")) == (403, "forbidden")
    assert met(caller.delete(mine)) == (403, "forbidden")
    new = {"name": "X", "type": "service", "is_first_party": True, "manages": "tenant"}
    answer = caller.post(f"{API}/tenants/acme/applications", new, format="json")
    assert met(answer) == (403, "forbidden")
    assert Application.objects.get(tenant=clerk.tenant).manages == "tenant"


# ---- the one that manages the instance


def test_the_instances_service_makes_users(machine: Application) -> None:
    caller = as_service(machine)
    made = caller.post(f"{API}/users", {"email": "a@b.example", "name": "Ada"})
    assert made.status_code == 201, made.content
    path = f"{API}/users/{made.json()['id']}"
    assert caller.patch(path, {"name": "Ada L."}).json()["name"] == "Ada L."
    for verb in ("disable", "enable", "unlock"):
        assert caller.post(f"{path}/{verb}").status_code == 200, verb
    assert caller.delete(f"{path}/sessions").status_code == 204
    assert caller.post(f"{path}/reset-mfa").status_code == 204
    assert caller.delete(path).status_code == 204
    assert caller.get(f"{API}/signing-keys").status_code == 200
    assert caller.post(f"{API}/tenants", {"slug": "third"}).status_code == 201
    done = Event.objects.filter(action__startswith="account:")
    actors = done.values_list("actor_type", "actor_id")
    assert set(actors) == {("application", str(machine.pk))}


@pytest.mark.parametrize("rank", ["is_superuser", "is_staff"])
def test_it_has_no_power_over_operators(
    machine: Application,
    rank: str,
) -> None:
    """A stolen secret takes no operator's account and shuts none out."""
    root = UserFactory(**{rank: True, "name": "Root"})
    UserFactory(is_superuser=True)
    caller, path = as_service(machine), f"{API}/users/{root.pk}"
    assert caller.get(path).status_code == 200
    for answer in (
        caller.patch(path, {"name": "Owned"}),
        caller.delete(path),
        caller.delete(f"{path}/sessions"),
        *(caller.post(f"{path}/{verb}") for verb in ("disable", "enable", "unlock")),
        caller.post(f"{path}/reset-mfa"),
    ):
        assert met(answer) == (403, "forbidden")
    stored = User.objects.get(pk=root.pk)
    assert (stored.name, stored.is_active, stored.epoch) == ("Root", True, root.epoch)


@pytest.mark.parametrize("rank", ["is_superuser", "is_staff"])
def test_it_has_no_power_over_their_memberships(
    machine: Application,
    rank: str,
) -> None:
    """An ending membership signs out, in the tenant of the console most of all."""
    root, caller = UserFactory(**{rank: True}), as_service(machine)
    path = f"{API}/tenants/{machine.tenant.slug}/memberships"
    made = caller.post(path, {"user_id": str(root.pk)}, format="json")
    assert met(made) == (403, "forbidden")
    member = MembershipFactory(user=root, tenant=machine.tenant)
    for answer in (
        caller.delete(f"{path}/{member.pk}"),
        caller.post(f"{path}/{member.pk}/suspend"),
        caller.patch(f"{path}/{member.pk}", {"roles": []}, format="json"),
    ):
        assert met(answer) == (403, "forbidden")
    member.refresh_from_db()
    assert member.suspended_at is None


def test_it_ends_no_signing_key(machine: Application) -> None:
    caller, key = as_service(machine), SigningKey.objects.first()
    assert key is not None
    answer = caller.post(f"{API}/signing-keys/{key.kid}/revoke")
    assert met(answer) == (403, "forbidden")
    now = caller.post(f"{API}/signing-keys/rotate", {"now": True}, format="json")
    assert met(now) == (403, "forbidden")
    step = caller.post(f"{API}/signing-keys/rotate", {"now": False}, format="json")
    assert step.status_code == 200


def test_it_reads_the_sessions_of_people(machine: Application) -> None:
    session = SessionFactory()
    path = f"{API}/users/{session.login.user_id}/sessions"
    [found] = as_service(machine).get(path).json()["data"]
    assert found["id"] == str(session.sid) and not found["current"]


def test_operators_keep_their_second_factor(machine: Application) -> None:
    path = f"{API}/tenants/{machine.tenant.slug}"
    answer = as_service(machine).patch(path, {"mfa_required": False}, format="json")
    assert met(answer) == (403, "forbidden")


def test_it_makes_no_superuser(machine: Application) -> None:
    body = {"email": "a@b.example", "is_superuser": True}
    answer = as_service(machine).post(f"{API}/users", body, format="json")
    assert met(answer) == (403, "forbidden")
    assert not User.objects.exists()


def test_a_persons_token_is_what_it_was(clerk: Application) -> None:
    """The right is the application's, and none of the people's who use it."""
    for rank, expected in ((True, 200), (False, 403)):
        session = SessionFactory(user=UserFactory(is_superuser=rank), scope="manage")
        mine = Application.objects.filter(pk=session.application_id)
        mine.update(scopes=["manage"], manages="instance", type="service")
        person = bearing(minting.issue(session.sid).access_token)
        assert person.get(f"{API}/users").status_code == expected
        assert person.get(f"{API}/users/me").status_code == 403


# ---- kept apart


def test_two_services_share_no_idempotency_key(machine: Application) -> None:
    other = manager_of(machine.tenant, "instance")
    for application, email in ((machine, "a@b.example"), (other, "c@d.example")):
        answer = as_service(application).post(
            f"{API}/users", {"email": email}, headers={"idempotency-key": "one"}
        )
        assert answer.status_code == 201
        assert "Idempotency-Replayed" not in answer
    again = as_service(machine).post(
        f"{API}/users", {"email": "a@b.example"}, headers={"idempotency-key": "one"}
    )
    assert again["Idempotency-Replayed"] == "true"
    callers = set(IdempotencyKey.objects.values_list("caller", flat=True))
    assert callers == {str(machine.pk), str(other.pk)}
