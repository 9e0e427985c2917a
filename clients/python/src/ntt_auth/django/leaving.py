"""The page that takes the browser to the issuer's sign-out."""

import secrets
from collections.abc import Mapping

from django.http import HttpResponse
from django.utils.html import format_html, format_html_join

_PAGE = """<!doctype html>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign out</title>
<form method="post" action="{}">{}<button>Sign out</button></form>
<script nonce="{}">document.forms[0].submit()</script>
"""
_POLICY = (
    "default-src 'none'; script-src 'nonce-{}'; base-uri 'none'; frame-ancestors 'none'"
)


def posting(
    action: str,
    fields: Mapping[str, str],
) -> HttpResponse:
    """Return a page that posts at once: an ID token in an address would end up in logs.

    Where a stricter policy of the site forbids the script, the button does it.
    """
    nonce = secrets.token_urlsafe(16)
    inputs = format_html_join(
        "", '<input type="hidden" name="{}" value="{}">', fields.items()
    )
    return HttpResponse(
        format_html(_PAGE, action, inputs, nonce),
        headers={
            "Content-Security-Policy": _POLICY.format(nonce),
            "Referrer-Policy": "no-referrer",
        },
    )
