"""`python -m tests.e2e.sdk.operator`: sign an operator in to the console, in the server's settings.

Prints the cookies of their browser as JSON: everything after that goes over HTTP.
"""

import json

import django


def cookies() -> dict[str, str]:
    """Make a superuser with a second factor, just signed in."""
    from tests.operators import console, root

    browser = console(root())
    return {name: morsel.value for name, morsel in browser.cookies.items()}


if __name__ == "__main__":
    django.setup()
    print(json.dumps(cookies()))
