"""The four weeks of the sample company, judged by everybody's screens."""

from __future__ import annotations

import asyncio
import pickle
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

import pytest

from bot import bootstrap
from bot.bootstrap import Built
from bot.demo import company as sample
from bot.demo.life import live
from bot.demo.player import Player
from bot.demo.script import Deed, Turn
from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Block, Heading, Message, Panel, Quote, Reply, Text
from bot.domain.people import Person
from bot.services.home import home
from bot.services.manage_cadence import apply
from bot.services.memberships import sync_plans
from bot.services.sync_people import apply_sync
from bot.settings import load_configuration
from scheduling.calendar import WorkCalendar
from scheduling.clock import SteppedClock
from tests.harness import ROOT, locked, run_directory
from tests.journeys.conftest import prepared
from tests.journeys.given import address
from tests.journeys.on_slack import OnSlack
from tests.journeys.surfaces import Local, Surface
from tests.journeys.words import pressable, words
from tests.journeys.world import World

WEEKS = 4
"""What the demo lives by default."""

GIVEN_AWAY = ("skip", "paus", "declin", "opt", "ignor", "snooz", "remind", "not for me", "answered")
"""Parts of words that would tell a manager why somebody shared nothing."""


NUDGES = frozenset({"nudge", "nudges"})
"""An organisation's own note, and what comes to a manager."""


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
        return begins or self.message.kind in {"welcome", "nudge"}

    @property
    def begins(self) -> bool:
        """Whether it begins a check-in; a reminder doesn't."""
        return self.is_prompt and self.message.text.startswith("Hello")


@dataclass(frozen=True)
class Own:
    """An answer under *My answers*: the question, the words, and whether the manager may read."""

    question: str
    text: str
    shared: bool


@dataclass
class Lived:
    """Four weeks as they look afterwards; people by e-mail address."""

    people: dict[str, Person] = field(default_factory=dict)
    managers: dict[str, str | None] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()
    seen: list[Seen] = field(default_factory=list)
    acts: list[tuple[str, Inbound]] = field(default_factory=list)
    own: dict[str, list[Own]] = field(default_factory=dict)
    details: dict[str, list[Panel]] = field(default_factory=dict)
    threads: dict[str, list[Message]] = field(default_factory=dict)
    player: Player | None = None

    def of(self, email: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.who.email == email]

    def told(self, manager: str) -> dict[str, list[str]]:
        """The verbatim quotes in all of a manager's summaries, by the name above them."""
        found: dict[str, list[str]] = {}
        for panel in self.details[manager]:
            name = ""
            for block in panel.blocks:
                if isinstance(block, Heading):
                    name = block.text
                elif isinstance(block, Quote):
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
        lived.own[email] = _own((await place.presses(name, "my_answers", "")).blocks)
        lived.threads[email] = list(await place.surface.thread(name))
        blocks = await home(place.built.kit, person_id, place.now)
        lived.details[email] = [
            await place.presses(name, action, value)
            for _, action, value in pressable(blocks)
            if action == "summary_details"
        ]


def _own(blocks: Sequence[Block]) -> list[Own]:
    found: list[Own] = []
    for quote, line in pairwise(blocks):
        if isinstance(quote, Quote) and isinstance(line, Text):
            found.append(Own(quote.note, quote.text, "can read it while" in line.text))
    return found


async def _four_weeks(folder: Path, surface: Surface) -> Lived:
    configuration = load_configuration(ROOT / "app.yaml")
    company = sample.gather(
        configuration, sample.SAMPLE_PEOPLE, sample.SAMPLE_ANSWERS, sample.SAMPLE_ONE_TO_ONES
    )
    clock, lived = SteppedClock(company.starts_at), Lived(turns=company.turns)
    place = Place(lived, surface, clock)
    world = cast(World, place)
    environment = await surface.environment(world, prepared(folder))
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


@pytest.fixture(scope="module", params=["local", "slack"])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Four weeks on the local platform, and four in Slack; each lived once in a test run."""
    kept = run_directory() / f"sample-{request.param}.pickle"
    with locked(kept.with_suffix(".lock")):
        if not kept.exists():
            surface: Surface = OnSlack() if request.param == "slack" else Local()
            weeks = asyncio.run(_four_weeks(tmp_path_factory.mktemp("sample"), surface))
            kept.write_bytes(pickle.dumps(replace(weeks, player=None)))
    found: Lived = pickle.loads(kept.read_bytes())  # noqa: S301 - written by this very run
    return found


def test_everybody_was_asked_and_many_answered(lived: Lived) -> None:
    """What the other tests judge is there: everybody heard of it, and in every week somebody
    answered."""
    assert {seen.who.email for seen in lived.seen} == set(lived.people)
    assert sum(len(own) for own in lived.own.values()) > 60
    deeds = {turn.does for turn in lived.turns}
    assert deeds == set(Deed)


def test_nobody_is_asked_twice_for_a_week(lived: Lived) -> None:
    """A check-in begins once a week for everybody, and again only for those who put it off."""
    put_off = {(t.person, t.week) for t in lived.turns if t.does is Deed.SNOOZES}
    begun = Counter((seen.who.email, seen.week) for seen in lived.seen if seen.begins)
    for (email, week), times in begun.items():
        assert times <= 1 + ((email, week) in put_off), (email, week)
    nudges = [(s.who.email, s.local.date()) for s in lived.seen if s.message.kind in NUDGES]
    assert len(nudges) == len(set(nudges)), "what comes to a manager on a day is one message"
    assert {email for email, _ in nudges} == {m for m in lived.managers.values() if m}


def test_nobody_is_prompted_more_often_than_the_cap(lived: Lived) -> None:
    """At most four prompts a person and week, reminders among them, and at most two reminders."""
    prompts = Counter((seen.who.email, seen.week) for seen in lived.seen if seen.is_prompt)
    assert max(prompts.values()) <= 4
    reminders = Counter(
        (seen.who.email, seen.week)
        for seen in lived.seen
        if seen.is_prompt and not seen.begins and seen.message.kind != "nudge"
    )
    assert max(reminders.values()) <= 2


def test_nobody_is_disturbed(lived: Lived) -> None:
    """Prompts and summaries come between 8:00 and 18:00 of a local working day."""
    calendar = WorkCalendar()
    for seen in lived.seen:
        if seen.is_prompt or seen.message.kind == "summary":
            assert time(8) <= seen.local.time() < time(18), seen
            assert calendar.is_working_day(seen.who.country, seen.local.date()), seen


def test_what_was_typed_is_kept_word_for_word(lived: Lived) -> None:
    """Every text somebody typed or filled in stands under My answers, unless they took it back or
    changed it."""
    gone = {
        line
        for turn in lived.turns
        for key, answer in turn.answers.items()
        if answer.undo or (turn.edit and key in turn.edit.texts)
        for line in answer.bubbles
    }
    edits = {text for turn in lived.turns if turn.edit for text in turn.edit.texts.values()}
    everything = [own.text for answers in lived.own.values() for own in answers]
    assert edits & set(everything)
    gone |= edits  # of questions that were not asked that week, too
    for email, inbound in lived.acts:
        kept = [line for own in lived.own[email] for line in own.text.split("\n")]
        given = [inbound.text] if inbound.text else []
        given += [v for name, v in inbound.fields.items() if name.startswith("text:") and v]
        for text in given:
            for line in text.split("\n"):
                assert line in kept or line in gone, (email, line)


def test_what_was_taken_back_is_nowhere(lived: Lived) -> None:
    """An answer that was undone stands in nobody's My answers and in no summary."""
    undone = [a for turn in lived.turns for a in turn.answers.values() if a.undo and a.bubbles]
    assert undone
    everything = "\n".join(
        [own.text for answers in lived.own.values() for own in answers]
        + [words(panel) for panels in lived.details.values() for panel in panels]
        + [words(message) for thread in lived.threads.values() for message in thread]
    )
    for answer in undone:
        assert answer.bubbles[0] not in everything


def spoken(text: str) -> str:
    """The words of an answer, without the pressed rating that My answers puts above them."""
    return re.sub(r"\A[1-5]/5[^\n]*\n?", "", text)


def test_every_shared_answer_reaches_the_right_manager_once(lived: Lived) -> None:
    """What somebody shares stands in exactly one summary of their own manager, word for word; what
    was narrowed in none. Only what was edited may stand in an earlier one too."""
    edits = [(turn, key) for turn in lived.turns if turn.edit for key in turn.edit.texts]
    before = {turn.answers[key].text for turn, key in edits if key in turn.answers}
    before |= {turn.edit.texts[key] for turn, key in edits if turn.edit}
    for email, manager in lived.managers.items():
        if manager is None:
            continue
        told = Counter(lived.told(manager).get(lived.people[email].name, []))
        given = [spoken(own.text) for own in lived.own[email] if own.shared]
        shared = Counter(text for text in given if text)
        assert shared - told == Counter(), email
        extra = [text for text in told - shared if text not in before]
        assert extra == [], email


def test_managers_see_their_own_people_alone(lived: Lived) -> None:
    """A manager's summaries quote the manager's reports and nobody else, and no words that
    somebody else's report typed stand anywhere a manager can look."""
    for manager in {m for m in lived.managers.values() if m}:
        reports = {e for e, m in lived.managers.items() if m == manager}
        assert set(lived.told(manager)) <= {lived.people[email].name for email in reports}
    for email, panels in lived.details.items():
        shown = "\n".join(words(message) for message in [*panels, *lived.threads[email]])
        for other, answers in lived.own.items():
            if other == email or lived.managers[other] == email:
                continue
            for own in answers:
                line = max(own.text.split("\n"), key=len)
                assert len(line) < 30 or line not in shown, (email, other)


def test_narrowed_answers_reach_nobody(lived: Lived) -> None:
    """Somebody keeps an answer to themselves, and it stands in no summary."""
    mine = [
        (email, own) for email, answers in lived.own.items() for own in answers if not own.shared
    ]
    with_manager = [(e, own) for e, own in mine if lived.managers[e]]
    assert with_manager
    for email, own in with_manager:
        told = lived.told(str(lived.managers[email])).get(lived.people[email].name, [])
        assert own.text not in told, email


def test_silence_is_named_in_one_way_alone(lived: Lived) -> None:
    """Whoever shared nothing in a week, for whatever reason, is on the one line "nothing shared",
    and no summary says anything else about silence."""
    for manager in {m for m in lived.managers.values() if m}:
        reports = [e for e, m in lived.managers.items() if m == manager]
        assert len(lived.details[manager]) == WEEKS
        for panel in lived.details[manager]:
            quoted = {b.text for b in panel.blocks if isinstance(b, Heading)}
            lines = [b.text for b in panel.blocks if isinstance(b, Text)]
            silent = "".join(line for line in lines if line.endswith("nothing shared this week."))
            for email in reports:
                person = lived.people[email]
                assert (person.name in quoted) != (person.first_name in silent), person.name
        own_words = [b for p in lived.details[manager] for b in p.blocks if isinstance(b, Text)]
        said = [b.text for b in own_words if "Last time" not in b.text]
        summaries = [s.message for s in lived.of(manager) if s.message.kind == "summary"]
        said += [b.text for m in summaries for b in m.blocks if isinstance(b, Text)]
        for text in said:
            assert not any(part in text.lower() for part in GIVEN_AWAY), text


def test_whoever_declined_is_left_alone(lived: Lived) -> None:
    """After *Not for me* nothing comes but the one reply."""
    declined = [turn.person for turn in lived.turns if turn.does is Deed.DECLINES]
    assert declined
    for email in declined:
        kinds = [seen.message.kind for seen in lived.of(email)]
        assert kinds[-1] == "note"
        assert set(kinds[:-1]) <= {"welcome"}
