"""The page that takes the browser to the issuer's sign-out."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.utils.html import format_html, format_html_join

from ntt_auth.django import pages

_FORM = """<p>You are signed out here. Continue to sign out of the account as well.</p>
<form method="post" action="{}">{}<button>Continue</button></form>"""


def posting(
    action: str,
    fields: Mapping[str, str],
) -> HttpResponse:
    """Return a page that posts at once: an ID token in an address would end up in logs.

    Without script, or where a stricter policy of the site forbids it, the button does it.
    """
    inputs = format_html_join(
        "", '<input type="hidden" name="{}" value="{}">', fields.items()
    )
    return pages.page(
        "Signing out",
        format_html(_FORM, action, inputs),
        script="document.forms[0].submit()",
    )
