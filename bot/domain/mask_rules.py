"""What is masked beside names: mentions, addresses, numbers, keys, and forged tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

Span = tuple[int, int, str]
"""Start, end and kind of token of something that is masked."""

_PARTICLES = """
al bin da dal de del della den der di do dos du el la las le les lo los of ten ter van vom von y zu
zum zur
"""
_GIVEN = """
april august basil bill chance chase christian cliff daisy dean drew ernst faith frank gene
grace guy harry heather hope iris ivy jack jan jasmine joy june mark mason max may miles olive pat
penny piper reed rich robin rose ruby sandy skip sky summer will
blanche claire dolores luz marina mercedes paz pilar rey rocío sol soledad victoria
"""
_EVERYDAY = """
art baker bell best black bond brown bush case cash clay cloud content cook cross data day early
else even ever fair field fields fine fish fox free friend fun game good gray green hall hand hard
head help hero high hill home house hunter job just kind king lane last late law less light line
little long love low main major man many marks master mine more moss most much must near new next
nice noble north now old only open over own page paper park parks part pay pepper place plain plan
play point pool post power price quick rail read real right river road sale same see self sharp
ship short singer small snow south speed spring star still stock stone store story street strong
sun sure sweet talk taylor team teller test time tool top town true under use very walker wall want
ward waters way weaver web well wells week west white wills wise wish wood woods work works worth
year young
an as at by can do go he if in is it me my no on or so to up us we
alt bald beste braun bunt eben echt fast frei fremd froh fuchs ganz gern glück groß gross gut gute
haben halb hart heute hoch ist jung kaiser kalt kann klar klein koch kraft kurz lang lange lieb
links machen mehr mit morgen nach neu neue oft recht reich roth schnell schon schön sehr sommer
stark tag und viel vogel voll vor war weg weil weiß weit wenig winter wohl zeit
beau blanc bon bonne court deux dur grand grande gros jeune jour mal moi mon ont par pas petit peu
plus pour roux sage sans six son tout trop tu un une vert vieux vite
alto bajo bien blanco bueno calle cruz mas mi mil por su tan todo
"""

PARTICLES = frozenset(_PARTICLES.split())
"""Parts of names that stand for nobody alone."""

GIVEN = frozenset(_GIVEN.split())
"""First names that are words too: these count with a capital letter."""

EVERYDAY = frozenset(_EVERYDAY.split())
"""Words that are names too: these count with a capital letter, and not where a sentence begins."""

NEVER = frozenset({"ai", "ki", "ia"})
"""Somebody's name perhaps, but here always the thing that is asked about."""

_ENDINGS = (
    "ai app at be biz ca cc ch cloud cn co com cz de dev dk edu es eu fi fr gg gov gr hk hu ie in "
    "info int io ir it jp kr link live ly me mil mobi mx name net nl no nu online org page pl pro "
    "pt ro ru se sh shop site sk space store su tech tk to top tv ua ug uk us vip website world "
    "ws xyz zip"
)
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_SPLIT = r"[ .\-]?"
_FORGED = "|".join(_SPLIT.join(kind) for kind in ("PERSON", "EMAIL", "LINK", "CODE"))

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("CODE", re.compile(rf"(?i)(?:{_FORGED}) ?_+(?: ?\d+)?")),
    ("PERSON", re.compile(r"(?i)<[@!][^<>]{1,200}>|<at\b[^<>]{0,200}>[^<>]{0,200}</at>")),
    ("LINK", re.compile(r"(?i)\b[a-z][a-z0-9+.-]{1,20}://\S+|\b(?:mailto|tel|javascript):\S+")),
    ("EMAIL", re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}}@{_LABEL}(?:\.{_LABEL}){{1,8}}")),
    ("PERSON", re.compile(r"(?<![\w.@])@[\w.'-]{0,80}\w")),
    ("LINK", re.compile(r"(?i)\bwww\.\S+")),
    (
        "LINK",
        re.compile(
            rf"(?i)(?<![\w.-])(?:{_LABEL}\.){{1,8}}"
            rf"(?:(?:{'|'.join(_ENDINGS.split())})\b(?![.-]\w)(?:[/:?#]\S*)?|[^\W\d_]{{2,24}}/\S*)"
        ),
    ),
    ("LINK", re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?:/\S*)?")),
    ("CODE", re.compile(r"(?<![\w+/=-])[\w+/=-]{20,}")),
    ("CODE", re.compile(r"(?<![\w.,])(?:\+|\(?0)[\d ()/.-]{5,24}\d(?![\w])")),
    ("CODE", re.compile(r"(?<![\w.,])\d{9,}(?!\w)")),
)
_PHONE_DIGITS = 7


class Taken:
    """Which places of a text belong to something that is masked already."""

    def __init__(self, size: int, spans: Iterable[Span] = ()) -> None:
        self._marks = bytearray(size)
        for start, end, _ in spans:
            self.take(start, end)

    def take(self, start: int, end: int) -> None:
        self._marks[start:end] = b"\x01" * (end - start)

    def is_free(self, start: int, end: int) -> bool:
        return not any(self._marks[start:end])


def specials(text: str) -> list[Span]:
    """Whatever is masked beside names, in order and none within another. text: folded."""
    taken = Taken(len(text))
    found: list[Span] = []
    for kind, pattern in _KINDS:
        for start, end in _spans(kind, pattern, text):
            if taken.is_free(start, end):
                taken.take(start, end)
                found.append((start, end, kind))
    return sorted(found)


def _spans(kind: str, pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text):
        if kind != "CODE" or _is_code(match[0]):
            yield match.span()


def _is_code(text: str) -> bool:
    """A forged token, letters mixed with digits, or enough digits for a telephone."""
    digits = sum(letter.isdigit() for letter in text)
    letters = sum(letter.isalpha() for letter in text)
    return "_" in text if not digits else bool(letters) or digits >= _PHONE_DIGITS
