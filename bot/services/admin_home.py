"""What an HR admin finds under Home: cadences and how many were reached. Figures, never people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.domain.message import Block, Button, Buttons, Divider, Heading, Look, Table, Text, Tone
from bot.domain.occurrence import OccurrenceState
from bot.domain.people import Person
from bot.domain.recurrence import Recurrence
from bot.services.kit import Kit
from bot.services.status import CadenceStatus, Status, status
from prompts.words import Said


async def admin_blocks(kit: Kit, person: Person, now: datetime) -> tuple[Block, ...]:
    """The admin's part of Home at `now` (aware UTC)."""
    found = await status(kit.uow, now)
    if found is None:
        return ()
    revisions = await kit.uow.read(lambda tx: tx.cadences.current())
    policy = await kit.uow.read(lambda tx: tx.organisations.policy())
    rules = {revision.spec.key: revision.spec.recurrence for revision in revisions}
    return _Admin(kit, person, found, rules, policy.group_minimum, now).blocks()


class _Admin:
    def __init__(
        self,
        kit: Kit,
        person: Person,
        found: Status,
        rules: Mapping[str, Recurrence],
        minimum: int,
        now: datetime,
    ) -> None:
        self.kit = kit
        self.person = person
        self.found = found
        self.rules = rules
        self.now = now
        self.minimum = minimum

    def say(self, **facts: object) -> Said:
        return self.kit.words.say("admin", self.person.locale, self.person.time_zone, **facts)

    def blocks(self) -> tuple[Block, ...]:
        said = self.say(
            people=self.found.people.active,
            unreachable=self.found.people.without_platform,
            moment=self.found.organisation.paused_until,
            minimum=self.minimum,
        )
        blocks: list[Block] = [Divider(), Heading(said["title"]), Text(said["people"])]
        if self.found.organisation.is_paused(self.now):
            blocks.append(Text(said["company_paused"], Tone.STRONG))
        if self.found.people.without_platform:
            blocks.append(Text(said["unreachable"]))
        blocks += [self._cadences(said), self._buttons(said), self._reached(said)]
        if self.found.needs_operator:
            count = sum(self.found.needs_operator.values())
            blocks.append(Text(self.say(count=count)["needs_operator"], Tone.STRONG))
        blocks.append(Text(said["no_names"], Tone.MUTED))
        return tuple(blocks)

    def _buttons(self, said: Said) -> Buttons:
        preview = Button(said["preview"], "admin_preview")
        if self.found.organisation.is_paused(self.now):
            resume = Button(said["resume"], "admin_resume", look=Look.PRIMARY)
            return Buttons((preview, resume))
        return Buttons((preview, Button(said["pause"], "admin_pause", look=Look.QUIET)))

    def _cadences(self, said: Said) -> Block:
        header = (said["cadence"], said["when"], said["for"], said["next"])
        rows = tuple(self._row(cadence) for cadence in self.found.cadences)
        return Table(said["cadences"], header, rows)

    def _row(self, cadence: CadenceStatus) -> tuple[str, ...]:
        rule = self.rules[cadence.key]
        said = self.say(rule=rule, count=cadence.people, moment=cadence.next_due_at)
        coming = "paused" if cadence.paused else "never" if not cadence.next_due_at else "coming"
        return cadence.title, said["rule"], said["count_people"], said[coming]

    def _reached(self, said: Said) -> Block:
        header = (said["cadence"], said["sent"], said["not_sent"])
        rows = tuple(self._figures(cadence) for cadence in self.found.cadences)
        return Table(said["reached"], header, rows)

    def _figures(self, cadence: CadenceStatus) -> tuple[str, ...]:
        if cadence.people < self.minimum:
            return cadence.title, self.say()["too_few"], self.say()["too_few"]
        sent = str(cadence.recent.get(OccurrenceState.SENT, 0))
        reasons = ", ".join(
            f"{count} {self._reason(reason)}" for reason, count in cadence.skipped.items()
        )
        return cadence.title, sent, reasons or self.say()["none"]

    def _reason(self, reason: str) -> str:
        said = self.say()
        block = f"reason_{reason}"
        return said[block] if block in said else reason.replace("_", " ")
