"""How the issuer's keys are read, and how long they last."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from ntt_auth import KeysUnavailable, TokenInvalid, TokenRevoked
from played import DISCOVERY, ISSUER, JWKS, Play, gone, row, says

HOUR = 3600


def test_the_last_good_keys_serve_for_a_day_and_no_longer() -> None:
    play = Play(revocation="off")
    token = play.token()
    assert play.verify(token).sub == "ada"
    play.answers[JWKS] = play.answers[DISCOVERY] = gone
    play.follow(24 * HOUR - 60)
    assert play.verify(token).sub == "ada"
    assert play.verify(play.token(jti="new")).sub == "ada"
    play.follow(120)
    for late in (token, play.token(jti="newer")):
        with pytest.raises(KeysUnavailable):
            play.verify(late)


def test_keys_are_read_every_ten_minutes() -> None:
    play = Play(revocation="off")
    play.verify(play.token())
    play.follow(HOUR - 1)
    assert play.count(JWKS) == 6
    assert play.count(DISCOVERY) == 1


@pytest.mark.parametrize("jump", [-10 * HOUR, 48 * HOUR])
def test_a_wall_clock_that_jumps_makes_keys_no_older(jump: int) -> None:
    play = Play(revocation="off")
    play.verify(play.token())
    play.wall += jump
    assert play.verify(play.token()).sub == "ada"
    assert play.core.status.keys_age == 0
    assert play.count(JWKS) == 1


def test_a_new_key_is_fetched_in_the_middle_of_everything() -> None:
    play = Play(revocation="off")
    play.verify(play.token())
    play.keys["k2"] = ec.generate_private_key(ec.SECP256R1())
    play.passes(31)
    assert play.verify(play.token("k2")).sub == "ada"
    assert play.verify(play.token()).sub == "ada"
    assert play.count(JWKS) == 2


def test_a_withdrawn_key_ends_a_token_that_was_verified_before() -> None:
    play = Play(revocation="off")
    token = play.token()
    play.verify(token)
    play.keys["k2"] = play.keys.pop("k1")
    play.follow(601)
    with pytest.raises(TokenInvalid):
        play.verify(token)


def test_another_key_of_the_same_name_ends_a_token_of_the_first() -> None:
    play = Play(revocation="off")
    token = play.token()
    play.verify(token)
    play.keys["k1"] = ec.generate_private_key(ec.SECP256R1())
    play.follow(601)
    with pytest.raises(TokenInvalid):
        play.verify(token)


def test_made_up_kids_are_401_and_not_503_while_the_server_is_down() -> None:
    play = Play(revocation="off")
    play.verify(play.token())
    play.answers[JWKS] = play.answers[DISCOVERY] = gone
    play.passes(HOUR)
    for number in range(100):
        with pytest.raises(TokenInvalid):
            play.verify(play.token(f"x{number}"))
    assert play.count(JWKS) == 2
    assert play.verify(play.token()).sub == "ada"


def test_unknown_kids_ask_once_in_thirty_seconds() -> None:
    play = Play(revocation="off")
    play.verify(play.token())
    for number in range(120):
        play.passes(1)
        with pytest.raises(TokenInvalid):
            play.verify(play.token(f"x{number}"))
    assert play.count(JWKS) == 1 + 4


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"issuer": ISSUER, "jwks_uri": "http://id.example.com/jwks"}, "down to http"),
        ({"issuer": ISSUER + "/", "jwks_uri": JWKS}, "another issuer's"),
        ({"issuer": "https://evil.example", "jwks_uri": JWKS}, "another issuer's"),
        ({"issuer": ISSUER}, "no jwks_uri"),
        ({"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"}, "no jwks_uri"),
        ([], "not a JSON object"),
    ],
    ids=["downgrade", "slash", "other", "none", "file", "list"],
)
def test_a_discovery_document_that_does_not_fit_gives_no_keys(
    document: object,
    told: str,
) -> None:
    play = Play(revocation="off")
    play.answers[DISCOVERY] = says(document)
    with pytest.raises(KeysUnavailable):
        play.verify(play.token())
    assert told in play.core.status.last_error
    assert [request.url for request in play.asked] == [DISCOVERY]


def test_a_slow_discovery_leaves_the_keys_only_what_is_left_of_the_time() -> None:
    play = Play(revocation="off")
    found = play.answers[DISCOVERY]

    def slow(request: object) -> object:
        play.passes(3)
        return found(request)  # type: ignore[arg-type]

    play.answers[DISCOVERY] = slow  # type: ignore[assignment]
    play.verify(play.token())
    assert [request.timeout for request in play.asked] == [5.0, 2.0]


def test_keys_that_became_garbage_leave_the_last_good_ones() -> None:
    play = Play(revocation="off")
    play.verify(play.token())
    play.answers[JWKS] = says({"keys": [{"kty": "oct", "k": "AAAA", "kid": "k1"}]})
    play.follow(700)
    assert play.verify(play.token()).sub == "ada"
    assert "no usable key" in play.core.status.last_error


def test_everything_can_begin_anew() -> None:
    play = Play()
    play.rows = [row("session", "s1")]
    with pytest.raises(TokenRevoked):
        play.verify(play.token())
    play.core.forget()
    play.rows.clear()
    assert play.core.status.keys == play.core.status.revocations == 0
    assert play.verify(play.token()).sub == "ada"
    assert play.count(JWKS) == 2
