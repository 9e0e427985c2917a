"""The site of docs/django.md, walked through by Django's own clients: `python reader.py`.

In a folder that holds it as the package `shop`. Prints what was seen as JSON.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.test import AsyncClient, Client

from ntt_auth._http import library

PAGE = {"Accept": "text/html"}


def sign_in(
    client: Client,
    wanted: str,
    **claims: Any,
) -> str:
    """Want a page, sign in at the issuer; return where the site leads back to."""
    address = wanted
    while address.startswith("/"):
        address = client.get(address, headers=PAGE).headers["Location"]
    asked = dict(parse_qsl(urlsplit(address).query))
    issuer = settings.NTT_AUTH["ISSUER"]
    told = {"claims": json.dumps(claims)}
    told |= {name: asked[name] for name in ("nonce", "resource")}
    code = library().get(f"{issuer}/test/code", params=told).json()["code"]
    back = urlencode({"state": asked["state"], "iss": issuer, "code": code})
    answer = client.get(f"/auth/callback/?{back}")
    return str(answer.headers.get("Location", answer.status_code))


def hook(
    client: Client,
    secret: bytes,
    **data: Any,
) -> int:
    """Send a webhook about Ada."""
    now = int(time.time()) + 5
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    event = {"type": "user.updated", "timestamp": at, "data": {"id": "ada", **data}}
    body = json.dumps(event)
    mac = hmac.digest(secret, f"m1.{now}.{body}".encode(), hashlib.sha256)
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }
    sent = client.post("/hooks/people/", body, "application/json", headers=headers)
    return int(sent.status_code)


async def refunds(cookies: Any) -> Any:
    client = AsyncClient()
    client.cookies = cookies
    return (await client.get("/refunds/")).json()


def main() -> None:
    django.setup()
    call_command("makemigrations", "shop", verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("check", fail_level="WARNING")
    from ntt_auth.django.models import Person
    from shop.models import Order

    client, secret = Client(), base64.b64decode(settings.WEBHOOK_SECRET[6:])
    seen: dict[str, Any] = {}
    may = {"permissions": ["orders:refund"]}
    seen["plain"] = sign_in(Client(), "/orders/")
    seen["weak"] = sign_in(client, "/refunds/", **may)
    seen["back"] = sign_in(client, "/refunds/", acr="aal2")
    seen["lacking"] = client.get("/refunds/", headers=PAGE).status_code
    sign_in(client, "/auth/login/?acr_values=aal2", acr="aal2", **may)
    Order.objects.create(buyer=Person.objects.get(sub="ada"))
    seen["page"] = client.get("/orders/", headers=PAGE).content.decode()
    seen["forged"] = hook(client, b"of somebody else", name="Mallory")
    seen["heard"] = hook(client, secret, name="Ada Lovelace")
    seen["refunds"] = asyncio.run(refunds(client.cookies))
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
