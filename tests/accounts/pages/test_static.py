"""The stylesheet and the script of the hosted pages: their budgets and their rules."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import accounts

FOLDER = Path(accounts.__file__).parent / "static" / "account"
CSS = (FOLDER / "page.css").read_text()
JS = (FOLDER / "page.js").read_text()
PARTS = Path(accounts.__file__).parents[1] / "templates" / "account"

PHYSICAL = re.compile(
    r"^\s*(?:(?:left|right|top|bottom)\s*:"
    r"|[\w-]*-(?:left|right)(?:-[\w-]+)?\s*:"
    r"|[\w-]+\s*:\s*(?:left|right)\s*;)",
    re.MULTILINE,
)


def schemes() -> Iterator[dict[str, str]]:
    """Yield the colours of the light scheme, then of the dark one."""
    for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]:
        yield dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(
    one: str,
    other: str,
) -> float:
    """Return the contrast ratio of WCAG 2, between 1 and 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_both_are_small() -> None:
    assert len(CSS.encode()) <= 15_000
    assert len(JS.encode()) < 6_000


def test_the_stylesheet_names_no_side() -> None:
    assert PHYSICAL.findall(CSS) == []


@pytest.mark.parametrize(
    "rule", ["left: 0;", "margin-left: 0;", "text-align: right;", "float: left;"]
)
def test_the_rule_finds_a_side(rule: str) -> None:
    assert PHYSICAL.search(f"a {{\n  {rule}\n}}")


@pytest.mark.parametrize(
    ("ink", "paper", "least"),
    [
        ("text", "ground sheet raised edge fault-ground good-ground warning-ground", 7),
        ("muted", "ground sheet raised", 4.5),
        ("accent", "ground sheet", 4.5),
        ("accent-strong", "ground sheet", 4.5),
        ("on-accent", "accent accent-strong", 4.5),
        ("fault", "sheet raised fault-ground", 4.5),
        ("line", "sheet", 3),
    ],
)
def test_what_is_written_can_be_read(
    ink: str,
    paper: str,
    least: float,
) -> None:
    found = list(schemes())
    assert len(found) == 2
    for colours in found:
        for behind in paper.split():
            ratio = contrast(colours[ink], colours[behind])
            assert ratio >= least, (ink, behind, ratio)


def test_everybody_is_thought_of() -> None:
    for query in (
        "prefers-color-scheme: dark",
        "prefers-reduced-motion: reduce",
        "forced-colors: active",
        "@media print",
        ":focus-visible",
    ):
        assert query in CSS


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert re.findall(r"url\((?!\"data:)", CSS) == []
    assert "@import" not in CSS
    assert "http" not in JS


def test_no_template_holds_code_or_style() -> None:
    for path in PARTS.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)", text)
