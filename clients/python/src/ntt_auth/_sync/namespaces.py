# Written by scripts/write_sync.py from _async/namespaces.py: change that.
"""What the groups of methods have in common."""

from ntt_auth._sync.caller import Caller


class Namespace:
    """A group of methods of a client."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller


class TenantNamespace(Namespace):
    """A group of methods about one tenant, by its slug."""

    def __init__(
        self,
        caller: Caller,
        tenant: str,
    ) -> None:
        super().__init__(caller)
        self._tenant = tenant
