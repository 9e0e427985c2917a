"""Clients that we did not write, before the running service."""

import pytest

pytest.register_assert_rewrite(
    "tests.e2e.oidc.person", "tests.e2e.oidc.listener", "tests.e2e.oidc.node"
)
