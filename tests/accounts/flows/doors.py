"""Short forms of the flows, for one person and one application."""

from accounts import flows
from accounts.flows import Authenticated, Pending
from tests.factories import PASSWORD

STATE = {"client_id": "default", "audience": "https://api.example.com"}


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
) -> Authenticated | Pending:
    return flows.sign_up(
        email=email,
        password=password,
        name=name,
        verification_required=required,
        state=STATE,
    )
