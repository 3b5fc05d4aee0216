"""What Teams tells us: one listener for each kind of activity, and a table behind it.

Each commits first and answers then: what can't be kept raises, and Teams shows the person an
error or sends it again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from botbuilder.core import MessageFactory, TurnContext
from botbuilder.schema import Activity, ActivityTypes, TextFormatTypes

from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Reply
from bot.domain.organisation import Installation
from bot.domain.people import Person
from bot.domain.ports.clock import Clock
from bot.services import strangers
from bot.services.conversation import handle
from bot.services.kit import Kit
from bot.services.move_home import elsewhere
from bot.teams import payloads, responses, surfaces, values
from bot.teams.connector import ConnectorError
from bot.teams.guard import tenant_of
from bot.teams.installations import Installations
from bot.teams.payloads import Source
from bot.teams.people import Known, People
from bot.teams.responses import Body
from bot.teams.screen import Acted, Card, Kept, NotKnown, Screen
from bot.teams.values import Forged, Pressed, Verb
from bot.teams.words import HOME, as_command, is_help

_PRESSED = "adaptiveCard/action"
PATIENCE = 2.5
"""Seconds after which a press is answered in any case: Teams sends it again after 10 to 15."""

_log = logging.getLogger(__name__)

Observe = Callable[[float], None]
Handle = Callable[[Kit, Inbound, datetime], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Turn:
    """One activity of somebody's, in a personal conversation."""

    context: TurnContext
    installation: Installation
    known: Known
    source: Source

    @property
    def activity(self) -> Activity:
        found: Activity = self.context.activity
        return found


class Listeners:
    """`observe` is told how many seconds each act took that was kept; `handling` carries it out.
    `believes_times`: whether Teams' own times count, as they do but in a playground.
    """

    def __init__(
        self,
        kit: Kit,
        clock: Clock,
        installations: Installations,
        screen: Screen,
        observe: Observe,
        handling: Handle = handle,
        *,
        believes_times: bool = True,
    ) -> None:
        self._kit = kit
        self._clock = clock
        self._installations = installations
        self._screen = screen
        self._people = People(kit, installations)
        self._observe = observe
        self._carry_out = handling
        self._believes_times = believes_times
        self._under_way: set[asyncio.Task[Body | None]] = set()
        self.kinds: Mapping[str, Callable[[Turn], Awaitable[None]]] = {
            ActivityTypes.message: self._message,
            ActivityTypes.message_update: self._changed,
            ActivityTypes.message_delete: self._changed,
            ActivityTypes.conversation_update: self._arrived,
            ActivityTypes.installation_update: self._installed,
        }

    async def on_turn(self, context: TurnContext) -> None:
        """One activity, authenticated. Raises StorageUnavailable where it could not be kept."""
        if context.activity.type == ActivityTypes.invoke:
            await self._invoked(context)
        else:
            await self._heard(context)

    async def _heard(self, context: TurnContext) -> None:
        activity = context.activity
        installation = await self._installations.of_tenant(tenant_of(activity))
        listener = self.kinds.get(str(activity.type))
        if installation is None or listener is None:
            return
        if not payloads.is_personal(activity):
            await self._in_public(context)
        elif _is_removal(activity):
            await self._removed(activity, installation)
        else:
            await listener(await self._turn(context, installation))

    async def _turn(self, context: TurnContext, installation: Installation) -> Turn:
        source = self._source(context.activity, installation)
        known = await self._people.who(context, installation, source)
        return Turn(context, installation, known, source)

    def _source(self, activity: Activity, installation: Installation) -> Source:
        account, now = payloads.account_id(activity), self._clock.now()
        return Source(installation.id, account, now, self._believes_times)

    async def _in_public(self, context: TurnContext) -> None:
        """Where others read along: one polite line for whoever speaks to it, and never any data."""
        if context.activity.type == ActivityTypes.message:
            await self._tell(context, self._say(None)["in_public"])

    async def _message(self, turn: Turn) -> None:
        words, person = payloads.typed(turn.activity, turn.source).text, turn.known.person
        if person is None:
            await self._tell(turn.context, strangers.line(self._kit, _language(turn.activity)))
            return
        command = as_command(words, person)
        if command is not None:
            await self._command(turn, person, command)
        elif not turn.known.is_home:
            await self._elsewhere(turn, person)
        elif words:
            await self._handle(payloads.typed(turn.activity, turn.source))

    async def _command(self, turn: Turn, person: Person, words: str) -> None:
        """A line at once, or a card that opens what stands behind the command."""
        if words == HOME:
            await self._show(turn.context, self._screen.stub(person, words))
            return
        if is_help(words, person.locale):
            await self._tell(turn.context, self._screen.help(person))
            return
        reply = await self._handle(payloads.command(turn.activity, turn.source, words))
        if reply.view is not None:
            await self._show(turn.context, self._screen.sent(person, words, reply.view))
        elif reply.notice:
            await self._tell(turn.context, reply.notice)

    async def _elsewhere(self, turn: Turn, person: Person) -> None:
        """They don't see here which question is open, so nothing they type here is an answer."""
        message = await elsewhere(self._kit, person)
        await self._show(turn.context, surfaces.message(message, refreshes=False).card)

    async def _changed(self, turn: Turn) -> None:
        inbound = payloads.changed(turn.activity, turn.source)
        if inbound is not None and turn.known.person is not None and turn.known.is_home:
            await self._handle(inbound)

    async def _arrived(self, turn: Turn) -> None:
        """Teams names the app itself among those added: only then has somebody installed it."""
        added = [member.id for member in turn.activity.members_added or ()]
        if turn.activity.recipient.id not in added:
            return
        if turn.known.person is None:
            await self._tell(turn.context, strangers.line(self._kit, _language(turn.activity)))
        elif not turn.known.is_home:
            await self._elsewhere(turn, turn.known.person)

    async def _installed(self, turn: Turn) -> None:
        """`_turn` has met them; the greeting is queued."""

    async def _removed(self, activity: Activity, installation: Installation) -> None:
        source = self._source(activity, installation)
        if source.external_id:
            await self._people.left(activity, source)

    async def _invoked(self, context: TurnContext) -> None:
        """Answers in time in every case: Teams waits for what somebody pressed. What takes longer
        goes on, and isn't acknowledged.
        """
        task = asyncio.create_task(self._pressed(context))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        done, _ = await asyncio.wait([task], timeout=PATIENCE)
        if not done:
            task.add_done_callback(_logged)
        body = task.result() if done else responses.failure(self._say(None)["not_yet"])
        if body is not None:
            await responses.answer(context, body)

    async def _pressed(self, context: TurnContext) -> Body | None:
        """The answer to a press; None where it is none of ours."""
        activity = context.activity
        installation = await self._installations.of_tenant(tenant_of(activity))
        if installation is None:
            return None
        if not payloads.is_personal(activity):
            return responses.refusal(self._say(None)["in_public"])
        turn = await self._turn(context, installation)
        if activity.name != _PRESSED:
            return None
        if turn.known.person is None:
            return responses.refusal(strangers.line(self._kit, _language(activity)))
        return await self._answered(turn, turn.known.person)

    async def _answered(self, turn: Turn, person: Person) -> Body:
        said = self._say(person)
        try:
            return responses.shown(
                await self._acted(turn, person, values.read(turn.activity.value))
            )
        except Forged as forged:
            _log.warning("ignored", extra={"what": "press", "why": str(forged)})
            return responses.refusal(said["not_ours"])
        except NotKnown as unknown:
            return responses.unknown(said[str(unknown)])
        except Kept as kept:
            return responses.told(said[str(kept)])

    async def drain(self) -> None:
        """Waits for what goes on although it was answered."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _acted(self, turn: Turn, person: Person, pressed: Pressed) -> Card:
        kind = InboundKind.FORM if pressed.verb is Verb.FORM else InboundKind.PRESS
        inbound = payloads.press(turn.activity, turn.source, pressed, kind)
        acted = Acted(person, pressed, inbound, payloads.card_ref(turn.activity))
        if pressed.by_itself and not _only_looks(pressed):
            raise NotKnown
        if pressed.verb is Verb.SHOW:
            return await self._screen.show(acted)
        if pressed.verb is Verb.BACK:
            return await self._screen.back(acted, self._again)
        if pressed.verb is Verb.RUN:
            return await self._screen.run(acted, pressed.value, self._again)
        reply = await self._handle(inbound)
        return await self._screen.after(acted, reply, self._again)

    async def _handle(self, inbound: Inbound) -> Reply:
        began = time.monotonic()
        reply = await self._again(inbound)
        self._observe(time.monotonic() - began)
        return reply

    async def _again(self, inbound: Inbound) -> Reply:
        return await self._carry_out(self._kit, inbound, self._clock.now())

    async def _tell(self, context: TurnContext, text: str) -> None:
        """Plain, as names stand in it: unless told otherwise, Teams reads Markdown."""
        activity = MessageFactory.text(text)
        activity.text_format = TextFormatTypes.plain
        await self._send(context, activity)

    async def _show(self, context: TurnContext, card: Card) -> None:
        await self._send(context, MessageFactory.attachment(surfaces.attachment(card)))

    async def _send(self, context: TurnContext, activity: Activity) -> None:
        """What is said at once: harmless if lost."""
        try:
            await context.send_activity(activity)
        except ConnectorError as error:
            _log.warning("not shown", extra={"code": error.code})

    def _say(self, person: Person | None) -> Mapping[str, str]:
        locale, zone = (person.locale, person.time_zone) if person else ("en", "UTC")
        return self._kit.words.say("teams_replies", locale, zone)


def _is_removal(activity: Activity) -> bool:
    return bool(activity.type == ActivityTypes.installation_update and activity.action == "remove")


def _language(activity: Activity) -> str:
    return str(activity.locale or "en").replace("-", "_")


def _only_looks(pressed: Pressed) -> bool:
    """Whether a card may ask for it by itself, any number of times."""
    is_home = pressed.verb is Verb.RUN and pressed.value == HOME
    return is_home or pressed.verb is Verb.SHOW


def _logged(task: asyncio.Task[Body | None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        _log.error("a press failed after it was answered", exc_info=task.exception())
