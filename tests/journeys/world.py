"""A small company under a moved clock, judged by what reaches its people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot import bootstrap
from bot.bootstrap import Built
from bot.demo.reading import current
from bot.domain.cadence import CadenceSpec
from bot.domain.inbound import InboundKind
from bot.domain.message import Form, Message, Reply
from bot.domain.occurrence import OccurrenceState
from bot.domain.organisation import Configuration
from bot.domain.policy import Policy
from bot.services.manage_cadence import apply, pause_company
from bot.services.memberships import sync_plans
from bot.services.people_file import ParsedPeople
from bot.services.settle_erasures import settle_erasures
from bot.services.sync_people import apply_sync
from bot.services.work import next_thing, run_due, sweep
from bot.settings.environment import Environment
from prompts.library import load_packs
from scheduling.clock import SteppedClock
from storage.engine import open_engine
from storage.tables.conversation import AnswerRow, AnswerVersionRow
from tests.journeys.arrivals import Arrival
from tests.journeys.given import (
    FIVE,
    FOLLOWED,
    GROUPS,
    KINDS,
    OTHER,
    PAIR,
    RULES,
    Someone,
    address,
    at,
)
from tests.journeys.seen import Seen
from tests.journeys.surfaces import Local, Surface
from tests.journeys.words import below, pressable, quotes, words

START = datetime(2026, 3, 2, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)
SILENCE = timedelta(seconds=10)
"""A little more than the bot waits for before it goes on."""
STUCK = 100
"""So many rounds in a row with something still due mean that it is never done."""

_COLUMNS = frozenset(
    {"email", "name", "manager_email", "team", "country", "time_zone", "role", "hired_on"}
)


@dataclass
class World(Seen):
    """The company, its clock and everybody's screens. `deliveries` is how often each act comes."""

    environment: Environment
    clock: SteppedClock
    built: Built = field(init=False)
    rows: dict[str, Someone] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    arrivals: list[Arrival] = field(default_factory=list)
    acts: int = 0
    deliveries: int = 1
    surface: Surface = field(default_factory=Local)
    seen: set[UUID] = field(default_factory=set)

    @classmethod
    async def open(
        cls,
        environment: Environment,
        people: Sequence[Someone],
        cadences: Sequence[CadenceSpec],
        start: datetime = START,
        policy: Policy | None = None,
        surface: Surface | None = None,
    ) -> World:
        """A company in the empty databases of `environment`, set up as an HR admin would."""
        world = cls(environment, SteppedClock(start), surface=surface or Local())
        policy = policy or RULES
        world.environment = await world.surface.environment(world, environment)
        is_demo = world.surface.is_demo
        await bootstrap.create_organisation(environment, policy.company, start, is_demo=is_demo)
        await world._build()
        await world.people_are(*people)
        await world.configure(cadences, policy)
        return world

    async def configure(self, cadences: Sequence[CadenceSpec], policy: Policy) -> None:
        """Applies a configuration, as `touchpoint cadence apply` does."""
        packs = (*load_packs().values(), PAIR, OTHER, KINDS, FIVE, GROUPS, FOLLOWED)
        configuration = Configuration(policy, packs, tuple(cadences))
        calendar = self.built.kit.calendar
        await apply(self.built.uow, calendar, configuration, author="hr", now=self.now)

    async def people_are(self, *people: Someone) -> None:
        """Imports a people list: who isn't in it leaves."""
        self.surface.join([someone.name for someone in people])
        self.rows |= {someone.name: someone for someone in people}
        parsed = ParsedPeople(
            rows=tuple(someone.row(line) for line, someone in enumerate(people, 2)),
            columns=_COLUMNS,
        )
        await apply_sync(
            self.built.uow,
            parsed,
            now=self.now,
            actor="hr",
            identities=self.surface.identity,
            confirm_leavers=True,
        )
        await sync_plans(self.built.uow, self.built.kit.calendar, self.now)
        wanted = [address(someone.name) for someone in people]
        found = await self.built.uow.read(lambda tx: tx.people.by_email(wanted))
        self.ids |= {email.partition("@")[0]: person.id for email, person in found.items()}

    async def changes(self, **managers: str | None) -> None:
        """Gives people other managers, by a new import of everybody."""
        for name, manager in managers.items():
            self.rows[name] = replace(self.rows[name], manager=manager)
        await self.people_are(*self.rows.values())

    async def leaves(self, name: str) -> None:
        """The next import of the list doesn't hold this person."""
        gone = self.rows.pop(name)
        await self.people_are(*self.rows.values())
        self.rows.pop(gone.name, None)

    async def company_pauses(self, until: datetime | None) -> None:
        await pause_company(self.built.uow, until, author="hr", now=self.now)

    async def close(self) -> None:
        await self.surface.closing()
        await self.built.close()
        await self.surface.close()

    async def restart(self) -> None:
        """A new process over the same databases."""
        await self.surface.closing()
        await self.built.close()
        await self._build()

    async def _build(self) -> None:
        watch = partial(self.surface.watch, self)
        self.built = await bootstrap.build(self.environment, clock=self.clock, watch=watch)
        await self.surface.built(self)

    def arrived_at(self, name: str, message: Message) -> None:
        """Something new reached somebody's screen."""
        zone = ZoneInfo(self.rows[name].zone) if name in self.rows else UTC
        self.arrivals.append(Arrival(name, self.now.astimezone(zone), message))

    # Time

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def until(self, moment: datetime | str) -> None:
        """Lives on to `moment` (text: Berlin's wall clock); all that is due happens at its time."""
        to = at(moment) if isinstance(moment, str) else moment
        await self.work()
        in_a_row = 0
        while (due := await next_thing(self.built.kit)) is not None and due <= to:
            in_a_row = in_a_row + 1 if due <= self.now else 0
            assert in_a_row < STUCK, f"something stays due at {self.now}"
            later = max(due, self.now + A_SECOND)
            if later > to:
                break
            self.clock.set(later)
            await self.work()
        self.clock.set(max(to, self.now))
        await self.work()

    async def wait(self, span: timedelta = SILENCE) -> None:
        await self.until(self.now + span)

    async def work(self) -> None:
        """One round of all jobs at this very moment."""
        await sweep(self.built.kit, self.now)
        await settle_erasures(self.built.kit, self.now)
        await run_due(self.built.kit, self.now)

    def jump(self, moment: datetime | str) -> None:
        """The clock goes to `moment`, forward or back, while nothing runs."""
        self.clock.set(at(moment) if isinstance(moment, str) else moment)

    async def down_until(self, moment: datetime | str) -> None:
        """Nothing runs before `moment`; then everything does."""
        self.jump(moment)
        await self.restart()
        await self.work()

    # What people do

    async def send(
        self, who: str, kind: InboundKind, *, send: bool = True, **what: object
    ) -> Reply:
        """Delivers one act of a person, `deliveries` times; the first reply.

        What it causes goes out at once, unless `send` is false.
        """
        self.acts += 1
        given = {"inbound_id": f"act-{self.acts}-{uuid4()}", "at": self.now} | what
        reply = await self.surface.act(who, kind, given, self.deliveries)
        if send:
            await self.settle()
        return reply

    async def settle(self) -> None:
        """Delivers what an act caused; a platform that takes a message a second gets the next ones
        in the seconds after.
        """
        await self.work()
        last = self.now + self.surface.pace
        while (due := await next_thing(self.built.kit)) is not None and self.now < due <= last:
            self.clock.set(due)
            await self.work()

    async def act(
        self, who: str, action: str, value: str = "", pressed: str = "", *, send: bool = True
    ) -> Reply:
        """Presses something by its command, wherever it stands (in the thread or under Home)."""
        kind = InboundKind.PRESS
        return await self.send(who, kind, action=action, value=value, pressed=pressed, send=send)

    async def press_under(self, who: str, text: str, action: str, *, send: bool = True) -> Reply:
        """Presses *Undo* or *Only for me* of the answer that says `text`, wherever it stands."""
        panel = await self.my_answers(who)
        note = next(quote.note for quote in quotes(panel.blocks) if quote.text == text)
        shown = [message.blocks for message in await self.thread(who)]
        about = [blocks for blocks in shown if note in words(blocks)]
        about.append(below(panel.blocks, text))
        found = [each for blocks in about for each in pressable(blocks)]
        value = next((value for _, does, value in reversed(found) if does == action), None)
        assert value is not None, f"{who} sees no {action} for {text!r}"
        return await self.act(who, action, value, send=send)

    async def press(self, who: str, what: str, pressed: str = "") -> Reply:
        """Presses the newest button of that label or action in the person's thread."""
        _, action, value = await self.button(who, what)
        return await self.act(who, action, value, pressed)

    async def button(self, who: str, what: str) -> tuple[str, str, str]:
        """The newest button of that label or action, as (label, action, value): in the thread,
        or else under Home.
        """
        for found in (await self.buttons(who), [*pressable(await self.home(who))]):
            for each in reversed(found):
                if what in each[:2]:
                    return each
        raise AssertionError(f"{who} sees no button {what!r}")

    async def buttons(self, who: str) -> list[tuple[str, str, str]]:
        """All buttons in the person's thread, oldest first."""
        thread = await self.thread(who)
        return [each for message in thread for each in pressable(message.blocks)]

    async def types(self, who: str, text: str, at: datetime | None = None) -> None:
        """Types a message; `at` is the platform's time of it, where that isn't now."""
        await self.send(who, InboundKind.TEXT, text=text, at=at or self.now)

    async def answers(self, who: str, *texts: str) -> None:
        """Types one answer after the other and waits for the next question each time."""
        for text in texts:
            await self.types(who, text)
            await self.wait()

    async def starts(self, *people: str) -> None:
        for who in people:
            await self.press(who, "start")

    async def opens(self, who: str, what: str) -> Form:
        """Presses a button that opens a form."""
        reply = await self.press(who, what)
        assert isinstance(reply.view, Form), reply
        return reply.view

    async def submits(
        self, who: str, form: Form, fields: Mapping[str, str], at: datetime | None = None
    ) -> Reply:
        """Sends a form with what it shows, changed by `fields`."""
        given = {"fields": current(form) | fields, "at": at or self.now}
        return await self.send(who, InboundKind.FORM, action=form.action, value=form.value, **given)

    async def puts_off(self, who: str, when: str, **fields: str) -> Reply:
        """*Not now*, then "hour", "tomorrow", "next_week", "skip" or "pause" (with `until`)."""
        form = await self.opens(who, "open_later")
        reply = await self.submits(who, form, {"when": when})
        if isinstance(reply.view, Form) and fields:
            return await self.submits(who, reply.view, fields)
        return reply

    # What the databases hold

    async def kept_versions(self, who: str) -> list[bytes]:
        """The sealed versions of somebody's answers that the database still holds."""
        table = AnswerVersionRow.__table__
        join = select(table.c.sealed).join(AnswerRow, AnswerRow.id == table.c.answer_id)
        engine = open_engine(self.environment.database_url)
        try:
            with engine.connect() as connection:
                rows = connection.execute(join.where(AnswerRow.person_id == self.ids[who]))
                return [sealed for (sealed,) in rows if sealed is not None]
        finally:
            engine.dispose()

    async def skipped(self) -> dict[str, int]:
        """How many occurrences were skipped, by reason, as `touchpoint status` counts them."""
        since = self.now - timedelta(days=400)
        counts = await self.built.uow.read(lambda tx: tx.occurrences.counts(since))
        reasons: dict[str, int] = {}
        for _, state, reason, count in counts:
            if state is OccurrenceState.SKIPPED:
                reasons[reason] = reasons.get(reason, 0) + count
        return reasons
