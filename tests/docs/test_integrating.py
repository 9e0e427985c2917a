"""`docs/integrating.md` is true: its blocks run, in order, against a real service."""

import shutil

import pytest

from tests.docs.pages import page
from tests.docs.running import Service, in_order, write_modules

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not shutil.which("curl"), reason="the blocks call curl"),
]


def test_every_block_runs_and_says_what_the_page_promises(service: Service) -> None:
    write_modules("docs/integrating.md", service.folder)
    said = service.run("\n".join(page("docs/integrating.md").blocks("sh")))
    assert in_order(
        said,
        "['email_code']",
        "code_invalid",
        "scope: orders:read orders:write",
        "refused at first: False",
        "refused in the end: True",
        "Bearer",
        "refresh_token_reused",
        "token_revoked",
        "insufficient_user_authentication",
        "grace@example.com",
        "acme",
        "acme",
        "idempotency_key_reused",
        "True",
        "{}",
        "link_invalid",
        "link_invalid",
        "{}",
        "1",
        "token_revoked",
        "link_invalid",
        "mfa_required",
        "code_invalid",
        "flow_invalid",
        "mfa_required",
        "Bearer",
        "passkeys_unavailable",
    ), said


def test_the_invited_get_in_as_their_page_promises(service: Service) -> None:
    said = service.run("\n".join(page("docs/invitations.md").blocks("sh")))
    assert in_order(
        said,
        *("Guild", "True", "Bearer", "link_invalid"),
        *("account_exists", "Guild"),
    ), said


def test_a_feed_that_is_not_read_refuses(service: Service) -> None:
    write_modules("docs/integrating.md", service.folder)
    said = service.run(
        "python -c 'from follow import Revocations;"
        ' r = Revocations("http://127.0.0.1:1");'
        ' c = {"sub": "a", "jti": "b", "client_id": "c", "iat": 1};'
        ' print(r.refuse(c, "k"))\''
    )
    assert said == ["True"]


def test_the_operators_blocks_run_too(service: Service) -> None:
    said = service.run("\n".join(page("docs/operations.md").blocks("sh")))
    assert said
