"""`docs/standards.md` is what the markers of the tests say."""

import pytest

from tests.architecture.sources import parse
from tests.docs.pages import page
from tests.standards.markers import collected, proofs, read
from tests.standards.page import document
from tests.standards.specifications import SPECIFICATIONS
from tests.standards.unsupported import UNSUPPORTED

SAMPLE = """
pytestmark = [pytest.mark.django_db, pytest.mark.spec("RFC 7662 2.2")]

@pytest.mark.spec("OIDC Core 3.1.2.1", "RFC 6749 B")
@pytest.mark.parametrize("x", [1])
def test_a_thing_is_so(x): ...

class TestOfMany:
    @pytest.mark.spec("OIDC Back-Channel Logout 1.0 " "2.4")
    def test_another(self): ...

def helper(): ...
"""


def test_the_committed_page_is_current() -> None:
    made = document(collected())
    assert page("docs/standards.md").text == made, "run make standards"


def test_markers_are_read_without_running_anything() -> None:
    found = [
        (p.test, p.specification.title, p.section)
        for p in proofs(parse(SAMPLE, "tests/test_sample.py"))
    ]
    assert found == [
        ("test_a_thing_is_so", "Token Introspection", "2.2"),
        ("test_a_thing_is_so", "OpenID Connect Core 1.0", "3.1.2.1"),
        ("test_a_thing_is_so", "The OAuth 2.0 Authorization Framework", "B"),
        ("test_another", "Token Introspection", "2.2"),
        ("test_another", "OpenID Connect Back-Channel Logout 1.0", "2.4"),
    ]


def test_sections_stand_in_their_order_and_link_where_they_are() -> None:
    lines = document(list(proofs(parse(SAMPLE, "tests/test_sample.py")))).split("\n")
    sentence = "[a thing is so](../tests/test_sample.py)"
    appendix = "[B](https://www.rfc-editor.org/rfc/rfc6749#appendix-B)"
    assert f"| {appendix} | {sentence} |" in lines
    assert f"| 3.1.2.1 | {sentence} |" in lines
    many = SAMPLE.replace('"RFC 6749 B"', '"RFC 6749 4.10", "RFC 6749 4.9"')
    text = document(list(proofs(parse(many, "tests/test_sample.py"))))
    assert text.index("section-4.9") < text.index("section-4.10")


@pytest.mark.parametrize("text", ["RFC 1 2", "RFC 6749", "RFC 6749 x", "OIDC 3", ""])
def test_a_marker_that_names_no_section_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="is no section"):
        read(text, "here")


@pytest.mark.parametrize("given", ["SECTION", "f'RFC 6749 {n}'", "name(1)", "*ALL"])
def test_a_section_that_is_not_written_out_is_an_error(given: str) -> None:
    sample = f"@pytest.mark.spec({given})\ndef test_x(): ...\n"
    with pytest.raises(ValueError, match="written out"):
        list(proofs(parse(sample, "tests/test_sample.py")))


def test_a_section_may_begin_with_a_constant_of_the_module() -> None:
    sample = """
LOGOUT = "RP-Initiated Logout "
@pytest.mark.spec(LOGOUT + "2")
def test_x(): ...
"""
    (found,) = proofs(parse(sample, "tests/test_sample.py"))
    assert (found.specification.name, found.section) == (
        "OIDC RP-Initiated Logout",
        "2",
    )


def test_a_name_means_one_specification() -> None:
    names = [name for known in SPECIFICATIONS for name in known.names]
    assert len(names) == len(set(names))
    for known in SPECIFICATIONS:
        for name in known.names:
            assert read(f"{name} 2.1", "here") == (known, "2.1")


def test_what_is_left_out_says_why() -> None:
    assert len({row[0] for row in UNSUPPORTED}) == len(UNSUPPORTED)
    for row in UNSUPPORTED:
        assert all(row)
        assert row[3].endswith(".")
