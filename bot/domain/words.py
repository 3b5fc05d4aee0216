"""A text's words, as they are compared: in lower case, short forms written out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(
    r"(?:(?:PERSON|EMAIL|LINK|CODE)_\d+|\d+(?:[.,:]\d+)*(?![^\W_])|[^\W_]+)(?:'[^\W_]+)*|:(?=\s)"
)
_STRONG = re.compile(r"[;:.!?]")
_WEAK = re.compile(r"[,()\"]|(?<=\s)-+(?=\s)")
_NOT = re.compile(r"(.+)n't|(do|does|did|is|was|are|were|ca|could|wo|would|should|have|has|had)nt")
_BEFORE_NOT = {"ca": "can", "wo": "will", "sha": "shall"}
_BEHIND = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would"}
_BEFORE = {
    short: f"{short}e" for short in (*"jldnscmt", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu")
}
_WITH_IS = frozenset({"it", "that", "there", "what", "here", "who", "he", "she", "how", "this"})


@dataclass(frozen=True, slots=True)
class Word:
    """pause: what stood before it, "," a weak and "." a strong one, "" nothing. capital: it was
    written with one.
    """

    text: str
    pause: str = ""
    capital: bool = False


def words_of(text: str) -> list[Word]:
    """The words of a folded text, and ":" where one introduces something. "don't" is two words,
    as are "j'utilise" and "Anna's".
    """
    found: list[Word] = []
    done = 0
    for match in _WORD.finditer(text):
        pause, capital = _pause(text[done : match.start()]), match[0][0].isupper()
        for part in _parts(match[0].casefold()):
            found.append(Word(part, pause, capital))
            pause, capital = "", False
        done = match.end()
    return found


def texts(text: str) -> list[str]:
    """The words alone."""
    return [word.text for word in words_of(text)]


def _pause(between: str) -> str:
    if _STRONG.search(between):
        return "."
    return "," if _WEAK.search(between) else ""


def _parts(word: str) -> Iterator[str]:
    if word == "cannot":
        yield from ("can", "not")
        return
    negated = _NOT.fullmatch(word)
    if negated:
        head = negated[1] or negated[2]
        yield from (_BEFORE_NOT.get(head, head), "not")
        return
    *heads, last = word.split("'")
    for head in heads:
        yield _BEFORE.get(head, head)
    yield _behind(heads[-1], last) if heads else last


def _behind(head: str, tail: str) -> str:
    if tail == "s":
        return "is" if head in _WITH_IS else "'s"
    return _BEHIND.get(tail, tail) if head not in _BEFORE else tail
