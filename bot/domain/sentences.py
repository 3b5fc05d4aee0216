"""Where sentences end. In doubt two are one: a quote grows to whole sentences, and half of one
could mean the opposite.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from bot.domain.folding import Folded
from bot.domain.words import texts

_END = re.compile(r"[.!?]+[\"')\]]*(?= |$)")
_ABBREVIATIONS = """
approx bzw ca co corp dept dr etc evtl fig ggf inc incl inkl jr ltd max min mme mr mrs ms nr num
prof resp sr sra st str tel usw vgl vs wg
"""
_SHORT = frozenset(_ABBREVIATIONS.split())
_LAST = re.compile(r"[^\s\"'(]*$")
_BULLET = re.compile(r"[-*•·>]|\d{1,2}[.)] ")
_SMILE = re.compile(r"[:;=8xX]-?[()]")
_GOES_ON = ",:;-("
_SHORTEST_WORD = 4
_BLANK_LINE = 2


def sentences(folded: Folded, unfinished: Container[str]) -> list[tuple[int, int]]:
    """Start and end of each, without white space around it.

    unfinished: words with which no sentence ends, so that the next line goes on.
    """
    found: list[tuple[int, int]] = []
    start = done = quotes = brackets = 0
    for end in sorted({*_ends(folded.text), *_line_ends(folded, unfinished), len(folded.text)}):
        quotes, brackets = _open(folded.text[done:end], quotes, brackets)
        done = end
        if end < len(folded.text) and (quotes or brackets):
            continue
        text = folded.text[start:end]
        first, last = start + len(text) - len(text.lstrip()), start + len(text.rstrip())
        if first < last:
            found.append((first, last))
        start, quotes, brackets = end, 0, 0
    return found


def _open(text: str, quotes: int, brackets: int) -> tuple[int, int]:
    """Whether a quotation is still open at its end, and how many brackets are."""
    plain = _SMILE.sub("", text)
    brackets += plain.count("(") - plain.count(")")
    return (quotes + plain.count('"')) % 2, max(0, brackets)


def _ends(text: str) -> Iterator[int]:
    for match in _END.finditer(text):
        if not _goes_on(text, match):
            yield match.end()


def _goes_on(text: str, match: re.Match[str]) -> bool:
    """Whether it is an ellipsis, an abbreviation, or goes on in lower case behind a short word."""
    marks = match[0].rstrip("\"')]")
    if "!" in marks or "?" in marks:
        return False
    if len(marks) > 1:
        return True
    word = _word_before(text, match.start())
    if "." in word or word.casefold() in _SHORT or (len(word) == 1 and word.isalpha()):
        return True
    following = text[match.end() + 1 : match.end() + 2]
    return following.islower() and len(word) < _SHORTEST_WORD


def _word_before(text: str, end: int) -> str:
    found = _LAST.search(text, max(0, end - 40), end)
    return found[0] if found else ""


def _line_ends(folded: Folded, unfinished: Container[str]) -> Iterator[int]:
    for at, lines in folded.breaks.items():
        last = folded.text[max(0, at - 1) : at]
        words = texts(_word_before(folded.text, at)) or [""]
        ends = last and last not in _GOES_ON and words[-1] not in unfinished
        if ends or lines >= _BLANK_LINE or _BULLET.match(folded.text, at + 1):
            yield at
