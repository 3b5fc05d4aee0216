"""Looks again at what is shown, with rules of its own: simple ones, and none of the product's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from bench.eval.weeks import FOLDER, EvalWeek
from bot.domain.summary import Evidence

_MARKUP = re.compile(r"[*_~<>\[\]{}|#`@\n\r]|https?:|www\.|\b[\w-]+\.\w{2,}/")
_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
_LABEL = re.compile(
    r"\b(stress|burn-?out|burned|exhaust|depress|anxious|anxiety|frustrat|motivat|unhappy|angry"
    r"|lazy|underperform|überlastet|überfordert|gestresst|erschöpft|depressiv|faul\b|paresseu"
    r"|épuisé|déprimé|agobiad|agotad|deprimid|vag[oa]\b|score\b|ranking)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_SHORT = 3
_NEGATION = {
    "en": r"\b(not|\w*n't|never|no|nobody|nothing|without)\b",
    "de": r"\b(nicht|nichts|nie|niemand|ohne|kein\w*)\b",
    "fr": r"\b(pas|jamais|rien|personne|sans)\b",
    "es": r"\b(no|nunca|nadie|nada|ni|sin|jamás)\b",
}


def fault_of(text: str, evidence: tuple[Evidence, ...], week: EvalWeek) -> str:
    """Why a sentence about this person can't be shown; "" where it can."""
    if not evidence or not all(_stands(each, week) for each in evidence):
        return "its evidence is not verbatim"
    words = " ".join(each.quote for each in evidence)
    return next(_faults(text, words, week), "")


def _faults(text: str, words: str, week: EvalWeek) -> Iterator[str]:
    if _MARKUP.search(text) or _HIDDEN.search(text):
        yield "markup, a link or hidden characters"
    if label := _LABEL.search(text):
        yield f"a label: {label[0]}"
    if not text.endswith("?") and _denies(text, week) != _denies(words, week):
        yield "a negation that was lost or added"
    if not set(_NUMBER.findall(text)) <= set(_NUMBER.findall(words)):
        yield "a number that isn't theirs"
    if found := _others(text, week):
        yield f"somebody else's name: {found}"
    if found := _foreign(text, words, week):
        yield f"a word that isn't theirs: {found}"


def _stands(evidence: Evidence, week: EvalWeek) -> bool:
    return bool(evidence.quote.strip()) and evidence.quote in week.text(evidence.version_id)


def _denies(text: str, week: EvalWeek) -> bool:
    patterns = {_NEGATION[week.person.locale], _NEGATION["en"]}
    straight = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return any(re.search(pattern, straight, re.IGNORECASE) for pattern in patterns)


def _others(text: str, week: EvalWeek) -> str:
    named = {word for name in week.names for word in name.split() if word[0].isupper()}
    others = named - set(week.person.name.split())
    first_word, *rest = text.split(maxsplit=1)
    found = others & set(_WORD.findall(" ".join(rest) if first_word.istitle() else text))
    return ", ".join(sorted(found))


def _foreign(text: str, words: str, week: EvalWeek) -> str:
    theirs = _words(words) | _words(week.person.first_name)
    missing = (
        word for word in _words(text) if word not in small_words() and not _among(word, theirs)
    )
    return ", ".join(sorted(missing))


def _among(word: str, theirs: Iterable[str]) -> bool:
    """Whether the person used it, in another form maybe: "use" and "uses"."""
    start = word[: max(_SHORT, len(word) - 3)]
    return any(own == word or (len(own) >= _SHORT and own.startswith(start)) for own in theirs)


def _words(text: str) -> set[str]:
    return {_plain(word) for word in _WORD.findall(text)}


def _plain(text: str) -> str:
    """Without case and accents: "fange" and "fängt"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))


@lru_cache(maxsize=1)
def small_words() -> frozenset[str]:
    """Words that carry no fact, in four languages."""
    return frozenset(_words((FOLDER / "small_words.txt").read_text(encoding="utf-8")))
