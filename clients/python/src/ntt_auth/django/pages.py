"""The few pages that this package shows by itself: plain, light or dark, and small."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_STYLE = mark_safe("""
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --ground: #f4f5f7;
  --line: #d8dce2; --strong: #1f4fd8; --on-strong: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --paper: #1c2026;
  --ground: #12151a; --line: #343a43; --strong: #8fb0ff; --on-strong: #0d1526 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 26rem; padding: 2rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere }
h1 { margin: 0 0 .5rem; font-size: 1.375rem; line-height: 1.25 }
p { margin: 0 0 1.25rem }
main > :last-child { margin-bottom: 0 }
a { color: var(--strong) }
button { width: 100%; padding: .7rem 1rem; border: 0; border-radius: .5rem; font: inherit;
  font-weight: 600; background: var(--strong); color: var(--on-strong); cursor: pointer }
:focus-visible { outline: 3px solid var(--strong); outline-offset: 2px }
""")  # noqa: S308
_SHELL = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style nonce="{nonce}">{style}</style>
<main>
<h1>{title}</h1>
{content}
</main>{script}
</html>
"""
_POLICY = (
    "default-src 'none'; style-src 'nonce-{0}'; script-src 'nonce-{0}'; base-uri 'none';"
    " frame-ancestors 'none'"
)


def page(
    title: str,
    content: SafeString,
    *,
    status: int = 200,
    script: str = "",
) -> HttpResponse:
    """Return a page; its policy lets nothing in but its own style and script."""
    nonce = secrets.token_urlsafe(16)
    run = format_html('\n<script nonce="{}">{}</script>', nonce, mark_safe(script))
    return HttpResponse(
        format_html(
            _SHELL,
            title=title,
            nonce=nonce,
            style=_STYLE,
            content=content,
            script=run if script else "",
        ),
        status=status,
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": _POLICY.format(nonce),
            "Referrer-Policy": "no-referrer",
        },
    )


def told(
    title: str,
    reason: str,
    status: int,
    link: tuple[str, str] | None = None,
) -> HttpResponse:
    """Return a page that says something; `link` is an address and its words."""
    content = format_html("<p>{}</p>", reason)
    if link is not None:
        content += format_html('\n<p><a href="{}">{}</a></p>', *link)
    return page(title, content, status=status)


def wanted(request: HttpRequest) -> bool:
    """Tell whether the request names pages among what it takes, as browsers do."""
    return "text/html" in request.headers.get("Accept", "")
