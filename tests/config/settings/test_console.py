"""The look of the console, and what it is put together from."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.utils.module_loading import import_string

from config.settings.console import EXIT, GATE, SECTIONS, SETUP, WAY, theme
from tests.operators import console, staff


@pytest.mark.parametrize(
    ("environment", "badge"),
    [
        ("production", ["Production", "danger"]),
        ("local", ["Local", "info"]),
        ("test", ["Test", "info"]),
    ],
)
def test_the_badge_tells_which_instance_this_is(
    environment: str,
    badge: list[str],
) -> None:
    assert theme(environment=environment)["ENVIRONMENT"](None) == badge


def test_a_production_badge_is_not_mistaken_for_another() -> None:
    colours = {
        environment: theme(environment=environment)["ENVIRONMENT"](None)[1]
        for environment in ("production", "staging", "test")
    }
    assert colours["staging"] == colours["test"] != colours["production"]


@pytest.mark.django_db
def test_the_theme_is_the_one_in_use() -> None:
    page = console(staff()).get("/admin/").content.decode()
    wanted = theme(environment="test")
    assert wanted["SITE_HEADER"] in page
    for asset in (wanted["STYLES"][0], wanted["SITE_FAVICONS"][0]["href"]):
        assert asset(None) in page


def test_its_assets_are_there() -> None:
    wanted = theme(environment="test")
    paths = [style(None) for style in wanted["STYLES"]]
    paths += [icon["href"](None) for icon in wanted["SITE_FAVICONS"]]
    for path in paths:
        assert path.startswith("/static/")
        assert finders.find(path.removeprefix("/static/")), path


@pytest.mark.parametrize("named", [GATE, WAY, EXIT, SETUP])
def test_what_it_is_entered_by_is_there(named: str) -> None:
    assert callable(import_string(named))


def test_every_section_of_ours_has_its_place() -> None:
    ours = {
        model._meta.app_label
        for model, section in admin.site._registry.items()
        if getattr(section, "is_console_section", False)
    }
    assert ours == set(SECTIONS)
    assert len(set(SECTIONS)) == len(SECTIONS)
    assert all(apps.is_installed(apps.get_app_config(name).name) for name in SECTIONS)


def test_text_stands_out_from_its_ground_in_every_shade() -> None:
    shades: dict[str, Any] = theme(environment="test")["COLORS"]["primary"]
    lightness = [float(value.split("(")[1].split("%")[0]) for value in shades.values()]
    assert list(map(int, shades)) == sorted(map(int, shades))
    assert lightness == sorted(lightness, reverse=True), "the higher, the darker"


@pytest.mark.django_db
def test_the_menu_leads_to_one_s_own_account() -> None:
    page = console(staff()).get("/admin/").content.decode()
    for path in ("/account/", "/account/password/change/", "/account/2fa/"):
        assert f'href="{path}"' in page
