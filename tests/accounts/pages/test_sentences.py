"""Every refusal that a page can meet has its sentence, in the page's language."""

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from accounts import names, passwords
from accounts.errors import CodeInvalid, PasswordRefused
from accounts.pages import sentences
from accounts.pages.sentences import CODES, DETAILS, PASSWORDS, at_field, later, said
from config.errors import (
    Conflict,
    FieldError,
    InvalidInput,
    ServiceError,
    TooManyRequests,
    Unavailable,
)
from tests.architecture.sources import Module, code
from tests.docs.test_problems import password_faults, tree

ONLY_OVER_THE_API = {
    *("invalid_client", "invalid_cursor", "cursor_gone", "insufficient_scope"),
    *("token_invalid", "token_expired", "token_revoked", "refresh_token_reused"),
    *("idempotency_key_reused", "request_in_progress", "rest_login_not_allowed"),
    *("not_acceptable", "unsupported_media_type", "length_required"),
    "quickstart_failed",
}
MET_BY_PAGES = (  # whose refusals reach a page
    *("accounts/flows/", "accounts/services/", "accounts/names.py"),
    *("accounts/privacy/services/leaving.py", "accounts/privacy/services/export.py"),
    *("tenants/services/acceptance.py", "tokens/pages/", "tokens/services/renewal.py"),
    *("tokens/services/second_factor.py", "tokens/services/sign_in.py"),
    *("tokens/services/sessions.py", "tokens/services/entrances.py"),
    *("social/pages/", "social/services/arrivals.py", "social/services/identities.py"),
)
NEVER_ON_A_PAGE = {  # what only the API, the console or a command asks for
    "No user has this e-mail address.",
    "The token belongs to another client.",
    "Only a superuser may do this.",
    "No service may do this: it takes a person.",
    "Give a password or have an invitation sent, not both.",
    "Only the person themselves may leave.",
    "Only the person themselves may have their data.",
    "This user was erased.",
    "Invited is who has no password, never signed in and is active.",
    "There is no such user.",
    "There is a superuser already: sign in at /admin/.",
    "The token belongs to no session.",
}


def kinds(kind: type[ServiceError] = ServiceError) -> Iterator[type[ServiceError]]:
    """Yield the tree of refusals."""
    if kind.__module__.split(".")[0] != "tests":
        yield kind
    for child in kind.__subclasses__():
        yield from kinds(child)


def details(module: Module) -> Iterator[str]:
    """Yield the literal details of the refusals that a module makes.

    What a provider did wrong is told operators alone.
    """
    refusals = {kind.__name__ for kind in kinds()} - {"UpstreamFault"}
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).split(".")
        made = name[-1] if name[-1] not in ("at", "because") else name[-2]
        if made in refusals:
            given = [*node.args, *(k.value for k in node.keywords if k.arg == "detail")]
            yield from (
                value.value
                for value in given
                if isinstance(value, ast.Constant)
                and isinstance(value.value, str)
                and " " in value.value
            )


def test_every_code_that_a_page_can_meet_has_a_sentence() -> None:
    assert set(tree()) - ONLY_OVER_THE_API == set(CODES)


def test_the_sentence_of_a_code_is_its_title() -> None:
    """The error pages look the title up in the catalog."""
    tree()
    told = {kind.code: str(kind.title) for kind in kinds() if kind.code in CODES}
    told["invalid_input"] = InvalidInput.title
    assert told == {code: str(sentence) for code, sentence in CODES.items()}


def test_every_detail_that_a_page_can_meet_has_a_sentence() -> None:
    tree()
    read = [m for m in code() if str(m.path).startswith(MET_BY_PAGES)]
    met = {detail for module in read for detail in details(module)}
    assert len(met) > 10
    known = set(DETAILS) | NEVER_ON_A_PAGE | {str(each) for each in CODES.values()}
    assert met - known == set()


def test_what_a_value_lacks_to_be_an_address_has_a_sentence() -> None:
    [module] = [m for m in code() if str(m.path) == "accounts/addresses.py"]
    faults = {
        ast.literal_eval(node.args[0])
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "ValueError"
    }
    assert faults and faults <= set(DETAILS)


def test_every_fault_of_the_password_policy_has_a_sentence() -> None:
    [policy] = [m for m in code() if str(m.path) == "accounts/passwords.py"]
    assert set(password_faults(policy)) == set(PASSWORDS)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", "Use at least 15 characters."),
        ("x" * 2000, "A password has at most 128 characters."),
        ("\x00" * 20, "Some of these characters cannot be in a password."),
        ("abcdefghijklmnopqrst", "This is a repeated or sequential pattern."),
    ],
)
def test_the_policy_refuses_in_words_for_people(
    password: str,
    sentence: str,
) -> None:
    with pytest.raises(PasswordRefused) as caught:
        passwords.validate(password, field="new_password")
    assert said(caught.value) == sentence
    assert at_field(caught.value.errors[0]) == sentence


def test_a_name_is_no_password() -> None:
    with pytest.raises(InvalidInput) as caught:
        names.cleaned("x" * 200)
    assert said(caught.value) == "A name has at most 150 characters."
    other = FieldError("#/name", "too_short", "Too short.")
    assert at_field(other) == "Too short."


def test_what_is_not_listed_is_said_as_the_api_does() -> None:
    assert said(Conflict("Something new: 100%.")) == "Something new: 100%."
    assert said(CodeInvalid()) == "The code is wrong."


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (TooManyRequests(retry_after=1), "Too many tries. Try again in 1 minute."),
        (TooManyRequests(retry_after=61), "Too many tries. Try again in 2 minutes."),
        (TooManyRequests(), "Too many tries. Try again in 1 minute."),
        (Unavailable(), "The service is busy. Try again in a moment."),
    ],
)
def test_a_limit_says_when_to_come_back(
    refusal: Any,
    sentence: str,
) -> None:
    assert later(refusal) == said(refusal) == sentence


def test_the_language_is_that_of_the_page(speaking: Any) -> None:
    speaking(
        "de",
        {"The code is wrong.": "Falsch.", "This is not an e-mail address.": "Nein."},
    )
    fault = InvalidInput.at("email", detail="not an e-mail address")
    with translation.override("de"):
        assert (said(CodeInvalid()), said(fault)) == ("Falsch.", "Nein.")
    assert said(CodeInvalid()) == "The code is wrong."
    assert fault.detail == "not an e-mail address"


def test_every_number_is_filled_in() -> None:
    for sentence in [*CODES.values(), *PASSWORDS.values(), *DETAILS.values()]:
        assert "%" not in sentence % sentences._numbers()
