"""An orders service: whoever calls needs a token with the scope orders:read."""

from typing import Annotated

from fastapi import Depends, FastAPI
from ntt_auth.fastapi import Auth, Principal

auth = Auth()  # NTT_AUTH_ISSUER and NTT_AUTH_AUDIENCE
app = FastAPI(title="Orders", lifespan=auth.lifespan)


@app.get("/orders")
async def orders(
    me: Annotated[Principal, Depends(auth.require(scopes=["orders:read"]))],
) -> dict[str, object]:
    """Return whose orders these are."""
    return {
        "sub": me.sub,
        "tenant": me.tenant,
        "can_write": me.has_scope("orders:write"),
    }
