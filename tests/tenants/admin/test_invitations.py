"""The console's section about invitations."""

import pytest

from accounts.audit.models import Event
from tenants.models import Invitation
from tests.factories import InvitationFactory, RoleFactory, TenantFactory
from tests.operators import all_rights_but_root, console, root
from tests.tenants import mailed

pytestmark = pytest.mark.django_db
LIST = "/admin/tenants/invitation/"


def test_a_superuser_invites_through_the_service() -> None:
    operator, tenant = root(), TenantFactory.create()
    RoleFactory.create(tenant=tenant, name="clerk")
    form = {"tenant": tenant.pk, "email": "guest@example.com", "roles": " clerk \n"}
    answer = console(operator).post(f"{LIST}add/", form)
    assert answer.status_code == 302
    made = Invitation.objects.get()
    assert made.invited_by == operator and made.roles.get().name == "clerk"
    assert Event.objects.get(action="tenant:invitation:created").actor_id == str(
        operator.pk
    )
    assert mailed.letters()[0]["to"] == "guest@example.com"


def test_a_refusal_is_shown_at_its_field() -> None:
    tenant = TenantFactory.create()
    form = {"tenant": tenant.pk, "email": "guest@example.com", "roles": "nobody"}
    answer = console(root()).post(f"{LIST}add/", form)
    assert answer.status_code == 200 and b"no such role" in answer.content
    assert not Invitation.objects.exists()


def test_a_row_is_looked_at_and_never_edited() -> None:
    made = InvitationFactory.create()
    made.roles.add(RoleFactory.create(tenant=made.tenant, name="clerk"))
    page = f"{LIST}{made.pk}/change/"
    shown = console(root()).get(page)
    assert shown.status_code == 200 and b"clerk" in shown.content
    assert made.digest.encode() not in shown.content
    form = {"email": "other@example.com", "tenant": made.tenant_id}
    assert console(root()).post(page, form).status_code == 403
    made.refresh_from_db()
    assert made.email != "other@example.com"


def test_send_again_and_revoke() -> None:
    made, client = InvitationFactory.create(), console(root())
    assert client.get(f"{LIST}{made.pk}/send-again/").status_code == 200
    assert mailed.letters() == []
    client.post(f"{LIST}{made.pk}/send-again/")
    assert len(mailed.letters()) == 1
    client.post(f"{LIST}{made.pk}/revoke/")
    made.refresh_from_db()
    assert made.state == "revoked"
    assert b"send-again" not in client.get(f"{LIST}{made.pk}/change/").content


@pytest.mark.parametrize("path", ["add/", "{key}/send-again/", "{key}/revoke/"])
def test_staff_with_every_right_write_nothing(path: str) -> None:
    made = InvitationFactory.create()
    form = {"tenant": made.tenant_id, "email": "x@example.com", "roles": ""}
    page = LIST + path.format(key=made.pk)
    assert console(all_rights_but_root()).post(page, form).status_code == 403
    assert list(Invitation.objects.filter(standing=True)) == [made]
    assert mailed.letters() == []


@pytest.mark.parametrize("by", ["address", "id", "tenant"])
def test_an_invitation_is_found(by: str) -> None:
    made = InvitationFactory.create(email="alice@example.com")
    InvitationFactory.create()
    terms = {"address": "Alice@EXAMPLE.com", "id": made.pk, "tenant": made.tenant_id}
    answer = console(root()).get(LIST, {"q": terms[by]})
    assert list(answer.context["cl"].result_list) == [made]
