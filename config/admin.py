"""The one door to the admin theme: only this module knows unfold."""

from unfold.sites import UnfoldAdminSite


class ConsoleSite(UnfoldAdminSite):
    """The operator console."""
