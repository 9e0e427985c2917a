"""What a browser does at a site: go, sign in, come back."""

from typing import Any

from django_site.provider import Provider
from shops import query


def begin(
    who: Any,
    shop: str,
    path: str = "/auth/login/",
) -> dict[str, str]:
    answer = who.get(f"{shop}{path}")
    while answer.headers["Location"].startswith("/"):
        answer = who.get(f"{shop}{answer.headers['Location']}")
    assert answer.status_code == 302
    return query(answer.headers["Location"])


def come_back(
    who: Any,
    shop: str,
    provider: Provider,
    asked: dict[str, str],
    **changes: str,
) -> Any:
    given = {"state": asked["state"], "iss": provider.url, **changes}
    given.setdefault("code", provider.code(asked))
    return who.get(f"{shop}/auth/callback/", params=given)


def sign_in(
    who: Any,
    shop: str,
    provider: Provider,
    **claims: Any,
) -> None:
    asked = begin(who, shop)
    code = provider.code(asked, **claims)
    assert come_back(who, shop, provider, asked, code=code).status_code == 302
    provider.refreshes.clear()  # that of the sign-in


def who_is(
    who: Any,
    shop: str,
) -> Any:
    return who.get(f"{shop}/").json()["sub"]
