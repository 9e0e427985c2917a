"""An orders service: whoever calls needs a token with the scope orders:read."""

from flask import Flask
from ntt_auth.flask import Auth, current_principal

app = Flask(__name__)
auth = Auth(app)  # NTT_AUTH_ISSUER and NTT_AUTH_AUDIENCE


@app.get("/orders")
@auth.require(scopes=["orders:read"])
def orders() -> dict[str, object]:
    """Return whose orders these are."""
    return {"sub": current_principal.sub}
