"""What no sentence of a model may hold, whatever it rests on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from bot.domain.folding import fold, is_hidden
from bot.domain.lexicon import Lexicon
from bot.domain.mask_rules import specials
from bot.domain.masking import SUBJECT, TOKEN
from bot.domain.words import texts

LONGEST = 200
"""Characters in a claim or a starter."""

_MARKS = frozenset(".,;:'\"()-?¿/&+ €$£")
_ADDRESS = re.compile(
    r"(?i)[^\W\d_]\.(?!js\b)[^\W\d_]{2}|://|\bwww\b|\b(?:mailto|tel|https?|ftp)\b"
)
_POINTS = r"points?|punkten?|puntos?|stars?|sternen?|étoiles?|estrellas?"
_SCORE = re.compile(
    rf"(?i)\d\s*/\s*\d|\d\s*(?:out of|of|von|sur|de)\s*\d|\d\s*-?(?:{_POINTS})\b|[%‰]|\b\d+\s?pct\b"
)
_BANNED = ("emotion", "health", "score", "judgement", "instruction")


class Unfounded(Exception):
    """A proposal that does not hold. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def proper(text: str, lexicons: Mapping[str, Lexicon]) -> str:
    """`text` in plain letters. Raises Unfounded: "wrong_form" (empty, too long, several lines,
    hidden letters), "markup", "link", "other_person", or a list's name.
    """
    plain = fold(text.strip()).text
    if not plain or len(text) > LONGEST or any(is_hidden(letter) for letter in text.strip()):
        raise Unfounded("wrong_form")
    _refuse_links(plain)
    _refuse_tokens(plain)
    _refuse_marks(plain)
    _refuse_words(plain, lexicons)
    return plain


def _refuse_links(plain: str) -> None:
    bare = TOKEN.sub("it", plain)
    if "@" in bare or _ADDRESS.search(bare) or specials(bare):
        raise Unfounded("link")


def _refuse_tokens(plain: str) -> None:
    if any(token != SUBJECT for token in TOKEN.findall(plain)):
        raise Unfounded("other_person")


def _refuse_marks(plain: str) -> None:
    if _SCORE.search(plain):
        raise Unfounded("score")
    bare = TOKEN.sub("", plain)
    if not all(letter.isalnum() or letter in _MARKS for letter in bare):
        raise Unfounded("markup")
    if any(len(_scripts(word)) > 1 for word in bare.split()):
        raise Unfounded("markup")


def _scripts(word: str) -> set[str]:
    """The alphabets of its letters: some look alike in two."""
    names = (unicodedata.name(letter, "?") for letter in word if letter.isalpha())
    return {name.split(maxsplit=1)[0] for name in names}


def _refuse_words(plain: str, lexicons: Mapping[str, Lexicon]) -> None:
    words = texts(plain)
    for code in _BANNED:
        if any(getattr(lexicon, code).hit(words) for lexicon in lexicons.values()):
            raise Unfounded(code)
