"""Everything that somebody can see in Teams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.teams.values import Verb, data, field_id
from tests.access.eyes import Press, look_around
from tests.journeys.on_teams import OnTeams, buttons
from tests.journeys.world import World
from tests.servers.teams import BOT, Ack, Message, Seen, User, cards

_JOINER = "\u2060"
"""Nobody sees it; it keeps Teams' client from reading what people wrote as markup."""


@dataclass(eq=False)
class TeamsEyes:
    """Signed activities to the whole application; what is read is what Teams' client shows."""

    world: World
    surface: OnTeams

    def user(self, who: str) -> User:
        return self.surface.user(who)

    async def everything(self, who: str) -> str:
        user = self.user(who)
        await self._cards(user)
        seen = [part for each in user.chat for part in _read(each)]
        shown = [press for each in user.chat for press in _pressable(each.card)]
        home = await self.surface.home(who)
        if home is not None:
            seen += _read(home)
            shown += _pressable(home.card)

        async def press(action: str, value: str) -> tuple[str, list[Press]]:
            return await self._looks(user, Verb.PRESS, data(action, value))

        await look_around(shown, press, seen)
        return "\n".join(seen)

    async def presses(self, who: str, action: str, value: str) -> str:
        return (await self._looks(self.user(who), Verb.PRESS, data(action, value)))[0]

    async def sends(self, who: str, action: str, value: str, fields: Mapping[str, str]) -> str:
        packed = data(action, value) | {field_id(name): text for name, text in fields.items()}
        return (await self._looks(self.user(who), Verb.FORM, packed))[0]

    async def types(self, who: str, text: str) -> str:
        user = self.user(who)
        await self._took(await user.types(text))
        return "\n".join(seen.shown for seen in user.chat)

    async def runs(self, who: str, text: str) -> str:
        """A command; everything that it puts into the chat, and behind its card."""
        user = self.user(who)
        before = {seen.id for seen in user.chat}
        await self._took(await user.types(f"/{text}".strip()))
        await self.surface.looks_at_new(who)
        return "\n".join(part for s in user.chat if s.id not in before for part in _read(s))

    async def _cards(self, user: User) -> None:
        """Opens the chat anew: whatever asks for it is shown as it is now."""
        for ack in await user.looks():
            await self._took(ack)

    async def _looks(
        self, user: User, verb: Verb, packed: Mapping[str, object]
    ) -> tuple[str, list[Press]]:
        """Presses it in a message of the bot's; Teams does not check whether it stands there."""
        name = self.surface.teams.state.new_activity()
        gone = Message(user.conversation.id, name, BOT, "gone")
        before = {seen.id for seen in user.chat}
        action = {"type": "Action.Execute", "verb": verb.value, "data": dict(packed)}
        ack = await user.executes(gone.as_seen_by(user.account.mri), action)
        await self._took(ack)
        shown = gone.as_seen_by(user.account.mri)
        told = [s.shown for s in user.chat if s.id not in before]
        return "\n".join([str(ack.body or ""), *_read(shown), *told]), _pressable(shown.card)

    async def _took(self, ack: Ack) -> None:
        """Answered: taken, or refused because the tenant is another one."""
        assert ack.status in (200, 202, 403), f"{ack.delivery.activity}: {ack.status}"
        await self.surface.ears.settled()


def _read(seen: Seen) -> list[str]:
    """What stands there, what the notification says, and what its buttons and fields carry."""
    message = seen.message
    carried = [str(card or "") for card in (seen.card, message.card)]
    return [seen.shown.replace(_JOINER, ""), message.text, message.summary, *carried]


def _pressable(card: cards.Card | None) -> list[Press]:
    return [(p.action, p.value) for _, p in buttons(card) if p.verb is Verb.PRESS]
