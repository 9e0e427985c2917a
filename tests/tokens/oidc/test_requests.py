"""What counts as a request at `/oauth/`: one form, each parameter once."""

from typing import Any

import pytest
from authlib.oauth2.rfc6749 import InvalidRequestError
from django.test import Client, RequestFactory

from tests.tokens.oidc.party import Party
from tokens.oidc.requests import (
    FORM,
    MOST_BYTES,
    MOST_PARAMETERS,
    Request,
    parsed,
    posted,
)


def sent(
    body: bytes | str,
    path: str = "/oauth/token",
    content_type: str = FORM,
) -> Any:
    """Return the answer to a body."""
    client = Client(raise_request_exception=False)
    return client.post(path, body, content_type=content_type)


@pytest.mark.spec("RFC 6749 3.1")
def test_a_parameter_without_value_counts_as_omitted() -> None:
    assert parsed(b"a=1&b=&c") == {"a": "1"}
    assert parsed(b"") == {}
    assert parsed(b"&&&") == {}


@pytest.mark.spec("RFC 6749 B")
def test_a_form_is_read_as_utf_8() -> None:
    assert parsed(b"a=%C3%A9+x&%F0%9F%98%80=%26") == {"a": "é x", "\U0001f600": "&"}


@pytest.mark.parametrize(
    "text",
    [
        b"a=1&a=1",
        b"a=1&a=",
        b"a=&a=",
        b"a=%00",
        b"%00=a",
        b"a=%FF",
        b"a=%ED%A0%80",
        "a=é".encode(),
        "a=é".encode("latin-1"),
        b"&".join(b"p%d=x" % n for n in range(MOST_PARAMETERS + 1)),
    ],
)
@pytest.mark.spec("RFC 6749 3.1", "RFC 6749 3.2")
def test_what_stands_twice_or_is_no_text_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidRequestError):
        parsed(text)


@pytest.mark.spec("RFC 6750 5.3")
def test_nothing_is_taken_from_the_query() -> None:
    request = RequestFactory().post("/oauth/token?code=x", "a=1", content_type=FORM)
    with pytest.raises(InvalidRequestError, match="body"):
        posted(request)


@pytest.mark.spec("RFC 6749 3.2")
def test_a_body_is_a_form_in_any_spelling_of_its_type() -> None:
    for spelled in (FORM, FORM.upper(), f"{FORM}; charset=iso-8859-1"):
        request = RequestFactory().post("/oauth/token", "a=%C3%A9", spelled)
        assert posted(request).form == {"a": "é"}
    for other in ("application/json", "multipart/form-data; boundary=x", "text/plain"):
        with pytest.raises(InvalidRequestError):
            posted(RequestFactory().post("/oauth/token", "{}", other))


def test_a_request_is_at_the_issuer_whatever_the_host_said(settings: Any) -> None:
    settings.ISSUER = "https://auth.example.com"
    made = RequestFactory().post(
        "/oauth/token", "a=1", content_type=FORM, headers={"host": "localhost"}
    )
    request = posted(made)
    assert request.uri == "https://auth.example.com/oauth/token"
    assert request.args == {} and request.form == {"a": "1"}


def test_what_a_grant_is_given_is_a_copy() -> None:
    given = {"a": "1"}
    request = Request("POST", "/oauth/token", given)
    request.form["a"] = "2"
    given["a"] = "3"
    assert request.payload.data == {"a": "1"}
    assert request.payload.datalist["a"] == ["1"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/par"])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"grant_type=refresh_token&grant_type=refresh_token", FORM),
        (b'{"grant_type": "refresh_token"}', "application/json"),
        (b"\xff\xfe", FORM),
        (b"grant_type=%00", FORM),
        (b"a=" + b"x" * MOST_BYTES, FORM),
        (b"", FORM),
        (b"", ""),
        (b"--x--", "multipart/form-data; boundary=x"),
    ],
)
@pytest.mark.spec("RFC 6749 5.2")
def test_a_malformed_body_is_answered_in_the_words_of_oauth(
    path: str,
    body: bytes,
    content_type: str,
) -> None:
    response = sent(body, path, content_type)
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/json"
    assert response.json()["error"] in (
        "invalid_request",
        "unsupported_grant_type",
        "invalid_client",
    )


def test_a_body_beyond_all_measure_is_not_even_read() -> None:
    assert sent(b"a=" + b"x" * 2 * 1024 * 1024).status_code == 413


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/par"])
@pytest.mark.spec("RFC 6749 3.2")
def test_a_secret_in_the_query_is_refused_though_it_is_right(
    party: Party,
    path: str,
) -> None:
    query = f"?client_id={party.application.client_id}"
    assert sent(b"", path + query).json()["error"] == "invalid_request"
    assert Client().get(path + query).status_code == 405
