from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.checks.registry import registry

from config import checks, settings
from config.admin import ConsoleSite
from config.site import SiteConfig


def test_the_console_stands_in_the_place_of_the_stock_admin() -> None:
    assert type(admin.site._wrapped) is ConsoleSite  # type: ignore[attr-defined]
    assert isinstance(apps.get_app_config("admin"), SiteConfig)


def test_the_start_up_checks_are_registered() -> None:
    assert checks.settings_are_safe in registry.get_checks()


def test_an_instance_without_a_secret_does_not_get_as_far_as_the_console(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bare: Any = SimpleNamespace(**vars(settings))
    bare.SECRET_KEY, bare.PRODUCTION = "", True
    monkeypatch.setattr("config.settings", bare)
    with pytest.raises(SystemExit):
        apps.get_app_config("admin").ready()
    assert "SECRET_KEY is missing" in capsys.readouterr().err
