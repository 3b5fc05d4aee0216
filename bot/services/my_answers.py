"""*My answers*: everything a person said, who could read it and who was shown it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.domain.check_in import Value
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
from bot.services import audience
from bot.services.act import Act, join_value
from bot.services.answering import is_editable
from bot.services.kit import Kit
from bot.services.sealing import open_value
from prompts.words import Said, Words

SHOWN = 40
"""The newest answers a panel holds; a modal takes at most 100 blocks in Slack."""


def show(kit: Kit, act: Act, _: Inbound) -> Reply:
    """All of the person's own answers, newest first, each with its readers."""
    return Reply(panel(kit.words, act))


def panel(words: Words, act: Act) -> Panel:
    said = words.say("my_answers", act.person.locale, act.person.time_zone)
    stored = act.tx.answers.of_person(act.person.id, SHOWN)
    if not stored:
        return Panel(said["title"], (Text(said["empty"]),), said["close"])
    packs = act.tx.cadences.packs({a.pack_revision_id for a in stored})
    people = _people_named(act, stored)
    readings = _by_answer(act.tx.read_log.of_person(act.person.id))
    blocks: list[Block] = [Text(said["intro"], Tone.MUTED)]
    period = ""
    for answer in stored:
        if answer.period != period:
            period = answer.period
            moment = answer.platform_at
            blocks.append(Heading(_say(words, act, moment=moment)["week"]))
        pack = packs[answer.pack_revision_id].pack
        blocks += _one(words, act, answer, pack, people, readings[answer.answer_id])
    return Panel(said["title"], tuple(blocks), said["close"])


def _say(words: Words, act: Act, **facts: object) -> Said:
    return words.say("my_answers", act.person.locale, act.person.time_zone, **facts)


def _people_named(act: Act, stored: Sequence[StoredAnswer]) -> Mapping[UUID, Person]:
    readers = {r for answer in stored for audience in answer.audiences for r in audience.readers}
    logged = {r.reader_id for r in act.tx.read_log.of_person(act.person.id)}
    return act.tx.people.many(readers | logged)


def _by_answer(readings: Sequence[Reading]) -> Mapping[UUID, list[Reading]]:
    grouped: dict[UUID, list[Reading]] = defaultdict(list)
    for reading in readings:
        grouped[reading.answer_id].append(reading)
    return grouped


def _one(
    words: Words,
    act: Act,
    answer: StoredAnswer,
    pack: Pack,
    people: Mapping[UUID, Person],
    readings: Sequence[Reading],
) -> list[Block]:
    value = open_value(act.vault, answer)
    if value is None:
        return []
    question = pack.question(answer.question_key)
    title = question.words(act.person.locale).text
    lines = [_could_read(words, act, answer, people), *_shown_to(words, act, readings, people)]
    return [
        Quote(value_in_words(question, value, act.person.locale), title),
        Text(" ".join(lines), Tone.MUTED),
        *_buttons(words, act, answer),
    ]


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


def _could_read(words: Words, act: Act, answer: StoredAnswer, people: Mapping[UUID, Person]) -> str:
    last = answer.audiences[-1]
    names = [people[r].name for r in last.readers if r in people]
    said = _say(words, act, names=names)
    if last.kind is AudienceKind.MANAGER and not names:
        return said["could_read_self"]
    if last.kind is AudienceKind.MANAGER and not audience.reading_now(act.tx, answer, act.now):
        return said["could_read_former"]
    return said[f"could_read_{last.kind.value}"]


def _shown_to(
    words: Words, act: Act, readings: Sequence[Reading], people: Mapping[UUID, Person]
) -> list[str]:
    return [
        _say(words, act, name=people[r.reader_id].name, moment=r.at)[f"read_{r.how}"]
        for r in readings
        if r.reader_id in people
    ]


def _buttons(words: Words, act: Act, answer: StoredAnswer) -> list[Block]:
    """*Change* while the check-in is open; *Only me* as long as somebody else could read it."""
    check_in = act.tx.check_ins.get(answer.check_in_id)
    said = _say(words, act)
    items: list[Button] = []
    if check_in is not None and is_editable(act, check_in):
        items.append(Button(said["change"], "open_form", str(check_in.id), Look.QUIET))
    if answer.audiences[-1].kind is not AudienceKind.SELF:
        value = join_value(answer.check_in_id, answer.question_key)
        items.append(Button(said["only_me"], "only_me", value, Look.QUIET))
    return [Buttons(tuple(items))] if items else []
