"""What an HR admin finds under Home: cadences and how many were reached. Figures, never people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.message import Block, Button, Buttons, Divider, Heading, Look, Table, Text, Tone
from bot.domain.occurrence import OccurrenceState
from bot.domain.organisation import CadenceRevision
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.services import change_words
from bot.services.admin_act import Admin
from bot.services.ai_use import AiToday, ai_today
from bot.services.ai_words import ai_lines
from bot.services.kit import Kit
from bot.services.result_panels import GROUP
from bot.services.status import CadenceStatus, Status, status
from prompts.words import Said

SHOWN = 15
"""Cadences under Home, 3 blocks each; the others stand behind a button. Slack's Home takes 100
blocks, and the person's own part stands there too.
"""

_ROWS = 90
"""Rows of a table: Slack takes 100."""


async def admin_blocks(kit: Kit, person: Person, now: datetime) -> tuple[Block, ...]:
    """The admin's part of Home at `now` (aware UTC)."""
    found = await _found(Admin(kit, person, now))
    return tuple(found.blocks()) if found else ()


async def cadence_blocks(kit: Kit, person: Person, now: datetime, start: int) -> tuple[Block, ...]:
    """The cadences from the one numbered `start` (0: the first) on, as many as Home shows."""
    found = await _found(Admin(kit, person, now))
    return tuple(found.cadences(start)) if found else ()


async def _found(admin: Admin) -> _AdminHome | None:
    stands = await status(admin.kit.uow, admin.now, admin.kit.messengers)
    if stands is None:
        return None

    def read(tx: Tx) -> tuple[Sequence[CadenceRevision], int]:
        return tx.cadences.current(), tx.organisations.policy().group_minimum

    revisions, minimum = await admin.kit.uow.read(read)
    ai = await ai_today(admin.kit, admin.now)
    return _AdminHome(admin, stands, {r.spec.key: r for r in revisions}, minimum, ai)


@dataclass(frozen=True, slots=True)
class _AdminHome:
    """minimum: of fewer people no figure is shown."""

    admin: Admin
    stands: Status
    revisions: dict[str, CadenceRevision]
    minimum: int
    ai: AiToday | None

    def say(self, **facts: object) -> Said:
        return self.admin.say("admin", **facts)

    def blocks(self) -> Iterator[Block]:
        yield from self._head()
        yield self._buttons()
        yield from self.cadences(0)
        if self.stands.cadences:
            yield Divider()
            yield self._reached()
        if told := self.stands.expectations:
            said = self.admin.say("expectations", number=told.number, sent=told.sent, of=told.of)
            yield Text(said[told.code])
        if self.ai is not None:
            person = self.admin.person
            for line in ai_lines(self.admin.kit.words, person.locale, self.ai):
                yield Text(line)
        if self.stands.needs_operator:
            count = sum(self.stands.needs_operator.values())
            yield Text(self.say(count=count)["needs_operator"], Tone.STRONG)
        if unsure := self.stands.unsure:
            yield Text(self.say(count=unsure)["unsure"])
        yield Text(self.say(minimum=self.minimum)["no_names"], Tone.MUTED)

    def _head(self) -> Iterator[Block]:
        people, organisation = self.stands.people, self.stands.organisation
        said = self.say(
            people=people.active,
            unreachable=people.without_platform,
            moment=organisation.paused_until,
        )
        yield Divider()
        yield Heading(said["title"])
        yield Text(said["people"])
        if organisation.is_paused(self.admin.now):
            yield Text(said["company_paused"], Tone.STRONG)
        if people.without_platform:
            yield Text(said["unreachable"])
        for reason, count in people.unreached.items():
            told, name = self.say(count=count), f"unreached_{reason}"
            if name in told:
                yield Text(told[name])
        if not self.stands.cadences:
            yield Text(said["no_cadences"], Tone.MUTED)

    def cadences(self, start: int) -> Iterator[Block]:
        """A line and its buttons for each, and a way to the rest."""
        end = start + SHOWN
        for cadence in self.stands.cadences[start:end]:
            if cadence.key in self.revisions:
                yield from self._cadence(cadence, self.revisions[cadence.key])
        rest = len(self.stands.cadences) - end
        if rest > 0:
            more = Button(self.say(count=rest)["more"], "admin_more", str(end))
            yield Buttons((more,))

    def _cadence(self, cadence: CadenceStatus, revision: CadenceRevision) -> Iterator[Block]:
        line = change_words.line(self.admin, revision.spec, cadence.people)
        said = self.admin.say("cadence", moment=cadence.next_due_at)
        coming = "paused" if cadence.paused else "never" if not cadence.next_due_at else "coming"
        yield Text(cadence.title, Tone.STRONG)
        yield Text(f"{line[:1].upper()}{line[1:]} {said[coming]}")
        yield self._cadence_buttons(cadence)

    def _cadence_buttons(self, cadence: CadenceStatus) -> Buttons:
        said, key = self.say(), cadence.key
        if cadence.paused:
            pause = Button(said["resume_one"], "admin_resume_one", key, Look.PRIMARY)
        else:
            pause = Button(said["pause_one"], "admin_pause_one", key, Look.QUIET)
        change = Button(said["change"], "admin_change", key)
        test = Button(said["test"], "admin_test", key, Look.QUIET)
        return Buttons(
            (change, pause, test, Button(said["history"], "admin_history", key, Look.QUIET))
        )

    def _buttons(self) -> Buttons:
        said = self.say()
        new = Button(said["new"], "admin_new", look=Look.PRIMARY)
        preview = Button(said["preview"], "admin_preview")
        results = Button(self.admin.say("results")["group_button"], GROUP.surveys)
        pause = Button(said["pause"], "admin_pause", look=Look.QUIET)
        if self.stands.organisation.is_paused(self.admin.now):
            pause = Button(said["resume"], "admin_resume", look=Look.PRIMARY)
        log = Button(self.admin.say("audit")["button"], "admin_audit", look=Look.QUIET)
        if not self.stands.cadences:
            return Buttons((new, pause, log))
        return Buttons((new, preview, results, pause, log))

    def _reached(self) -> Table:
        said = self.say()
        header = (said["cadence"], said["sent"], said["answered"], said["not_sent"])
        rows = tuple(self._figures(cadence) for cadence in self.stands.cadences[:_ROWS])
        return Table(said["reached"], header, rows)

    def _figures(self, cadence: CadenceStatus) -> tuple[str, ...]:
        few = self.say()["too_few"]
        if cadence.people < self.minimum:
            return cadence.title, few, few, few
        sent = str(cadence.recent.get(OccurrenceState.SENT, 0))
        answered = few if cadence.answered is None else str(cadence.answered)
        reasons = ", ".join(
            f"{count} {self._reason(reason)}" for reason, count in cadence.skipped.items()
        )
        return cadence.title, sent, answered, reasons or self.say()["none"]

    def _reason(self, reason: str) -> str:
        said = self.admin.say("preview")
        block = f"reason_{reason}"
        return said[block] if block in said else reason.replace("_", " ")
