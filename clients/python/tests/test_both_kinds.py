"""What blocks and what does not have the same public names, and take the same."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from ntt_auth import AsyncClient, AsyncVerifier, Client, Verifier
from ntt_auth.oidc import AsyncOpenIDClient, OpenIDClient

ISSUER = "https://id.example.com"
ENTERING = {"__enter__": "__aenter__"}
RENAMED = {"close": "aclose"}  # of a client; a verifier's is `close` in both
AT_ONCE = {  # neither sends anything
    *("tenant", "with_token", "status"),
    *("authorization_url", "logout_url", "logout_form"),
}


def members(kind: type) -> set[str]:
    public = {name for name in dir(kind) if not name.startswith("_")}
    return public | {
        name for name in ("__enter__", "__aenter__") if hasattr(kind, name)
    }


def pairs() -> Iterator[tuple[str, type, type]]:
    """Yield every class that blocks beside the one that does not."""
    yield "Verifier", Verifier, AsyncVerifier
    yield "OpenIDClient", OpenIDClient, AsyncOpenIDClient
    one, other = Client(ISSUER), AsyncClient(ISSUER)
    yield "Client", Client, AsyncClient
    yield from below("client", one, other)
    yield from below("tenant", one.tenant("shop"), other.tenant("shop"))
    yield "listing", type(one.users.list()), type(other.users.list())


def below(
    name: str,
    one: Any,
    other: Any,
) -> Iterator[tuple[str, type, type]]:
    found = namespaces(one)
    assert found.keys() == namespaces(other).keys()
    if name != "client":
        yield name, type(one), type(other)
    for part, inner in found.items():
        yield from below(f"{name}.{part}", inner, getattr(other, part))


def namespaces(of: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(of).items()
        if not name.startswith("_") and type(value).__module__.startswith("ntt_auth._")
    }


ALL = {name: (one, other) for name, one, other in pairs()}


def counterpart(
    name: str,
    other: type,
) -> str:
    renamed = RENAMED.get(name, name)
    return ENTERING.get(name) or (renamed if hasattr(other, renamed) else name)


def takes(method: Any) -> list[tuple[str, Any, Any]]:
    return [(p.name, p.kind, p.default) for p in parameters(method).values()]


def parameters(method: Any) -> Any:
    return inspect.signature(method).parameters


def waits(method: Any) -> bool:
    return inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method)


def asks_nothing(
    name: str,
    method: Any,
) -> bool:
    """A listing asks when it is read."""
    given = str(inspect.signature(method).return_annotation)
    return name in AT_ONCE or given.startswith("Listing[")


def test_all_of_a_client_is_compared() -> None:
    wanted = {"client.users.sessions", "client.me.sessions", "tenant.memberships"}
    assert wanted < ALL.keys() and len(ALL) > 20


@pytest.mark.parametrize("name", ALL)
def test_both_have_the_same_names(name: str) -> None:
    one, other = ALL[name]
    assert {counterpart(found, other) for found in members(one)} == members(other)


@pytest.mark.parametrize("name", ALL)
def test_both_take_the_same(name: str) -> None:
    one, other = ALL[name]
    for found in ["__init__", *members(one)]:
        mine = inspect.getattr_static(one, found)
        theirs = inspect.getattr_static(other, counterpart(found, other))
        assert type(mine) is type(theirs), found
        if inspect.isfunction(mine):
            assert takes(mine) == takes(theirs), found


@pytest.mark.parametrize("name", ALL)
def test_what_sends_blocks_in_one_and_is_awaited_in_the_other(name: str) -> None:
    one, other = ALL[name]
    for found in members(one):
        mine = inspect.getattr_static(one, found)
        if not inspect.isfunction(mine):
            continue
        assert not waits(mine), found
        theirs = inspect.getattr_static(other, counterpart(found, other))
        assert waits(theirs) is not asks_nothing(found, mine), found
