import time
from types import SimpleNamespace
from typing import cast

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.models import User
from config.fields import KeyField, uuid7
from tests.factories import UserFactory


def test_a_key_is_a_version_7_uuid_of_the_rfc_variant() -> None:
    key = uuid7()
    assert key.version == 7
    assert key.variant == "specified in RFC 4122"


def test_keys_sort_by_the_time_they_were_made() -> None:
    before = uuid7()
    time.sleep(0.002)
    assert before < uuid7()


def test_keys_made_in_one_millisecond_differ() -> None:
    assert len({uuid7() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("mariadb", "collation"),
    [(False, "utf8mb4_0900_bin"), (True, "utf8mb4_nopad_bin")],
)
def test_a_key_is_compared_byte_for_byte_on_mysql(
    mariadb: bool,
    collation: str,
) -> None:
    connection = SimpleNamespace(
        vendor="mysql",
        mysql_is_mariadb=mariadb,
        data_types={"CharField": "varchar(%(max_length)s)"},
        data_type_check_constraints={},
        ops=SimpleNamespace(quote_name=str),
    )
    given = KeyField(max_length=8).db_parameters(cast(BaseDatabaseWrapper, connection))
    assert given["collation"] == collation


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other", ["KEY@example.com", "kéy@example.com", "key@example.com "]
)
def test_the_database_tells_look_alikes_apart(other: str) -> None:
    user = UserFactory(email="key@example.com")
    assert User.objects.filter(email_key="key@example.com").get() == user
    assert not User.objects.filter(email_key=other).exists()
