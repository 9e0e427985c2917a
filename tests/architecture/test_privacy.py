"""Whatever names a person takes part in the export and the erasure, or says why not."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

from accounts.models import User
from accounts.privacy.holders import holders

# model -> why it holds nothing of a person, whatever its columns are called
EXEMPT: dict[str, str] = {
    "social.Connection": "`trusts_email` is about a provider, and nobody's address",
    "tenants.ServiceAccount": "an application, never stored: no row is one",
    "tenants.Tenant": "`support_email` is the organisation's, which shows it to everybody",
}
_PERSONAL = re.compile(r"(^|_)(e?mail|email_key|ip|ip_address|user_agent|phone)(_|$)")


def names_a_person(model: type[models.Model]) -> bool:
    """Tell whether a model points at a user, or has a column that tells one."""
    for field in model._meta.get_fields(include_hidden=True):
        if field.auto_created and not field.concrete:
            continue  # the other end of somebody else's relation
        if field.related_model is not None and field.related_model is User:
            return True
        if _PERSONAL.search(field.name):
            return True
    return False


def labels() -> Iterator[tuple[str, type[Any]]]:
    """Yield every model of every installed app, the tables of many-to-many included."""
    for model in apps.get_models(include_auto_created=True):
        yield model._meta.label, model


def held() -> set[str]:
    """Return the models that some holder answers for."""
    return {name for holder in holders() for name in holder.models}


def test_every_model_that_names_a_person_is_held_or_excused() -> None:
    personal = {name for name, model in labels() if names_a_person(model)}
    assert personal - held() - set(EXEMPT) == set()


def test_no_holder_speaks_of_a_model_that_is_gone() -> None:
    known = {name for name, _ in labels()}
    assert held() - known == set()
    assert set(EXEMPT) - known == set()


def test_nothing_is_both_held_and_excused() -> None:
    assert held() & set(EXEMPT) == set()


def test_a_section_is_an_app_and_a_name() -> None:
    for holder in holders():
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", holder.section)


def test_the_rule_finds_what_names_a_person() -> None:
    found = {name for name, model in labels() if names_a_person(model)}
    assert {
        *("accounts.User", "accounts.User_groups", "accounts.KnownAddress"),
        *("accounts.Lockout", "account.EmailAddress", "mfa.Authenticator"),
        *("audit.Event", "tenants.Membership", "tokens.Login", "admin.LogEntry"),
    } <= found
    assert not {"tenants.Role", "tokens.SigningKey"} & found
