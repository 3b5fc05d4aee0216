"""The summary's details: each report's shared answers in their own words, beside the last ones.

In pages, as many people a page as a phone and a modal hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import Value
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    Panel,
    Quote,
    Reply,
    Text,
    Tone,
)
from bot.domain.packs import Question
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.domain.summary import SharedAnswer
from bot.services.act import is_uuid
from bot.services.kit import Kit
from bot.services.my_answers import value_in_words
from bot.services.paging import Page, Piece, Section, number_in, paged
from bot.services.reclaimed_time import guide_button, reclaimed_in, told
from bot.services.summary_facts import PersonView, SummaryView, opened, people_of
from bot.services.trend_chart import trend_chart
from prompts.words import Said

ACTIONS = frozenset({"summary_details"})
POINTS_FOR_A_TREND = 2


async def show(kit: Kit, manager: Person, value: str, now: datetime) -> Reply:
    """One page of the details for the summary's own manager.

    value: the summary's id, and after a colon the page (from 0) where it isn't the first; a page
    that is not there is the first. Each display is logged for the answers on that page alone.
    """
    summary_id, _, number = value.partition(":")

    def people(tx: Tx) -> set[UUID]:
        found = tx.summaries.get(UUID(summary_id)) if is_uuid(summary_id) else None
        mine = found is not None and found.manager_id == manager.id
        return people_of(tx, found, now) if found and mine else set()

    readable = await kit.uow.read(people)
    if not readable:
        return Reply(notice=kit.words.say("note", manager.locale, manager.time_zone)["gone"])
    vault = await kit.keys.vault(readable)

    def run(tx: Tx) -> Panel | None:
        found = tx.summaries.get(UUID(summary_id))
        if found is None or people_of(tx, found, now) - readable:
            return None
        view = opened(tx, vault, found, now)
        details = _Details(kit, manager, view)
        pages = paged(details.sections())
        index = number_in(number) if number_in(number) < len(pages) else 0
        shown = pages[index].answers
        tx.read_log.add(view.readings(manager.id, "displayed", now, shown))
        return details.panel(pages, index)

    shown = await kit.uow.write(run)
    if shown is None:
        return await show(kit, manager, value, now)
    return Reply(shown)


@dataclass(frozen=True, slots=True)
class _Details:
    kit: Kit
    manager: Person
    view: SummaryView

    def say(self, **facts: object) -> Said:
        manager = self.manager
        return self.kit.words.say("summary_details", manager.locale, manager.time_zone, **facts)

    def panel(self, pages: Sequence[Page], index: int) -> Panel:
        said = self.say(number=index + 1, count=len(pages))
        blocks = list(pages[index].blocks)
        if len(pages) > 1:
            blocks += [*self._turning(said, index, len(pages)), Text(said["page"], Tone.MUTED)]
        return Panel(said["title"], tuple(blocks), said["close"])

    def _turning(self, said: Said, index: int, count: int) -> list[Block]:
        summary_id = self.view.summary.id
        items: list[Button] = []
        if index:
            items.append(Button(said["previous"], "summary_details", f"{summary_id}:{index - 1}"))
        if index + 1 < count:
            items.append(
                Button(said["next_people"], "summary_details", f"{summary_id}:{index + 1}")
            )
        return [Buttons(tuple(items))]

    def sections(self) -> Iterator[Section]:
        """What counts over all, a section a person, and one line for everybody of whom there is
        nothing to show.
        """
        yield from self._reclaimed()
        for person in self.view.shared:
            yield Section(person.person.name, tuple(self._pieces(person)))
        if self.view.silent:
            names = [p.first_name for p in self.view.silent]
            line = Text(self.say(names=names)["silent"], Tone.MUTED)
            yield Section("", (Piece((line,)),))

    def _reclaimed(self) -> Iterator[Section]:
        found = reclaimed_in(self.view)
        if found is None:
            return
        words, manager = self.kit.words, self.manager
        blocks = told(words, manager, self.view, found)
        if found.mostly_more_of_the_same:
            blocks = (*blocks, Buttons((guide_button(words, manager),)))
        heading = words.say("reclaimed", manager.locale)["heading"]
        yield Section(heading, (Piece(blocks, found.answers),))

    def _pieces(self, person: PersonView) -> Iterator[Piece]:
        for answer in person.answers:
            blocks = _answer(self.say, self.manager, self.view, answer)
            chart = trend_chart(
                self.kit.words, self.manager, self.view, person, answer, POINTS_FOR_A_TREND
            )
            blocks += [chart] if chart else []
            yield Piece(tuple(blocks), (answer.answer_id,))
        title = [Text(self.say()["starters"], Tone.STRONG)]
        for starter in person.starters:
            yield Piece((*title, Text(starter.text)))
            title = []


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
