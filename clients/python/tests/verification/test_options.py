from typing import Any

import pytest

from ntt_auth import ConfigurationError, Verifier


@pytest.mark.parametrize(
    "options",
    [
        {"issuer": None},
        {"issuer": "ftp://id.example.com"},
        {"issuer": "https://id.example.com?x"},
        {"audience": None},
        {"revocation": "sometimes"},
        {"algorithms": ["HS256"]},
        {"algorithms": []},
        {"introspect": True},
        {"max_feed_age": 0},
        {"jwks": {"keys": []}},
        {"jwks": {}},
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Verifier(**{"issuer": "https://id.example.com", "audience": "a"} | options)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="NTT_AUTH_ISSUER"):
        Verifier(audience="a")
    monkeypatch.setenv("NTT_AUTH_ISSUER", "https://id.example.com")
    monkeypatch.setenv("NTT_AUTH_AUDIENCE", "https://api.example.com")
    monkeypatch.setenv("NTT_AUTH_REVOCATION", "strict")
    verifier = Verifier()
    assert verifier.issuer == "https://id.example.com"
    assert verifier.status().revocation == "strict"
