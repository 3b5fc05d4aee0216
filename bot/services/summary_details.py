"""The summary's details: each report's shared answers in their own words, beside the last ones.

In pages, as many people a page as a phone and a modal hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import Value
from bot.domain.message import Block, Buttons, Quote, Reply, Text, Tone
from bot.domain.packs import Question
from bot.domain.people import Person
from bot.domain.summary import SharedAnswer
from bot.services import summary_panel
from bot.services.kit import Kit
from bot.services.my_answers import value_in_words
from bot.services.paging import Piece, Section
from bot.services.promised import promised
from bot.services.reclaimed_time import guide_button, reclaimed_in
from bot.services.reclaimed_time import told as reclaimed_told
from bot.services.summary_facts import PersonView, SummaryView
from bot.services.summary_panel import Opened, Pages
from bot.services.team_choices import chosen_in, line_of
from bot.services.trend_chart import trend_chart
from prompts.words import Said, Words

ACTIONS = frozenset({"summary_details"})
POINTS_FOR_A_TREND = 2


async def show(kit: Kit, manager: Person, value: str, now: datetime) -> Reply:
    """One page of the details for the summary's own manager; see `summary_panel.show`."""
    return await summary_panel.show(kit, manager, value, now, _PAGES)


@dataclass(frozen=True, slots=True)
class _Details:
    drawn: Opened

    @property
    def view(self) -> SummaryView:
        return self.drawn.view

    @property
    def manager(self) -> Person:
        return self.drawn.manager

    @property
    def words(self) -> Words:
        return self.drawn.kit.words

    def sections(self) -> Iterator[Section]:
        """What counts over all, a section a person, and one line for everybody of whom there is
        nothing to show.
        """
        yield from self._team()
        promises = self._promises()
        for person in self.view.shared:
            pieces = (*self._pieces(person), *promises.get(person.person.id, ()))
            yield Section(person.person.name, pieces)
        if self.view.silent:
            names = [self.view.called(p) for p in self.view.silent]
            line = Text(self.drawn.say(names=names)["silent"], Tone.MUTED)
            yield Section("", (Piece((line,)),))

    def _team(self) -> Iterator[Section]:
        """What was chosen and reclaimed, over all of them."""
        chosen = chosen_in(self.view)
        pieces = [Piece((line_of(self.words, self.manager, c),), c.answers) for c in chosen]
        pieces += self._reclaimed()
        if pieces:
            heading = self.words.say("summary", self.manager.locale)["team_heading"]
            yield Section(heading, tuple(pieces))

    def _reclaimed(self) -> Iterator[Piece]:
        found = reclaimed_in(self.view)
        if found is None:
            return
        blocks: tuple[Block, ...] = reclaimed_told(self.words, self.manager, self.view, found)
        if found.mostly_more_of_the_same:
            blocks = (*blocks, Buttons((guide_button(self.words, self.manager),)))
        yield Piece(blocks, found.answers)

    def _promises(self) -> dict[UUID, list[Piece]]:
        drawn, found = self.drawn, defaultdict(list)
        to = {person.person.id for person in self.view.shared}
        args = drawn.tx, drawn.vault, self.words, self.manager, to, drawn.now
        for shown in promised(*args):
            found[shown.other.id].append(Piece((shown.quote(),)))
        return found

    def _pieces(self, person: PersonView) -> Iterator[Piece]:
        for answer in person.answers:
            blocks = _answer(self.drawn.say, self.manager, self.view, answer)
            chart = trend_chart(
                self.words, self.manager, self.view, person, answer, POINTS_FOR_A_TREND
            )
            blocks += [chart] if chart else []
            yield Piece(tuple(blocks), (answer.answer_id,))
        yield from self._starters(person)

    def _starters(self, person: PersonView) -> Iterator[Piece]:
        """Each tells of an answer, which may stand on another page, so it is logged as well."""
        ids = {answer.version_id: answer.answer_id for answer in person.answers}
        blocks: tuple[Block, ...] = (Text(self.drawn.say()["starters"], Tone.STRONG),)
        for starter in person.starters:
            quote = self.drawn.say(words=starter.quote)["rests_on"] if starter.quote else ""
            said = (Text(quote, Tone.MUTED),) if quote else ()
            yield Piece((*blocks, Text(starter.text), *said), (ids[starter.version_id],))
            blocks = ()


def _sections(drawn: Opened) -> Iterator[Section]:
    return _Details(drawn).sections()


_PAGES = Pages("summary_details", "title", _sections)


def _answer(
    say: Callable[..., Said], manager: Person, view: SummaryView, answer: SharedAnswer
) -> list[Block]:
    question = view.question(answer)
    words = question.words(manager.locale)
    note = words.text
    if answer.edited:
        note = say(question=words.text)["edited"]
    change = answer.rating_change
    blocks = _said(question, answer.value, note, manager.locale)
    if change is not None and answer.previous is not None:
        said = say(before=answer.previous.rating, now=answer.value.rating, change=change)
        blocks.append(Text(said["same" if change == 0 else "change"], Tone.MUTED))
    elif answer.previous is not None and answer.previous.text:
        blocks.append(Text(say(words=answer.previous.text)["last_time"], Tone.MUTED))
    return blocks


def _said(question: Question, value: Value, note: str, locale: str) -> list[Block]:
    """Words as a quotation; what was pressed stands beside them, as nobody said it in words."""
    blocks: list[Block] = [Quote(value.text, note) if value.text else Text(note, Tone.MUTED)]
    pressed = value_in_words(question, replace(value, text=""), locale)
    return [*blocks, Text(pressed)] if pressed else blocks
