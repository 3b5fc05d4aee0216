"""The summary's details: each report's shared answers in their own words, beside the last ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import Value
from bot.domain.message import (
    Block,
    Chart,
    Divider,
    Heading,
    Panel,
    Quote,
    Reply,
    Series,
    Text,
    Tone,
)
from bot.domain.packs import Question
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.domain.summary import SharedAnswer, trend_of
from bot.services.act import is_uuid
from bot.services.kit import Kit
from bot.services.my_answers import value_in_words
from bot.services.summary_facts import PersonView, SummaryView, opened, people_of
from prompts.words import Said

ACTIONS = frozenset({"summary_details"})
POINTS_FOR_A_TREND = 2


async def show(kit: Kit, manager: Person, summary_id: str, now: datetime) -> Reply:
    """The details for the summary's own manager, each display logged for the people quoted."""

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
        tx.read_log.add(view.readings(manager.id, "displayed", now))
        return panel(kit, manager, view)

    shown = await kit.uow.write(run)
    if shown is None:
        return await show(kit, manager, summary_id, now)
    return Reply(shown)


def panel(kit: Kit, manager: Person, view: SummaryView) -> Panel:
    def say(**facts: object) -> Said:
        return kit.words.say("summary_details", manager.locale, manager.time_zone, **facts)

    blocks: list[Block] = []
    for person in view.shared:
        if blocks:
            blocks.append(Divider())
        blocks += _person(say, manager, view, person)
    if view.silent:
        names = [p.first_name for p in view.silent]
        blocks += [Divider()] if blocks else []
        blocks.append(Text(say(names=names)["silent"], Tone.MUTED))
    said = say(created=view.summary.created_at)
    return Panel(said["title"], tuple(blocks), said["close"])


def _person(
    say: Callable[..., Said], manager: Person, view: SummaryView, person: PersonView
) -> list[Block]:
    blocks: list[Block] = [Heading(person.person.name)]
    for answer in person.answers:
        blocks += _answer(say, manager, view, answer)
        blocks += _trend(say, manager, view, person, answer)
    if person.starters:
        blocks.append(Text(say()["starters"], Tone.STRONG))
        blocks += [Text(starter.text) for starter in person.starters]
    return blocks


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


def _trend(
    say: Callable[..., Said],
    manager: Person,
    view: SummaryView,
    person: PersonView,
    answer: SharedAnswer,
) -> list[Block]:
    points = trend_of(person.trend, answer.question_key)
    if answer.value.rating is None or len(points) < POINTS_FOR_A_TREND:
        return []
    values = tuple(float(p.rating) for p in points)
    labels = tuple(say(moment=p.answered_at)["day"] for p in points)
    text = say(values=", ".join(str(p.rating) for p in points))["trend"]
    title = view.question(answer).words(manager.locale).text
    name = person.person.first_name
    return [Chart(title, labels, (Series(name, values),), low=1, high=5, text=text)]
