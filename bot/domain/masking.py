"""Names become tokens before a model reads a text, and come back afterwards."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.domain.folding import Folded, fold
from bot.domain.mask_rules import EVERYDAY, GIVEN, NEVER, PARTICLES, Span, Taken, specials

SUBJECT = "PERSON_1"
"""The token of the person whose answers they are."""

TOKEN = re.compile(r"\b(?:PERSON|EMAIL|LINK|CODE)_[0-9]+\b")
"""Every token that stands for something."""

_LETTERS = re.compile(r"[^\W\d_]+")
_JOINS_NAMES = re.compile(r" ?-? ?|'")
_SENTENCE_START = re.compile(r"(?:^|[.!?:][\"')]*)[ \"'(-]*$")
_MAKES_A_VERB = re.compile(r"(?i) (?:an?|he|i|it|my|our|she|that|the|there|they|this|we|you)\b")
_IRISH = re.compile(r"(?i)(?<![^\W_])o'$")
_IN_ACCOUNTS = re.compile(r"\w")
_ACCOUNT_END = re.compile(r"[\d_]\w*")
_AMBIGUOUS = EVERYDAY | GIVEN
_NOBODY = PARTICLES | NEVER
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class NameBook:
    """The names of a people list, by their words in lower case, with accents and without."""

    words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> NameBook:
        """names: whole names, as the people list has them."""
        return cls(frozenset(_spellings("\n".join(names))))


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


@dataclass(frozen=True, slots=True)
class _Name:
    """Some words of a text that are one name, by their places in the folded text."""

    start: int
    end: int
    words: tuple[str, ...]


class Masker:
    """Masks all of one person's answers: a name has the same token in each of them."""

    def __init__(self, names: NameBook, subject: str) -> None:
        """subject: the whole name of the person whose answers they are."""
        self._first = subject.split(maxsplit=1)[0] if subject.strip() else ""
        self._own = frozenset(_spellings(subject))
        self._names = names.words
        self._tokens: dict[tuple[str, ...], str] = {}
        self._counts: dict[str, int] = {"PERSON": 1}

    def mask(self, text: str) -> Masked:
        """`text` with a token for each name of the people list (genitives too), mention, address,
        number or key; what looks like a token itself becomes one.
        """
        folded = fold(text)
        spans = specials(folded.text)
        found = (*self._specials(folded.text, spans), *self._name_tokens(folded.text, spans))
        return _replaced(text, folded, sorted(found))

    def restore(self, text: str) -> str:
        """`text` with the subject's first name in place of the token."""
        return re.sub(rf"\b{SUBJECT}\b", lambda _: self._first, text)

    def _specials(self, text: str, spans: Sequence[Span]) -> Iterator[tuple[int, int, str]]:
        for start, end, kind in spans:
            yield start, end, self._token(kind, (kind, text[start:end].casefold()))

    def _name_tokens(self, text: str, spans: Sequence[Span]) -> Iterator[tuple[int, int, str]]:
        for name in self._runs(text, Taken(len(text), spans)):
            yield name.start, name.end, self._person(name.words)

    def _person(self, words: tuple[str, ...]) -> str:
        if self._own.issuperset(words):
            return SUBJECT
        return self._tokens.get(words) or self._token("PERSON", self._longer(words))

    def _longer(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The whole name that was met before, where `words` are a part of one."""
        return next((known for known in self._tokens if {*words} <= {*known}), words)

    def _token(self, kind: str, key: tuple[str, ...]) -> str:
        if key not in self._tokens:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._tokens[key] = f"{kind}_{self._counts[kind]}"
        return self._tokens[key]

    def _runs(self, text: str, taken: Taken) -> Iterator[_Name]:
        """Names of one word or more."""
        run: list[_Name] = []
        for word in self._words(text, taken):
            if run and not _JOINS_NAMES.fullmatch(text, run[-1].end, word.start):
                yield from _joined(run)
                run = []
            run.append(word)
        yield from _joined(run)

    def _words(self, text: str, taken: Taken) -> Iterator[_Name]:
        """The words that are in the list, and the particles that may stand between them."""
        for found in _LETTERS.finditer(text):
            key = self._key(found[0])
            if key and _counts_as_name(key, text, found):
                spans = (_whole(text, *found.span()), found.span())
                free = next((span for span in spans if taken.is_free(*span)), None)
                if free:
                    taken.take(*free)
                    yield _Name(*free, (key,))

    def _key(self, word: str) -> str:
        """How the list has it, without a genitive's s; "" where it is no name."""
        low = word.casefold()
        forms = (low, low[:-1]) if low.endswith("s") else (low,)
        for form in forms:
            for spelling in (_plain(form), form):
                if len(spelling) >= _SHORTEST and self._is_name(spelling):
                    return spelling
        return low if low in PARTICLES else ""

    def _is_name(self, word: str) -> bool:
        return word not in _NOBODY and (word in self._names or word in self._own)


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """With the O' of an Irish name, and whatever makes it an account's ("bob_2")."""
    start -= 2 if _IRISH.search(text, max(0, start - 3), start) else 0
    while start and _IN_ACCOUNTS.match(text[start - 1]):
        start -= 1
    tail = _ACCOUNT_END.match(text, end)
    return start, tail.end() if tail else end


def _spellings(text: str) -> Iterator[str]:
    for word in set(_LETTERS.findall(unicodedata.normalize("NFC", text).casefold())):
        if len(word) >= _SHORTEST:
            yield from (word,) if word.isascii() else (word, _plain(word), _with_e(word))


def _plain(text: str) -> str:
    """Without accents: people type José as Jose."""
    if text.isascii():
        return text
    split = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def _with_e(text: str) -> str:
    """Müller as Mueller."""
    return _plain(text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue"))


def _counts_as_name(key: str, text: str, found: re.Match[str]) -> bool:
    """A name that is an everyday word too counts with a capital letter inside a sentence; a first
    name at its beginning too, unless what follows makes it a verb ("Will we ...").
    """
    if key not in _AMBIGUOUS:
        return True
    start = found.start()
    if not found[0][0].isupper():
        return False
    if not _SENTENCE_START.search(text, max(0, start - 6), start):
        return True
    return key in GIVEN and not _MAKES_A_VERB.match(text, found.end())


def _joined(run: Sequence[_Name]) -> Iterator[_Name]:
    """One name of the whole run, without particles at its ends."""
    kept = list(run)
    while kept and kept[0].words[0] in PARTICLES:
        kept.pop(0)
    while kept and kept[-1].words[0] in PARTICLES:
        kept.pop()
    if kept:
        words = tuple(word.words[0] for word in kept if word.words[0] not in PARTICLES)
        yield _Name(kept[0].start, kept[-1].end, words)


def _replaced(text: str, folded: Folded, found: Iterable[tuple[int, int, str]]) -> Masked:
    parts: list[str] = []
    pieces: list[Piece] = []
    done = size = 0
    for start, end, token in found:
        first, last = folded.origin(start, end)
        before = text[done:first]
        size += len(before)
        pieces.append(Piece(size, size + len(token), first, last))
        parts += [before, token]
        done, size = last, size + len(token)
    return Masked("".join((*parts, text[done:])), text, tuple(pieces))
