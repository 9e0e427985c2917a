import pytest

from ntt_auth import ConfigurationError, settings


@pytest.mark.parametrize(
    "url",
    [
        "https://id.example.com",
        "https://id.example.com/tenant/",
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
    ],
)
def test_an_issuer_is_kept_exactly_as_it_is_written(url: str) -> None:
    assert settings.issuer_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "id.example.com",
        "ftp://id.example.com",
        "https://",
        "https://user@id.example.com",
        "https://id.example.com?a=b",
        "https://id.example.com?",
        "https://id.example.com#a",
        "https://id.example.com:0",
        "https://id.example.com:99999",
        "https://id.example.com:x",
        "https://[id",
        "https://id example.com",
        "https://id.example.com\\a",
        "https://id.example.com\n",
        "https://ïd.example.com",
        "",
    ],
)
def test_what_is_no_plain_url_is_no_issuer(url: str) -> None:
    with pytest.raises(ConfigurationError, match="issuer"):
        settings.issuer_url(url)


def test_what_is_given_goes_before_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(settings.AUDIENCE, "from-the-environment")
    assert settings.required("given", settings.AUDIENCE) == "given"
    assert settings.required(None, settings.AUDIENCE) == "from-the-environment"
    assert settings.optional("", settings.AUDIENCE) == ""


def test_an_empty_variable_is_none_and_the_error_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(settings.AUDIENCE, "")
    with pytest.raises(ConfigurationError, match=r"audience= or set NTT_AUTH_AUDIENCE"):
        settings.required(None, settings.AUDIENCE)
