"""Says what the Python SDK makes of each token: JSON lines in, one JSON list out."""

import importlib
import json
import sys
from typing import Any

sdk = importlib.import_module("ntt_auth")
steps = importlib.import_module("ntt_auth.verification.steps")


def verdict(
    verifier: Any,
    token: str,
) -> list[Any]:
    """Return the code, and of a good token what was read."""
    try:
        found = verifier.verify(token)
    except sdk.Refused as error:
        return [error.code]
    except Exception as error:  # which a verifier never raises
        return [f"crash {type(error).__name__}"]
    read = [found.sub, found.client_id, found.jti, found.issued_at, found.expires_at]
    return ["valid", *read, sorted(found.scopes), sorted(found.roles)]


def main() -> None:
    """Judge what stands on the standard input; the first line says how."""
    given = json.loads(sys.stdin.readline())
    clock = steps.Clock(now=lambda: given["now"])
    verifier = sdk.Verifier(
        given["issuer"],
        given["audience"],
        jwks=given["jwks"],
        revocation="off",
        clock=clock,
    )
    with verifier:
        json.dump(
            [verdict(verifier, json.loads(line)) for line in sys.stdin], sys.stdout
        )


main()
