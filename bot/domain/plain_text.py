"""Plain texts in lengths that a platform takes, and addresses that a link may lead to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_UNSENDABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_INVISIBLE = "\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_VISIBLE = re.compile(rf"[^\s{_INVISIBLE}]")
_ENDS = ("\n\n", "\n", " ")
_SCHEMES = frozenset({"http", "https", "mailto"})
_IN_URLS = {"<": "%3C", ">": "%3E", "|": "%7C", " ": "%20", '"': "%22"}


def clean(text: str) -> str:
    """`text` as UTF-8 JSON can carry it: a lone surrogate becomes "?", control characters go."""
    if not _UNSENDABLE.search(text):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSENDABLE.sub(lambda found: "?" if found[0] >= "\ud800" else "", text)


def is_blank(text: str) -> bool:
    """Whether nobody would see anything of it."""
    return _VISIBLE.search(text) is None


def first_of(*labels: str) -> str:
    """The first that shows something: a button has to. StopIteration where none does."""
    return next(label for label in labels if not is_blank(label))


def line(text: str) -> str:
    """`text` on one line: headings, buttons and options have no other."""
    return " ".join(clean(text).split())


def size(text: str) -> int:
    """UTF-16 code units: never less than what a platform counts, whichever way it does."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "replace")) // 2


def split(text: str, longest: int) -> list[str]:
    """`text` in parts of at most `longest`, cut at a paragraph's, a line's or a word's end.

    Only white space at a cut goes; parts in which nothing is visible are left out.
    """
    parts: list[str] = []
    rest = clean(text)
    while size(rest) > longest:
        cut = _cut(rest, len(_fitting(rest, longest)))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [part for part in (*parts, rest) if not is_blank(part)]


def clip(text: str, longest: int) -> str:
    """`text` on one line of at most `longest`, cut at a word's end with an ellipsis."""
    text = line(text)
    if size(text) <= longest:
        return text
    most = len(_fitting(text, longest - 1))
    cut = _cut(text, most) if text[most].isalnum() else most
    return f"{text[:cut].rstrip(' ,.;:')}…"


def safe_url(url: str) -> str:
    """The address with what would end a link encoded, or nothing if no link may lead there."""
    url = line(url)
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return ""
    if scheme not in _SCHEMES:
        return ""
    return "".join(_IN_URLS.get(letter, letter) for letter in url)


def _cut(text: str, most: int) -> int:
    """Where to cut: the coarsest end in the second half of the first `most` letters, or there."""
    for end in _ENDS:
        at = text.rfind(end, 0, most + 1)
        if at > most // 2:
            return at
    return most


def _fitting(text: str, longest: int) -> str:
    head = text[:longest]
    while (over := size(head) - longest) > 0:
        head = head[: len(head) - (over + 1) // 2]
    return head
