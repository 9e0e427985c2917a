"""Both packages are built, installed into an empty project, and work from there."""

import json
import sys
from pathlib import Path

import pytest

from tests.e2e.oidc.service import Service
from tests.e2e.sdk.examples import CLIENTS, UV, package, run
from tests.e2e.sdk.play import API

pytestmark = pytest.mark.e2e
CHECK = """
import os
from ntt_auth import Verifier

with Verifier(os.environ["ISSUER"], os.environ["API"]) as verifier:
    print(verifier.verify(os.environ["TOKEN"]).sub)
"""
ESM = 'import { Verifier } from "@ntt-auth/client";'
CJS = 'const { Verifier } = require("@ntt-auth/client");'
VERIFY = """
const { ISSUER, API, TOKEN } = process.env;
const verifier = new Verifier({ issuer: ISSUER, audience: API });
verifier.verify(TOKEN).then((me) => console.log(me.sub), console.error).finally(() => verifier.close());
"""
MOST_DISTRIBUTIONS = 10  # beside the package itself


def environ(
    service: Service,
    token: str,
) -> dict[str, str]:
    return {"ISSUER": service.issuer, "API": API, "TOKEN": token}


def test_the_wheel_works_in_an_empty_project(
    service: Service,
    token: str,
    tmp_path: Path,
) -> None:
    run(
        str(UV),
        "build",
        "--quiet",
        "--out-dir",
        str(tmp_path),
        folder=CLIENTS / "python",
    )
    (wheel,) = tmp_path.glob("*.whl")
    assert len(list(tmp_path.glob("*.tar.gz"))) == 1
    run(
        str(UV), "venv", "--quiet", "--python", sys.executable, ".venv", folder=tmp_path
    )
    python = str(tmp_path / ".venv" / "bin" / "python")
    install = ("pip", "install", "--quiet", "--python", python)
    run(str(UV), *install, str(wheel), folder=tmp_path)
    listed = run(
        str(UV), "pip", "list", "--python", python, "--format", "json", folder=tmp_path
    )
    names = {found["name"] for found in json.loads(listed)} - {"ntt-auth"}
    assert len(names) <= MOST_DISTRIBUTIONS, sorted(names)
    said = run(python, "-c", CHECK, folder=tmp_path, **environ(service, token))
    assert len(said.strip()) == 36, said
    assert (
        next(tmp_path.glob(".venv/lib/*/site-packages/ntt_auth")) / "py.typed"
    ).exists()


@pytest.mark.parametrize(
    ("name", "begins"),
    [("check.mjs", ESM), ("check.cjs", CJS)],
)
def test_the_npm_package_works_in_an_empty_project(
    service: Service,
    token: str,
    tmp_path: Path,
    name: str,
    begins: str,
) -> None:
    run(
        "npm", "pack", "--silent", "--pack-destination", str(tmp_path), folder=package()
    )
    (packed,) = tmp_path.glob("*.tgz")
    (tmp_path / "package.json").write_text('{"private": true}')
    run("npm", "install", "--no-audit", "--no-fund", str(packed), folder=tmp_path)
    modules = {
        path.name
        for path in (tmp_path / "node_modules").iterdir()
        if path.name[0] != "."
    }
    assert modules == {"@ntt-auth", "jose"}
    (tmp_path / name).write_text(begins + VERIFY)
    said = run("node", name, folder=tmp_path, **environ(service, token))
    assert len(said.strip()) == 36, said
