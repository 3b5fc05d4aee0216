"""Four weeks of the sample company, as everybody saw them and as they look afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import cast
from uuid import UUID, uuid4

from bot import bootstrap
from bot.bootstrap import Built
from bot.demo import company as sample
from bot.demo.life import live
from bot.demo.pair_script import PairScript
from bot.demo.player import Player
from bot.demo.script import Turn
from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Block, Heading, Message, Panel, Quote, Reply, Text
from bot.domain.people import Person
from bot.services.home import home
from bot.services.manage_cadence import apply
from bot.services.memberships import sync_plans
from bot.services.sync_people import apply_sync
from bot.settings import Environment, load_configuration
from scheduling.clock import SteppedClock
from tests.harness import ROOT
from tests.journeys.given import address
from tests.journeys.surfaces import Surface
from tests.journeys.words import pressable, words
from tests.journeys.world import World

WEEKS = 4
"""What the demo lives by default."""


@dataclass(frozen=True)
class Seen:
    """One message as it reached a screen, at the reader's local time."""

    who: Person
    local: datetime
    message: Message

    @property
    def week(self) -> int:
        """Counted from 1, like the script's."""
        return (self.local.date() - sample.START).days // 7 + 1

    @property
    def is_prompt(self) -> bool:
        begins = self.message.kind == "question" and "check-in" in self.message.text
        return begins or self.message.kind == "welcome"

    @property
    def begins(self) -> bool:
        """Whether it begins a check-in; a reminder doesn't."""
        return self.is_prompt and self.message.text.startswith("Hello")

    @property
    def check_in(self) -> str:
        """The id of the check-in that it asks for; "" in a welcome."""
        opens = [v for _, does, v in pressable(self.message.blocks) if does == "open_later"]
        return opens[0] if opens else ""


@dataclass(frozen=True)
class Own:
    """An answer under *My answers*: the question, the words, and whether the manager may read."""

    question: str
    text: str
    shared: bool


@dataclass
class Lived:
    """Four weeks as they look afterwards; people by e-mail address. `between`: what two of them
    have in common, as the first of them reads it.
    """

    people: dict[str, Person] = field(default_factory=dict)
    managers: dict[str, str | None] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()
    pairs: tuple[PairScript, ...] = ()
    seen: list[Seen] = field(default_factory=list)
    acts: list[tuple[str, Inbound]] = field(default_factory=list)
    own: dict[str, list[Own]] = field(default_factory=dict)
    details: dict[str, list[Panel]] = field(default_factory=dict)
    between: dict[str, dict[str, str]] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    threads: dict[str, list[Message]] = field(default_factory=dict)
    player: Player | None = None

    def of(self, email: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.who.email == email]

    def told(self, manager: str) -> dict[str, list[str]]:
        """The verbatim quotes in all of a manager's summaries, by the name above them, without what
        the manager promised.
        """
        found: dict[str, list[str]] = {}
        for panel in self.details[manager]:
            name = ""
            for block in panel.blocks:
                if isinstance(block, Heading):
                    name = block.text
                elif isinstance(block, Quote) and not block.note.startswith("You promised"):
                    found.setdefault(name, []).append(block.text)
        return found


@dataclass
class Place:
    """Where they live, as a platform's hands need it (see tests.journeys.world.World)."""

    lived: Lived
    surface: Surface
    clock: SteppedClock
    built: Built = field(init=False)
    ids: dict[str, UUID] = field(default_factory=dict)
    seen: set[UUID] = field(default_factory=set)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def person(self, name: str) -> Person:
        return self.lived.people[address(name)]

    def arrived_at(self, name: str, message: Message) -> None:
        """Something new reached somebody's screen."""
        who = self.lived.people[address(name)]
        self.lived.seen.append(Seen(who, self.now.astimezone(who.zone), message))
        assert self.lived.player is not None
        self.lived.player.arrived(who.id, message)

    async def door(self, inbound: Inbound, _: datetime) -> Reply:
        """One act of somebody's, by what the script knows of it."""
        name = next(n for n, known in self.ids.items() if str(known) == inbound.external_id)
        self.lived.acts.append((address(name), inbound))
        return await self.act(name, inbound.kind, inbound)

    async def act(self, name: str, kind: InboundKind, inbound: Inbound) -> Reply:
        what = {part: getattr(inbound, part) for part in _PARTS[kind]}
        given = {"inbound_id": inbound.inbound_id, "at": self.now}
        return await self.surface.act(name, kind, given | what, 1)

    async def presses(self, name: str, action: str, value: str) -> Panel:
        kind = InboundKind.PRESS
        inbound = Inbound(uuid4(), "", str(uuid4()), kind, self.now, "", action, value)
        view = (await self.act(name, kind, inbound)).view
        assert isinstance(view, Panel)
        return view

    async def reads(self, name: str, action: str, value: str) -> Panel:
        """All pages of a panel as one, turned with its own buttons."""
        shown = await self.presses(name, action, value)
        blocks, page = list(shown.blocks), 0
        while later := _later_pages(shown, action, page):
            page = _page(later[-1])
            shown = await self.presses(name, action, later[-1])
            blocks += shown.blocks
        return replace(shown, blocks=tuple(blocks))


def _later_pages(shown: Panel, action: str, page: int) -> list[str]:
    values = [value for _, does, value in pressable(shown.blocks) if does == action]
    return [value for value in values if _page(value) > page]


def _page(value: str) -> int:
    """The page that a button turns to; the first is 0."""
    return int(value.rpartition(":")[2])


_PARTS = {
    InboundKind.TEXT: ("text",),
    InboundKind.PRESS: ("action", "value", "pressed"),
    InboundKind.FORM: ("action", "value", "fields"),
}


async def _move_in(place: Place, company: sample.Company) -> None:
    """As `bot.demo.company.move_in`, with everybody's account on this platform."""
    lived, built, now = place.lived, place.built, place.now
    names = [row.email.partition("@")[0] for row in company.people.rows]
    place.surface.join(names)
    identities = place.surface.identity
    await apply_sync(built.uow, company.people, now=now, actor="hr", identities=identities)
    calendar = built.kit.calendar
    await apply(built.uow, calendar, company.configuration, author="hr", now=now)
    await sync_plans(built.uow, calendar, now)
    lived.managers = {row.email: row.manager_email for row in company.people.rows}
    lived.people.update(await built.uow.read(lambda tx: tx.people.by_email(lived.managers)))
    place.ids |= {email.partition("@")[0]: person.id for email, person in lived.people.items()}


async def _live(place: Place, company: sample.Company) -> None:
    actors = await sample.cast(place.built, company)
    player = Player(place.door, uuid4(), actors, sample.START)
    place.lived.player = player
    until = company.starts_at + timedelta(weeks=WEEKS)
    await live(place.built, place.clock, player, until, lambda _: None)


async def _look_back(place: Place) -> None:
    lived = place.lived
    for name, person_id in place.ids.items():
        email = address(name)
        lived.own[email] = _own((await place.reads(name, "my_answers", "")).blocks)
        lived.threads[email] = list(await place.surface.thread(name))
        blocks = await home(place.built.kit, person_id, place.now)
        lived.homes[email] = words(blocks)
        lived.details[email] = [
            await place.reads(name, action, value)
            for _, action, value in pressable(blocks)
            if action == "summary_details"
        ]
    for pair in lived.pairs:
        for one, other in ((pair.manager, pair.report), (pair.report, pair.manager)):
            value = str(lived.people[other].id)
            panel = await place.reads(one.partition("@")[0], "pair", value)
            lived.between.setdefault(one, {})[other] = words(panel)


def _own(blocks: Sequence[Block]) -> list[Own]:
    found: list[Own] = []
    for quote, line in pairwise(blocks):
        if isinstance(quote, Quote) and isinstance(line, Text):
            found.append(Own(quote.note, quote.text, "can read it while" in line.text))
    return found


async def four_weeks(given: Environment, surface: Surface) -> Lived:
    """Lives them in empty databases."""
    configuration = load_configuration(ROOT / "app.yaml")
    company = sample.gather(
        configuration, sample.SAMPLE_PEOPLE, sample.SAMPLE_ANSWERS, sample.SAMPLE_ONE_TO_ONES
    )
    clock, lived = SteppedClock(company.starts_at), Lived(turns=company.turns, pairs=company.pairs)
    place = Place(lived, surface, clock)
    world = cast(World, place)
    environment = await surface.environment(world, given)
    called, is_demo = configuration.policy.company, surface.is_demo
    await bootstrap.create_organisation(environment, called, clock.now(), is_demo=is_demo)
    watch = partial(surface.watch, world)
    place.built = await bootstrap.build(environment, clock=clock, watch=watch)
    try:
        await surface.built(world)
        await _move_in(place, company)
        await _live(place, company)
        await _look_back(place)
    finally:
        await surface.closing()
        await place.built.close()
        await surface.close()
    return lived
