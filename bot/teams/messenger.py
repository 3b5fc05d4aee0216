"""Teams as delivery sees it: personal messages, posted, updated in place and deleted."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from botbuilder.core import TurnContext
from botbuilder.schema import (
    Activity,
    ActivityTypes,
    ChannelAccount,
    ConversationAccount,
    ConversationReference,
)

from bot.domain.delivery import (
    Address,
    Lookup,
    Outcome,
    Recovery,
    RetryAt,
    Sent,
    Skipped,
)
from bot.domain.message import Message
from bot.domain.ports.clock import Clock
from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.domain.turns import Pacing
from bot.teams import surfaces
from bot.teams.adapter import Adapter
from bot.teams.connector import ConnectorError, Fate
from bot.teams.installations import PLATFORM, Installations
from bot.teams.outcomes import GONE, NOT_INSTALLED, NOT_THERE, PAUSE, SOON, barred, outcome
from bot.teams.pacing import IN_CONVERSATION
from bot.teams.pauses import NO_TOKEN
from bot.teams.places import Place, message_ref, read_ref, unpack
from bot.teams.serialise import Once

log = logging.getLogger(__name__)

CHANNEL = "msteams"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS = re.compile(r"[0-9]{13}")

Bar = Callable[[UUID, str, str, str], Awaitable[None]]
"""Keeps (installation id, external id, reason code, place): nothing more goes to that account, if
that still is where it is reached.
"""

_Act = Callable[[TurnContext], Awaitable[str]]
"""What to do in a conversation; the name of the message it leaves there."""


class _Stop(Exception):
    """The message is not sent now; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class TeamsMessenger:
    """The Messenger port. A message's `ref` is that of bot.teams.places."""

    def __init__(
        self,
        adapter: Adapter,
        installations: Installations,
        clock: Clock,
        bar: Bar,
        app_id: str,
    ) -> None:
        self._adapter = adapter
        self._installations = installations
        self._clock = clock
        self._bar = bar
        self._app_id = app_id
        self._conversations = Pacing(*IN_CONVERSATION)
        self._drawing = asyncio.Lock()

    @property
    def platform(self) -> str:
        return PLATFORM

    @property
    def recovery(self) -> Recovery:
        """Teams can't be asked what it took."""
        return Recovery.LEAVE

    async def post(self, address: Address, message: Message, delivery_id: UUID) -> Outcome:
        async def step(place: Place) -> str:
            activity = await self._in_turn(message)

            async def act(context: TurnContext) -> str:
                answer = await context.send_activity(activity)
                return message_ref(place.conversation, answer.id)

            return await self._turn(place, act)

        outcome = await self._outcome(address, delivery_id, step)
        if isinstance(outcome, Sent):
            return Sent(outcome.ref, self._moment(outcome.ref))
        return outcome

    async def update(
        self, address: Address, ref: str, message: Message, delivery_id: UUID
    ) -> Outcome:
        async def step(place: Place) -> str:
            activity = await self._in_turn(message)
            activity.id = _sent_there(place, ref)

            async def act(context: TurnContext) -> str:
                await context.update_activity(activity)
                return ref

            return await self._change(place, act)

        return await self._outcome(address, delivery_id, step)

    async def delete(self, address: Address, ref: str, delivery_id: UUID) -> Outcome:
        async def step(place: Place) -> str:
            activity_id = _sent_there(place, ref)

            async def act(context: TurnContext) -> str:
                try:
                    await context.delete_activity(activity_id)
                except ConnectorError as error:
                    if error.code != NOT_THERE:
                        raise
                return ref

            return await self._change(place, act)

        return await self._outcome(address, delivery_id, step)

    async def find(self, address: Address, delivery_id: UUID) -> Sent | Lookup | RetryAt:  # noqa: ARG002 - the port's
        """Teams has no look-up of what a bot sent."""
        return Lookup.UNSURE

    async def _outcome(
        self, address: Address, delivery_id: UUID, step: Callable[[Place], Awaitable[str]]
    ) -> Outcome:
        try:
            place = await self._place(address)
            self._wait(address, place, delivery_id)
            return Sent(await step(place))
        except _Stop as stop:
            return stop.outcome
        except StorageUnavailable:
            return RetryAt(self._clock.now() + SOON, "storage_unavailable")
        except ConnectorError as error:
            return await self._failed(address, error)

    def _moment(self, ref: str) -> datetime | None:
        """When Teams took the message, by its own clock, which the times of what people type come
        from too: its id is that moment in milliseconds since 1970. None for an id that isn't, as in
        a playground or under a moved clock.
        """
        _, activity = read_ref(ref)
        if not _MILLISECONDS.fullmatch(activity):
            return None
        moment = _EPOCH + timedelta(milliseconds=int(activity))
        return moment if abs(moment - self._clock.now()) < timedelta(days=1) else None

    async def _place(self, address: Address) -> Place:
        if await self._installations.of_installation(address.installation_id) is None:
            raise _Stop(RetryAt(self._clock.now() + PAUSE, NO_TOKEN, pauses_lane=True))
        place = unpack(address.delivery_ref)
        if place is None:
            raise _Stop(Skipped(NOT_INSTALLED))
        return place

    def _wait(self, address: Address, place: Place, who: UUID) -> None:
        at = self._conversations.wait(_key(address, place), who, self._clock.now())
        if at is not None:
            raise _Stop(RetryAt(at, "conversation_pace", counts=False))

    async def _in_turn(self, message: Message) -> Activity:
        """A batch is ready in one turn of the loop; whoever else waits for it comes between."""
        async with self._drawing:
            await asyncio.sleep(0)
            return self._drawn(message)

    def _drawn(self, message: Message) -> Activity:
        try:
            rendered = surfaces.message(message)
        except Exception:
            # One message that can't be drawn must not hold up everybody else's.
            log.exception("message not drawn", extra={"kind": message.kind})
            raise _Stop(RetryAt(self._clock.now() + SOON, "not_drawn")) from None
        return Once(
            type=ActivityTypes.message,
            summary=rendered.summary,
            attachments=[surfaces.attachment(rendered.card)],
        )

    async def _turn(self, place: Place, act: _Act) -> str:
        """Acts in a person's conversation; the SDK's proactive turn gives no result back."""
        done: list[str] = []

        async def on_turn(context: TurnContext) -> None:
            # It would become the message that ours replies to, and Teams never had it.
            context.activity.id = None
            done.append(await act(context))

        await self._adapter.continue_conversation(_reference(place), on_turn, self._app_id)
        if not done:  # an error handler of the adapter's would have kept the failure from us
            raise ConnectorError(Fate.UNKNOWN, "no_answer")
        return done[0]

    async def _change(self, place: Place, act: _Act) -> str:
        try:
            return await self._turn(place, act)
        except ConnectorError as error:
            if error.fate is Fate.REFUSED and error.code in GONE:
                raise _Stop(Skipped("gone")) from None
            raise

    async def _failed(self, address: Address, error: ConnectorError) -> Outcome:
        now = self._clock.now()
        found = outcome(error, now)
        if error.fate is Fate.LIMITED and error.wait:
            self._close(address, now + error.wait, now)
        reason = barred(error)
        if reason:
            await self._barred(address, reason)
        return found

    def _close(self, address: Address, until: datetime, now: datetime) -> None:
        """A limit of this conversation: the others go on."""
        place = unpack(address.delivery_ref)
        if place is not None:
            self._conversations.close(_key(address, place), until, now)

    async def _barred(self, address: Address, reason: str) -> None:
        try:
            await self._bar(
                address.installation_id, address.external_id, reason, address.delivery_ref
            )
        except StorageUnavailable:  # the next message is refused in the same way
            log.warning("an account was not barred", extra={"code": "storage_unavailable"})


def _sent_there(place: Place, ref: str) -> str:
    """The activity of a message that was sent. One that stands in another conversation than the
    person's own is left alone: their account is another one since, and the old one may be
    somebody else's.
    """
    conversation, activity = read_ref(ref)
    if not activity or conversation != place.conversation:
        raise _Stop(Skipped("gone"))
    return activity


def _key(address: Address, place: Place) -> tuple[UUID, str]:
    return address.installation_id, place.conversation


def _reference(place: Place) -> ConversationReference:
    return ConversationReference(
        channel_id=CHANNEL,
        service_url=place.service_url,
        conversation=ConversationAccount(id=place.conversation, conversation_type="personal"),
        user=ChannelAccount(id=place.user) if place.user else None,
        bot=ChannelAccount(id=place.bot) if place.bot else None,
    )
