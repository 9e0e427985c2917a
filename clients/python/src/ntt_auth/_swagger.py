"""Swagger's Authorize button, although the issuer's pages leave no way back to their opener.

Swagger opens the sign-in in a window, and its return page calls `window.opener`. Our
issuer answers with `Cross-Origin-Opener-Policy: same-origin`, which ends that relation for
good. So the return page tells the code over a channel of its own origin. The code alone is
worth nothing: the PKCE verifier stays in the page that asked.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

_LISTENING = b"""
<script>
new BroadcastChannel("ntt-auth-swagger").onmessage = ({ data }) => {
  const asked = window.swaggerUIRedirectOauth2;
  if (!asked || data.state !== asked.state) return;  // another tab asked
  delete window.swaggerUIRedirectOauth2;
  const { auth, redirectUrl } = asked;
  if (data.code) {
    auth.code = data.code;
    asked.callback({ auth, redirectUrl });
  } else {
    const message = data.error_description || data.error || "There is no code.";
    asked.errCb({ authId: auth.name, source: "auth", level: "error", message });
  }
};
</script>
</body>"""

_RETURN = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Signed in</title></head>
<body>
<p>You can close this window.</p>
<script>
const told = Object.fromEntries(new URLSearchParams(location.search));
history.replaceState(null, "", location.pathname);
new BroadcastChannel("ntt-auth-swagger").postMessage(told);
window.close();
</script>
</body>
</html>
"""

Page = Callable[[Request], Awaitable[Response]]


def bridge(app: FastAPI) -> None:
    """Connect FastAPI's two pages; what the application serves in their place stays."""
    for index, route in enumerate(app.router.routes):
        if not isinstance(route, Route) or route.include_in_schema:
            continue
        if route.path == app.docs_url:
            new = _listening(cast(Page, route.endpoint))
        elif route.path == app.swagger_ui_oauth2_redirect_url:
            new = _returning
        else:
            continue
        app.router.routes[index] = Route(route.path, new, include_in_schema=False)


def _listening(page: Page) -> Page:
    async def swagger_ui_html(request: Request) -> Response:
        found = await page(request)
        body = bytes(found.body).replace(b"</body>", _LISTENING, 1)
        return HTMLResponse(body)

    return swagger_ui_html


async def _returning(_: Any) -> Response:
    return HTMLResponse(_RETURN, headers={"Cache-Control": "no-store"})
