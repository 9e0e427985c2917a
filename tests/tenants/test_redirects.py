"""Where a client may have people and calls sent."""

import pytest

from config.errors import InvalidInput
from tenants import redirects

DANGEROUS = [
    *("javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "blob:x"),
    *("vbscript:x", "file:///etc/passwd", "about:blank", "filesystem:x", "ws://a.b/"),
    *("view-source:https://a.example", "mailto:a@a.example", "javascript://a.example/"),
]


def refusal(
    *values: str,
    native: bool = False,
) -> str:
    """Return why redirect URIs are refused."""
    with pytest.raises(InvalidInput) as refused:
        redirects.redirect_uris("post_logout_redirect_uris", values, native=native)
    (error,) = refused.value.errors
    assert error.pointer == "#/post_logout_redirect_uris"
    return error.detail


@pytest.mark.spec("RFC 8252 7.1")
@pytest.mark.parametrize(
    ("good", "native"),
    [
        ("https://app.example.com/callback?x=1", False),
        ("https://app.example.com", False),
        ("https://APP.example.com:8443/a%20b/..c/.d", False),
        ("https://[2001:db8::1]/cb", False),
        ("http://127.0.0.1:3000/callback", False),
        ("http://[::1]:3000/", True),
        ("http://localhost/", False),
        ("com.example.app:/callback", True),
        ("com.example.app://callback", True),
    ],
)
def test_good_redirect_uris_are_taken(
    good: str,
    native: bool,
) -> None:
    assert redirects.redirect_uris("redirect_uris", [good], native=native) == [good]


@pytest.mark.spec("RFC 9700 2.1")
@pytest.mark.parametrize(
    ("bad", "native"),
    [
        ("http://app.example.com/", False),
        ("http://127.0.0.1.evil.example/", False),
        ("http://127.1/", True),
        ("http://0.0.0.0/", True),
        ("https://*.example.com/", False),
        ("https://user@app.example.com/", False),
        ("https://@app.example.com/", False),
        ("https://app.example.com/#x", False),
        ("https://app.example.com/#", False),
        ("/callback", False),
        ("//app.example.com/callback", False),
        ("com.example.app:/callback", False),
        ("myapp:/callback", True),
        ("com.example.app:callback", True),
        ("com.example.app:", True),
        ("com..app:/callback", True),
        ("https:///x", False),
        ("https:app.example.com/x", False),
        ("https://app.example.com/\r\nx", False),
        ("https://app.example.com\\@evil.example/", False),
        ("https://app.example.com%2f.evil.example/", False),
        ("https://app..example.com/", False),
        ("https://-a.example.com/", False),
        ("https://app.example.com./", False),
        ("https://app.example.com:/x", False),
        ("https://app.example.com:0/x", False),
        ("https://app.example.com:99999/x", False),
        ("https://[::1/x", False),
        ("https://[v1.x]/x", False),
        ("https://é.example/", False),
        ("https://app.example.com/\ud800", False),
        ("https://app.example.com/\x00", False),
        ("https://app.example.com/" + "x" * 250, False),
        ("", False),
    ],
)
def test_bad_redirect_uris_are_refused(
    bad: str,
    native: bool,
) -> None:
    assert "exact https URI" in refusal(bad, native=native)


@pytest.mark.parametrize("native", [False, True])
@pytest.mark.parametrize("bad", DANGEROUS)
def test_dangerous_schemes_are_refused_for_every_kind(
    bad: str,
    native: bool,
) -> None:
    assert "is never allowed" in refusal(bad, native=native)


@pytest.mark.parametrize(
    "path",
    [
        *("/a/../b", "/./a", "/a/..", "/.", "/%2e%2e/a", "/a/%2E./b", "/..%2fa"),
        *("/a%5c..%5cb", "/a%0d%0ab", "/a%00", "/a%7f", "/a%", "/a%zz", "/?x=%0A"),
    ],
)
def test_what_a_browser_or_a_server_reads_otherwise_is_refused(path: str) -> None:
    assert "Dot segments" in refusal(f"https://app.example.com{path}")
    assert "Dot segments" in refusal(f"com.example.app:{path}", native=True)


@pytest.mark.parametrize("query", ["code=x", "state", "a=1&iss=x", "ERROR=", "%63ode="])
def test_a_query_does_not_hold_what_the_answer_adds(query: str) -> None:
    assert "query" in refusal(f"https://app.example.com/cb?{query}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/cb", "https://A.example/cb"),
        ("https://a.example?x=Y", "HTTPS://a.EXAMPLE?x=Y"),
        ("com.example.app:/cb", "com.Example.app:/cb"),
        ("https://a.example/cb", "https://a.example/cb"),
    ],
)
def test_two_spellings_of_one_uri_are_refused(
    one: str,
    other: str,
) -> None:
    with pytest.raises(InvalidInput) as refused:
        redirects.redirect_uris("redirect_uris", [one, other], native=True)
    assert refused.value.errors[0].code == "duplicate"


def test_the_case_of_a_path_matters() -> None:
    both = ["https://a.example/cb", "https://a.example/CB", "https://a.example/cb/"]
    assert redirects.redirect_uris("redirect_uris", both, native=False) == both


@pytest.mark.parametrize(
    "good",
    [
        *(
            "",
            "https://a.example/logout?x=1",
            "https://a.example:8443",
            "http://[::1]/x",
        ),
        *("http://localhost:9000/jwks", "http://127.0.0.1/"),
    ],
)
def test_what_we_call_is_https_or_on_loopback(good: str) -> None:
    assert redirects.endpoint("jwks_uri", good) == good


@pytest.mark.parametrize(
    "bad",
    [
        *DANGEROUS,
        *("http://a.example/", "https://a.example/#x", "https://u:p@a.example/", " "),
        *("https://a.example/#", "//a.example", "a.example", "ftp://a.example/", "x"),
        *("https://", "https://a b", "https://a.example/\x00", "https://a\ud800"),
        *("https://a.example:0/", "https://a.example/%0d%0ax", "com.example.app:/x"),
        "https://a.example/" + "x" * 250,
    ],
)
def test_what_we_could_not_call_safely_is_refused(bad: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        redirects.endpoint("jwks_uri", bad)
    assert refused.value.errors[0].pointer == "#/jwks_uri"


def test_a_refusal_of_several_names_the_one_at_fault() -> None:
    good, bad = "https://app.example.com/", "http://app.example.com/"
    assert refusal(good, bad).startswith(f"{bad}: Expected an exact https URI")
    assert refusal(bad).startswith("Expected an exact https URI")
