"""Which paths machines ask: no cookies, no pages, problems instead of HTML."""

MACHINE_PATHS = (
    *("/api/v1/", "/.well-known/", "/healthz", "/readyz", "/metrics"),
    *("/oauth/token", "/oauth/par", "/oauth/userinfo", "/oauth/introspect"),
    *("/oauth/revoke", "/oauth/device-authorization"),
)


def is_machine(path: str) -> bool:
    """Tell whether a path is the API's or an operator's tool's."""
    return path.startswith(MACHINE_PATHS)
