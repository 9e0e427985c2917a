"""What both doors give a request and an answer."""

import json
from typing import Any

import pytest
from rest_framework.renderers import JSONRenderer

from config.envelope import address_of, caller_of, encode, page_policy, shielding


def address(
    *,
    forwarded: str | None = None,
    peer: str = "192.0.2.1",
) -> str | None:
    """Return what we take for the caller's address."""
    meta = {"REMOTE_ADDR": peer}
    return address_of(
        meta if forwarded is None else meta | {"HTTP_X_FORWARDED_FOR": forwarded}
    )


def test_without_a_proxy_a_forwarded_address_is_a_lie() -> None:
    assert address(forwarded="203.0.113.9") == "192.0.2.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, None, "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "unknown", None),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "203.0.113.9,", None),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "fe80::1%" + "a" * 60, "fe80::1"),
        (1, "2001:DB8::0001", "2001:db8::1"),
    ],
)
def test_behind_proxies_only_their_entry_counts(
    settings: Any,
    proxies: int,
    forwarded: str | None,
    expected: str | None,
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert address(forwarded=forwarded) == expected


def test_a_peer_without_an_address_is_nobody() -> None:
    assert address(peer="") is None


def test_a_caller_is_told_by_the_environ_alone() -> None:
    meta = {"REMOTE_ADDR": "192.0.2.1", "HTTP_USER_AGENT": "curl\x00/8" + "x" * 300}
    caller = caller_of(meta | {"HTTP_X_REQUEST_ID": "mine"})
    assert (caller.ip, caller.request_id) == ("192.0.2.1", "mine")
    assert caller.user_agent == ("curl/8" + "x" * 300)[:256]
    assert len(caller_of(meta).request_id) == 36


@pytest.mark.parametrize("path", ["/api/v1/x", "/.well-known/x", "/account/x", "/x"])
def test_every_answer_is_shielded_and_only_the_console_looser(path: str) -> None:
    common = shielding(path)
    sent = "strict-origin" if path.startswith("/account") else "no-referrer"
    assert common["Referrer-Policy"] == sent
    assert "unsafe" not in common["Content-Security-Policy"]
    assert "unsafe-eval" in shielding("/admin/")["Content-Security-Policy"]
    assert ("Cache-Control" in common) is path.startswith(("/api", "/account"))


def test_https_is_held_to_where_the_issuer_has_it(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 60
    told = shielding("/x")["Strict-Transport-Security"]
    assert told == "max-age=60; includeSubDomains"


@pytest.mark.parametrize(
    "data",
    [
        {"a": [1, None, True, 1.5], "b": {"c": "x/y"}},
        {"a": "\u00e9 \U0001f600", "b": "\u2028\u2029</script>\n"},
        [],
    ],
)
def test_json_is_written_as_rest_framework_writes_it(data: Any) -> None:
    assert encode(data) == JSONRenderer().render(data)
    assert json.loads(encode(data)) == data


def test_what_json_has_no_word_for_is_not_written() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        encode(float("nan"))


@pytest.mark.parametrize(
    ("form_action", "allowed"),
    [
        ("https://app.example.com", "'self' https://app.example.com"),
        ("http://127.0.0.1:8765", "'self' http://127.0.0.1:8765"),
        ("http://[::1]:8765", "'self' http:"),
        ("com.example.app:", "'self' com.example.app:"),
        ("", "'self'"),
        ("*", "'self'"),
        ("https://a.example;script-src *", "'self'"),
        ("https://a.example https://b.example", "'self'"),
        ("https://a.example,https://b.example", "'self'"),
        ("https://a.example/path", "'self'"),
        ("https://a.example\n", "'self'"),
        ("https://\u00e4.example", "'self'"),
    ],
)
def test_a_pages_forms_lead_to_one_named_place_more(
    form_action: str,
    allowed: str,
) -> None:
    plain, policy = page_policy(), page_policy(form_action)
    assert f"; form-action {allowed}; " in policy
    assert policy.replace(allowed, "'self'") == plain


def test_pages_of_oauth_keep_their_origin_and_are_kept_by_nobody() -> None:
    told = shielding("/oauth/authorize")
    assert told["Referrer-Policy"] == "strict-origin"
    assert told["Cache-Control"] == "no-store"
