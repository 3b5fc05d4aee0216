"""How managers and reports of a demo use their 1:1s: days, notes, agendas, promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID

from bot.demo.hands import Actor, Diary, Hands
from bot.demo.pair_script import Becomes, Outcome, PairScript, Pledge, Side, Topic
from bot.demo.reading import button_in, buttons, current
from bot.domain.local_time import local_instant
from bot.domain.message import Block, Button, Buttons, Form, Message, Quote
from bot.domain.one_to_one import MeetingKind, Rhythm
from bot.domain.promise import Says

SOON = timedelta(minutes=4)
"""From reading to doing."""

THINKING = timedelta(minutes=20)
WRITES_AT = time(14, 30)
"""The local hour at which topics and promises are written."""


class PairPlayer:
    """Plays one_to_ones.yaml. `start` is the first local date of the demo."""

    def __init__(self, hands: Hands, diary: Diary, start: date) -> None:
        self._hands = hands
        self._diary = diary
        self._start = start
        self._met: Counter[tuple[UUID, UUID, MeetingKind]] = Counter()

    def begin(self, actor: Actor) -> None:
        """Notes what this one will write by themselves."""
        for other, pair in actor.pairs.items():
            side = _side(actor, pair)
            for written in (*pair.agenda, *pair.promises):
                if written.by is side:
                    day = written.day(self._start)
                    moment = local_instant(day, WRITES_AT, actor.zone)
                    self._at(moment, self._write, actor, other, written)

    def look(self, actor: Actor, message: Message, now: datetime) -> None:
        """Reads what arrived, and decides what to do about it."""
        if actor.pairs:
            self._read(actor, message.blocks, now)

    def _at(
        self, moment: datetime, do: Callable[..., Awaitable[None]], actor: Actor, *what: object
    ) -> None:
        self._diary.at(moment, partial(do, actor, *what))

    def _read(self, actor: Actor, blocks: Sequence[Block], now: datetime) -> None:
        for text, row in _rows(blocks):
            here = {each.action: each for each in row}
            if "one_to_ones" in here:
                self._at(now + SOON, self._set_days, actor, here["one_to_ones"])
            if "nudges_more" in here:
                self._at(now + SOON, self._more, actor, here["nudges_more"])
            if "meeting_held" in here:
                self._meeting(actor, here, now)
            if "promise_says" in here:
                self._asked(actor, text, row, now)

    async def _more(self, actor: Actor, found: Button, now: datetime) -> None:
        self._read(actor, (await self._hands.look(actor, found, now)).blocks, now)

    # The days of 1:1s, and what became of each

    async def _set_days(self, actor: Actor, found: Button, now: datetime) -> None:
        panel = await self._hands.look(actor, found, now)
        for each in list(buttons(panel.blocks)):
            pair = actor.pairs.get(UUID(each.value)) if each.action == "one_to_one_set" else None
            if pair is not None:
                form = await self._hands.open(actor, each, now)
                chosen = {"rhythm": pair.every.value}
                if pair.every is not Rhythm.OFF:
                    chosen["weekday"] = str(pair.on)
                await self._hands.submit(actor, form, current(form) | chosen, now)

    def _meeting(self, actor: Actor, here: dict[str, Button], now: datetime) -> None:
        kind, other = _about(here)
        pair = actor.pairs.get(other)
        if pair is None:
            return
        outcomes, mark = pair.outcomes(kind), (actor.person_id, other, kind)
        if self._met[mark] >= len(outcomes):
            return
        outcome = outcomes[self._met[mark]]
        self._met[mark] += 1
        if outcome.told and "stay_tell" in here:
            self._at(now + SOON, self._press, actor, here["stay_tell"])
        if outcome.does is not Becomes.IGNORED:
            self._at(now + outcome.after, self._tell, actor, other, outcome, here)

    async def _press(self, actor: Actor, found: Button, now: datetime) -> None:
        await self._hands.press(actor, found, now)

    async def _tell(
        self, actor: Actor, other: UUID, outcome: Outcome, here: dict[str, Button], now: datetime
    ) -> None:
        if outcome.does is Becomes.NOT_YET:
            if "meeting_not_yet" in here:  # it is said once
                await self._hands.press(actor, here["meeting_not_yet"], now)
        elif outcome.does is Becomes.MOVED and outcome.to is not None:
            form = await self._hands.open(actor, here["meeting_move"], now)
            day = now.astimezone(actor.zone).date() + outcome.to
            await self._hands.submit(actor, form, {"day": day.isoformat()}, now)
        else:
            reply = await self._hands.press(actor, here["meeting_held"], now)
            if outcome.note and isinstance(reply.view, Form):
                await self._hands.submit(actor, reply.view, {"notes": outcome.note}, now)
                if actor.pairs[other].agenda:
                    await self._tick_off(actor, other, now)

    async def _tick_off(self, actor: Actor, other: UUID, now: datetime) -> None:
        """What was on the agenda has been talked about."""
        panel = await self._hands.look(actor, _between(other), now)
        for each in list(buttons(panel.blocks)):
            if each.action == "agenda_done":
                await self._hands.press(actor, each, now)

    # What they write, and what they say of promises

    async def _write(
        self, actor: Actor, other: UUID, written: Topic | Pledge, now: datetime
    ) -> None:
        panel = await self._hands.look(actor, _between(other), now)
        action = "promise_open" if isinstance(written, Pledge) else "agenda_open"
        form = await self._hands.open(actor, button_in(panel.blocks, action), now)
        fields = {"text": written.text}
        if isinstance(written, Pledge):
            fields["due"] = (now.astimezone(actor.zone).date() + written.within).isoformat()
        await self._hands.submit(actor, form, fields, now)

    def _asked(self, actor: Actor, text: str, row: Sequence[Button], now: datetime) -> None:
        for other, pair in actor.pairs.items():
            for pledge in pair.promises:
                says = pledge.says(_side(actor, pair))
                if pledge.text == text and says is not None:
                    found = next(b for b in row if b.value.split(":")[1] == says.value)
                    self._at(now + THINKING, self._say, actor, found, other, pledge)

    async def _say(
        self, actor: Actor, found: Button, other: UUID, pledge: Pledge, now: datetime
    ) -> None:
        await self._hands.press(actor, found, now)
        if _side(actor, actor.pairs[other]) is Side.REPORT and pledge.report_says is Says.NO:
            self._at(now + SOON, self._agree, actor, other, pledge)

    async def _agree(self, actor: Actor, other: UUID, pledge: Pledge, now: datetime) -> None:
        """After a no: whether the manager may be told that the two see it differently."""
        panel = await self._hands.look(actor, _between(other), now)
        answer = "yes" if pledge.tells else "no"
        for text, row in _rows(panel.blocks):
            for each in row:
                is_it = each.action == "promise_raise" and each.value.split(":")[1] == answer
                if is_it and text == pledge.text:
                    await self._hands.press(actor, each, now)


def _side(actor: Actor, pair: PairScript) -> Side:
    return Side.MANAGER if pair.manager == actor.email else Side.REPORT


def _between(other: UUID) -> Button:
    """*See all*, under Home."""
    return Button("", "pair", str(other))


def _about(here: dict[str, Button]) -> tuple[MeetingKind, UUID]:
    """Which conversation a row of buttons is about, and with whom, by the way to prepare it."""
    if "one_to_one" in here:
        return MeetingKind.ONE_TO_ONE, UUID(here["one_to_one"].value)
    return MeetingKind.STAY, UUID(here["guide_open"].value.split(":")[2])


def _rows(blocks: Sequence[Block]) -> Iterator[tuple[str, Sequence[Button]]]:
    """Each row of buttons, with the last words quoted above it."""
    text = ""
    for block in blocks:
        if isinstance(block, Quote):
            text = block.text
        elif isinstance(block, Buttons):
            yield text, block.items
