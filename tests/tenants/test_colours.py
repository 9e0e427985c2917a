"""Colours are measured as WCAG says."""

import re

import pytest

from config.brand import Brand
from config.errors import InvalidInput
from tenants import colours
from tenants.colours import DARK, LEAST, LIGHT
from tests.architecture.sources import ROOT

CSS = (ROOT / "accounts/static/account/page.css").read_text()


def test_contrast_is_wcag_s() -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert colours.contrast("#ffffff", "#ffffff") == 1


def test_the_grounds_and_the_own_colours_are_the_stylesheet_s() -> None:
    found = re.findall(r"--(ground|sheet|accent|on-accent): (#\w{6});", CSS)
    light, dark = dict(found[:4]), dict(found[4:])
    assert {light["ground"], light["sheet"]} == set(LIGHT)
    assert {dark["ground"], dark["sheet"]} == set(DARK)
    assert (light["accent"], dark["accent"]) == (Brand.accent, Brand.accent_dark)
    for accent, grounds in ((Brand.accent, LIGHT), (Brand.accent_dark, DARK)):
        assert colours.accent("accent_color", accent, grounds) == accent


@pytest.mark.parametrize(
    ("value", "grounds", "told"),
    [
        ("#ffff00", LIGHT, r"contrast of 0?1\.\d\d:1.*darker"),
        ("#767676", LIGHT, r"#f5f6f8.*4\.2\d:1.*4\.5:1.*darker"),
        ("#111111", DARK, r"1\.\d\d:1.*lighter"),
    ],
)
def test_a_colour_that_nobody_can_read_is_refused_with_its_ratio(
    value: str,
    grounds: tuple[str, ...],
    told: str,
) -> None:
    with pytest.raises(InvalidInput, match=told) as refused:
        colours.accent("accent_color", value, grounds)
    assert refused.value.errors[0].code == "contrast_too_low"


@pytest.mark.parametrize(
    "value", ["red", "#fff", "#12345g", "#1234567", "#\uff11" + "2" * 5]
)
def test_only_six_digits_are_a_colour(value: str) -> None:
    with pytest.raises(InvalidInput, match="#1d56d0"):
        colours.accent("accent_color", value, LIGHT)


def test_case_and_space_do_not_matter_and_nothing_stays_nothing() -> None:
    assert colours.accent("accent_color", " #8A1C1C ", LIGHT) == "#8a1c1c"
    assert colours.accent("accent_color", "", LIGHT) == ""


def test_text_on_any_colour_is_readable_also_where_it_is_hovered() -> None:
    steps = range(0, 256, 51)
    for value in (
        f"#{r:02x}{g:02x}{b:02x}" for r in steps for g in steps for b in steps
    ):
        assert colours.contrast(value, colours.text_on(value)) >= LEAST
        lifted = colours.lifted(value)
        assert min(colours.contrast(lifted, ground) for ground in DARK) >= LEAST
