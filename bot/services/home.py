"""The Home tab: what is next, what is open, one's own choices, and a manager's last summaries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.cadence import CadenceKind
from bot.domain.check_in import ANSWERABLE, CheckIn
from bot.domain.message import Block, Button, Buttons, Divider, Heading, Look, Text, Tone
from bot.domain.occurrence import Plan
from bot.domain.people import Participation, Person, Role
from bot.domain.ports.unit_of_work import Tx
from bot.services.admin_home import admin_blocks
from bot.services.kit import Kit
from prompts.words import Said, Words

SUMMARIES_SHOWN = 6


async def home(kit: Kit, person_id: UUID, now: datetime) -> tuple[Block, ...]:
    """What a person finds under Home at `now` (aware UTC); empty for somebody unknown."""

    def read(tx: Tx) -> tuple[Person | None, tuple[Block, ...]]:
        person = tx.people.get(person_id)
        if person is None or not person.active:
            return None, ()
        return person, tuple(_Home(tx, kit.words, person, now).blocks())

    person, blocks = await kit.uow.read(read)
    if person is not None and person.role is Role.HR_ADMIN:
        blocks += await admin_blocks(kit, person, now)
    return blocks


class _Home:
    def __init__(self, tx: Tx, words: Words, person: Person, now: datetime) -> None:
        self.tx = tx
        self.words = words
        self.person = person
        self.now = now

    def say(self, **facts: object) -> Said:
        person = self.person
        return self.words.say("home", person.locale, person.time_zone, **facts)

    def blocks(self) -> Iterator[Block]:
        yield Heading(self.say(first_name=self.person.first_name)["hello"])
        yield from self._open()
        yield from self._next()
        yield from self._choices()
        yield from self._team()

    def _open(self) -> Iterator[Block]:
        if self.person.participation is not Participation.STARTED:
            return
        for check_in in self._open_check_ins():
            last_day = check_in.closes_at - timedelta(seconds=1)
            said = self.say(last_day=last_day)
            yield Text(said["open"])
            form = Button(said["answer"], "open_form", str(check_in.id), Look.PRIMARY)
            later = Button(said["not_now"], "open_later", str(check_in.id), Look.QUIET)
            yield Buttons((form, later))

    def _open_check_ins(self) -> list[CheckIn]:
        found = self.tx.check_ins.of_person(self.person.id, ANSWERABLE)
        return [c for c in found if self.now < c.closes_at and c.next_question()]

    def _next(self) -> Iterator[Block]:
        if self.person.participation is Participation.DECLINED:
            return
        company = self.tx.organisations.get()
        if company is not None and company.is_paused(self.now):
            yield Text(self.say(moment=company.paused_until)["company_paused"])
            return
        upcoming = [(p.next_due_at, kind) for p, kind in self._plans() if p.next_due_at]
        for moment, kind in sorted(upcoming, key=lambda u: u[0])[:3]:
            yield Text(self.say(moment=moment)[f"next_{kind.value}"], Tone.MUTED)

    def _plans(self) -> Sequence[tuple[Plan, CadenceKind]]:
        plans = self.tx.plans.of_person(self.person.id)
        revisions = self.tx.cadences.revisions({p.revision_id for p in plans})
        specs = {key: revision.spec for key, revision in revisions.items()}
        return [(p, specs[p.revision_id].kind) for p in plans if not specs[p.revision_id].paused]

    def _choices(self) -> Iterator[Block]:
        said = self.say(moment=self.person.paused_until)
        yield Divider()
        if self.person.participation is Participation.DECLINED:
            yield Text(said["declined"])
            again = Button(said["start_again"], "start", look=Look.PRIMARY)
            yield Buttons((again, Button(said["my_answers"], "my_answers")))
            return
        items = [Button(said["my_answers"], "my_answers")]
        if self.person.is_paused(self.now):
            yield Text(said["paused"])
            items.append(Button(said["resume"], "resume", look=Look.PRIMARY))
        else:
            items.append(Button(said["pause"], "open_pause", look=Look.QUIET))
        items.append(Button(said["not_for_me"], "decline", look=Look.QUIET))
        yield Buttons(tuple(items))

    def _team(self) -> Iterator[Block]:
        """A manager's people and last summaries. Nobody's silence is counted or shown here."""
        reports = self.tx.people.reports_of(self.person.id, self.now)
        if not reports:
            return
        yield Divider()
        said = self.say(names=[p.name for p in reports])
        yield Heading(said["team"])
        yield Text(said["reports"])
        summaries = self.tx.summaries.of_manager(self.person.id, SUMMARIES_SHOWN)
        if not summaries:
            yield Text(said["no_summaries"], Tone.MUTED)
            return
        items = [
            Button(self.say(moment=s.created_at)["summary_of"], "summary_details", str(s.id))
            for s in summaries
        ]
        yield Text(said["summaries"])
        yield Buttons(tuple(items))
