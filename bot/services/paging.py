"""Long panels in pages that a phone can hold and a person can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field
from uuid import UUID

from bot.domain.message import Block, Divider, Heading

MOST_BLOCKS = 60
"""Neutral blocks of a page. Slack refuses a modal of more than 100 of its own blocks, and one of
ours may become two of these.
"""

MOST_CHARACTERS = 12_000
"""Characters of a page's texts: four of the longest answers. One answer is never cut for it."""

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
    blocks: list[Block] = field(default_factory=list)
    answers: set[UUID] = field(default_factory=set)


def paged(sections: Iterable[Section]) -> list[Page]:
    """The sections in pages, at least one. What fits on one page stays together."""
    pages = [Page()]
    for section in sections:
        whole = [block for piece in section.pieces for block in piece.blocks]
        if pages[-1].blocks and not fits(
            [*pages[-1].blocks, *_opening(section, pages[-1]), *whole]
        ):
            pages.append(Page())
        _fill(pages, section)
    return pages


def _fill(pages: list[Page], section: Section) -> None:
    opening = _opening(section, pages[-1])
    for piece in section.pieces:
        page = pages[-1]
        if page.blocks and not fits([*page.blocks, *opening, *piece.blocks]):
            pages.append(page := Page())
            opening = _opening(section, page)
        page.blocks += [*opening, *piece.blocks]
        page.answers |= set(piece.answers)
        opening = []


def _opening(section: Section, page: Page) -> list[Block]:
    line: list[Block] = [Divider()] if page.blocks else []
    return [*line, Heading(section.heading)] if section.heading else line


def fits(blocks: Sequence[Block]) -> bool:
    """Whether these blocks are no more than a page holds."""
    return len(blocks) <= MOST_BLOCKS and characters(blocks) <= MOST_CHARACTERS


def how_many_fit(pieces: Iterable[Sequence[Block]]) -> int:
    """How many of the pieces, from the first on, one page holds: at least one, if there is one."""
    taken: list[Block] = []
    count = 0
    for piece in pieces:
        taken += piece
        if count and not fits(taken):
            break
        count += 1
    return count


def characters(blocks: Iterable[Block]) -> int:
    """All characters of the texts in these blocks; what stands behind buttons counts as well."""
    return sum(len(text) for block in blocks for text in _texts(astuple(block)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)


def number_in(value: str) -> int:
    """The number a button carries; 0 for whatever no button of ours ever carried."""
    is_number = value.isascii() and value.isdigit() and len(value) <= _DIGITS
    return int(value) if is_number else 0
