"""What the groups of methods have in common."""

from ntt_auth._async.caller import AsyncCaller


class Namespace:
    """A group of methods of a client."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller


class TenantNamespace(Namespace):
    """A group of methods about one tenant, by its slug."""

    def __init__(
        self,
        caller: AsyncCaller,
        tenant: str,
    ) -> None:
        super().__init__(caller)
        self._tenant = tenant
