"""Tokens that are not genuine, against static keys: nothing is sent."""

import pytest

from ntt_auth.jose.encoding import decode, encode, read_object


def test_base64url_has_one_spelling() -> None:
    assert decode("AQ") == b"\x01" and encode(b"\x01") == "AQ"
    for text in ("AR", "A", "AQ==", "A+8", "AAB"):
        with pytest.raises(ValueError):
            decode(text)
    for value in ([], {}, 1, None, ["AQ"]):
        with pytest.raises(ValueError):
            decode(value)  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        read_object(b'{"a": 1e999}')
