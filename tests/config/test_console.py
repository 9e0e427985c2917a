"""What apps put on the console without knowing one another."""

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from accounts.models import User
from config import console
from config.console import Chart, Panel, Snippet, Tile
from tests.factories import TenantFactory
from tests.operators import root, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "_registry", console._Registry())


def asked_by(user: User) -> object:
    """Return a request of this operator."""
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


def test_a_tile_is_computed_only_for_holders_of_its_permission() -> None:
    made = []

    @console.tile("audit.view_event")
    def figure() -> Tile:
        made.append(1)
        return Tile("Figure", "1")

    assert console.tiles_for(asked_by(staff())) == []  # type: ignore[arg-type]
    assert made == []
    assert console.tiles_for(asked_by(root())) == [  # type: ignore[arg-type]
        Tile("Figure", "1")
    ]


def test_a_chart_needs_its_permission() -> None:
    drawn = Chart("Chart", ["day"], {"line": [1]})
    console.chart("audit.view_event")(lambda: drawn)
    assert console.charts_for(asked_by(staff())) == []  # type: ignore[arg-type]
    assert console.charts_for(asked_by(root())) == [drawn]  # type: ignore[arg-type]


def test_a_panel_hangs_on_its_model_or_on_all() -> None:
    def titled(title: str) -> Panel:
        return Panel(title, [], [])

    console.panel("tenants.tenant", permission="audit.view_event")(
        lambda obj: titled("tenants")
    )
    console.panel("accounts.user", permission="audit.view_event")(
        lambda obj: titled("users")
    )
    console.panel(console.ANY_MODEL, permission="audit.view_event")(
        lambda obj: titled("all")
    )
    console.panel(console.ANY_MODEL, permission="audit.view_event")(lambda obj: None)
    tenant = TenantFactory.create()
    request = asked_by(root())
    shown = console.panels_for(request, tenant)  # type: ignore[arg-type]
    assert [panel.title for panel in shown] == ["tenants", "all"]
    refused = asked_by(staff("tenants.view_tenant"))
    assert console.panels_for(refused, tenant) == []  # type: ignore[arg-type]


def test_a_panel_has_warnings_and_texts_to_copy_only_where_it_says_so() -> None:
    plain = Panel("Title", [], [])
    assert plain.notes == [] and plain.snippets == []
    texts = Panel("Title", [], [], notes=["Old."], snippets=[Snippet("Env", "A=<b>")])
    for panel, told in ((plain, False), (texts, True)):
        shown = render_to_string("admin/console/panels.html", {"panels": [panel]})
        assert ("A=&lt;b&gt;</pre>" in shown) is told
        assert ('data-copy="title-env"' in shown) is told
        assert ("Old." in shown) is ("console/copy.js" in shown) is told
