"""*Who can read my answers?*: for each question who reads it, and what else there is to know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from bot.domain.check_in import CheckIn
from bot.domain.inbound import Inbound
from bot.domain.message import Block, Button, Buttons, Heading, Link, Look, Panel, Reply, Text, Tone
from bot.domain.packs import AudienceKind, Pack, Question
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.ports.conversation_store import StoredAnswer
from bot.domain.ports.unit_of_work import Tx
from bot.domain.visibility import may_word
from bot.services import audience, sign_views
from bot.services.act import Act
from bot.services.kit import Kit
from bot.services.own_state import open_check_ins
from prompts.words import Said, Words

ACTION = "who_reads"
READS, NEVER = "reads", "never"
"""Whether AI reads an answer of those that a manager reads."""
OVER_A_FORM = "form"
"""Behind the check-in's id: asked from a form, which stays open below with what was typed."""


def button(words: Words, person: Person, value: str = "") -> Button:
    """value: the check-in's id, and where it was asked from."""
    said = words.say("who_reads", person.locale, person.time_zone)
    return Button(said["button"], ACTION, value, Look.QUIET)


def show(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """The check-in named, the one that is open, or what holds for all."""
    check_in_id, _, origin = inbound.value.partition(":")
    opened = open_check_ins(act.tx, act.person, act.now) if not check_in_id else []
    check_in = act.own_check_in(check_in_id) or next(iter(opened), None)
    return Reply(_Telling(kit.words, act).panel(check_in, covers=origin == OVER_A_FORM))


def kept_line(
    words: Words, tx: Tx, policy: Policy, person: Person, pack: Pack | None = None
) -> str:
    """How long answers are kept: to one pack, or to all with those packs that differ."""
    days = policy.kept_for(pack.key).days if pack else policy.retention_days
    lines = [words.say("who_reads", person.locale, person.time_zone, days=days)["kept"]]
    for key, other in sorted(policy.retention_by_pack.items()) if pack is None else ():
        found = tx.cadences.pack(key)
        name = found.pack.name(person.locale) if found else key
        said = words.say("who_reads", person.locale, person.time_zone, days=other, name=name)
        lines.append(said["kept_of_pack"])
    return " ".join(lines)


class _Telling:
    def __init__(self, words: Words, act: Act) -> None:
        self._words = words
        self._act = act
        self._manager = audience.current_manager(act.tx, act.person.id, act.now)
        self._ai = audience.ai_of(act.policy, act.person)

    def _say(self, **facts: object) -> Said:
        act, person = self._act, self._act.person
        given = {
            "company": act.policy.company,
            "comments": act.policy.comment_minimum,
            "minimum": act.policy.group_minimum,
            "manager": self._manager.name if self._manager else "",
            "ai": "",
        }
        return self._words.say("who_reads", person.locale, person.time_zone, **(given | facts))

    def panel(self, check_in: CheckIn | None, *, covers: bool) -> Panel:
        said = self._say()
        questions = self._of_check_in(check_in) if check_in else self._of_any(said)
        further = () if covers else self._further(said)
        pack = self._act.pack(check_in) if check_in else None
        blocks = (*questions, *self._also(said, pack), *further)
        return Panel(said["title"], blocks, said["close"], covers=covers)

    def _of_any(self, said: Said) -> Iterator[Block]:
        yield Text(said["any_manager" if self._manager else "any_self"])
        yield Text(said["kept_to_this"], Tone.MUTED)

    def _of_check_in(self, check_in: CheckIn) -> Iterator[Block]:
        """The questions under whoever reads them, in their order."""
        pack = self._act.pack(check_in)
        stored = self._act.tx.answers.current(check_in.id)
        read_by: Mapping[str, list[str]] = defaultdict(list)
        for asked in check_in.questions:
            question = pack.question(asked.key)
            text = question.words(self._act.person.locale).text
            line = self._line(question, stored.get(asked.key))
            read_by[line].append(self._say(text=text)["question"])
        yield Heading(self._say()["about"])
        for line, questions in read_by.items():
            yield Text(line)
            yield Text("\n".join(questions), Tone.MUTED)
        yield Text(self._say()["kept_to_this"], Tone.MUTED)

    def _line(self, question: Question, stored: StoredAnswer | None) -> str:
        """Of what was answered as it was shown then; of the rest as it would be now."""
        if stored is not None:
            return self._line_of(question, stored)
        if question.audience is not AudienceKind.MANAGER:
            return self._without_names(question, question.audience)
        if self._manager is None:
            return self._say()["self"]
        ai = READS if self._ai else ""
        return self._say(ai=ai)["manager_counted" if question.counted else "manager"]

    def _without_names(self, question: Question, kind: AudienceKind) -> str:
        if kind is AudienceKind.GROUP and question.takes_text:
            return self._say()["group_words"]
        return self._say()[kind.value]

    def _line_of(self, question: Question, stored: StoredAnswer) -> str:
        act, shown = self._act, stored.audiences[-1]
        if shown.kind is not AudienceKind.MANAGER:
            return self._without_names(question, shown.kind)
        if not shown.readers:
            return self._say()["self"]
        named = act.tx.people.many(shown.readers)
        names = ", ".join(sorted(person.name for person in named.values()))
        if not audience.reading_now(act.tx, stored, act.now):
            return self._say(manager=names)["former"]
        said = self._say(manager=names, ai=self._ai_of(stored))
        return said["manager_counted" if shown.counted else "manager"]

    def _ai_of(self, stored: StoredAnswer) -> str:
        """Whether today's AI may get an answer; "" where there is none for this person."""
        if not self._ai:
            return ""
        told = stored.audiences
        return READS if may_word(label=self._ai, ai_off_at=None, audiences=told) else NEVER

    def _also(self, said: Said, pack: Pack | None) -> Iterator[Block]:
        person, policy = self._act.person, self._act.policy
        yield Heading(said["also"])
        ai, *details = ai_lines(self._words, person, policy)
        yield Text(ai)
        yield from (Text(line, Tone.MUTED) for line in details)
        yield Text("\n\n".join((said["platform"], said["operator"])))
        kept = kept_line(self._words, self._act.tx, policy, person, pack)
        yield Text(f"{kept} {said['log']}", Tone.MUTED)
        yield from sign_views.reads(self._words, self._act)
        if policy.page_url:
            yield Link(said["page"], policy.page_url)

    def _further(self, said: Said) -> Iterator[Block]:
        mine = Button(said["my_answers"], "my_answers", look=Look.QUIET)
        yield Buttons((mine, Button(said["my_data"], "my_data", look=Look.QUIET)))


def ai_lines(words: Words, person: Person, policy: Policy) -> tuple[str, ...]:
    """Whether an AI reads this person's answers; of one that does, which, what for, and how."""
    ai = policy.ai
    given = {"company": policy.company, "provider": ai.provider, "host": ai.host}
    said = words.say("who_reads", person.locale, person.time_zone, **given)
    if not ai.label:
        return (said["ai_none"],)
    return (said["ai_off"],) if person.ai_off_at else (said["ai_on"], said["ai_details"])
