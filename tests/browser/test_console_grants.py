"""What roles and applications are given, in the console: it fits, and says what it means."""

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from accounts.services import create_user
from accounts.services.users import NewUser
from tenants.models import Role
from tests.browser.test_console import console  # noqa: F401
from tests.browser.test_console_social import examine
from tests.tenants.managers import built_in, manager_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_pages_of_what_is_given_fit(
    console: Chrome,  # noqa: F811
) -> None:
    home = built_in()
    role = Role.objects.create(
        tenant=home,
        name="clerk",
        permissions=["members:read"],
        api_permissions=["orders:read", "orders:refund"],
    )
    machine = manager_of(home, "instance", name="Desk")
    ada = create_user(NewUser("ada@example.com", send_invite=True), acting_user=None)
    pages = {
        "role": f"tenants/role/{role.pk}/change/",
        "role-add": "tenants/role/add/",
        "roles": "tenants/role/",
        "service": f"tenants/application/{machine.pk}/change/",
        "service-add": "tenants/application/add/",
        "applications": "tenants/application/",
        "invited": f"accounts/user/{ada.pk}/change/",
        "invite": f"accounts/user/{ada.pk}/send-invitation/",
        "user-add": "accounts/user/add-user/",
        "trail": "audit/event/",
    }
    for name, path in pages.items():
        console.get(f"{console.base}/admin/{path}")  # type: ignore[attr-defined]
        assert console.find_elements(By.TAG_NAME, "h1"), name
        examine(console, name)
