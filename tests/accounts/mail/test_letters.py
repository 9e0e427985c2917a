"""Letters go through the outbox, and what is told in them stays on one line."""

import json
from pathlib import Path
from typing import Any

import pytest

from accounts.mail import letters
from accounts.outbox.models import Delivery
from config.encryption import decrypt
from tests.architecture.sources import ROOT
from tests.factories import TenantFactory, UserFactory

TEMPLATES = ROOT / "templates"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _template(
    settings: Any,
    tmp_path: Path,
) -> None:
    (tmp_path / "mail").mkdir()
    text = "Subject: Hello {{ name }}\n\n{{ name }} at {{ issuer }} & {{ fact }}\n"
    (tmp_path / "mail" / "hello.txt").write_text(text)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, TEMPLATES]}]


def written() -> dict[str, str]:
    found: dict[str, str] = json.loads(decrypt(Delivery.objects.get().payload))
    return found


def test_a_letter_says_its_facts_unescaped(settings: Any) -> None:
    letters.write_to("hello", UserFactory(email="Ann@x.io", name="O'Neil"), fact="<b>")
    sent = written()
    assert (sent["to"], sent["subject"]) == ("Ann@x.io", "Hello O'Neil")
    assert sent["text"] == f"O'Neil at {settings.ISSUER} & <b>\n"


def test_a_fact_cannot_add_lines_nor_headers() -> None:
    letters.write("hello", to="a@x.io", name="A\r\nBcc: b@x.io", fact="one\n\ntwo")
    sent = written()
    assert sent["subject"] == "Hello A Bcc: b@x.io"
    assert "one two" in sent["text"] and sent["text"].count("\n") == 1


def test_the_html_part_is_the_text_s(settings: Any) -> None:
    letters.write("hello", to="a@x.io", name="<b>Ann</b>", fact="A\u202eB")
    sent = written()
    assert "&lt;b&gt;Ann&lt;/b&gt; at" in sent["html"]
    assert "<b>" not in sent["html"]
    assert "AB" in sent["text"]  # nothing turns the direction of what follows


def test_a_letter_carries_its_tenant_s_brand() -> None:
    acme = TenantFactory(brand_name="Acme", accent_color="#8a1c1c")
    letters.write("hello", to="a@x.io", tenant_id=acme.pk, name="Ann", fact="x")
    markup = written()["html"]
    assert "given at Acme" in markup


def test_another_tenant_s_letter_does_not() -> None:
    TenantFactory(brand_name="Acme")
    other = TenantFactory(name="Other")
    letters.write("hello", to="a@x.io", tenant_id=other.pk, name="Ann", fact="x")
    assert "given at Other" in written()["html"]
    Delivery.objects.all().delete()
    letters.write("hello", to="a@x.io", name="Ann", fact="x")
    assert "given at NTT Authentication Server" in written()["html"]


def test_a_language_without_a_catalog_is_english() -> None:
    letters.write_to("hello", UserFactory(language="fr"), fact="x")
    assert 'lang="en"' in written()["html"]


def test_an_unknown_address_is_written_as_it_is_and_an_owner_s_as_theirs() -> None:
    letters.write_to_address("hello", "nobody@x.io", fact="x")
    assert written()["to"] == "nobody@x.io"
    Delivery.objects.all().delete()
    UserFactory(email="Ann@x.io", name="Ann")
    letters.write_to_address("hello", "ann@x.io", fact="x")
    assert (written()["to"], written()["subject"]) == ("Ann@x.io", "Hello Ann")
