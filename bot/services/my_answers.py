"""*My answers*: everything a person said, who could read it and who was shown it, in pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import CheckIn, Value
from bot.domain.inbound import Inbound
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    Heading,
    Look,
    Panel,
    Quote,
    Reply,
    Text,
    Tone,
)
from bot.domain.packs import AudienceKind, Pack, Question
from bot.domain.people import Person
from bot.domain.ports.conversation_store import StoredAnswer
from bot.domain.ports.queue_store import Reading
from bot.domain.visibility import may_count
from bot.services import audience
from bot.services.act import Act, join_value
from bot.services.answering import is_editable
from bot.services.counted_answers import counted_on
from bot.services.kit import Kit
from bot.services.paging import how_many_fit, number_in
from bot.services.sealing import open_value
from prompts.words import Said, Words

MOST = 12
"""Answers of a page. With the four blocks that each may take they stay within a page's blocks."""

READINGS_SHOWN = 10
"""Days of reading told for each answer, the latest ones; the rest is counted."""


def show(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """The person's own answers, newest first, each with its readers.

    The button's value says how many newer ones to pass over; anything else is the first page.
    """
    return Reply(panel(kit.words, act, number_in(inbound.value)))


def panel(words: Words, act: Act, start: int = 0, told: tuple[Block, ...] = ()) -> Panel:
    """The page that begins with the answer number `start`, counted from the newest (0).

    told: what was just done, at the top.
    """
    stored = act.tx.answers.of_person(act.person.id, start + MOST + 1)
    if start and len(stored) <= start:
        return panel(words, act, told=told)
    said = words.say("my_answers", act.person.locale, act.person.time_zone)
    first = max(0, start - MOST)
    drawn = _Drawing.of(words, act, stored[first:]).all()
    before, after = drawn[: start - first], drawn[start - first :]
    shown = how_many_fit(each.piece for each in after[:MOST])
    back = how_many_fit(each.piece for each in reversed(before))
    older = start + shown if len(after) > shown else None
    turning = _turning(said, start - back if start else None, older)
    blocks = [*_page(after[:shown]), *turning]
    everything = Buttons((Button(said["erase_everything"], "erase_everything", "", Look.QUIET),))
    if not blocks:
        lines = (*told, Text(said["empty"]), everything)
        return Panel(said["title"], lines, said["close"], ("my_answers", ""))
    shown_blocks = (*told, Text(said["intro"], Tone.MUTED), *blocks, everything)
    return Panel(said["title"], shown_blocks, said["close"], ("my_answers", str(start)))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One answer as blocks, and what stands above its check-in; no blocks where it can't be
    opened.
    """

    check_in_id: UUID
    heading: Sequence[Block]
    blocks: Sequence[Block]

    @property
    def piece(self) -> Sequence[Block]:
        return [*self.heading, *self.blocks]


def _page(answers: Sequence[_Drawn]) -> list[Block]:
    """The answers of one check-in under one heading."""
    blocks: list[Block] = []
    above: UUID | None = None
    for answer in answers:
        if answer.blocks and answer.check_in_id != above:
            above = answer.check_in_id
            blocks += answer.heading
        blocks += answer.blocks
    return blocks


def _turning(said: Said, newer: int | None, older: int | None) -> list[Block]:
    items: list[Button] = []
    if newer is not None:
        items.append(Button(said["newer"], "my_answers", str(newer)))
    if older is not None:
        items.append(Button(said["older"], "my_answers", str(older)))
    return [Buttons(tuple(items))] if items else []


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Some of a person's answers with all that is said about them."""

    words: Words
    act: Act
    answers: Sequence[StoredAnswer]
    packs: Mapping[UUID, Pack]
    people: Mapping[UUID, Person]
    readings: Mapping[UUID, Sequence[Reading]]
    check_ins: Mapping[UUID, CheckIn | None]
    counted: Mapping[UUID, datetime]

    @classmethod
    def of(cls, words: Words, act: Act, answers: Sequence[StoredAnswer]) -> _Drawing:
        ids = {answer.answer_id for answer in answers}
        log = [r for r in act.tx.read_log.of_person(act.person.id) if r.answer_id in ids]
        named = {r for answer in answers for said in answer.audiences for r in said.readers}
        revisions = act.tx.cadences.packs({a.pack_revision_id for a in answers})
        packs = {key: revision.pack for key, revision in revisions.items()}
        check_ins = {key: act.tx.check_ins.get(key) for key in {a.check_in_id for a in answers}}
        return cls(
            words,
            act,
            answers,
            packs,
            act.tx.people.many(named | {reading.reader_id for reading in log}),
            _by_answer(log),
            check_ins,
            counted_on(act.tx, answers, check_ins, packs),
        )

    def say(self, **facts: object) -> Said:
        person = self.act.person
        return self.words.say("my_answers", person.locale, person.time_zone, **facts)

    def all(self) -> list[_Drawn]:
        return [_Drawn(a.check_in_id, self._heading(a), self._one(a)) for a in self.answers]

    def _heading(self, answer: StoredAnswer) -> Sequence[Block]:
        said = self.say(moment=answer.platform_at)
        value = str(answer.check_in_id)
        erase = Button(said["erase_check_in"], "erase_check_in", value, Look.QUIET)
        return [Heading(said["week"]), Buttons((erase,))]

    def _one(self, answer: StoredAnswer) -> list[Block]:
        """Nothing for an answer that can't be opened: its key was destroyed."""
        value = open_value(self.act.vault, answer)
        if value is None:
            return []
        question = self.packs[answer.pack_revision_id].question(answer.question_key)
        title = question.words(self.act.person.locale).text
        lines = [self._could_read(answer), *self._counted(answer), *self._shown_to(answer)]
        return [
            Quote(value_in_words(question, value, self.act.person.locale), title),
            Text(" ".join(lines), Tone.MUTED),
            *self._buttons(answer),
        ]

    def _could_read(self, answer: StoredAnswer) -> str:
        is_named = answer.audiences[-1].kind is AudienceKind.MANAGER
        to_come = answer.answer_id not in self.counted
        counted = is_named and to_come and may_count(answer.audiences)
        more = (self.say()["could_read_counted"],) if counted else ()
        return " ".join((self._named_readers(answer), *more))

    def _counted(self, answer: StoredAnswer) -> list[str]:
        moment = self.counted.get(answer.answer_id)
        return [self.say(moment=moment)["counted"]] if moment else []

    def _named_readers(self, answer: StoredAnswer) -> str:
        last = answer.audiences[-1]
        names = [self.people[r].name for r in last.readers if r in self.people]
        said = self.say(names=names)
        if last.kind is AudienceKind.MANAGER and not names:
            return said["could_read_self"]
        reading_now = audience.reading_now(self.act.tx, answer, self.act.now)
        if last.kind is AudienceKind.MANAGER and not reading_now:
            return said["could_read_former"]
        return said[f"could_read_{last.kind.value}"]

    def _shown_to(self, answer: StoredAnswer) -> list[str]:
        """Who was shown it and when, each day once, however often it was opened that day."""
        said = [
            self.say(name=self.people[r.reader_id].name, moment=r.at)[f"read_{r.how}"]
            for r in self.readings.get(answer.answer_id, ())
            if r.reader_id in self.people
        ]
        days = list(dict.fromkeys(said))
        earlier = len(days) - READINGS_SHOWN
        if earlier <= 0:
            return days
        return [self.say(count=earlier)["read_earlier"], *days[-READINGS_SHOWN:]]

    def _buttons(self, answer: StoredAnswer) -> list[Block]:
        """*Change* while the check-in is open; *Only me* as long as somebody else could read;
        *Erase* always.
        """
        check_in = self.check_ins[answer.check_in_id]
        said = self.say()
        items: list[Button] = []
        if check_in is not None and is_editable(self.act, check_in):
            items.append(Button(said["change"], "open_form", str(check_in.id), Look.QUIET))
        value = join_value(answer.check_in_id, answer.question_key)
        if answer.audiences[-1].kind is not AudienceKind.SELF:
            items.append(Button(said["only_me"], "only_me", value, Look.QUIET))
        items.append(Button(said["erase"], "erase_answer", value, Look.QUIET))
        return [Buttons(tuple(items))]


def _by_answer(readings: Sequence[Reading]) -> Mapping[UUID, list[Reading]]:
    grouped: dict[UUID, list[Reading]] = defaultdict(list)
    for reading in readings:
        grouped[reading.answer_id].append(reading)
    return grouped


def value_in_words(question: Question, value: Value, locale: str) -> str:
    """An answer as one text: the rating or option with its label, then the person's words."""
    words = question.words(locale)
    parts: list[str] = []
    if value.rating is not None:
        label = words.points[value.rating - 1] if words.points else ""
        parts.append(f"{value.rating}/5 {label}".strip())
    if value.choice:
        parts.append(words.options.get(value.choice, value.choice))
    if value.number is not None:
        parts.append(str(value.number))
    if value.text:
        parts.append(value.text)
    return "\n".join(parts)
