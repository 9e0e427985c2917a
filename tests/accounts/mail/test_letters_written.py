"""The letters that stand in `templates/mail`: short, plain, and with what they need."""

import re
from pathlib import Path

import pytest

from accounts.mail import letters
from tests.factories import UserFactory
from tests.mailbox import last_mail

pytestmark = pytest.mark.django_db

FOLDER = Path(__file__).resolve().parents[3] / "templates" / "mail"
OURS = {
    "password-reset": "one hour",
    "password-changed": "",
    "email-change": "one day",
    "email-change-notice": "",
    "email-changed": "seven days",
    "email-change-undone": "one hour",
    "account-made": "seven days",
    "email-taken": "",
    "verify-email": "one day",
}
LINK = f"https://id.example.com/account/x/?key={'k' * 43}"


@pytest.mark.parametrize("letter", OURS)
def test_a_letter_is_short_and_says_how_long_its_link_lives(letter: str) -> None:
    user = UserFactory.create(name="Visit https://evil.example\r\nBcc: b@x.io")

    letters.write_to(letter, user, link=LINK)

    mail = last_mail()
    assert mail.to == user.email and mail.subject and "{" not in mail.text
    assert len(mail.text.splitlines()) <= 12
    lines = [line for line in mail.text.splitlines() if LINK not in line]
    assert max(map(len, lines)) <= 110
    assert bool(mail.url) is bool(OURS[letter])
    assert OURS[letter] in mail.text
    if mail.url:  # alone in its paragraph, so that the HTML makes a button of it
        assert re.search(rf"\n\n[^\n:]+: {re.escape(LINK)}\n\n", mail.text)
    # who made an account may not speak to the owner of its address through us
    assert "evil" not in mail.text + mail.subject


@pytest.mark.parametrize("letter", OURS)
def test_a_letter_can_be_translated(letter: str) -> None:
    text = (FOLDER / f"{letter}.txt").read_text()
    bare = re.sub(
        r"{% blocktranslate %}.*?{% endblocktranslate %}|{%.*?%}|{{.*?}}",
        "",
        text,
        flags=re.DOTALL,
    )
    assert re.sub(r"[\s:]", "", bare) == "Subject"
