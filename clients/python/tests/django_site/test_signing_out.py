"""Signing out, here and by word of the issuer."""

import re
from typing import Any

import pytest

from django_site.provider import CLIENT_ID, Provider
from django_site.visits import sign_in, who_is
from shops import browser, query


def test_signing_out_takes_a_post_with_a_csrf_token(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider, sid="leaving")
    assert ada.get(f"{shop}/auth/logout/").status_code == 405
    assert ada.post(f"{shop}/auth/logout/").status_code == 403
    assert who_is(ada, shop) == "ada"
    token = ada.get(f"{shop}/").json()["csrf"]
    sent = provider.hears_revocations()
    left = ada.post(f"{shop}/auth/logout/", data={"csrfmiddlewaretoken": token})
    assert f'<form method="post" action="{provider.url}/oauth/logout">' in left.text
    assert re.search(r'name="id_token_hint" value="eyJ[^"]+"', left.text)
    assert "<button>" in left.text and "Location" not in left.headers
    (nonce,) = re.findall(r'<script nonce="([^"]+)">', left.text)
    assert f"script-src 'nonce-{nonce}'" in left.headers["Content-Security-Policy"]
    assert [form["token_type_hint"] for form in sent] == ["refresh_token"]
    assert sent[0]["token"].startswith("leaving.")
    assert who_is(ada, shop) is None


def test_an_outage_at_the_issuer_keeps_nobody_signed_in(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider)
    token = ada.get(f"{shop}/").json()["csrf"]
    provider.server.says("/oauth/revoke", {}, status=503)
    left = ada.post(f"{shop}/auth/logout/", data={"csrfmiddlewaretoken": token})
    assert left.status_code == 200 and who_is(ada, shop) is None
    again = ada.post(
        f"{shop}/auth/logout/",
        data={"csrfmiddlewaretoken": ada.get(f"{shop}/").json()["csrf"]},
    )  # nobody is signed in: the issuer asks
    assert query(again.headers["Location"]) == {"client_id": CLIENT_ID}


def test_a_logout_token_ends_its_session_and_no_other_once(
    shop: str,
    provider: Provider,
    ada: Any,
) -> None:
    sign_in(ada, shop, provider, sid="laptop")
    with browser() as phone:
        sign_in(phone, shop, provider, sid="phone")
        form = {"logout_token": provider.logout_token(sid="laptop")}
        assert (
            ada.post(f"{shop}/auth/backchannel-logout/", data=form).status_code == 200
        )
        assert (who_is(ada, shop), who_is(phone, shop)) == (None, "ada")
    sign_in(ada, shop, provider, sid="laptop")
    assert ada.post(f"{shop}/auth/backchannel-logout/", data=form).status_code == 200
    assert who_is(ada, shop) == "ada"  # a replay ends nothing


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "n"},
        {"events": {}},
        {"iat": 1000},
        {"aud": "another"},
        {"aud": [CLIENT_ID, "another"]},
        {"sub": None},
    ],
)
def test_what_is_no_logout_token_ends_nothing(
    shop: str,
    provider: Provider,
    ada: Any,
    changes: dict[str, Any],
) -> None:
    sign_in(ada, shop, provider)
    form = {"logout_token": provider.logout_token(**changes)}
    assert ada.post(f"{shop}/auth/backchannel-logout/", data=form).status_code == 400
    assert who_is(ada, shop) == "ada"
