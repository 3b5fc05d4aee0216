"""Teams as the contract suite meets it: cards in the chat, and what takes their place."""

from __future__ import annotations

from collections.abc import Mapping

from bot.teams.texts import say
from bot.teams.values import Verb
from tests.contract.doors import HOME, PANEL, Sight
from tests.journeys.on_teams import OnTeams, buttons, leads_back
from tests.servers.teams import Ack, Seen, User, cards

_LEAVES = frozenset({Verb.BACK, Verb.FORM})
"""Verbs of the buttons that Slack's client has by itself: they are no part of a sight."""

_DEEP = 5
"""So many panels and forms at most lie over each other."""


class OverTeams:
    """Teams, over the connector and signed activities."""

    def __init__(self) -> None:
        self.surface = self._teams = OnTeams()
        self._last: Ack | None = None
        self._at: dict[str, str] = {}
        """The message in whose place a panel may stand."""
        self._before: dict[str, set[str]] = {}

    async def types(self, who: str, text: str) -> None:
        await self._closes(who)
        await self._did(who, await self._user(who).types(text))

    async def presses(self, who: str, label: str, on: str = "thread") -> None:
        if on != PANEL:
            await self._closes(who)
        user = self._user(who)
        seen = await self._where(who, label, on)
        self._at[who] = seen.id
        await self._did(who, await user.presses(label, seen))

    async def submits(self, who: str, fields: Mapping[str, str]) -> None:
        seen = self._open(who)
        if seen is None:
            raise LookupError("no form is open")
        user = self._user(who)
        for label, value in fields.items():
            user.fills(label, value, seen)
        sends = [b for b, pressed in buttons(seen.card) if pressed.verb is Verb.FORM]
        await self._did(who, await user.presses(sends[0].label, seen))

    async def repeats(self) -> None:
        assert self._last is not None
        _require(await self._teams.teams.redeliver(self._last.delivery))
        await self._teams.ears.settled()

    async def forges(self, who: str) -> None:
        assert self._last is not None
        user = self._user(who)
        self._before[who] = {seen.id for seen in user.chat}
        ack = await self._teams.teams.forges(self._last.delivery, user.id)
        _require(ack)
        await self._teams.ears.settled()

    async def thread(self, who: str) -> Sight:
        shown = self._teams.messages(who)
        words = "\n".join(cards.shown(seen.message.card) for seen in shown)
        return Sight(words, tuple(label for seen in shown for label in _labels(seen.message.card)))

    async def home(self, who: str) -> Sight:
        seen = await self._teams.home(who)
        if seen is None:
            return Sight()
        return Sight(seen.shown, tuple(_labels(seen.card)))

    async def panel(self, who: str) -> Sight:
        seen = self._open(who)
        if seen is not None:
            return Sight(seen.shown, tuple(_labels(seen.card)), tuple(_errors(seen.card)))
        kept = {seen.id for seen in self._teams.messages(who)} | self._before.get(who, set())
        told = [s for s in self._user(who).chat if s.is_bots and s.id not in kept]
        return Sight("\n".join(seen.shown for seen in told))

    def _user(self, who: str) -> User:
        return self._teams.user(who)

    async def _where(self, who: str, label: str, on: str) -> Seen:
        """The message that has the button: what lies open, Home, or the newest in the thread."""
        if on == PANEL:
            found = [self._open(who)]
        elif on == HOME:
            found = [await self._teams.home(who)]
        else:
            found = [*self._teams.messages(who)]
        there = [seen for seen in found if seen and label in _all_labels(seen.card)]
        if not there:
            shown = [_all_labels(seen.card) for seen in found if seen]
            raise LookupError(f"no button called {label!r}; there is {shown}")
        return there[-1]

    def _open(self, who: str) -> Seen | None:
        """What lies open for this person in a message's place."""
        user = self._user(who)
        seen = next((s for s in user.chat if s.id == self._at.get(who)), None)
        return seen if seen and leads_back(seen.card) else None

    async def _closes(self, who: str) -> None:
        """Goes back from whatever lies open, so that every way back is gone."""
        user = self._user(who)
        for _ in range(_DEEP):
            seen = self._open(who)
            if seen is None:
                break
            ways = [b for b, pressed in buttons(seen.card) if pressed.verb is Verb.BACK]
            _require(await user.executes(seen, ways[0].json))
            await self._teams.ears.settled()
        self._before[who] = {seen.id for seen in user.chat}

    async def _did(self, who: str, ack: Ack) -> None:
        _require(ack)
        self._last = ack
        await self._teams.ears.settled()
        opened = await self._teams.looks_at_new(who)
        if opened is not None:
            self._at[who] = opened.id
        assert self._user(who).trouble == []


def _errors(card: cards.Card | None) -> list[str]:
    """What is wrong with each field, without the words that Teams says before it."""
    before = say("problem", error="")
    return [said.removeprefix(before).strip() for said in cards.errors(card)]


def _labels(card: cards.Card | None) -> list[str]:
    """What stands on the buttons, without those that leave."""
    return [button.label for button, pressed in buttons(card) if pressed.verb not in _LEAVES]


def _all_labels(card: cards.Card | None) -> list[str]:
    return [button.label for button, _ in buttons(card)]


def _require(ack: Ack) -> None:
    assert ack.acknowledged, f"not acknowledged: {ack.status} {ack.reason} {ack.body}"
