"""Whom the site keeps out, and whom the issuer does."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import databases
from django_site.provider import Provider, auth
from django_site.visits import begin, come_back, sign_in, who_is
from shops import open_shop

PERSON = "UPDATE ntt_auth_django_person SET is_active = ?"
USER = "UPDATE auth_user SET is_active = ?"
SIGN_INS = "SELECT 1 FROM ntt_auth_django_signin"


@pytest.fixture
def store(
    provider: Provider,
    tmp_path: Path,
) -> Iterator[str]:
    with open_shop(tmp_path, auth(provider), accounts=True) as address:
        yield address


@pytest.mark.parametrize("switch", [PERSON, USER], ids=["person", "user"])
def test_whom_the_site_blocked_is_out_and_no_sign_in_undoes_it(
    store: str,
    provider: Provider,
    tmp_path: Path,
    ada: Any,
    switch: str,
) -> None:
    sign_in(ada, store, provider)
    assert who_is(ada, store) == "ada"
    assert databases.change(tmp_path, switch, False) == 1
    assert who_is(ada, store) is None
    for _ in range(2):
        page = come_back(ada, store, provider, begin(ada, store))
        assert page.status_code == 403
        assert "This account is blocked at this site." in page.text
        assert "/auth/login/?prompt=login" in page.text
        assert who_is(ada, store) is None
    assert databases.rows(tmp_path, SIGN_INS) == []
    databases.change(tmp_path, switch, True)
    sign_in(ada, store, provider)
    assert who_is(ada, store) == "ada"


def test_a_word_of_the_issuer_lifts_no_block_of_the_site(
    store: str,
    provider: Provider,
    tmp_path: Path,
    ada: Any,
) -> None:
    sign_in(ada, store, provider)
    databases.change(tmp_path, PERSON, False)
    for kind in ("disabled", "enabled"):
        tell(ada, store, kind)
    assert come_back(ada, store, provider, begin(ada, store)).status_code == 403


def test_whom_the_issuer_disabled_is_out_until_it_says_otherwise(
    store: str,
    provider: Provider,
    ada: Any,
) -> None:
    sign_in(ada, store, provider)
    tell(ada, store, "disabled")
    assert who_is(ada, store) is None
    page = come_back(ada, store, provider, begin(ada, store))
    assert page.status_code == 403 and "This account is disabled." in page.text
    tell(ada, store, "enabled", later=60)
    sign_in(ada, store, provider)
    assert who_is(ada, store) == "ada"


def test_a_bearer_token_opens_nothing_to_whom_either_keeps_out(
    store: str,
    provider: Provider,
    tmp_path: Path,
    ada: Any,
) -> None:
    sign_in(ada, store, provider)
    assert bearer(ada, store, provider) == {(200, "ada")}
    for switch in (PERSON, USER):
        databases.change(tmp_path, switch, False)
        assert bearer(ada, store, provider) == {(403, "account_blocked")}
        databases.change(tmp_path, switch, True)
    tell(ada, store, "disabled")
    assert bearer(ada, store, provider) == {(403, "account_disabled")}
    tell(ada, store, "enabled", later=60)
    assert bearer(ada, store, provider) == {(200, "ada")}


def test_a_bearer_token_of_who_was_never_here_and_of_a_service_is_good(
    store: str,
    provider: Provider,
    ada: Any,
) -> None:
    bob, billing = (
        {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        for token in (
            provider.token(sub="bob"),
            provider.token(sub="billing", client_id="billing"),
        )
    )
    assert ada.get(f"{store}/api/", headers=bob).json() == {"sub": "bob"}
    assert ada.get(f"{store}/api/", headers=billing).json() == {"sub": "billing"}
    assert ada.get(f"{store}/mirrored/", headers=billing).json() == {"sub": None}


def bearer(
    who: Any,
    store: str,
    provider: Provider,
) -> set[tuple[int, str]]:
    """Return what the two ways of reading a Bearer token answer."""
    headers = {
        "Authorization": f"Bearer {provider.token()}",
        "Accept": "application/json",
    }
    found = set()
    for path in ("api", "mirrored"):
        answer = who.get(f"{store}/{path}/", headers=headers)
        said = answer.json()
        found.add((answer.status_code, said.get("sub") or said["code"]))
    return found


def tell(
    who: Any,
    store: str,
    kind: str,
    later: float = 30,
) -> None:
    """Bring a webhook, of a moment after all sign-ins of the test."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + later))
    said = {"id": "ada", "timestamp": at, "kind": f"user.{kind}"}
    assert who.get(f"{store}/hook/", params=said).status_code == 200
