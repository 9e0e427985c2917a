"""Short forms of the flows, for one person and one application."""

import json
import re

from accounts import flows
from accounts.flows import Authenticated, Pending
from accounts.outbox.models import Delivery
from config.encryption import decrypt
from tests.factories import PASSWORD

STATE = {"client_id": "default", "audience": "https://api.example.com"}


def mailed_code() -> str:
    """Return the code of the last mail."""
    delivery = Delivery.objects.latest("id")
    text = json.loads(decrypt(delivery.payload))["text"]
    found = re.search(r"^ {4}(\S+)$", text, re.MULTILINE)
    assert found, text
    return found[1]


def log_in(
    email: str = "ann@example.com",
    password: str = PASSWORD,
    required: bool = False,
) -> Authenticated | Pending:
    return flows.log_in(
        email=email, password=password, verification_required=required, state=STATE
    )


def sign_up(
    email: str = "ann@example.com",
    password: str = PASSWORD,
    required: bool = False,
    name: str = "Ann",
    tenant_id: str = "",
) -> Authenticated | Pending:
    return flows.sign_up(
        email=email,
        password=password,
        name=name,
        verification_required=required,
        state={**STATE, "tenant_id": tenant_id} if tenant_id else STATE,
    )
