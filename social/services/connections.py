"""Connections: what an operator sets up at a provider, and here. Superusers only."""

import re
from collections.abc import Iterable
from typing import Any, TypedDict, Unpack
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.db import transaction
from django.utils import timezone

from accounts.audit.actions import Action
from accounts.audit.services import record
from accounts.models import User
from accounts.services.authority import require_superuser
from config.encryption import encrypt
from config.errors import Conflict, InvalidInput
from config.networks import is_own_machine
from social.models import Connection, Identity
from social.providers import PRESETS
from tenants import validation
from tenants.models import Tenant
from tenants.services.tenants import one_of_a_kind

TAKEN = "Another connection has this id."
Provider = Connection.Provider
_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,128}")  # RFC 6749 section 3.3
_PLAIN = re.compile(r"[\x20-\x7e]{1,255}")
_ISSUER = re.compile(r"[\x21-\x7e]{1,255}")
_MOST = 20


class Traits(TypedDict, total=False):
    """What can be said about a connection; `client_secret` in clear, "" leaves it."""

    name: str
    client_id: str
    client_secret: str
    issuer: str
    team_id: str
    key_id: str
    native_client_ids: list[str]
    scopes: list[str]
    trusts_email: bool
    keeps_tokens: bool


def create_connection(
    provider: str,
    provider_id: str,
    *,
    tenant: Tenant | None,
    acting_user: User | None,
    **traits: Unpack[Traits],
) -> Connection:
    """Add a provider, for one tenant or for all (`tenant` None).

    What is not said is as the provider's preset has it. Raises `Forbidden`, `InvalidInput`,
    `Conflict` for an id that is taken.
    """
    require_superuser(acting_user)
    if provider not in PRESETS:
        raise InvalidInput.at("provider", detail="There is no such provider.")
    if not _SLUG.fullmatch(provider_id):
        detail = "Small letters, digits and dashes, at most 64."
        raise InvalidInput.at("provider_id", detail=detail)
    usual: Traits = {
        "name": Provider(provider).label,
        "trusts_email": PRESETS[provider].trusts_email,
    }
    made = Connection(provider=provider, provider_id=provider_id, tenant=tenant)
    _assign(made, {**usual, **traits})
    _check_whole(made)
    taken = Connection.objects.filter(provider_id=provider_id)
    with one_of_a_kind(taken, TAKEN), transaction.atomic():
        made.save(force_insert=True)
        _record(Action.CONNECTION_CREATED, made, acting_user)
    return made


def change_connection(
    connection: Connection,
    *,
    acting_user: User | None,
    **traits: Unpack[Traits],
) -> Connection:
    """Change what is said about a connection; its provider, id and tenant stay.

    Where it is stays too once somebody is known by it: the same subject would be somebody
    else there. Raises `Forbidden`, `InvalidInput`, `Conflict`.
    """
    require_superuser(acting_user)
    with transaction.atomic():
        held = Connection.objects.select_for_update().get(pk=connection.pk)
        changed = _assign(held, traits)
        _check_whole(held)
        known = Identity.objects.filter(connection=held).exists()
        if "issuer" in changed and known:
            raise Conflict("People are known by it: add another connection instead.")
        if changed:
            held.save(update_fields=changed)
            details = {"changed": changed}
            _record(Action.CONNECTION_CHANGED, held, acting_user, details)
    return held


def suspend_connection(
    connection: Connection,
    *,
    acting_user: User | None,
) -> None:
    """Let nobody sign in by a connection; who is in stays in."""
    require_superuser(acting_user)
    with transaction.atomic():
        rows = Connection.objects.filter(pk=connection.pk, suspended_at=None)
        if rows.update(suspended_at=timezone.now()):
            _record(Action.CONNECTION_SUSPENDED, connection, acting_user)


def resume_connection(
    connection: Connection,
    *,
    acting_user: User | None,
) -> None:
    """Let people sign in by a connection again."""
    require_superuser(acting_user)
    with transaction.atomic():
        rows = Connection.objects.filter(pk=connection.pk)
        if rows.exclude(suspended_at=None).update(suspended_at=None):
            _record(Action.CONNECTION_RESUMED, connection, acting_user)


def delete_connection(
    connection: Connection,
    *,
    acting_user: User | None,
) -> None:
    """Remove a connection, and that anybody is known by it. Their accounts stay."""
    require_superuser(acting_user)
    with transaction.atomic():
        gone = Identity.objects.filter(connection=connection).count()
        _record(Action.CONNECTION_DELETED, connection, acting_user, {"people": gone})
        Connection.objects.filter(pk=connection.pk).delete()


def _assign(
    connection: Connection,
    traits: Traits,
) -> list[str]:
    """Put checked values into a connection; return the names of those that are new."""
    changed = []
    for name, value in traits.items():
        if name == "client_secret":
            if value:
                connection.client_secret = encrypt(_secret(connection, str(value)))
                changed.append(name)
            continue
        checked = _checked(connection, name, value)
        if getattr(connection, name) != checked:
            setattr(connection, name, checked)
            changed.append(name)
    return sorted(changed)


def _checked(
    connection: Connection,
    name: str,
    value: Any,
) -> Any:
    if name == "name":
        return validation.text("name", value, maximum=64)
    if name == "issuer":
        return _issuer(connection, value)
    if name in ("scopes", "native_client_ids"):
        pattern = _SCOPE if name == "scopes" else _PLAIN
        return _listed(name, value, pattern)
    if name in ("client_id", "team_id", "key_id"):
        longest = 255 if name == "client_id" else 32
        if value and not (_PLAIN.fullmatch(value) and len(value) <= longest):
            raise InvalidInput.at(name, detail=f"Plain text, at most {longest} long.")
    return value


def _listed(
    name: str,
    values: Iterable[str],
    pattern: re.Pattern[str],
) -> list[str]:
    found = list(dict.fromkeys(values))
    if len(found) > _MOST or not all(pattern.fullmatch(value) for value in found):
        raise InvalidInput.at(name, detail=f"At most {_MOST}, of plain characters.")
    return found


def _issuer(
    connection: Connection,
    value: str,
) -> str:
    url = value.strip().rstrip("/")
    if not url:
        return ""
    if not PRESETS[connection.provider].movable:
        raise InvalidInput.at("issuer", detail="This provider is at one place only.")
    if not (_ISSUER.fullmatch(url) and _is_place(url)):
        detail = "An https URL without query: what stands before /.well-known/."
        raise InvalidInput.at("issuer", detail=detail)
    return url


def _is_place(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        plain = parts.port != 0 and "@" not in parts.netloc
    except ValueError:  # a bracket that stays open, a port that is none
        return False
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_own_machine(host))
    return bool(host and plain and safe and "?" not in url and "#" not in url)


def _secret(
    connection: Connection,
    value: str,
) -> str:
    """Return a client secret; Apple's is a private key on P-256, in PEM."""
    if connection.provider != Provider.APPLE:
        if not _PLAIN.fullmatch(value.strip()):
            raise InvalidInput.at("client_secret", detail="This is no client secret.")
        return value.strip()
    try:
        key: Any = load_pem_private_key(value.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        detail = "Paste the whole .p8 file that Apple gave you."
        raise InvalidInput.at("client_secret", detail=detail)
    return value


def _check_whole(connection: Connection) -> None:
    """Refuse a connection that could not work."""
    needed = ["client_id"]
    if connection.provider == Provider.OIDC:
        needed.append("issuer")
    else:
        needed.append("client_secret")
    if connection.provider == Provider.APPLE:
        needed += ["team_id", "key_id"]
    for name in needed:
        if not getattr(connection, name):
            raise InvalidInput.at(name, detail="This provider wants it.")
    if connection.native_client_ids and not PRESETS[connection.provider].native:
        detail = "Apps cannot send this provider's ID tokens."
        raise InvalidInput.at("native_client_ids", detail=detail)


def _record(
    action: Action,
    connection: Connection,
    acting: User | None,
    more: dict[str, Any] | None = None,
) -> None:
    record(
        action,
        acting=acting,
        target=connection,
        tenant_id=connection.tenant_id,
        details={"connection": connection.provider_id, **(more or {})},
    )
