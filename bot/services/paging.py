"""Long panels in pages that a phone can hold and a person can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from uuid import UUID

from bot.domain.message import Block, Divider, Heading

MOST_BLOCKS = 60
"""Neutral blocks of a page. Slack refuses a modal of more than 100 of its own blocks, and one of
ours may become two of these.
"""

MOST_CHARACTERS = 12_000
"""Characters of a page's texts: four of the longest answers. One answer is never cut for it.

A letter that takes several bytes counts as that many: Teams refuses a card of more than 28 KB.
"""

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """Blocks that stay together on a page; `answers` are the ids of those they show."""

    blocks: tuple[Block, ...]
    answers: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Pieces under a heading, which is repeated on every page that the section reaches."""

    heading: str
    pieces: tuple[Piece, ...]


@dataclass(slots=True)
class Page:
    """`answers` are the ids of those shown on it."""

    blocks: list[Block] = field(default_factory=list)
    answers: set[UUID] = field(default_factory=set)
    characters: int = 0

    def takes(self, blocks: Sequence[Block]) -> bool:
        """Whether these blocks still fit. An empty page takes anything: nothing is cut."""
        few = len(self.blocks) + len(blocks) <= MOST_BLOCKS
        return not self.blocks or (few and self.characters + characters(blocks) <= MOST_CHARACTERS)

    def add(self, blocks: Sequence[Block], answers: Iterable[UUID] = ()) -> None:
        self.blocks += blocks
        self.answers |= set(answers)
        self.characters += characters(blocks)


def paged(sections: Iterable[Section]) -> list[Page]:
    """The sections in pages, at least one. What fits on one page stays together."""
    pages = [Page()]
    for section in sections:
        whole = [block for piece in section.pieces for block in piece.blocks]
        if not pages[-1].takes([*_opening(section, pages[-1]), *whole]):
            pages.append(Page())
        _fill(pages, section)
    return pages


def _fill(pages: list[Page], section: Section) -> None:
    opening = _opening(section, pages[-1])
    for piece in section.pieces:
        if not pages[-1].takes([*opening, *piece.blocks]):
            pages.append(Page())
            opening = _opening(section, pages[-1])
        pages[-1].add([*opening, *piece.blocks], piece.answers)
        opening = []


def _opening(section: Section, page: Page) -> list[Block]:
    line: list[Block] = [Divider()] if page.blocks else []
    return [*line, Heading(section.heading)] if section.heading else line


def how_many_fit(pieces: Iterable[Sequence[Block]]) -> int:
    """How many of the pieces, from the first on, one page holds: at least one, if there is one."""
    page = Page()
    count = 0
    for piece in pieces:
        if not page.takes(piece):
            break
        page.add(piece)
        count += 1
    return count


def characters(shown: object) -> int:
    """All characters of the texts in a block or several, as bytes of UTF-8; what stands behind
    buttons counts too.
    """
    if isinstance(shown, str):
        return len(shown) if shown.isascii() else len(shown.encode("utf-8", "replace"))
    if isinstance(shown, Sequence):
        return sum(map(characters, shown))
    if is_dataclass(shown):
        return sum(characters(getattr(shown, each.name)) for each in fields(shown))
    return 0


def number_in(value: str) -> int:
    """The number a button carries; 0 for whatever no button of ours ever carried."""
    is_number = value.isascii() and value.isdigit() and len(value) <= _DIGITS
    return int(value) if is_number else 0
