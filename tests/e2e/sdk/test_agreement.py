"""Python, TypeScript and the server's own verify say the same of every token."""

import json
from collections import Counter
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from config.errors import NotAuthenticated
from tests.e2e.sdk import judges
from tests.e2e.sdk.mutations import Mutations
from tests.factories import SessionFactory
from tests.tokens.forgery import resigned
from tokens import keyring, minting, verification
from tokens.jose import claims as rules

pytestmark = [pytest.mark.e2e, pytest.mark.django_db, pytest.mark.usefixtures("keys")]

MANY = 10_000
SEED = 8725
SDK_LEEWAY_SECONDS = 30


def server(
    token: str,
    audience: str,
) -> judges.Verdict:
    """Return what we ourselves say of a token."""
    try:
        claims = (found := verification.verify(token, audience=audience)).claims
    except NotAuthenticated as error:
        return [error.code]
    except Exception as error:
        return [f"crash {type(error).__name__}"]
    read = [claims[name] for name in ("sub", "client_id", "jti", "iat", "exp")]
    return ["valid", *read, sorted(found.scope), sorted(set(claims.get("roles", ())))]


def test_ten_thousand_mutated_tokens_are_judged_alike(
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    first = minting.issue(SessionFactory().sid).access_token
    genuine = [first, *(resigned(first, by=by) for by in ("RS256", "EdDSA", "ES256"))]
    ring, audience = keyring.current(), settings.IDENTITY_API
    now = verification.verify(first, audience=audience).claims["iat"] + 1
    monkeypatch.setattr(rules, "time", SimpleNamespace(time=lambda: now))
    monkeypatch.setattr(rules, "SKEW_SECONDS", SDK_LEEWAY_SECONDS)
    mutations = Mutations(genuine, list(ring.signing.values()), now, SEED)
    cases = [*(("genuine", each) for each in genuine), *islice(mutations, MANY)]
    tokens = [token for _, token in cases]
    how = {"issuer": settings.ISSUER, "audience": audience, "now": now}
    how["jwks"] = json.loads(ring.jwks)
    told = zip(
        [server(token, audience) for token in tokens],
        judges.python(how, tokens),
        judges.typescript(how, tokens, tmp_path),
        strict=True,
    )
    verdicts = [[*three] for three in told]
    names = ("server", "python", "typescript")
    differ = [
        (done, dict(zip(names, three, strict=True)))
        for (done, _), three in zip(cases, verdicts, strict=True)
        if three[0] != three[1] or three[1] != three[2]
    ]
    assert differ == [], "\n".join(str(each)[:600] for each in differ[:10])
    counted = Counter(three[0][0] for three in verdicts)
    assert set(counted) == {"valid", "token_invalid", "token_expired"}
    assert counted["valid"] > MANY / 20 and counted["token_expired"] > 10
