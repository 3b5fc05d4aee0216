"""A text in the form in which two spellings of the same are alike, and where it came from."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u02bc`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u2039\u203a", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)
_ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\u3099\u309a\ufe20-\ufe2f"
_CLUSTER = re.compile(rf"\s+|.[{_ACCENTS}]*", re.DOTALL)
"""White space, or a letter with the accents that were split from it."""

_LONE = "".join(map(chr, range(0x300, 0x370)))
"""Accents that would settle on the letter before, were what they stood on left out."""

_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_HIDDEN = frozenset({"Cf", "Cc", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is the folded form; starts[i] is the place in the original that text[i] came from,
    starts[-1] the original's length. breaks: the spaces of `text` that were line ends, by place,
    with how many.
    """

    text: str
    starts: tuple[int, ...]
    breaks: dict[int, int]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end] stands in the original; half a ligature counts as a whole."""
        first = self.starts[start]
        if start >= end:
            return first, first
        while end < len(self.text) and self.starts[end] == self.starts[end - 1]:
            end += 1
        return first, self.starts[end]


def fold(text: str) -> Folded:
    """Ligatures, full-width letters and split accents become plain ones; quotation marks,
    apostrophes and dashes ASCII; white space one space. What nobody sees goes; case stays.
    """
    letters: list[str] = []
    starts: list[int] = []
    breaks: dict[int, int] = {}
    for found in _CLUSTER.finditer(text):
        form = _form(found[0])
        if form == " ":
            _count_lines(found[0], letters, breaks)
        if form == " " and letters and letters[-1] == " ":
            continue
        letters += form
        starts += [found.start()] * len(form)
    return Folded("".join(letters), (*starts, len(text)), breaks)


def is_hidden(letter: str) -> bool:
    """Whether nobody sees it, or it turns the direction of the rest."""
    return unicodedata.category(letter) in _HIDDEN


def _form(cluster: str) -> str:
    if cluster.isspace():
        return " "
    if cluster.isascii():
        return "" if is_hidden(cluster) else cluster.translate(_ALIKE)
    alike = cluster.translate(_ALIKE)
    form = unicodedata.normalize("NFKC", alike).translate(_ALIKE)
    if any(letter.isspace() for letter in form):
        form = unicodedata.normalize("NFC", alike)  # a bare accent, say, would get a space
    seen = "".join(letter for letter in form if not (letter.isspace() or is_hidden(letter)))
    return seen.lstrip(_LONE) if is_hidden(cluster[0]) else seen


def _count_lines(space: str, letters: list[str], breaks: dict[int, int]) -> None:
    lines = len(_LINE_END.findall(space))
    if lines:
        at = len(letters) - 1 if letters and letters[-1] == " " else len(letters)
        breaks[at] = breaks.get(at, 0) + lines
