"""`docs/sdks.md` shows what the packages' own pages show, and these run in their tests."""

import re

import pytest

from config.settings.environment import TABLE
from tests.docs.pages import ROOT, page

PAGE = page("docs/sdks.md")
OWN = [page(f"clients/{name}/README.md") for name in ("python", "typescript")]
PYTHON = ROOT / "clients" / "python" / "src"
TYPESCRIPT = ROOT / "clients" / "typescript"


@pytest.mark.parametrize("language", ["python", "ts", "tsx"])
def test_every_block_is_one_that_a_package_tests(language: str) -> None:
    tested = [block for own in OWN for block in own.blocks(language)]
    shown = PAGE.blocks(language)
    assert shown and set(shown) <= set(tested)


def test_there_is_no_other_block() -> None:
    languages = re.findall(r"^```([\w-]+)$", PAGE.text, re.MULTILINE)
    assert set(languages) == {"python", "ts", "tsx"}


def test_every_module_that_is_named_exists() -> None:
    named = {w for w in PAGE.quoted() if re.fullmatch(r"ntt_auth\.[a-z]+", w)}
    assert named
    for name in named:
        path = PYTHON.joinpath(*name.split("."))
        assert path.is_dir() or path.with_suffix(".py").is_file(), name


def test_every_entry_that_is_named_exists() -> None:
    exports = (TYPESCRIPT / "package.json").read_text()
    named = {w for w in PAGE.quoted() if w.startswith("@ntt-auth/client/")}
    assert named
    for name in named:
        assert f'"./{name.rsplit("/", 1)[1]}"' in exports, name


def test_the_policies_are_those_of_both_packages() -> None:
    rows = {row[0].split(",")[0].strip("`") for row in PAGE.table("policy")}
    own = (PYTHON / "ntt_auth" / "verification" / "options.py").read_text()
    [told] = re.findall(r"^POLICIES = \((.*)\)$", own, re.MULTILINE)
    other = (TYPESCRIPT / "src" / "verifier.ts").read_text()
    [typed] = re.findall(r"type RevocationPolicy = (.*);", other)
    assert (
        rows == set(re.findall(r'"(\w+)"', told)) == set(re.findall(r'"(\w+)"', typed))
    )
    assert "ACCESS_TOKEN_SECONDS" in {variable.name for variable in TABLE}


def test_it_keeps_its_budget() -> None:
    assert len(PAGE.text.splitlines()) <= 150
