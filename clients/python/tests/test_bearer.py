import pytest

from ntt_auth import TokenInvalid, TokenMissing
from ntt_auth.bearer import token_of


@pytest.mark.parametrize(
    "header",
    [
        "Bearer a.b-_~+/c==",
        "bearer a.b-_~+/c==",
        "BEARER   a.b-_~+/c==",
        " Bearer a.b-_~+/c== ",
    ],
)
def test_the_token_is_what_follows_the_scheme(header: str) -> None:
    assert token_of(header) == "a.b-_~+/c=="


@pytest.mark.parametrize("header", [None, "", "  ", "Basic YTpi", "Bearerx abc", "abc"])
def test_no_header_or_another_scheme_is_no_token(header: str | None) -> None:
    with pytest.raises(TokenMissing):
        token_of(header)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer a,b",
        "Bearer =a",
        "Bearer a=b",
        'Bearer "a"',
        "Bearer é",
        "Bearer a\nb",
        "Bearer\ta",
        "Bearer a, Bearer b",
    ],
)
def test_what_follows_must_be_one_token(header: str) -> None:
    with pytest.raises(TokenInvalid):
        token_of(header)


def test_an_error_repeats_nothing_of_the_header() -> None:
    with pytest.raises(TokenInvalid) as caught:
        token_of("Bearer my-secret and more")
    assert "my-secret" not in str(caught.value) + repr(caught.value)
