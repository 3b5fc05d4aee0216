"""A conversation guide as a panel that unfolds question by question, for managers alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from bot.domain.inbound import Inbound
from bot.domain.message import Block, Button, Buttons, Heading, Look, Panel, Reply, Text, Tone
from bot.domain.people import Person
from bot.services.act import Act, is_uuid
from bot.services.kit import Kit
from bot.services.paging import number_in
from prompts.guides import Guide, GuideWords, Step, load_guides
from prompts.words import Said, Words

ACTION = "guide_open"
PROMISE = "promise_open"
"""What the last page's button opens; its value is the employee's id."""


def show(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """One page of a guide.

    The button's value is "KEY:STEP" or "KEY:STEP:EMPLOYEE_ID". Step 0 says what the conversation
    is about, then comes a question each, and last the promise. A step that isn't there is 0, and
    somebody who doesn't report to this manager is left out.
    """
    key, step, employee_id = _parts(inbound.value)
    guide, person = load_guides().get(key), act.person
    reports = act.tx.people.reports_of(person.id, act.now)
    if not reports:
        return Reply(notice=_say(kit.words, person)["managers_only"])
    if guide is None:
        return Reply(notice=kit.words.say("note", person.locale, person.time_zone)["gone"])
    employee = next((p for p in reports if p.id == employee_id), None)
    return Reply(_Page.of(kit.words, person, guide, step, employee).panel())


def invitation(words: Words, reader: Person, guide: Guide) -> tuple[Block, ...]:
    """What a guide is about, and the button that opens it: for a nudge."""
    shown = guide.words(reader.locale)
    button = Button(_say(words, reader)["open"], ACTION, f"{guide.key}:0")
    return Text(shown.title, Tone.STRONG), Text(shown.lead), Buttons((button,))


def _parts(value: str) -> tuple[str, int, UUID | None]:
    key, _, rest = value.partition(":")
    step, _, employee_id = rest.partition(":")
    return key, number_in(step), UUID(employee_id) if is_uuid(employee_id) else None


def _say(words: Words, reader: Person, /, **facts: object) -> Said:
    return words.say("guide", reader.locale, reader.time_zone, **facts)


@dataclass(frozen=True, slots=True)
class _Page:
    """Page `at` of a guide, from 0; the last one is about the promise."""

    words: Words
    reader: Person
    guide: Guide
    shown: GuideWords
    at: int
    employee: Person | None

    @classmethod
    def of(
        cls, words: Words, reader: Person, guide: Guide, step: int, employee: Person | None
    ) -> _Page:
        shown = guide.words(reader.locale)
        last = len(shown.steps) + 1
        return cls(words, reader, guide, shown, step if step <= last else 0, employee)

    @property
    def last(self) -> int:
        return len(self.shown.steps) + 1

    def say(self, **facts: object) -> Said:
        return _say(self.words, self.reader, **facts)

    def panel(self) -> Panel:
        blocks = (*self._content(), *self._turning())
        return Panel(self.shown.title, blocks, self.say()["close"], (ACTION, self._value(self.at)))

    def _content(self) -> Iterator[Block]:
        if self.at == 0:
            return self._opening()
        if self.at == self.last:
            return self._ending()
        return self._question(self.shown.steps[self.at - 1])

    def _opening(self) -> Iterator[Block]:
        said = self.say()
        if self.employee is not None:
            yield Text(self.say(name=self.employee.first_name)["person"], Tone.STRONG)
        yield Text(self.shown.lead)
        yield Text(said["not_in_writing"], Tone.STRONG)
        yield Text("\n".join(f"• {line}" for line in self.shown.not_in_writing))
        yield Text(said["private"], Tone.MUTED)

    def _question(self, step: Step) -> Iterator[Block]:
        yield Heading(step.ask)
        if step.in_person:
            yield Text(self.say()["in_person"], Tone.STRONG)
        yield Text(self.say(words=step.listen_for)["listen_for"])
        if step.follow_up:
            yield Text(self.say(words=step.follow_up)["follow_up"])

    def _ending(self) -> Iterator[Block]:
        said = self.say()
        yield Heading(said["promise_heading"])
        yield Text(self.shown.ending)
        if self.employee is not None:
            promise = Button(said["promise"], PROMISE, str(self.employee.id), Look.PRIMARY)
            yield Buttons((promise,))

    def _turning(self) -> Iterator[Block]:
        """The way on and back, and where one is."""
        said = self.say(number=self.at + 1, count=self.last + 1)
        items: list[Button] = []
        if self.at > 0:
            items.append(self._button(said["previous"], self.at - 1, Look.DEFAULT))
        if self.at < self.last:
            label = said["begin" if self.at == 0 else "next"]
            items.append(self._button(label, self.at + 1, Look.PRIMARY))
        yield Buttons(tuple(items))
        yield Text(said["page"], Tone.MUTED)

    def _button(self, label: str, to: int, look: Look) -> Button:
        return Button(label, ACTION, self._value(to), look)

    def _value(self, at: int) -> str:
        who = f":{self.employee.id}" if self.employee is not None else ""
        return f"{self.guide.key}:{at}{who}"
