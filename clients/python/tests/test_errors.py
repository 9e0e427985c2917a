import copy
import pickle
from typing import Any

import pytest

import ntt_auth
from ntt_auth import (
    ApiError,
    AuthError,
    InsufficientAuthentication,
    InsufficientScope,
    RateLimited,
    TokenExpired,
)

PUBLIC = [getattr(ntt_auth, name) for name in ntt_auth.__all__]
ERRORS = [kind for kind in PUBLIC if issubclass(kind, AuthError)]
DETAILED = [
    InsufficientScope("Needs a.", missing=("a", "b")),
    InsufficientAuthentication("Needs aal2.", acr="aal2", max_age=60),
    RateLimited("Slowly.", status=429, retry_after=3.5, request_id="r1"),
    ApiError(
        "No.",
        status=422,
        problem={"errors": [{"pointer": "/a", "code": "x", "detail": "y"}, 5]},
    ),
    TokenExpired(),
]


@pytest.mark.parametrize("error", DETAILED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "through",
    [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_an_error_survives_a_copy_and_a_process_boundary(
    error: AuthError,
    through: Any,
) -> None:
    found = through(error)
    assert type(found) is type(error)
    assert (str(found), vars(found)) == (str(error), vars(error))


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: str(kind.__name__))
def test_every_error_says_what_happened_without_being_told(
    kind: type[AuthError],
) -> None:
    error = kind()
    assert error.reason == kind.title != ""
    assert str(error).startswith(f"{kind.code}: ")
    assert 400 <= error.status < 600


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in ERRORS if "code" in vars(kind)]
    assert len(codes) == len(set(codes)) > 20


def test_what_is_told_goes_before_what_the_kind_says() -> None:
    error = TokenExpired("Late.", action="Hurry.", code="late", request_id="r1")
    assert str(error) == "late: Late. Hurry. (request r1)"


def test_the_faults_of_fields_are_read_and_garbage_is_passed_over() -> None:
    assert [(f.pointer, f.code, f.detail) for f in DETAILED[3].errors] == [  # type: ignore[attr-defined]
        ("/a", "x", "y")
    ]
    assert ApiError(problem={"errors": "none"}).errors == ()
