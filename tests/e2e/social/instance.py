"""A running service, and who stands behind it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.processes import ROOT, environment
from tests.e2e.oidc.service import Service


@dataclass
class Instance:
    """A service with its backstage: `ask` names a function of `backstage`."""

    service: Service
    process: subprocess.Popen[str]

    @property
    def issuer(self) -> str:
        """Its issuer."""
        return self.service.issuer

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return self.service.url(path)

    def ask(
        self,
        act: str,
        /,
        **given: Any,
    ) -> Any:
        """Have something done or looked up beside the server."""
        process = self.process
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps([act, given]) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, f"{act}: the backstage has ended"
        return json.loads(line)


@contextmanager
def running(service: Service) -> Iterator[Instance]:
    """Run a service that is prepared."""
    backstage = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.social.backstage"],
        cwd=ROOT,
        env=environment(service.server.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        service.server.start()
        yield Instance(service, backstage)
    finally:
        service.server.stop()
        backstage.kill()
        backstage.communicate()
