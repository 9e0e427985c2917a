"""How much of a token a member's roles may fill.

A token travels in a header, and servers and proxies refuse headers of 8 KiB. So names of
roles and API permissions have room together, and who would outgrow it is refused where
roles are written. The mint has the last word (`tokens.minting.LONGEST`): two writes at
once may pass here.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from config.errors import Conflict
from tenants.models import Membership, Role

ROOM = 4096  # characters of JSON, as they stand in the token
FULL = (
    "The names of a member's roles and their API permissions would be more than a "
    f"token has room for ({ROOM} characters)."
)


def room_taken(roles: Iterable[Role]) -> int:
    """Return how many characters of a token these roles fill together."""
    held = list(roles)
    names = sorted(role.name for role in held)
    allowed = sorted({value for role in held for value in role.api_permissions})
    return len(json.dumps([names, allowed], separators=(",", ":")))


def require_room(roles: Iterable[Role]) -> None:
    """Raise `Conflict` if one member could not carry all of these roles."""
    if room_taken(roles) > ROOM:
        raise Conflict(FULL)


def require_room_of(memberships: QuerySet[Membership]) -> None:
    """Raise `Conflict` if one of these members carries more than a token has room for.

    Call it after the write, in its transaction. Two queries, however many members.
    """
    sets: dict[UUID, set[UUID]] = defaultdict(set)
    links = Membership.roles.through.objects.filter(
        membership_id__in=memberships.order_by().values("pk")
    )
    for membership, role in links.values_list("membership_id", "role_id"):
        sets[membership].add(role)
    combinations = {frozenset(held) for held in sets.values()}
    roles = Role.objects.in_bulk({pk for held in combinations for pk in held})
    for held in combinations:
        require_room(roles[pk] for pk in held if pk in roles)
