"""How a client ends a session at the issuer, without input or output of its own."""

from ntt_auth.errors import ServerUnavailable
from ntt_auth.oidc.flows import Flow, Party


def revoke(
    party: Party,
    refresh_token: str,
) -> Flow[None]:
    """End the session of a refresh token (RFC 7009 section 2.1).

    One that the issuer does not know is answered 200 too.
    """
    form = {"token": refresh_token, "token_type_hint": "refresh_token"}
    answer = yield party.post("/oauth/revoke", form)
    if answer.status != 200:
        raise ServerUnavailable(f"It answered {answer.status}.")
