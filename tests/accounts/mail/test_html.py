"""A letter's HTML says what its text says, and nothing that a fact smuggles in."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.utils import translation
from typing_extensions import override

from accounts.mail.html import Block, blocks_of, rendered
from config.brand import Brand

EVIL = "<script>alert(1)</script>\"' onmouseover=x <img src=https://evil.example/x>"


class Seen(HTMLParser):
    """Notes the tags and what they point at."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.points: list[str] = []
        self.data: list[str] = []
        self.feed(markup)

    @override
    def handle_starttag(
        self,
        tag: str,
        attrs: list[tuple[str, str | None]],
    ) -> None:
        self.tags.append(tag)
        self.points += [v or "" for k, v in attrs if k in ("href", "src", "action")]
        assert not [k for k, _ in attrs if k.startswith("on")]

    @override
    def handle_data(self, data: str) -> None:
        self.data.append(data.strip())


def made(
    text: str,
    **brand: Any,
) -> str:
    return rendered(subject="Hi", text=text, brand=Brand(**brand))


def test_a_letter_is_paragraphs_buttons_and_codes(settings: Any) -> None:
    url = f"{settings.ISSUER}/account/x?key=a&b=c"
    text = (
        f"Hello Ann,\n\nthis was\nwrapped.\n\nReset: now: {url}\n\n    12 34\n    56\n"
    )

    assert blocks_of(text) == [
        Block("text", ("Hello Ann,",)),
        Block("text", ("this was wrapped.",)),
        Block("call", ("Reset: now",), url),
        Block("code", ("12 34", "56")),
    ]


def test_lists_and_facts_keep_their_lines() -> None:
    assert blocks_of("Now:\n- one\n  more\n- two")[0].lines == (
        "Now:",
        "- one more",
        "- two",
    )
    assert blocks_of("When: 12:00\nWhere: here")[0].lines == (
        "When: 12:00",
        "Where: here",
    )


@pytest.mark.parametrize(
    "line",
    [
        "Reset: https://evil.example/",
        "Reset: {issuer}.evil.example/",
        "Reset: {issuer}@evil.example/",
        "Reset: {issuer}",
        "Reset: {issuer}/a b",
        'Reset: {issuer}/"><script>',
        "Reset: javascript:alert(1)",
        "{issuer}/account/",
        "Reset {issuer}/account/",
    ],
)
def test_only_a_labelled_address_of_ours_is_a_button(
    line: str,
    settings: Any,
) -> None:
    markup = made(line.format(issuer=settings.ISSUER))
    if "><script" in line:  # a button, whose address stays an attribute
        assert Seen(markup).points == [f'{settings.ISSUER}/"><script>']
        assert "<script" not in markup
        return
    assert Seen(markup).points == []


def test_a_full_width_colon_is_one() -> None:
    assert blocks_of("再設定：http://127.0.0.1:8000/account/x")[0].kind == "call"


def test_no_fact_becomes_markup() -> None:
    markup = made(f"Hello {EVIL},\n\n    {EVIL}", name=EVIL, support_email="a@x.io")
    seen = Seen(markup)

    assert "script" not in seen.tags and "img" not in seen.tags
    assert seen.points == ["mailto:a%40x.io"]
    assert f"Hello {EVIL}," in seen.data


def test_nothing_is_fetched_but_the_logo(settings: Any) -> None:
    markup = made("x", name="Acme", logo_path="/account/brand/acme/logo?v=1")

    assert Seen(markup).points == [f"{settings.ISSUER}/account/brand/acme/logo?v=1"]
    assert 'alt="Acme"' in markup
    assert "url(" not in markup and "@import" not in markup


def test_the_brand_s_colours_are_the_button_s(settings: Any) -> None:
    markup = made(
        f"Go: {settings.ISSUER}/account/x",
        accent="#123456",
        on_accent="#ffffff",
        accent_dark="#abcdef",
        support_url="https://help.example/",
    )
    assert "background:#123456" in markup and "background: #abcdef" in markup
    assert "https://help.example/" in Seen(markup).points


def test_an_arabic_letter_runs_from_right_to_left(speaking: Any) -> None:
    speaking("ar", {})
    with translation.override("ar"):
        markup = made("مرحبا\n\n    123456")
    assert '<html lang="ar" dir="rtl">' in markup
    assert 'class="code" dir="ltr"' in markup
