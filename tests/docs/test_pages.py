"""What the pages speak of exists: links, files, commands, settings, metrics, decisions."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from prometheus_client import REGISTRY

from config import metrics
from config.settings.environment import TABLE
from tests.docs.pages import DOCS, ROOT, Page, anchor, page, pages

OUR_APPS = ("accounts", "tenants", "tokens", "social", "config")
STOCK = {
    "clearsessions",
    "collectstatic",
    "createsuperuser",
    "changepassword",
    "migrate",
    "shell",
}
# words in capitals that are no settings of ours
NO_SETTINGS = {"PAGES_MIDDLEWARE", "MACHINE_PATHS", "MYSQL_PASSWORD", "VALKEY_PASSWORD"}
NO_SETTINGS |= {"ATOMIC_REQUESTS", "DEMO_PORT"}
NO_SETTINGS |= {f"CONSOLE_{way}" for way in ("GATE", "WAY", "EXIT", "SETUP")}
OPERATIONS = "docs/operations.md"

every_page = pytest.mark.parametrize("read", pages(), ids=lambda read: read.name)


def ours() -> dict[str, str]:
    """Return our commands, as they are typed, with the app of each."""
    found = get_commands()
    return {
        name.replace("_", "-"): app
        for name, app in found.items()
        if app.split(".")[0] in OUR_APPS
    }


def headings(read: Page) -> set[str]:
    """Return the fragments that a page can be linked to by."""
    return {anchor(line) for line in re.findall(r"^#+ (.+)$", read.prose, re.MULTILINE)}


def dead_links(read: Page) -> Iterator[str]:
    """Yield each relative link that leads nowhere."""
    for link in read.links():
        if re.match(r"[a-z]+:", link):
            continue
        target, _, fragment = link.partition("#")
        path = (read.path.parent / target).resolve() if target else read.path
        if not path.exists():
            yield link
        elif fragment and path.suffix == ".md":
            if fragment not in headings(page(str(path.relative_to(ROOT)))):
                yield link


@every_page
def test_every_link_leads_somewhere(read: Page) -> None:
    assert list(dead_links(read)) == []


@every_page
def test_every_file_that_is_named_exists(read: Page) -> None:
    tops = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"var"}
    named = [
        word
        for word in read.quoted()
        if re.fullmatch(r"[\w.-]+(/[\w.*-]+)+/?", word) and word.split("/")[0] in tops
    ]
    missing = [name for name in named if not list(ROOT.glob(name.rstrip("/")))]
    assert missing == []


@every_page
def test_no_path_of_somebodys_machine_is_in_it(read: Page) -> None:
    assert not re.search(r"(?<![\w:./-])/(?:home|root|work|Users|tmp)/", read.text)


@every_page
def test_every_setting_that_is_named_exists(read: Page) -> None:
    known = {variable.name for variable in TABLE} | NO_SETTINGS
    shaped = re.compile(r"([A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:=.*)?")
    named = {m[1] for word in read.quoted() if (m := shaped.fullmatch(word))}
    assert {name for name in named - known if not name.startswith("NTT_AUTH_")} == set()


@every_page
def test_every_command_that_is_named_exists(read: Page) -> None:
    named = set(re.findall(r"manage\.py ([a-z][\w-]*)", read.text))
    assert named - set(ours()) - STOCK == set()


def documented() -> dict[str, str]:
    """Return the table of commands: name to the rest of its row."""
    rows = page(OPERATIONS).table("command")
    return {row[0].strip("`").split()[0]: " ".join(row[1:]) for row in rows}


def test_every_command_is_documented() -> None:
    assert set(documented()) == set(ours())


@pytest.mark.parametrize("name", sorted(ours()))
def test_every_option_of_a_command_is_documented(name: str) -> None:
    module = name.replace("-", "_")
    command = load_command_class(ours()[name], module)
    parser = command.create_parser("manage.py", module)
    stock = {
        *("--help", "--version", "--verbosity", "--settings", "--pythonpath"),
        *("--traceback", "--no-color", "--force-color", "--skip-checks", "--json"),
    }
    options = {
        option
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--")
    }
    said = set(re.findall(r"`(--[a-z-]+)`", documented()[name]))
    assert said == options - stock


def test_every_metric_is_documented() -> None:
    assert metrics.REQUESTS in REGISTRY._collector_to_names  # counters are registered
    counted = {
        sample
        for collector, names in REGISTRY._collector_to_names.items()
        for sample in names
        if sample.startswith("ntt_")
    }
    bases = {re.sub(r"_(total|created|bucket|sum|count)$", "", n) for n in counted}
    source = (ROOT / "config" / "scrape.py").read_text()
    known = bases | set(re.findall(r'"(ntt_\w+)"', source))
    rows = page(OPERATIONS).table("metric")
    said = {row[0].strip("`").removesuffix("_total") for row in rows}
    assert said == known


def test_every_refusal_of_a_production_start_is_documented() -> None:
    source = (ROOT / "config" / "checks.py").read_text()
    known = {f"ntt.E{int(n):03}" for n in re.findall(r"_error\((\d+),", source)}
    assert {row[0].strip("`") for row in page(OPERATIONS).table("id")} == known


def test_every_decision_is_in_the_index_and_short() -> None:
    folder = DOCS / "adr"
    index = page("docs/adr/README.md")
    files = sorted(p.name for p in folder.glob("[0-9]*.md"))
    assert sorted(set(index.links())) == files
    for name in files:
        read = page(f"docs/adr/{name}")
        assert headings(read) >= {"context", "decision", "consequences"}
        assert len(read.text.splitlines()) <= 40
        assert f"{read.text.splitlines()[0].partition('. ')[2]} |" in index.text


@pytest.mark.parametrize(
    ("name", "most"), [("docs/architecture.md", 250), (OPERATIONS, 300)]
)
def test_a_page_keeps_its_budget(
    name: str,
    most: int,
) -> None:
    assert len(page(name).text.splitlines()) <= most


def test_every_contract_of_import_linter_is_explained() -> None:
    declared = set(
        re.findall(r'^id = "([\w-]+)"', Path(ROOT, "pyproject.toml").read_text(), re.M)
    )
    rows = page("docs/architecture.md").table("contract")
    assert set(re.findall(r"`([\w-]+)`", " ".join(r[0] for r in rows))) == declared


def test_a_link_that_leads_nowhere_is_found() -> None:
    broken = Page(DOCS / "x.md", "[a](nowhere.md) [b](operations.md#no-such-part)\n")
    assert list(dead_links(broken)) == ["nowhere.md", "operations.md#no-such-part"]
