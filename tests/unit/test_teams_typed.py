"""The words somebody typed in Teams, and nobody else's."""

from __future__ import annotations

import time

import pytest
from botbuilder.schema import Activity, Attachment, ChannelAccount

from bot.teams.typed import words_of

REPLY = (
    '<div>\n<blockquote itemscope="" itemtype="http://schema.skype.com/Reply" itemid="16">\n'
    '<strong itemprop="mri" itemid="8:orgid:x">Touchpoint</strong>'
    '<span itemprop="time" itemid="16"></span>\n'
    '<p itemprop="preview">HERON <blockquote>EGRET</blockquote></p>\n</blockquote>\n'
    "<p>Too much &amp; too&nbsp;late</p>\n"
    '<p>two <b>bold</b> <emoji alt="\N{OWL}"></emoji></p></div>'
)
FORWARD = REPLY.replace("Reply", "Forward")
OWN_QUOTE = "<blockquote><p>heron</p></blockquote><p>so they say</p>"
LONGEST = 1.0
"""Seconds for a text as long as a body may be; one that is read again and again takes minutes."""


def typed(text: str, html: str = "") -> str:
    attached = [Attachment(content_type="text/html", content=html)] if html else None
    own = ChannelAccount(name="Touchpoint")
    return words_of(Activity(text=text, recipient=own, attachments=attached))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<at>Touchpoint</at> hello &lt;b&gt;", "hello <b>"),
        ('with <AT id="1">Ana\nMay</AT>', "with @Ana\nMay"),
        ("<at>Ana</at> and <at>Ben</at>", "@Ana and @Ben"),
        ("a <at> b", "a <at> b"),
        ("a</at> b", "a</at> b"),
        ("<attic>Ana</at>", "<attic>Ana</at>"),
        ("<at>Ana<at>Ben</at>", "@Ana<at>Ben"),
        ('<quoted messageId="17"/> Too much', "Too much"),
        ('one <quoted messageId="17"/>\n<quoted messageId="18"/>two', "one \ntwo"),
        ("&lt;quoted messageId=1/&gt;", "<quoted messageId=1/>"),
    ],
)
def test_mentions_are_names_and_quotations_nothing(text: str, said: str) -> None:
    assert typed(text) == said


@pytest.mark.parametrize("html", [REPLY, FORWARD])
def test_what_is_quoted_is_nobodys_words(html: str) -> None:
    """Even where the text repeats it."""
    said = typed("Touchpoint\r\nHERON EGRET\r\nToo much & too late", html)
    assert said == "Too much & too late\ntwo bold \N{OWL}"


def test_a_message_that_only_quotes_says_nothing() -> None:
    assert typed("HERON", REPLY[: REPLY.index("<p>Too")] + "</div>") == ""


def test_a_quotation_that_somebody_types_is_theirs() -> None:
    assert typed("heron\nso they say", OWN_QUOTE) == "heron\nso they say"


@pytest.mark.parametrize(
    "piece", ["<at>", "<at ", "</at>", "<quoted messageId=", "<", "<at>a</at>"]
)
def test_a_long_text_is_read_once(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = time.perf_counter()
    typed(text)
    typed("", f"{REPLY}{text}")
    assert time.perf_counter() - began < LONGEST
