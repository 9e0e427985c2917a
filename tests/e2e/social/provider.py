"""`oidc-provider` of npm in a process of its own, and what it knows."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from bench.processes import Server, free_port
from tests.e2e.oidc.node import FOLDER

SECRET = "a-secret of ours: 100% + more/less&so"  # nosec: of these tests
CLIENT = "our client"
People = dict[str, dict[str, Any]]


@lru_cache
def key(
    algorithm: str,
    kid: str,
) -> dict[str, Any]:
    """Return a private JWK, made once in a run."""
    if algorithm == "ES256":
        told = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()))
    else:
        told = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048))
    found: dict[str, Any] = json.loads(told)
    found.pop("key_ops", None)
    return {**found, "kid": kid, "use": "sig", "alg": algorithm}


@dataclass
class Provider:
    """A provider that signs by `algorithm`. `method` is how clients prove themselves, all.

    `sparing`: addresses stand in its UserInfo only, as the standard has it.
    """

    folder: Path
    people: People
    callbacks: list[str]
    algorithm: str = "RS256"
    method: str = "client_secret_basic"
    sparing: bool = True
    kid: str = "first"
    port: int = field(default_factory=free_port)
    server: Server | None = field(default=None, repr=False)

    @property
    def issuer(self) -> str:
        """Where it is: to browsers another site than `127.0.0.1`."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start it, with the people and the key that it has now."""
        node = shutil.which("node")
        assert node, "node is not installed"
        self.server = Server(
            name="oidc-provider",
            command=[node, str(FOLDER / "parties" / "provider.mjs")],
            environ={"PROVIDER": json.dumps(self._told())},
            port=self.port,
            log=self.folder / f"provider-{self.port}.log",
            probe="/.well-known/openid-configuration",
        )
        self.server.start()

    def stop(self) -> None:
        """End it; it keeps its port."""
        if self.server is not None:
            self.server.stop()
            self.server = None

    def rotate(self) -> None:
        """Sign with another key from now on; the one before is gone."""
        self.stop()
        self.kid = f"after {self.kid}"
        self.start()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Have it take connections, and answer nothing."""
        assert self.server and self.server.process
        pid = self.server.process.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def _told(self) -> dict[str, Any]:
        client = {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "redirect_uris": self.callbacks,
            "token_endpoint_auth_method": self.method,
            "id_token_signed_response_alg": self.algorithm,
        }
        return {
            "issuer": self.issuer,
            "port": self.port,
            "jwks": {"keys": [key(self.algorithm, self.kid)]},
            "clients": [client],
            "people": self.people,
            "methods": [self.method],
            "sparing": self.sparing,
        }
