"""What the people of a journey's company see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.bootstrap import Built
from bot.domain.message import Block, Message, Panel, Quote, Reply
from bot.domain.people import Person
from bot.services.home import home
from tests.journeys.arrivals import Arrival
from tests.journeys.surfaces import Surface
from tests.journeys.words import pressable, quotes, words


class Seen:
    """Their screens, as `World` fills them. An opened page is logged; nothing else changes."""

    built: Built
    surface: Surface
    ids: dict[str, UUID]
    arrivals: list[Arrival]
    now: datetime
    act: Callable[..., Awaitable[Reply]]

    def arrived(self, who: str, *kinds: str) -> list[Arrival]:
        """What reached somebody, of these kinds or of any, oldest first."""
        return [a for a in self.arrivals if a.who == who and (not kinds or a.kind in kinds)]

    def walls(self, who: str, *kinds: str) -> list[str]:
        """When that was, on the person's wall clock."""
        return [arrival.wall for arrival in self.arrived(who, *kinds)]

    def prompts(self, who: str) -> list[str]:
        """When something came by itself (a check-in, a reminder, a note), on that clock."""
        return [arrival.wall for arrival in self.arrived(who) if arrival.is_prompt]

    async def thread(self, who: str) -> Sequence[Message]:
        """The bot's messages as they stand in the person's thread now."""
        return await self.surface.thread(who)

    async def sees(self, who: str) -> str:
        """Every word that stands in the person's thread now."""
        return "\n".join([words(message) for message in await self.thread(who)])

    async def person(self, who: str) -> Person:
        found = await self.built.uow.read(lambda tx: tx.people.get(self.ids[who]))
        assert found is not None
        return found

    async def home(self, who: str) -> tuple[Block, ...]:
        return await home(self.built.kit, self.ids[who], self.now)

    async def my_answers(self, who: str) -> Panel:
        """*My answers* as somebody reads it who turns all its pages."""
        pages = await self.pages(who, "my_answers")
        return replace(pages[0], blocks=tuple(block for page in pages for block in page.blocks))

    async def pages(self, who: str, action: str, value: str = "") -> list[Panel]:
        """Every page of a panel, turned to its end."""
        reply = await self.act(who, action, value, send=False)
        assert isinstance(reply.view, Panel), reply
        shown = pressable(reply.view.blocks)
        on = [v for label, _, v in shown if label in {"Older answers", "Next people"}]
        return [reply.view, *(await self.pages(who, action, on[0]) if on else ())]

    async def my_quotes(self, who: str) -> list[Quote]:
        """The answers under *My answers*, newest first, each with its question."""
        return quotes((await self.my_answers(who)).blocks)

    async def my_words(self, who: str) -> list[str]:
        """The same as texts alone."""
        return [quote.text for quote in await self.my_quotes(who)]

    async def details(self, manager: str) -> list[Panel]:
        """Each summary's details as the manager can open them under Home, oldest first."""
        panels: list[Panel] = []
        for _, action, value in pressable(await self.home(manager)):
            if action == "summary_details":
                reply = await self.act(manager, action, value, send=False)
                if isinstance(reply.view, Panel):
                    panels.insert(0, reply.view)
        return panels

    async def told(self, manager: str) -> list[list[str]]:
        """The verbatim words in each summary's details, oldest first."""
        return [[quote.text for quote in quotes(p.blocks)] for p in await self.details(manager)]

    async def can_read(self, who: str) -> str:
        """Every word somebody can see now: thread, Home, and the details of each summary."""
        shown = [await self.sees(who), words(await self.home(who))]
        return "\n".join([*shown, *(words(panel) for panel in await self.details(who))])
