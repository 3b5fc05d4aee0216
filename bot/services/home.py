"""Home: what is open and next, one's last answers and choices, a manager's summaries."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bot.domain.cadence import CadenceKind
from bot.domain.check_in import CheckIn, Value
from bot.domain.message import Block, Button, Buttons, Divider, Heading, Look, Quote, Text, Tone
from bot.domain.packs import Question
from bot.domain.people import Participation, Person, Role
from bot.domain.ports.conversation_store import StoredAnswer
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.domain.summary import shortened
from bot.services import audience, expectations_leader, home_pair, home_team
from bot.services.admin_home import admin_blocks
from bot.services.expectations_leader import Desk
from bot.services.kit import Kit
from bot.services.my_answers import value_in_words
from bot.services.own_state import Upcoming, last_day, open_check_ins, upcoming
from bot.services.pair_panel import Looking
from bot.services.result_panels import TEAM
from bot.services.sealing import open_value
from prompts.words import Said

OPEN_SHOWN = 3
ANSWERS_SHOWN = 3
COMING_SHOWN = 3
EXCERPT = 120
"""Characters of an answer's words on Home; all of them stand under *My answers*."""


async def home(kit: Kit, person_id: UUID, now: datetime) -> tuple[Block, ...]:
    """What a person finds under Home at `now` (aware UTC); empty for somebody unknown.

    Fewer than 60 blocks whatever the person has: platforms limit how much one view holds.
    """
    keys = await kit.uow.read(lambda tx: _subjects(tx, person_id))
    vault = await kit.keys.vault(keys)
    readable = {subject for subject in keys if vault.knows(subject)}

    def read(tx: Tx) -> tuple[Person | None, tuple[Block, ...]]:
        person = tx.people.get(person_id)
        if person is None or not person.active:
            return None, ()
        return person, tuple(_Home(kit, tx, vault, readable, person, now).blocks())

    person, blocks = await kit.uow.read(read)
    if person is not None and person.role is Role.HR_ADMIN:
        blocks += await admin_blocks(kit, person, now)
    return blocks


def _subjects(tx: Tx, person_id: UUID) -> set[UUID]:
    """Whose keys are asked after."""
    person = tx.people.get(person_id)
    asked = expectations_leader.askers(tx, person) if person else set()
    return {person_id} | asked | home_team.subjects(tx, person_id)


@dataclass(frozen=True, slots=True)
class _Home:
    kit: Kit
    tx: Tx
    vault: Vault
    readable: Collection[UUID]
    person: Person
    now: datetime

    def say(self, **facts: object) -> Said:
        person = self.person
        return self.kit.words.say("home", person.locale, person.time_zone, **facts)

    def blocks(self) -> Iterator[Block]:
        coming = upcoming(self.tx, self.kit.calendar, self.person, self.now)
        mine = [u for u in coming if not u.for_managers]
        opened = open_check_ins(self.tx, self.person, self.now)
        yield Heading(self.say(first_name=self.person.first_name)["hello"])
        yield from self._open(opened)
        yield from self._coming(opened, mine)
        yield from self._last_answers()
        yield Divider()
        yield from self._choices()
        looking = Looking(self.tx, self.vault, self.kit.words, self.person, self.now)
        yield from home_pair.own_blocks(looking)
        yield from home_team.team_blocks(
            self.tx, self.kit.words, self.person, coming, self.readable, self.now
        )
        reports = self.tx.people.reports_of(self.person.id, self.now)
        if not reports:
            yield from self._as_member()
        yield from home_pair.team_blocks(looking, reports)
        yield from expectations_leader.home_blocks(self._as_leader())

    def _as_member(self) -> Iterator[Block]:
        """Where employees see their own team's results: a way to them."""
        has_manager = audience.current_manager(self.tx, self.person.id, self.now) is not None
        if has_manager and self.tx.organisations.policy().team_results:
            said = self.kit.words.say("results", self.person.locale)
            yield Buttons((Button(said["member_button"], TEAM.shown),))

    def _as_leader(self) -> Desk:
        policy, words = self.tx.organisations.policy(), self.kit.words
        return Desk(self.tx, self.vault, words, self.person, policy, self.readable, self.now)

    def _open(self, opened: list[CheckIn]) -> Iterator[Block]:
        for check_in in opened[:OPEN_SHOWN]:
            said = self.say(last_day=last_day(check_in))
            yield Text(said["open"])
            form = Button(said["answer"], "open_form", str(check_in.id), Look.PRIMARY)
            later = Button(said["not_now"], "open_later", str(check_in.id), Look.QUIET)
            yield Buttons((form, later))
        more = len(opened) - OPEN_SHOWN
        if more > 0:
            yield Text(self.say(count=more)["more_open"], Tone.MUTED)

    def _coming(self, opened: list[CheckIn], coming: list[Upcoming]) -> Iterator[Block]:
        """What comes next; where nothing is open, that comes first and in one sentence with it."""
        company = self.tx.organisations.get()
        if company is not None and company.is_paused(self.now):
            yield Text(self.say(moment=company.paused_until)["company_paused"])
            return
        if self.person.participation is Participation.STARTED and not opened:
            first = next((u for u in coming if u.kind is CadenceKind.CHECK_IN), None)
            coming = [u for u in coming if u is not first]
            yield Text(_nothing_open(self.say(moment=first.moment if first else None), first))
        for each in coming[:COMING_SHOWN]:
            yield Text(self.say(moment=each.moment)[f"next_{each.name}"], Tone.MUTED)

    def _last_answers(self) -> Iterator[Block]:
        """The newest few of the person's own, with who could read each now."""
        stored = self.tx.answers.of_person(self.person.id, ANSWERS_SHOWN)
        packs = self.tx.cadences.packs({answer.pack_revision_id for answer in stored})
        opened = [(answer, open_value(self.vault, answer)) for answer in stored]
        shown = [(answer, value) for answer, value in opened if value is not None]
        if not shown:
            if self.person.participation is Participation.STARTED:
                yield Text(self.say()["no_answers"], Tone.MUTED)
            return
        yield Divider()
        yield Text(self.say()["last_answers"], Tone.STRONG)
        for answer, value in shown:
            question = packs[answer.pack_revision_id].pack.question(answer.question_key)
            yield from self._answer(answer, question, value)

    def _answer(self, answer: StoredAnswer, question: Question, value: Value) -> Iterator[Block]:
        locale = self.person.locale
        words = value_in_words(
            question, replace(value, text=shortened(value.text, EXCERPT)), locale
        )
        yield Quote(words, question.words(locale).text)
        readers = audience.readers_of(self.tx, self.kit.words, self.person, answer, self.now)
        day = self.say(moment=answer.platform_at)["day"]
        yield Text(f"{day} · {readers}", Tone.MUTED)

    def _choices(self) -> Iterator[Block]:
        said = self.say(moment=self.person.paused_until)
        if self.person.participation is Participation.DECLINED:
            yield Text(said["declined"])
            again = Button(said["start_again"], "start", look=Look.PRIMARY)
            yield Buttons((again, *self._own(said)))
            return
        items: list[Button] = []
        if self.person.participation is Participation.NEW:
            yield Text(said["not_started"])
            yield Text(self._reader(), Tone.MUTED)
            items.append(Button(said["start"], "start", look=Look.PRIMARY))
        items += self._own(said)
        if self.person.is_paused(self.now):
            yield Text(said["paused"])
            items.append(Button(said["resume"], "resume", look=Look.PRIMARY))
        else:
            items.append(Button(said["pause"], "open_pause", look=Look.QUIET))
        items.append(Button(said["not_for_me"], "decline", look=Look.QUIET))
        yield Buttons(tuple(items))

    def _own(self, said: Said) -> tuple[Button, Button]:
        mine = Button(said["my_answers"], "my_answers")
        return mine, Button(said["my_data"], "my_data")

    def _reader(self) -> str:
        manager = audience.current_manager(self.tx, self.person.id, self.now)
        ai = audience.ai_of(self.tx.organisations.policy(), self.person)
        return audience.usual(self.kit.words, self.person, manager, ai)


def _nothing_open(said: Said, first: Upcoming | None) -> str:
    return said["nothing_open_next"] if first else said["nothing_open"]
