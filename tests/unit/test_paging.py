"""Panels in pages: nothing lost, nothing doubled, nothing cut, and no page too long."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.message import Block, Button, Buttons, Divider, Heading, Quote, Text
from bot.services.paging import (
    MOST_BLOCKS,
    MOST_CHARACTERS,
    Piece,
    Section,
    characters,
    how_many_fit,
    number_in,
    paged,
)

LONGEST = 3000


def piece(lengths: list[int], answer: UUID) -> Piece:
    return Piece(tuple(Text("x" * length) for length in lengths), (answer,))


PIECES = st.builds(
    piece, st.lists(st.integers(0, LONGEST), min_size=1, max_size=4), st.builds(uuid4)
)
SECTIONS = st.lists(
    st.builds(
        Section, st.sampled_from(["", "Ana", "Ben"]), st.lists(PIECES, max_size=20).map(tuple)
    ),
    max_size=6,
)


def content(blocks: list[Block]) -> list[Block]:
    return [b for b in blocks if not isinstance(b, Divider | Heading)]


@given(SECTIONS)
def test_every_block_stands_on_one_page_in_its_order(sections: list[Section]) -> None:
    """Pages one after the other hold what the sections hold, and name its answers."""
    pages = paged(sections)
    told = [block for page in pages for block in content(page.blocks)]
    assert told == [b for section in sections for p in section.pieces for b in p.blocks]
    named = [answer for page in pages for answer in page.answers]
    assert sorted(named) == sorted(a for s in sections for p in s.pieces for a in p.answers)


@given(SECTIONS)
def test_no_page_is_too_long(sections: list[Section]) -> None:
    """Four of the longest texts together make the longest piece, which has a page to itself."""
    for page in paged(sections):
        assert len(page.blocks) <= MOST_BLOCKS
        alone = len(content(page.blocks)) <= 4
        assert characters(page.blocks) <= MOST_CHARACTERS + 10 or alone
        assert characters(page.blocks) <= 25_000


@given(SECTIONS)
def test_pages_begin_with_whom_they_are_about(sections: list[Section]) -> None:
    """A section that goes on overleaf has its heading there again; no page begins with a line."""
    named = [s for s in sections if s.heading and s.pieces]
    if len(named) == len([s for s in sections if s.pieces]):
        assert all(isinstance(page.blocks[0], Heading) for page in paged(sections) if page.blocks)
    assert not any(isinstance(page.blocks[0], Divider) for page in paged(sections) if page.blocks)


def test_a_section_that_fits_on_a_page_is_not_torn() -> None:
    """Two people of a little more than half a page each: a page for each of them."""
    people = [Section(name, tuple(piece([LONGEST], uuid4()) for _ in range(3))) for name in "ab"]
    assert [len(content(page.blocks)) for page in paged(people)] == [3, 3]


def test_nothing_is_one_empty_page() -> None:
    assert [page.blocks for page in paged([])] == [[]]


@given(st.lists(st.integers(0, LONGEST), max_size=40))
def test_how_many_fit(lengths: list[int]) -> None:
    """One at least; and one more would be too many."""
    pieces = [[Quote("x" * length)] for length in lengths]
    count = how_many_fit(pieces)
    assert count >= min(1, len(lengths))
    assert count <= 1 or sum(lengths[:count]) <= MOST_CHARACTERS
    assert count == len(lengths) or sum(lengths[: count + 1]) > MOST_CHARACTERS


def test_all_texts_count() -> None:
    """Labels and what stands behind buttons too."""
    blocks = [Quote("ab", "cd"), Buttons((Button("ef", "gh", "ij"),)), Divider()]
    assert characters(blocks) == len("abcdefghij") + len("default")


@pytest.mark.parametrize(
    ("value", "number"),
    [("", 0), ("0", 0), ("12", 12), ("-1", 0), ("1e3", 0), ("²", 0), ("٣", 0), ("9" * 40, 0)],
)
def test_numbers_behind_buttons(value: str, number: int) -> None:
    """A forged value is the first page."""
    assert number_in(value) == number
