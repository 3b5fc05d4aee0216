"""A company in Teams: every act is a signed activity, and everything that reaches people goes
through the local Teams, which refuses what Teams would refuse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_DNS, UUID, uuid4, uuid5

from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Message, Reply
from bot.domain.people import Identity, Person
from bot.domain.ports.clock import Clock
from bot.domain.ports.messenger import Messenger
from bot.services.conversation import handle
from bot.services.kit import Kit
from bot.settings.environment import Environment
from bot.settings.teams import TeamsSettings
from bot.teams.http import PATH
from bot.teams.places import Place, message_ref, pack
from bot.teams.platform import Ears
from bot.teams.values import Forged, Pressed, Verb, data, field_id, read
from bot.web.teams import admit
from tests.journeys.given import address
from tests.journeys.surfaces import serve
from tests.journeys.watched import Watched
from tests.servers.teams import (
    BOT,
    SECRET,
    TENANT,
    Account,
    Ack,
    Seen,
    TeamsServer,
    User,
    cards,
    payloads,
    serving,
)
from tests.servers.teams import Message as Written

if TYPE_CHECKING:
    from tests.journeys.world import World

Payload = dict[str, Any]
_ELSEWHERE = 403
"""The answer to people of another tenant."""
_A_MOMENT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Apart:
    """A clock that shows another time than `clock`."""

    clock: Clock
    ahead: timedelta

    def now(self) -> datetime:
        return self.clock.now() + self.ahead


class OnTeams:
    """Teams as a journey needs it. `ahead` is by how much its clock is before ours."""

    platform = "teams"
    is_demo = False
    pace = timedelta(seconds=3)

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead
        self._stack = AsyncExitStack()
        self._running = AsyncExitStack()
        self._replies: list[Reply] = []
        self._said: dict[str, Message] = {}
        self._homes: dict[str, str] = {}

    # The process

    async def environment(self, world: World, given: Environment) -> Environment:
        self.world = world
        teams = TeamsServer(clock=Apart(world.clock, self.ahead))
        self.teams = await self._stack.enter_async_context(serving(teams))
        self.teams.deliveries.patience = 60  # a busy machine is no fault of the application
        return replace(given, teams=settings(self.teams))

    async def built(self, world: World) -> None:
        await self.hears(world)
        self.teams.calls_at(await serve(world.built, [self.ears], self._running) + PATH)

    async def hears(self, world: World) -> Ears:
        """What will hear Teams, once somebody serves it."""
        built = world.built
        assert built.teams is not None
        await admit(built)
        found = await built.uow.read(lambda tx: tx.organisations.installation("teams"))
        assert found is not None
        self._installation = found.id
        self.ears = Ears(built.teams, built.kit, built.clock, lambda _: None, self._handle)
        self._running.push_async_callback(self.ears.stop, _A_MOMENT)
        return self.ears

    async def closing(self) -> None:
        await self._running.aclose()

    async def close(self) -> None:
        await self._stack.aclose()

    # What is sent

    def watch(self, world: World, messenger: Messenger) -> Messenger:
        return Watched(messenger, self, world.seen) if messenger.platform == "teams" else messenger

    def join(self, names: Sequence[str]) -> None:
        """They have had the app for a while: nothing is told of that. Their clients say nothing of
        a zone, so that the people list's counts.
        """
        for name in names:
            if account_of(name) not in self.teams.state.people:
                made = Account(account_of(name), name.capitalize(), email=address(name), tz="")
                self.teams.change(made)
                self.teams.state.open_personal(made)

    def identity(self, person: Person) -> Identity:
        user = self.user(person.email.partition("@")[0])
        self.teams.change(replace(user.account, locale=person.locale))
        mri = user.account.mri
        place = pack(Place(user.conversation.id, self.teams.service_url, mri, BOT))
        return Identity(uuid4(), person.id, self._installation, "teams", user.id, place)

    def account(self, who: str) -> tuple[UUID, str]:
        return self._installation, account_of(who)

    def posted(self, external_id: str, ref: str, message: Message, *, is_new: bool) -> None:
        self._said[ref] = message
        if is_new:
            names = (name for name in self.world.ids if account_of(name) == external_id)
            self.world.arrived_at(next(names), message)

    def changed(self, ref: str, message: Message) -> None:
        self._said[ref] = message

    async def thread(self, who: str) -> Sequence[Message]:
        return [self._said[_ref(seen)] for seen in self.messages(who)]

    def messages(self, who: str) -> list[Seen]:
        """What the queue sent to somebody, oldest first; nothing that answered them at once."""
        return [seen for seen in self.user(who).chat if _ref(seen) in self._said]

    def user(self, who: str) -> User:
        """Somebody at their client."""
        return self.teams.user(account_of(who))

    # What people do

    async def act(self, who: str, kind: InboundKind, what: Mapping[str, Any], times: int) -> Reply:
        user = self.user(who)
        seen, activity = await self._activity(who, kind, what)
        self._replies.clear()
        ack = await self.teams.sends(activity)
        _require(ack)
        if seen is not None:
            user.reads(seen, ack)
        for _ in range(times - 1):
            _require(await self.teams.redeliver(ack.delivery))
        await self.ears.settled()
        replies = list(self._replies)
        await self.looks_at_new(who)
        return replies[0] if replies else Reply()

    async def looks_at_new(self, who: str) -> Seen | None:
        """A card that opens what a command asked for is opened: Home by itself, all else by its
        button; the last one, or the last that was sent open.
        """
        user, opened = self.user(who), None
        for seen in user.chat:
            if not seen.is_bots or seen.is_own_view:
                continue
            if _runs(seen.card):
                await user.looks(seen)
            elif opening := _opening(seen.card):
                await user.executes(seen, opening.json)
            elif not leads_back(seen.card):
                continue
            opened = seen
        await self.ears.settled()
        return opened and opened.message.as_seen_by(user.account.mri)

    async def home(self, who: str) -> Seen | None:
        """Home, opened anew: by its card, or by its word where something lies open there."""
        user = self.user(who)
        seen = next((s for s in user.chat if s.id == self._homes.get(who)), None)
        if seen is None or leads_back(seen.card):
            before = {each.id for each in user.chat}
            ack = await user.types("home")
            assert ack.acknowledged or ack.status == _ELSEWHERE, ack
            made = [s for s in user.chat if s.id not in before and _runs(s.card)]
            if not made:
                return None
            seen = made[0]
            self._homes[who] = seen.id
        await user.looks(seen)
        await self.ears.settled()
        return seen.message.as_seen_by(user.account.mri)

    async def _activity(
        self, who: str, kind: InboundKind, what: Mapping[str, Any]
    ) -> tuple[Written | None, Payload]:
        user = self.user(who)
        if kind is InboundKind.TEXT:
            return None, self._typed(user, what["text"], what["inbound_id"], what["at"])
        if kind is InboundKind.COMMAND:
            return None, self._typed(user, f"/{what['text']}", what["inbound_id"], what["at"])
        if kind is InboundKind.FORM:
            return self._sent(user, what)
        return await self._pressed(who, what)

    def _typed(self, user: User, text: str, name: str, at: datetime) -> Payload:
        told = payloads.written(self.teams, user.account, user.conversation, text, name)
        return told if at == self.world.now else told | {"timestamp": payloads.stamp(at)}

    async def _pressed(self, who: str, what: Mapping[str, Any]) -> tuple[Written | None, Payload]:
        """The button where it stands: in the chat as it is on the screen or would be if it was
        opened anew, or under Home; or, where it stands nowhere any more, as somebody would forge
        it.
        """
        user = self.user(who)
        wanted = (what["action"], what.get("value", ""), what.get("pressed", ""))
        found = self._there(user.chat, wanted)
        if found is None:
            under = [seen for seen in user.chat if seen.is_own_view and self._covers(seen, wanted)]
            found = self._there([await self._again(user, seen) for seen in under], wanted)
        if found is None and (home := await self.home(who)) is not None:
            found = self._there([home], wanted)
        if found is None:
            return None, self._forged(user, Verb.PRESS, data(*wanted))
        seen, button = found
        return self._press(user, seen, button.json, user._inputs(seen, button))

    def _there(
        self, shown: Sequence[Seen], wanted: tuple[str, str, str]
    ) -> tuple[Seen, cards.Button] | None:
        for seen in reversed(shown):
            for button in _pressing(seen.card, wanted):
                return seen, button
        return None

    def _covers(self, seen: Seen, wanted: tuple[str, str, str]) -> bool:
        return any(_pressing(seen.message.card, wanted))

    async def _again(self, user: User, seen: Seen) -> Seen:
        await user.looks(seen)
        return seen.message.as_seen_by(user.account.mri)

    def _press(
        self, user: User, seen: Seen, action: Mapping[str, Any], inputs: Mapping[str, Any]
    ) -> tuple[Written, Payload]:
        sent = dict(action) | {"data": {**action.get("data", {}), **inputs}}
        where = self.teams.state.conversations[seen.message.conversation]
        told = payloads.executed(self.teams, user.account, where, sent, reply_to=seen.id)
        return seen.message, told

    def _forged(self, user: User, verb: Verb, packed: Mapping[str, Any]) -> Payload:
        action = {"type": "Action.Execute", "verb": verb.value, "data": dict(packed)}
        last = self.teams.state.new_activity()
        where = user.conversation
        return payloads.executed(self.teams, user.account, where, action, reply_to=last)

    def _sent(self, user: User, what: Mapping[str, Any]) -> tuple[Written | None, Payload]:
        """The form on the screen, filled in and sent; one that is no longer there is sent as it
        was, with whatever the test puts into it.
        """
        wanted, fields = (what["action"], what.get("value", "")), what.get("fields", {})
        for seen in reversed(user.chat):
            for button, pressed in buttons(seen.card):
                if pressed.verb is Verb.FORM and (pressed.action, pressed.value) == wanted:
                    try:
                        inputs = _filled(user, seen, button, fields)
                    except (LookupError, ValueError):
                        continue  # what no client would send
                    return self._press(user, seen, button.json, inputs)
        packed = data(*wanted) | {field_id(name): value for name, value in fields.items()}
        return None, self._forged(user, Verb.FORM, packed)

    async def _handle(self, kit: Kit, inbound: Inbound, now: datetime) -> Reply:
        """The conversation itself; what it answered at once is kept for the test to read."""
        reply = await handle(kit, inbound, now)
        self._replies.append(reply)
        return reply


def settings(teams: TeamsServer) -> TeamsSettings:
    """The registration that the local Teams knows."""
    return TeamsSettings(
        app_id=teams.app,
        tenant_id=TENANT,
        secret=SECRET,
        tenants=(TENANT,),
        openid_url=teams.openid_url,
        login_url=teams.login_url,
        service_url=teams.service_url,
    )


def account_of(name: str) -> str:
    """The Entra id of somebody in these tests."""
    return str(uuid5(NAMESPACE_DNS, f"{name}.fernweh.example"))


def buttons(card: cards.Card | None) -> Iterator[tuple[cards.Button, Pressed]]:
    """A card's buttons, with what each says to us."""
    for button in cards.buttons(card):
        try:
            yield button, read({"action": button.json})
        except Forged:
            continue


def leads_back(card: cards.Card | None) -> bool:
    """Whether something lies open there, in the place of what stands in the chat."""
    return any(pressed.verb is Verb.BACK for _, pressed in buttons(card))


def _pressing(card: cards.Card | None, wanted: tuple[str, str, str]) -> Iterator[cards.Button]:
    for button, pressed in buttons(card):
        found = (pressed.action, pressed.value, pressed.pressed)
        if pressed.verb is Verb.PRESS and found == wanted:
            yield button


def _filled(
    user: User, seen: Seen, button: cards.Button, fields: Mapping[str, str]
) -> dict[str, str | None]:
    for name, value in fields.items():
        user.fills(field_id(name), value, seen)
    return user._inputs(seen, button)


def _ref(seen: Seen) -> str:
    return message_ref(seen.message.conversation, seen.id)


def _runs(card: cards.Card | None) -> bool:
    """Whether the card opens what a command asked for."""
    refresh = (card or {}).get("refresh") or {}
    return bool(refresh.get("action", {}).get("verb") == Verb.RUN.value)


def _opening(card: cards.Card | None) -> cards.Button | None:
    """The button that opens what a command asked for."""
    found = (button for button, pressed in buttons(card) if pressed.verb is Verb.RUN)
    return next(found, None)


def _require(ack: Ack) -> None:
    assert ack.acknowledged, f"not acknowledged: {ack.status} {ack.reason} {ack.body}"
