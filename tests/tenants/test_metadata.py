"""What OAuth knows of a client."""

from tenants.metadata import ClientMetadata
from tenants.models import Application


def test_a_client_proves_itself_by_secret_unless_it_says_otherwise() -> None:
    assert not Application().signs_with_key
    key = ClientMetadata.Authentication.KEY
    assert Application(client_authentication=key).signs_with_key
