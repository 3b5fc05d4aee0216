"""Names become tokens before a model reads a text, and come back afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

SUBJECT = "PERSON_1"
"""The token of the person whose answers they are."""

TOKEN = re.compile(r"\b(?:PERSON|EMAIL|LINK|CODE)_[0-9]+\b")
"""Every token that stands for something."""

_WORD = re.compile(r"[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class NameBook:
    """The names of a people list, by their words in lower case."""

    words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> NameBook:
        """names: whole names, as the people list has them."""
        return cls(frozenset(word.casefold() for name in names for word in name.split()))


@dataclass(frozen=True, slots=True)
class Piece:
    """A token: where it stands in the masked text, and what it stands for in the original."""

    start: int
    end: int
    original_start: int
    original_end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with tokens for names, addresses and codes; `pieces` in the order of the text."""

    text: str
    original: str
    pieces: tuple[Piece, ...] = ()

    def original_of(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end] came from in `original`; a touched token counts as a whole."""
        return self._back(start, last=False), self._back(end, last=True)

    def _back(self, at: int, *, last: bool) -> int:
        shift = 0
        for piece in self.pieces:
            if piece.end <= at:
                shift = piece.original_end - piece.end
            elif piece.start < at:
                return piece.original_end if last else piece.original_start
        return at + shift


class Masker:
    """Masks all of one person's answers: a name has the same token in each of them."""

    def __init__(self, names: NameBook, subject: str) -> None:
        """subject: the whole name of the person whose answers they are."""
        self._names = names
        self._first = subject.split(maxsplit=1)[0] if subject.split() else ""
        self._tokens = {word.casefold(): SUBJECT for word in subject.split()}

    def mask(self, text: str) -> Masked:
        parts: list[str] = []
        pieces: list[Piece] = []
        done = size = 0
        for found in _WORD.finditer(text):
            token = self._token(found[0])
            if not token:
                continue
            before = text[done : found.start()]
            start = size + len(before)
            pieces.append(Piece(start, start + len(token), found.start(), found.end()))
            parts += [before, token]
            done, size = found.end(), start + len(token)
        return Masked("".join((*parts, text[done:])), text, tuple(pieces))

    def restore(self, text: str) -> str:
        """`text` with the subject's first name in place of the token."""
        return text.replace(SUBJECT, self._first)

    def _token(self, word: str) -> str:
        key = word.casefold()
        if key in self._tokens:
            return self._tokens[key]
        if key not in self._names.words:
            return ""
        others = {token for token in self._tokens.values() if token != SUBJECT}
        return self._tokens.setdefault(key, f"PERSON_{len(others) + 2}")
