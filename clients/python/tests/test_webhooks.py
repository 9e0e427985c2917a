"""Standard Webhooks, symmetric signatures: the specification's example and what attackers send."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from ntt_auth import ConfigurationError, WebhookInvalid, webhooks

# The example of the specification ("Signature scheme") and its reference libraries.
SPEC_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SPEC_BODY = '{"test": 2432232314}'
SPEC_HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
OLD = "whsec_" + base64.b64encode(b"an older secret, 24 byte").decode()
NEW = "whsec_" + base64.b64encode(b"a newer secret, 24 bytes").decode()
BODY = b'{"type": "user.disabled"}'


def signed(
    body: bytes = BODY,
    secret: str = NEW,
    at: float | None = None,
    message: str = "msg_1",
) -> dict[str, str]:
    sent = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{message}.{sent}.".encode() + body
    made = base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()
    return {
        "Webhook-Id": message,
        "Webhook-Timestamp": sent,
        "Webhook-Signature": f"v1,{made}",
    }


def test_the_example_of_the_specification_is_genuine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1614265330.0)
    found = webhooks.verify(SPEC_HEADERS, SPEC_BODY, SPEC_SECRET)
    assert found == {"test": 2432232314}


def test_the_example_is_too_old_today() -> None:
    with pytest.raises(WebhookInvalid, match="last 300 seconds"):
        webhooks.verify(SPEC_HEADERS, SPEC_BODY, SPEC_SECRET)


@pytest.mark.parametrize("seconds", [-299, 0, 298])
def test_a_clock_may_differ_by_five_minutes(seconds: int) -> None:
    headers = signed(at=time.time() + seconds)
    assert webhooks.verify(headers, BODY, NEW) == json.loads(BODY)


@pytest.mark.parametrize("seconds", [-302, 303, 10**9])
def test_a_clock_may_not_differ_by_more(seconds: int) -> None:
    with pytest.raises(WebhookInvalid, match="last 300 seconds"):
        webhooks.verify(signed(at=time.time() + seconds), BODY, NEW)


def test_a_secret_may_be_given_without_its_prefix() -> None:
    bare = NEW.removeprefix("whsec_")
    assert webhooks.verify(signed(), BODY, bare) == json.loads(BODY)


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_several_secrets_serve_while_one_replaces_another(secret: str) -> None:
    headers = signed(secret=secret)
    assert webhooks.verify(headers, BODY, [NEW, OLD]) == json.loads(BODY)


def test_one_good_signature_of_several_is_enough() -> None:
    headers = signed()
    good = headers["Webhook-Signature"]
    headers["Webhook-Signature"] = f"v1,AAAA v1a,AAAA {good} v2,x"
    assert webhooks.verify(headers, BODY, NEW) == json.loads(BODY)


@pytest.mark.parametrize("version", ["v1a", "v2", "V1", ""])
def test_a_signature_of_another_version_does_not_count(version: str) -> None:
    headers = signed()
    value = headers["Webhook-Signature"].removeprefix("v1,")
    headers["Webhook-Signature"] = f"{version},{value}"
    with pytest.raises(WebhookInvalid, match="No signature fits"):
        webhooks.verify(headers, BODY, NEW)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Webhook-Id", "msg_2"),
        ("Webhook-Timestamp", str(int(time.time()) + 7)),
        ("Webhook-Signature", "v1,"),
        ("Webhook-Signature", "v1,!!!"),
        ("Webhook-Signature", "v1," + "A" * 100_000),
        ("Webhook-Signature", ","),
    ],
)
def test_what_was_changed_is_not_genuine(
    name: str,
    value: str,
) -> None:
    with pytest.raises(WebhookInvalid, match="No signature fits"):
        webhooks.verify({**signed(), name: value}, BODY, NEW)


def test_another_body_is_not_genuine() -> None:
    with pytest.raises(WebhookInvalid, match="No signature fits"):
        webhooks.verify(signed(), BODY + b" ", NEW)


def test_another_secret_is_not_genuine() -> None:
    with pytest.raises(WebhookInvalid, match="No signature fits"):
        webhooks.verify(signed(secret=OLD), BODY, NEW)


@pytest.mark.parametrize("name", list(signed()))
@pytest.mark.parametrize("value", [None, "", "\u0661"])
def test_a_header_that_is_missing_or_foreign_is_refused(
    name: str,
    value: str | None,
) -> None:
    headers: dict[str, Any] = {**signed(), name: value}
    with pytest.raises(WebhookInvalid, match="header|No signature"):
        webhooks.verify(headers, BODY, NEW)


@pytest.mark.parametrize("said", ["soon", "-5", "1e9", "9" * 13, " 1"])
def test_a_timestamp_that_is_no_number_of_seconds_is_refused(said: str) -> None:
    with pytest.raises(WebhookInvalid, match="Unix seconds"):
        webhooks.verify({**signed(), "Webhook-Timestamp": said}, BODY, NEW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_###", "c2hvcnQ=", []])
def test_what_is_no_secret_is_a_fault_of_the_set_up(secret: Any) -> None:
    with pytest.raises(ConfigurationError):
        webhooks.verify(signed(), BODY, secret)


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 100_000])
def test_a_genuine_body_that_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookInvalid, match="JSON"):
        webhooks.verify(signed(body), body, NEW)


def test_neither_secret_nor_signature_stands_in_an_error() -> None:
    headers = signed(secret=OLD)
    with pytest.raises(WebhookInvalid) as caught:
        webhooks.verify(headers, BODY, NEW)
    for hidden in (NEW, OLD, headers["Webhook-Signature"]):
        assert hidden not in repr(caught.value) + str(caught.value)
