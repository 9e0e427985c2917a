"""Catalogs that Python's own gettext reads."""

import gettext
import io

import pytest

from config import catalogs
from config.catalogs import Entry, Message

ENTRIES = [
    Entry(Message(""), (catalogs.header("de"),)),
    Entry(Message("Hello %(name)s,"), ("Hallo %(name)s,",), ("# of a person",)),
    Entry(Message('a "b"\n\\c\td'), ('ein "b"\n\\c\td',)),
    Entry(Message("%d mail", "%d mails"), ("%d Brief", "%d Briefe")),
    Entry(Message("May", context="month"), ("Mai",)),
    Entry(Message("never said"), ("",)),
]


def test_what_is_written_is_read_again() -> None:
    text = catalogs.write(ENTRIES)

    assert catalogs.read(text) == ENTRIES
    assert catalogs.read(text.replace("\nmsgid", "\n#, fuzzy\nmsgid")) == ENTRIES


def test_python_s_gettext_finds_what_is_translated() -> None:
    told = gettext.GNUTranslations(io.BytesIO(catalogs.compiled(ENTRIES)))

    assert told.gettext("Hello %(name)s,") == "Hallo %(name)s,"
    assert told.gettext('a "b"\n\\c\td') == 'ein "b"\n\\c\td'
    assert told.ngettext("%d mail", "%d mails", 1) == "%d Brief"
    assert told.ngettext("%d mail", "%d mails", 2) == "%d Briefe"
    assert told.pgettext("month", "May") == "Mai"
    assert told.gettext("never said") == "never said"


@pytest.mark.parametrize(("language", "forms"), [("de", 2), ("ja", 1), ("ar", 6)])
def test_a_language_has_its_plurals(
    language: str,
    forms: int,
) -> None:
    head = catalogs.header(language)
    entries = [
        Entry(Message(""), (head,)),
        Entry(Message("a", "b"), tuple(map(str, range(forms)))),
    ]
    told = gettext.GNUTranslations(io.BytesIO(catalogs.compiled(entries)))

    assert catalogs.forms_of(head) == forms
    assert {told.ngettext("a", "b", n) for n in range(200)} <= set("012345"[:forms])


def test_a_strange_line_is_refused() -> None:
    with pytest.raises(ValueError, match="no line of a catalog"):
        catalogs.read('msgid "a"\nmsgfoo "b"\n')
