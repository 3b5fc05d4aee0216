"""Slack as delivery sees it: direct messages, posted, updated in place, deleted and found again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from bot.domain.delivery import Address, Lookup, Outcome, Recovery, RetryAt, Sent, Skipped
from bot.domain.message import Message
from bot.domain.ports.clock import Clock
from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.domain.turns import Pacing
from bot.slack import surfaces
from bot.slack.api import Answer, Fate, SlackApi
from bot.slack.history import METHOD as HISTORY
from bot.slack.history import carried, moment, search
from bot.slack.installations import PLATFORM, Installations, Workspace
from bot.slack.outcomes import PAUSE, SOON, TOO_MUCH, outcome, pause
from bot.slack.pacing import IN_CHANNEL, OF_METHOD
from bot.slack.pauses import NO_TOKEN

log = logging.getLogger(__name__)

READING = timedelta(seconds=10)
"""How long a whole look-up may take: with the calls after it, it stays within the claim's lease."""

_POST, _UPDATE, _DELETE = "chat.postMessage", "chat.update", "chat.delete"
_OPEN = "conversations.open"

RememberChannel = Callable[[UUID, str, str], Awaitable[None]]
"""Keeps (installation id, user id, channel id): a person's direct message with the app."""


class _Stop(Exception):
    """The message is not sent now; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class _Place:
    """A person's direct message in a workspace."""

    workspace: Workspace
    channel: str


class SlackMessenger:
    """The Messenger port. A message's `ref` is "CHANNEL:TS"."""

    def __init__(
        self,
        api: SlackApi,
        installations: Installations,
        clock: Clock,
        remember_channel: RememberChannel,
    ) -> None:
        self._api = api
        self._installations = installations
        self._clock = clock
        self._remember_channel = remember_channel
        self._channels = Pacing(IN_CHANNEL)
        self._methods = Pacing(OF_METHOD)

    @property
    def platform(self) -> str:
        return PLATFORM

    @property
    def recovery(self) -> Recovery:
        return Recovery.LOOK_UP

    async def post(self, address: Address, message: Message, delivery_id: UUID) -> Outcome:
        async def step() -> Outcome:
            # First, so that whoever is new gets a channel from the first of several messages.
            self._wait_in_channel(address, delivery_id)
            place = await self._place(address, delivery_id)
            answer = await self._post(place, message, delivery_id)
            if answer.error == "channel_not_found" and address.delivery_ref:
                place = await self._place(replace(address, delivery_ref=""), delivery_id)
                answer = await self._post(place, message, delivery_id)
            if answer.ok:
                ts = str(answer.data["ts"])
                return Sent(f"{place.channel}:{ts}", moment(ts))
            return outcome(answer, _POST, self._clock.now())

        return await self._outcome(step)

    async def update(
        self, address: Address, ref: str, message: Message, delivery_id: UUID
    ) -> Outcome:
        async def step() -> Outcome:
            place, ts = await self._sent_place(address, ref, delivery_id)
            self._wait_for_method(address, _UPDATE, delivery_id)
            # Unless told otherwise, an update looks for names and links in the text by itself.
            answer = await self._say(place, _UPDATE, message, ts=ts, parse="none")
            return self._changed(address, ref, _UPDATE, answer)

        return await self._outcome(step)

    async def delete(self, address: Address, ref: str, delivery_id: UUID) -> Outcome:
        async def step() -> Outcome:
            place, ts = await self._sent_place(address, ref, delivery_id)
            self._wait_for_method(address, _DELETE, delivery_id)
            answer = await self._call(place, _DELETE, ts=ts)
            if answer.error == "message_not_found":
                return Sent(ref)
            return self._changed(address, ref, _DELETE, answer)

        return await self._outcome(step)

    async def find(self, address: Address, delivery_id: UUID) -> Sent | Lookup | RetryAt:
        """Looks a message up in its channel's history (see bot.slack.history).

        RetryAt where Slack's pace, a rate limit or a refused token comes between.
        """
        try:
            async with asyncio.timeout(READING.total_seconds()):
                place = await self._place(address, delivery_id)
                self._wait_for_method(address, HISTORY, delivery_id)
                now, token = self._clock.now(), place.workspace.token
                found = await search(self._api, token, place.channel, str(delivery_id), now)
        except _Stop as stop:
            return stop.outcome if isinstance(stop.outcome, RetryAt) else Lookup.UNSURE
        except (TimeoutError, StorageUnavailable):
            return Lookup.UNSURE
        return self._not_read(found, address) if isinstance(found, Answer) else found

    def _not_read(self, answer: Answer, address: Address) -> Lookup | RetryAt:
        if answer.fate is Fate.LIMITED:
            return self._close(address, HISTORY, answer)
        return pause(answer, self._clock.now()) or Lookup.UNSURE

    async def _outcome(self, step: Callable[[], Awaitable[Outcome]]) -> Outcome:
        try:
            return await step()
        except _Stop as stop:
            return stop.outcome
        except StorageUnavailable:
            return RetryAt(self._clock.now() + SOON, "storage_unavailable")

    async def _workspace(self, address: Address) -> Workspace:
        workspace = await self._installations.of_installation(address.installation_id)
        if workspace is None:
            raise _Stop(RetryAt(self._clock.now() + PAUSE, NO_TOKEN, pauses_lane=True))
        return workspace

    async def _place(self, address: Address, delivery_id: UUID) -> _Place:
        workspace = await self._workspace(address)
        if address.delivery_ref:
            return _Place(workspace, address.delivery_ref)
        self._wait_for_method(address, _OPEN, delivery_id)
        answer = await self._api.call(workspace.token, _OPEN, users=address.external_id)
        channel = str((answer.data.get("channel") or {}).get("id") or "")
        if not answer.ok or not channel:
            raise _Stop(self._not_opened(address, answer))
        await self._remember(address, channel)
        return _Place(workspace, channel)

    def _not_opened(self, address: Address, answer: Answer) -> Outcome:
        """Opening twice does no harm, so where its fate is unknown nothing was sent."""
        now = self._clock.now()
        if answer.fate is Fate.LIMITED:
            return self._close(address, _OPEN, answer)
        if answer.ok or answer.fate is Fate.UNKNOWN:
            return RetryAt(now + SOON, "not_opened")
        return outcome(answer, _OPEN, now)

    async def _remember(self, address: Address, channel: str) -> None:
        try:
            await self._remember_channel(address.installation_id, address.external_id, channel)
        except StorageUnavailable:  # it is opened once more next time
            log.warning("a channel was not kept", extra={"code": "storage_unavailable"})

    async def _sent_place(
        self, address: Address, ref: str, delivery_id: UUID
    ) -> tuple[_Place, str]:
        """Where a message was sent. One that stands in another channel than the person's own is
        left alone: their account is another one since, and the old one may be somebody else's.
        """
        channel, _, ts = ref.partition(":")
        if not ts:
            raise _Stop(Skipped("gone"))
        place = await self._place(address, delivery_id)
        if place.channel != channel:
            raise _Stop(Skipped("gone"))
        return place, ts

    async def _post(self, place: _Place, message: Message, delivery_id: UUID) -> Answer:
        return await self._say(
            place,
            _POST,
            message,
            metadata=carried(str(delivery_id)),
            unfurl_links=False,
            unfurl_media=False,
        )

    async def _say(
        self, place: _Place, method: str, message: Message, **arguments: object
    ) -> Answer:
        """With its charts, or as text alone where Slack won't draw them."""
        rendered = self._drawn(surfaces.message, message)
        said = {"text": rendered.text, "blocks": rendered.blocks, **arguments}
        answer = await self._call(place, method, **said)
        if answer.error not in TOO_MUCH or not surfaces.has_chart(message):
            return answer
        found = {"method": method, "code": answer.error, "pointers": answer.pointers}
        log.warning("Slack refuses a chart, it goes as text", extra=found)
        plain = self._drawn(surfaces.without_charts, message)
        return await self._call(
            place, method, **{**said, "text": plain.text, "blocks": plain.blocks}
        )

    def _drawn(
        self, draw: Callable[[Message], surfaces.Rendered], message: Message
    ) -> surfaces.Rendered:
        try:
            return draw(message)
        except Exception:
            # One message that can't be drawn must not hold up everybody else's.
            log.exception("message not drawn", extra={"kind": message.kind})
            raise _Stop(RetryAt(self._clock.now() + SOON, "not_drawn")) from None

    async def _call(self, place: _Place, method: str, **arguments: object) -> Answer:
        return await self._api.call(
            place.workspace.token, method, channel=place.channel, **arguments
        )

    def _changed(self, address: Address, ref: str, method: str, answer: Answer) -> Outcome:
        if answer.ok:
            return Sent(ref)
        if answer.fate is Fate.LIMITED:
            return self._close(address, method, answer)
        return outcome(answer, method, self._clock.now())

    def _close(self, address: Address, method: str, answer: Answer) -> RetryAt:
        """A limit of this method alone: the workspace's posts go on."""
        now = self._clock.now()
        until = now + answer.wait
        self._methods.close((address.installation_id, method), until, now)
        return RetryAt(until, "rate_limited", counts=False)

    def _wait_in_channel(self, address: Address, who: UUID) -> None:
        key = (address.installation_id, address.external_id)
        _wait(self._channels, key, who, self._clock, "channel_pace")

    def _wait_for_method(self, address: Address, method: str, who: UUID) -> None:
        key = (address.installation_id, method)
        _wait(self._methods, key, who, self._clock, "method_pace")


def _wait(pacing: Pacing, key: object, who: UUID, clock: Clock, reason: str) -> None:
    at = pacing.wait(key, who, clock.now())
    if at is not None:
        raise _Stop(RetryAt(at, reason, counts=False))
