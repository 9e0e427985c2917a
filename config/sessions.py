"""Django's sessions as this service keeps them: a database dump holds nothing to use.

The row is found by a digest of the session key (a cookie's value, or a `flow_token`), and
its content (a mailed code among it) is encrypted. Named by SESSION_ENGINE. Cookies and
flows are digested apart: a `flow_token` is nobody's cookie, and the other way round.
"""

import base64
import hashlib
import json
from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone
from typing_extensions import override

from config.encryption import decrypt, encrypt
from config.errors import Unavailable


class SessionStore(db.SessionStore):
    """The database's store, by digest and encrypted."""

    kind = "session"

    @classmethod
    def row_key(cls, session_key: str | None) -> str:
        """Return under which key a session's row stands: 240 bits of its digest."""
        digest = hashlib.sha256(f"{cls.kind}:{session_key}".encode()).digest()
        return base64.urlsafe_b64encode(digest[:30]).decode()

    @override
    def encode(self, session_dict: dict[str, Any]) -> str:
        return encrypt(json.dumps(session_dict))

    @override
    def decode(self, session_data: Any) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(decrypt(session_data))
        except (Unavailable, ValueError):  # another key's, or nobody's: signed out
            return {}
        return found

    def _get_session_from_db(self) -> Any:
        alive = self.model.objects.filter(expire_date__gt=timezone.now())
        row = alive.filter(session_key=self.row_key(self.session_key)).first()
        if row is None:
            self._session_key = None
        return row

    @override
    def exists(self, session_key: Any) -> bool:
        return super().exists(self.row_key(session_key))

    @override
    def create_model_instance(self, data: Any) -> Any:
        row = super().create_model_instance(data)
        row.session_key = self.row_key(row.session_key)
        return row

    @override
    def delete(self, session_key: Any = None) -> None:
        if session_key is None:
            session_key = self.session_key
        if session_key is not None:
            self.model.objects.filter(session_key=self.row_key(session_key)).delete()


class FlowStore(SessionStore):
    """What a pending flow keeps until its next step; the session key is its token."""

    kind = "flow"
