import pytest

from config.paths import is_machine


@pytest.mark.parametrize(
    ("path", "machine"),
    [
        ("/api/v1/users/me", True),
        ("/.well-known/jwks.json", True),
        ("/readyz", True),
        ("/api/docs", False),
        ("/admin/", False),
        ("/account/setup/", False),
        ("/", False),
    ],
)
def test_pages_and_machines_are_told_apart(
    path: str,
    machine: bool,
) -> None:
    assert is_machine(path) is machine
