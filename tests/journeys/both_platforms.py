"""A company in Slack and in Teams at once: one process hears both, and each person has one home."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bot.domain.inbound import InboundKind
from bot.domain.message import Message, Reply
from bot.domain.people import Identity, Person
from bot.domain.ports.messenger import Messenger
from bot.settings.environment import Environment
from bot.slack.http import PATH as SLACK_PATH
from bot.slack.sync import sync_nightly
from bot.teams.http import PATH as TEAMS_PATH
from tests.journeys.on_slack import OnSlack
from tests.journeys.on_teams import OnTeams
from tests.journeys.surfaces import Surface, serve
from tests.servers.slack import elements

if TYPE_CHECKING:
    from tests.journeys.world import World

SLACK, TEAMS = "slack", "teams"
_BEGINS = ("time for a check-in", "I'm Touchpoint")
"""What stands in the message that begins a check-in: the first one comes with the welcome."""


@dataclass(frozen=True)
class Post:
    """A message as a server took it: on which platform, when (aware UTC), what stands in it, and
    what its notification says.
    """

    platform: str
    at: datetime
    shown: str
    text: str

    @property
    def begins_check_in(self) -> bool:
        return any(words in self.text for words in _BEGINS)


class OnBoth:
    """Each act happens where the person is at that time: in Teams for those `in_teams`, in Slack
    for everybody else, until they `go` somewhere else.
    """

    is_demo = False
    pace = timedelta(seconds=3)

    def __init__(self, in_teams: Collection[str] = ()) -> None:
        self.slack, self.teams = OnSlack(), OnTeams()
        self._places = dict.fromkeys(in_teams, TEAMS)
        self._running = AsyncExitStack()

    # The process

    async def environment(self, world: World, given: Environment) -> Environment:
        self.world = world
        return await self.teams.environment(world, await self.slack.environment(world, given))

    async def built(self, world: World) -> None:
        ears = [await self.slack.hears(world), await self.teams.hears(world)]
        served = await serve(world.built, ears, self._running)
        self.slack.slack.calls_at(served + SLACK_PATH)
        self.teams.teams.calls_at(served + TEAMS_PATH)

    async def closing(self) -> None:
        await self._running.aclose()
        await self.slack.closing()
        await self.teams.closing()

    async def close(self) -> None:
        await self.slack.close()
        await self.teams.close()

    # Who is where

    def place(self, who: str) -> str:
        """Where somebody acts and reads."""
        return self._places.get(who, SLACK)

    def go(self, who: str, platform: str) -> None:
        """From now on they act and read there."""
        self._places[who] = platform

    async def also_in(self, who: str, platform: str) -> None:
        """They get an account there as well: Slack's is read at night, and in Teams they get the
        app. Their messages stay where they were.
        """
        if platform == SLACK:
            self.slack.join([who])
            await self.reads_slack()
        else:
            self.teams.join([who])
            await self.teams.user(who).installs()
            await self.teams.ears.settled()

    async def reads_slack(self) -> None:
        """The night's look at who is in the workspace."""
        built = self.world.built
        assert built.slack is not None
        known = (built.slack.api, built.slack.installations, self.world.now)
        await sync_nightly(built.uow, built.kit.calendar, *known, wait=asyncio.sleep)

    def _at(self, who: str) -> Surface:
        return self.teams if self.place(who) == TEAMS else self.slack

    # What is sent

    def watch(self, world: World, messenger: Messenger) -> Messenger:
        return self.teams.watch(world, self.slack.watch(world, messenger))

    def join(self, names: Sequence[str]) -> None:
        self.slack.join([name for name in names if self.place(name) == SLACK])
        self.teams.join([name for name in names if self.place(name) == TEAMS])

    def identity(self, person: Person) -> Identity | None:
        return self._at(person.email.partition("@")[0]).identity(person)

    def account(self, who: str) -> tuple[UUID, str]:
        return self._at(who).account(who)

    async def act(self, who: str, kind: InboundKind, what: Mapping[str, Any], times: int) -> Reply:
        return await self._at(who).act(who, kind, what, times)

    async def thread(self, who: str) -> Sequence[Message]:
        return await self._at(who).thread(who)

    # What the two servers took

    def posted(self, who: str) -> list[Post]:
        """Every message that either server took for somebody, oldest first, whatever became of it
        since.
        """
        found = [
            Post(TEAMS, post.at, post.shown, post.text or post.summary)
            for post in self._accepted(self.teams, self.teams.teams, who)
        ]
        found += [
            Post(SLACK, post.at, elements.shown(post.blocks) or post.text, post.text)
            for post in self._accepted(self.slack, self.slack.slack, who)
        ]
        return sorted(found, key=lambda post: post.at)

    def prompts(self, who: str) -> Counter[str]:
        """How often a check-in was begun with somebody in each ISO week, by both servers' logs."""
        begun = (post for post in self.posted(who) if post.begins_check_in)
        return Counter(f"{post.at:%G-W%V}" for post in begun)

    def stands_in_teams(self, who: str) -> str:
        """All that Teams' server holds of the bot's messages to somebody, cards and all."""
        return json.dumps([asdict(seen.message) for seen in self.teams.user(who).chat])

    def _accepted(self, surface: OnSlack | OnTeams, server: Any, who: str) -> list[Any]:
        _, account = surface.account(who)
        return [post for post in server.posts() if post.user == account]


def elsewhere(platform: str) -> str:
    return SLACK if platform == TEAMS else TEAMS


class Company:
    """A world, and both platforms that it lives on."""

    def __init__(self, world: World, places: OnBoth) -> None:
        self.world = world
        self.places = places

    async def moves(self, who: str) -> str:
        """Somebody presses *Bring them here* where they have an account as well; where that is.

        They wrote something there before, which told them where their messages come.
        """
        there = elsewhere(self.places.place(who))
        if there == TEAMS:
            user = self.places.teams.user(who)
            await user.types("hello?")
            await user.presses("Bring them here")
        else:
            hands = self.places.slack.user(who)
            await hands.types("hello?")
            await self.places.slack.ears.settled()
            await hands.presses("Bring them here")
        await self.settled()
        self.places.go(who, there)
        return there

    async def settled(self) -> None:
        await self.places.slack.ears.settled()
        await self.places.teams.ears.settled()
        await self.world.settle()

    def prompted(self, who: str) -> dict[str, int]:
        return dict(self.places.prompts(who))
