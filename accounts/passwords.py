"""The password policy."""


class PolicyValidator:
    """PLACEHOLDER."""

    def validate(self, password, user=None):
        """PLACEHOLDER."""
