"""What is to be translated is found, kept and complete."""

from pathlib import Path

import pytest
from django.conf import settings

from config import catalogs, messages
from config.catalogs import Entry, Message, read

TEMPLATE = """{% load i18n %}{% if a %}{% translate "One 5%" %}{% else %}
{% blocktranslate trimmed with n=b %}
  Two {{ n }}
  lines
{% endblocktranslate %}{% endif %}{% translate variable %}
{% for x in y %}{% translate "May" context "month" %}{% endfor %}
{% blocktranslate count n=z %}{{ n }} mail{% plural %}{{ n }} mails{% endblocktranslate %}
{% firstof _("A 5%") x|default:_('It is') %}{{ x|default:_("B") }} _("no tag")
"""
CODE = """
from django.utils.translation import gettext as _, ngettext, pgettext
_("plain " "text"); _(variable); ngettext("a", "b", 2); pgettext("c", "d"); other("e")
"""


def test_templates_are_asked_as_django_compiles_them() -> None:
    assert set(messages.in_template(TEMPLATE)) == {
        Message("One 5%%"),
        Message("Two %(n)s lines"),
        Message("May", context="month"),
        Message("%(n)s mail", "%(n)s mails"),
        Message("A 5%%"),
        Message("It is"),
        Message("B"),
    }


def test_code_is_read_without_running_it() -> None:
    assert set(messages.in_code(CODE)) == {
        Message("plain text"),
        Message("a", "b"),
        Message("d", context="c"),
    }
    assert list(messages.in_code("_('gone')")) == []


def test_an_update_keeps_what_was_translated(tmp_path: Path) -> None:
    said = [Message("a"), Message("b", "bs")]
    assert messages.update(tmp_path, "ar", said) == 2
    path = tmp_path / "ar" / "LC_MESSAGES" / "django.po"
    assert len(read(path.read_text())[2].texts) == 6
    assert not path.with_suffix(".mo").exists()

    path.write_text(
        path.read_text().replace('msgid "a"\nmsgstr ""', 'msgid "a"\nmsgstr "A"')
    )
    assert messages.update(tmp_path, "ar", [Message("a"), Message("c")]) == 1
    entries = {entry.message.id: entry for entry in read(path.read_text())}
    assert entries["a"].texts == ("A",)
    assert "b" not in entries


def test_a_complete_catalog_is_compiled(tmp_path: Path) -> None:
    messages.update(tmp_path, "de", [])
    assert (tmp_path / "de" / "LC_MESSAGES" / "django.mo").exists()


def test_a_language_that_is_none_of_ours_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert messages.main(["tlh"]) == 2
    assert "LANGUAGES" in capsys.readouterr().err


@pytest.mark.parametrize("language", [tag for tag, _ in settings.LANGUAGES[1:]])
def test_a_catalog_that_stands_says_everything(language: str) -> None:
    """`make messages` finds what is missing; without a catalog English is shown."""
    path = messages.ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
    binary = path.with_suffix(".mo")
    if binary.exists():
        entries = read(path.read_text())
        assert messages.missing(messages.said(), entries) == []
        assert catalogs.compiled(entries) == binary.read_bytes()


def test_what_the_letters_say_is_found() -> None:
    found = messages.said()

    assert Message("Your verification code") in found
    assert messages.missing(found, [Entry(m, ("x",) * 6) for m in found]) == []
