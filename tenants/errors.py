"""What tenants refuses, beyond the common tree."""

from config.errors import NotAuthenticated


class InvalidClient(NotAuthenticated):
    """Client authentication failed (RFC 6749 section 5.2); never says how."""

    code = "invalid_client"
    title = "The client could not be authenticated."
