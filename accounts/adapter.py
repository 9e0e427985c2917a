"""What allauth asks of us."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """PLACEHOLDER."""
