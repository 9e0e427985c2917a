"""Letters go through the outbox, and what is told in them stays on one line."""

import json

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
    settings,
    tmp_path,
):
    (tmp_path / "mail").mkdir()
    text = "Subject: Hello {{ name }}\n\n{{ name }} at {{ issuer }} & {{ fact }}\n"
    (tmp_path / "mail" / "hello.txt").write_text(text)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, TEMPLATES]}]


def written():
    return json.loads(decrypt(Delivery.objects.get().payload))


def test_a_letter_says_its_facts_unescaped(settings):
    letters.write_to("hello", UserFactory(email="Ann@x.io", name="O'Neil"), fact="<b>")
    sent = written()
    assert (sent["to"], sent["subject"]) == ("Ann@x.io", "Hello O'Neil")
    assert sent["text"] == f"O'Neil at {settings.ISSUER} & <b>\n"


def test_a_fact_cannot_add_lines_nor_headers():
    letters.write("hello", to="a@x.io", name="A\r\nBcc: b@x.io", fact="one\n\ntwo")
    sent = written()
    assert sent["subject"] == "Hello A Bcc: b@x.io"
    assert "one two" in sent["text"] and sent["text"].count("\n") == 1
