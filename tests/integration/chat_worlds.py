"""A small company on the chat platform of the tests, in real databases, under a moved clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from bot.domain.cadence import Audience, CadenceKind, CadenceSpec
from bot.domain.delivery import DeliveryState, NewDelivery, Recovery
from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Reply
from bot.domain.occurrence import OccurrenceState
from bot.domain.organisation import Configuration, Installation, Organisation
from bot.domain.packs import AudienceKind, Pack, Question, QuestionKind, Wording
from bot.domain.people import Identity, Participation, Person, Role
from bot.domain.policy import Policy
from bot.domain.ports.messenger import Messenger
from bot.domain.recurrence import Recurrence, Unit
from bot.llm.plain_writer import PlainWriter
from bot.services import outgoing
from bot.services.conversation import handle
from bot.services.kit import Kit
from bot.services.manage_cadence import apply
from bot.services.memberships import sync_plans
from bot.services.people_file import ParsedPeople, PersonRow
from bot.services.sync_people import apply_sync
from bot.services.work import next_thing, run_due, sweep
from prompts.words import shipped_words
from scheduling.calendar import WorkCalendar
from scheduling.clock import SteppedClock
from storage.engine import open_engine
from storage.key_store import KeyStore, upgrade_key_store
from storage.master_key import MasterKey
from storage.migrate import upgrade
from storage.transaction import SqlTx
from storage.unit_of_work import SqlUnitOfWork
from tests.servers.chat import ChatPlatform, chat_platform
from tests.servers.chat_messenger import PLATFORM, ChatMessenger

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
"""The Tuesday and time of the check-in; everybody lives in UTC."""
FRIDAY = datetime(2026, 3, 6, 15, tzinfo=UTC)
"""When the managers' summary is due."""
SECOND = timedelta(seconds=1)
SILENCE = 10 * SECOND
LEASE_OVER = timedelta(seconds=61)
MASTER = MasterKey.of(b"m" * 32)

PACK = Pack(
    "one",
    {"en": "One"},
    (
        Question(
            "work",
            QuestionKind.TEXT,
            AudienceKind.MANAGER,
            {"en": Wording("How is work?", starters={"any": "Ask what would help."})},
        ),
        Question("wish", QuestionKind.TEXT, AudienceKind.MANAGER, {"en": Wording("Any wish?")}),
    ),
)
_COLUMNS = frozenset({"email", "name", "manager_email", "time_zone"})


def _weekly(kind: CadenceKind, weekday: int, at: time, **what: object) -> CadenceSpec:
    given = {
        "key": kind.value,
        "kind": kind,
        "title": kind.value,
        "recurrence": Recurrence(Unit.WEEK, 1, at, MONDAY, weekday=weekday),
        "audience": Audience(everyone=True),
    }
    return CadenceSpec(**(given | what))  # type: ignore[arg-type]  # the fields' names are checked


CHECK_IN = _weekly(CadenceKind.CHECK_IN, 1, time(10), pack="one", reminders=0)
NUDGE = _weekly(CadenceKind.NUDGE, 1, time(10), text="Hello {{ first_name }}")
SUMMARY = _weekly(CadenceKind.WEEKLY_SUMMARY, 4, time(15), audience=Audience(managers=True))


@dataclass
class Process:
    """One process: services joined by hand over connections of its own."""

    world: Company
    kit: Kit
    uow: SqlUnitOfWork
    messenger: Messenger

    async def work(self, at: datetime | None = None) -> None:
        """Everything that is due now, or at `at`, what crashed claimants left included."""
        if at is not None:
            self.world.clock.set(at)
        now = self.world.clock.now()
        await sweep(self.kit, now)
        await run_due(self.kit, now)

    async def live(self, until: datetime) -> None:
        """Goes from one due moment to the next, until `until`."""
        await self.work()
        while (due := await next_thing(self.kit)) is not None and due <= until:
            await self.work(max(due, self.world.clock.now() + SECOND))
        await self.work(until)

    async def queue(self, *messages: NewDelivery) -> set[UUID]:
        return await self.uow.write(lambda tx: tx.queue.enqueue(messages))

    async def queue_notes(self, who: str, *codes: str) -> list[str]:
        """Queues short answers of the bot to somebody; their delivery ids."""
        notes = [self.world.note(who, code) for code in codes]
        assert await self.queue(*notes) == {note.id for note in notes}
        return [str(note.id) for note in notes]

    async def counts(self) -> dict[tuple[DeliveryState, str], int]:
        """The queue's rows by (state, reason)."""
        return dict(await self.uow.read(lambda tx: tx.queue.counts()))

    async def occurrences(self) -> dict[tuple[OccurrenceState, str], int]:
        """How many occurrences there are by (state, reason)."""
        since = NOW - timedelta(days=30)
        rows = await self.uow.read(lambda tx: tx.occurrences.counts(since))
        found: dict[tuple[OccurrenceState, str], int] = {}
        for _, state, reason, many in rows:
            found[state, reason] = found.get((state, reason), 0) + many
        return found

    async def types(self, who: str, text: str, inbound_id: str = "") -> Reply:
        """Somebody types `text` now."""
        return await self._does(who, InboundKind.TEXT, inbound_id, text=text)

    async def presses(self, who: str, action: str, value: str = "") -> Reply:
        return await self._does(who, InboundKind.PRESS, action=action, value=value)

    async def _does(self, who: str, kind: InboundKind, inbound_id: str = "", **what: str) -> Reply:
        now, person = self.world.clock.now(), await self.person(who)
        inbound = Inbound(
            installation_id=self.world.installations[who],
            external_id=person.email,
            inbound_id=inbound_id or str(uuid4()),
            kind=kind,
            at=now,
            **what,  # type: ignore[arg-type]  # the fields of one kind of act, by name
        )
        return await handle(self.kit, inbound, now)

    async def person(self, who: str) -> Person:
        found = await self.uow.read(lambda tx: tx.people.get(self.world.ids[who]))
        assert found is not None
        return found

    async def people_are(self, **managers: str | None) -> None:
        """Imports a people list of names and their managers; who isn't in it leaves."""
        now = self.world.clock.now()
        rows = [_row(line, name, manager) for line, (name, manager) in enumerate(managers.items())]
        await apply_sync(
            self.uow,
            ParsedPeople(rows=tuple(rows), columns=_COLUMNS),
            now=now,
            actor="hr",
            identities=self.world.identity,
            confirm_leavers=True,
        )
        await sync_plans(self.uow, self.kit.calendar, now)
        found = await self.uow.read(lambda tx: tx.people.by_email(row.email for row in rows))
        self.world.ids |= {email.partition("@")[0]: p.id for email, p in found.items()}


@dataclass
class Company:
    """Where a company's databases are, and who works there."""

    url: str
    keys_url: str
    clock: SteppedClock
    organisation_id: UUID = field(default_factory=uuid4)
    one: UUID = field(default_factory=uuid4)
    other: UUID = field(default_factory=uuid4)
    ids: dict[str, UUID] = field(default_factory=dict)

    @property
    def installations(self) -> dict[str, UUID]:
        """Zoe works in a workspace of her own, with a lane of its own; the others share one."""
        return {name: self.other if name == "zoe" else self.one for name in self.ids}

    def note(self, who: str, code: str) -> NewDelivery:
        """A short answer of the bot, each time anew."""
        person_id, now = self.ids[who], self.clock.now()
        return outgoing.note(self.organisation_id, person_id, code, f"test:{uuid4()}", now)

    def home_of(self, person: Person) -> tuple[str, UUID]:
        """Somebody's name, and the installation of their account."""
        name = person.email.partition("@")[0]
        return name, self.other if name == "zoe" else self.one

    def identity(self, person: Person) -> Identity:
        """The account of somebody, as their platform has it."""
        raise NotImplementedError


@dataclass
class ChatWorld(Company):
    """A company, and what its platform saw."""

    chat: ChatPlatform = field(kw_only=True)

    def identity(self, person: Person) -> Identity:
        """The account of somebody: "ana" is reached in the channel "C-ana"."""
        name, home = self.home_of(person)
        return Identity(uuid4(), person.id, home, PLATFORM, person.email, f"C-{name}")

    @asynccontextmanager
    async def process(self, recovery: Recovery = Recovery.LOOK_UP) -> AsyncIterator[Process]:
        """A process over the world's databases, as long as the block."""
        joined = joined_by_hand(
            self.url, self.keys_url, self.organisation_id, self.chat.url, self.clock, recovery
        )
        async with joined as (kit, uow, messenger):
            yield Process(self, kit, uow, messenger)


@asynccontextmanager
async def joined_by_hand(
    url: str,
    keys_url: str,
    organisation_id: UUID,
    chat_url: str,
    clock: SteppedClock,
    recovery: Recovery,
) -> AsyncIterator[tuple[Kit, SqlUnitOfWork, ChatMessenger]]:
    """The services over real storage and the chat platform."""
    uow = SqlUnitOfWork(open_engine(url), organisation_id)
    messenger = ChatMessenger(chat_url, clock, recovery)
    async with kit_over(uow, keys_url, clock, {PLATFORM: messenger}) as kit:
        yield kit, uow, messenger


@asynccontextmanager
async def kit_over(
    uow: SqlUnitOfWork, keys_url: str, clock: SteppedClock, messengers: Mapping[str, Messenger]
) -> AsyncIterator[Kit]:
    """What every process joins; both stores are closed at the end."""
    keys = KeyStore.open(keys_url, uow.organisation_id, MASTER, clock.now)
    try:
        yield Kit(uow, keys, shipped_words(), WorkCalendar(), messengers, PlainWriter())
    finally:
        await uow.close()
        await keys.close()


def prepared(url: str, folder: Path) -> tuple[str, SteppedClock]:
    """Makes both databases; the address of the keys, and a clock an hour before what is due."""
    keys_url = f"sqlite:///{folder / 'keys.db'}"
    upgrade(url)
    upgrade_key_store(keys_url)
    return keys_url, SteppedClock(NOW - timedelta(hours=1))


async def configured(process: Process, *cadences: CadenceSpec) -> None:
    """What an HR admin applies."""
    configuration = Configuration(Policy(company="Fernweh"), (PACK,), cadences)
    now = process.world.clock.now()
    await apply(process.uow, process.kit.calendar, configuration, author="hr", now=now)


@asynccontextmanager
async def chat_world(
    url: str, folder: Path, *cadences: CadenceSpec, more: Sequence[str] = ()
) -> AsyncIterator[ChatWorld]:
    """Mia manages Ana and Ben, and Zoe is alone in another workspace; all of them take part.

    `more` people report to Mia too. The clock stands an hour before what is due on Tuesday.
    """
    keys_url, clock = prepared(url, folder)
    async with chat_platform(clock) as chat:
        world = ChatWorld(url, keys_url, clock, chat=chat)
        async with world.process() as process:
            await process.uow.write(lambda tx: _found(tx, world))
            reports = dict.fromkeys(("ana", "ben", *more), "mia")
            await process.people_are(mia=None, zoe=None, **reports)
            await process.uow.write(lambda tx: all_take_part(tx, world))
            await configured(process, *cadences)
        clock.set(NOW)
        yield world


def _found(tx: SqlTx, world: ChatWorld) -> None:
    now = world.clock.now()
    tx.organisations.add(Organisation(world.organisation_id, "Fernweh"), now)
    for number, installation_id in enumerate((world.one, world.other)):
        installation = Installation(
            installation_id, world.organisation_id, PLATFORM, f"workspace-{number}"
        )
        tx.organisations.add_installation(installation, now)


def all_take_part(tx: SqlTx, world: Company) -> None:
    """Everybody has pressed Start."""
    for person_id in world.ids.values():
        tx.people.set_participation(person_id, Participation.STARTED)


def _row(line: int, name: str, manager: str | None) -> PersonRow:
    return PersonRow(
        line=line + 2,
        email=f"{name}@fernweh.example",
        name=name.capitalize(),
        manager_email=f"{manager}@fernweh.example" if manager else None,
        team=None,
        country=None,
        time_zone="UTC",
        hired_on=None,
        locale="en",
        role=Role.EMPLOYEE,
    )
