"""Short forms of the flows, for one person and one application."""

import re

from accounts import flows
from accounts.flows import Authenticated, Pending
from tests.factories import PASSWORD
from tests.mailbox import mails

STATE = {"client_id": "default", "audience": "https://api.example.com"}


def mailed_code() -> str:
    """Return the newest code that was mailed."""
    texts = [mail.text for mail in mails()]
    found = [m[1] for t in texts for m in re.finditer(r"^ {4}(\S+)$", t, re.MULTILINE)]
    assert found, texts
    return found[-1]


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
