"""Real providers before the running service, and a second one of it."""

import pytest

pytest.register_assert_rewrite(
    "tests.e2e.social.traveller", "tests.e2e.social.instance"
)
