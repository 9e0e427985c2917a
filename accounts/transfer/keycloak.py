"""A password credential of Keycloak, as `kc.sh export` writes it or flattened.

`credentialData` and `secretData` are JSON in text (or objects); the flat form has their
members side by side: `algorithm`, `hashIterations`, `salt`, `value`.
"""

import json
from collections.abc import Mapping
from typing import Any

MEMBERS = frozenset(
    {
        *("credentialData", "secretData"),
        *("algorithm", "hashIterations", "value", "additionalParameters"),
    }
)
_DIGESTS = {"pbkdf2": "sha1", "pbkdf2-sha256": "sha256", "pbkdf2-sha512": "sha512"}
_DIGESTS["pbkdf2-sha1"] = "sha1"


def encoded(given: Mapping[str, Any]) -> str:
    """Return the hash in our writing, not yet examined; `ValueError` says why not."""
    if given.get("type", "password") != "password":
        raise ValueError("a Keycloak credential that is no password")
    both = "credentialData" in given, "secretData" in given
    if any(both):
        if not all(both):
            raise ValueError("credentialData and secretData belong together")
        data = {**_object(given, "credentialData"), **_object(given, "secretData")}
        # both have `additionalParameters`; the parameters are the former's
        more = _object(given, "credentialData").get("additionalParameters")
        data["additionalParameters"] = more
    else:
        data = dict(given)
    algorithm, iterations = data.get("algorithm"), data.get("hashIterations")
    if type(iterations) is not int or not 0 < iterations < 10**9:
        raise ValueError("hashIterations is no number that can be")
    salt, value = _text(data, "salt"), _text(data, "value")
    if algorithm == "argon2":
        return _argon2(data.get("additionalParameters"), iterations, salt, value)
    if not isinstance(algorithm, str) or algorithm not in _DIGESTS:
        known = ", ".join([*_DIGESTS, "argon2"])
        raise ValueError(f"algorithm is none of {known}")
    return f"keycloak_pbkdf2${_DIGESTS[algorithm]}${iterations}${salt}${value}"


def _argon2(
    parameters: Any,
    passes: int,
    salt: str,
    value: str,
) -> str:
    if not isinstance(parameters, dict):
        raise ValueError("an argon2 credential needs its additionalParameters")
    kind = _one(parameters, "type")
    if kind not in ("id", "i") or _one(parameters, "version") not in ("1.3", "19"):
        raise ValueError("argon2 is read as type id or i, version 1.3")
    memory, lanes = _one(parameters, "memory"), _one(parameters, "parallelism")
    if not all(n.isascii() and n.isdigit() and len(n) < 10 for n in (memory, lanes)):
        raise ValueError("memory or parallelism is no number")
    return (
        f"argon2$argon2{kind}$v=19$m={int(memory)},t={passes},p={int(lanes)}"
        f"${salt.rstrip('=')}${value.rstrip('=')}"
    )


def _one(
    parameters: dict[str, Any],
    name: str,
) -> str:
    """Return a parameter; Keycloak writes each as a list of one text."""
    value = parameters.get(name)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError(f"the argon2 parameter {name} is missing")
    return str(value)


def _object(
    given: Mapping[str, Any],
    name: str,
) -> dict[str, Any]:
    value = given[name]
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise ValueError(f"{name} is not JSON") from None
    if not isinstance(value, dict):
        raise ValueError(f"{name} is no JSON object")
    return value


def _text(
    data: Mapping[str, Any],
    name: str,
) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value or len(value) > 255:
        raise ValueError(f"{name} is missing, too long, or no text")
    return value
