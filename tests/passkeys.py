"""A passkey in software (WebAuthn 3): makes and shows credentials as a browser would."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

ISSUER = "https://id.example.com"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Passkey:
    """One resident key on a page of `origin`; `flags` says what it did with its user."""

    origin: str = ISSUER
    rp_id: str = ""
    flags: int = PRESENT | VERIFIED
    user_handle: bytes = b""
    id: bytes = field(default_factory=lambda: os.urandom(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Make a credential, as `navigator.credentials.create` would."""
        asked = options["publicKey"]
        self.user_handle = _bytes(asked["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        cose = cbor.encode(dict(public))
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        data = self._authenticator_data(self.flags | ATTESTED) + attested
        statement = {"fmt": "none", "attStmt": {}, "authData": data}
        return self._credential(
            clientDataJSON=self._client_data("webauthn.create", asked["challenge"]),
            attestationObject=cbor.encode(statement),
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Show the credential, as `navigator.credentials.get` would."""
        client = self._client_data("webauthn.get", options["publicKey"]["challenge"])
        data = self._authenticator_data(self.flags)
        signed = data + hashlib.sha256(client).digest()
        return self._credential(
            clientDataJSON=client,
            authenticatorData=data,
            signature=self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
            userHandle=self.user_handle,
        )

    def _authenticator_data(self, flags: int) -> bytes:
        rp_id = self.rp_id or urlsplit(self.origin).hostname or ""
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + bytes(4)

    def _client_data(
        self,
        kind: str,
        challenge: str,
    ) -> bytes:
        told = {
            "type": kind,
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps(told).encode()

    def _credential(self, **response: bytes) -> dict[str, Any]:
        told = {name: websafe_encode(value) for name, value in response.items()}
        return {
            "type": "public-key",
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "response": told,
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {"credProps": {"rk": True}},
        }


def _bytes(text: str) -> bytes:
    return websafe_decode(text)
