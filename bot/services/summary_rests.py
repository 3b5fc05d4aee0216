"""The words that a summary rests on: each sentence of it with what the person said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.message import Block, Quote, Reply, Text, Tone
from bot.domain.people import Person
from bot.domain.summary import Evidence
from bot.services import summary_panel
from bot.services.kit import Kit
from bot.services.paging import Piece, Section
from bot.services.summary_facts import PersonView
from bot.services.summary_panel import Opened, Pages

ACTIONS = frozenset({"summary_rests"})


async def show(kit: Kit, manager: Person, value: str, now: datetime) -> Reply:
    """One page of it for the summary's own manager; see `bot.services.summary_panel.show`."""
    return await summary_panel.show(kit, manager, value, now, _PAGES)


def _sections(drawn: Opened) -> Iterator[Section]:
    """Whoever used no words is absent."""
    quoted = [(person, _pieces(drawn, person)) for person in drawn.view.shared]
    found = [Section(person.person.name, pieces) for person, pieces in quoted if pieces]
    if not found:
        nothing = Text(drawn.say()["nothing_rests"], Tone.MUTED)
        found = [Section("", (Piece((nothing,)),))]
    yield from found


def _pieces(drawn: Opened, person: PersonView) -> tuple[Piece, ...]:
    """Sentences with what they rest on, and with the starters that rest on the same; then the
    other starters with theirs.
    """
    left = {Evidence(s.version_id, s.quote): s for s in person.written.starters if s.quote}
    said: list[Piece] = []
    for claim in person.written.claims:
        piece = _piece(drawn, person, claim.text, claim.evidence)
        asked = [left.pop(each) for each in claim.evidence if each in left]
        lines = (Text(drawn.say(starter=each.text)["ask"]) for each in asked)
        said.append(replace(piece, blocks=(*piece.blocks, *lines)))
    said = said or list(_own_words(drawn, person))
    title = [Text(drawn.say()["starters"], Tone.STRONG)]
    for evidence, starter in left.items():
        piece = _piece(drawn, person, starter.text, (evidence,))
        said.append(replace(piece, blocks=(*title, *piece.blocks)))
        title = []
    return tuple(said)


def _own_words(drawn: Opened, person: PersonView) -> Iterator[Piece]:
    """What stands in the summary where there is no sentence, whole."""
    answer = person.longest
    if answer is not None:
        question = drawn.view.question(answer).words(drawn.manager.locale).text
        yield Piece((Quote(answer.value.text, question),), (answer.answer_id,))


def _piece(drawn: Opened, person: PersonView, text: str, evidence: Sequence[Evidence]) -> Piece:
    answers = {answer.version_id: answer for answer in person.answers}
    blocks: list[Block] = [Text(text)]
    shown: list[UUID] = []
    for each in evidence:
        answer = answers[each.version_id]
        question = drawn.view.question(answer).words(drawn.manager.locale).text
        blocks.append(Quote(each.quote, question))
        shown.append(answer.answer_id)
    return Piece(tuple(blocks), tuple(shown))


_PAGES = Pages("summary_rests", "rests_title", _sections)
