"""The people of a demo: they read what arrives and press, type and fill in as the script says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from bot.demo.hands import Actor, Diary, Do, Handle, Hands
from bot.demo.pair_player import PairPlayer
from bot.demo.reading import button, buttons, current, filled
from bot.demo.script import ANSWERING, Answer, Deed, Turn
from bot.domain.message import Button, Choice, Form, Message, Rating

READING = timedelta(seconds=25)
BETWEEN_BUBBLES = timedelta(seconds=4)


class Player:
    """Plays the script through the same door as every platform: `handle`.

    `start` is the first local date of the demo; weeks are counted from it.
    """

    def __init__(
        self, handle: Handle, installation_id: UUID, actors: Sequence[Actor], start: date
    ) -> None:
        self._hands = Hands(handle, installation_id)
        self._diary = Diary()
        self._pairs = PairPlayer(self._hands, self._diary, start)
        self._actors = {actor.person_id: actor for actor in actors}
        self._start = start
        self._arrivals: list[tuple[Actor, Message]] = []
        for actor in actors:
            self._pairs.begin(actor)

    def arrived(self, person_id: UUID, message: Message) -> None:
        """Notes what just reached somebody's screen."""
        if person_id in self._actors:
            self._arrivals.append((self._actors[person_id], message))

    @property
    def next_at(self) -> datetime | None:
        return self._diary.next_at

    def look(self, now: datetime) -> None:
        """Everybody reads what arrived and decides what to do, and when."""
        arrivals, self._arrivals = self._arrivals, []
        for actor, message in arrivals:
            self._pairs.look(actor, message, now)
            self._react(actor, message, now)

    async def act(self, now: datetime) -> None:
        """Does what is due at `now` (aware UTC)."""
        await self._diary.act(now)

    def _week(self, actor: Actor, now: datetime) -> int:
        return (now.astimezone(actor.zone).date() - self._start).days // 7 + 1

    def _react(self, actor: Actor, message: Message, now: datetime) -> None:
        turn = actor.turns.get(self._week(actor, now))
        if turn is None or turn.does is Deed.IGNORES:
            return
        if message.kind == "receipt":
            self._settle(actor, message, now)
        elif message.kind == "thanks":
            self._finish(actor, turn, message, now)
        elif message.kind in ("welcome", "question"):
            self._prompted(actor, turn, message, now)

    def _prompted(self, actor: Actor, turn: Turn, message: Message, now: datetime) -> None:
        if actor.engaged:
            self._diary.at(now + READING, lambda at: self._one_question(actor, turn, message, at))
        elif (mark := _check_in(message)) not in actor.acted:
            actor.acted.add(mark)
            self._diary.at(now + turn.after, lambda at: self._begin(actor, turn, message, at))

    async def _begin(self, actor: Actor, turn: Turn, message: Message, now: datetime) -> None:
        if message.kind == "welcome":
            if turn.does is Deed.DECLINES:
                await self._hands.press(actor, button(message, "decline"), now)
                return
            actor.engaged = True
            await self._hands.press(actor, button(message, "start"), now)
            return
        actor.engaged = True
        await self._one_question(actor, turn, message, now)

    async def _one_question(
        self, actor: Actor, turn: Turn, message: Message, now: datetime
    ) -> None:
        if turn.does in (Deed.SKIPS, Deed.PAUSES) or self._still_snoozes(actor, turn, message):
            actor.engaged = False
            await self._not_now(actor, turn, message, now)
        elif turn.does is Deed.FORM or _offers_options(message):
            actor.engaged = False
            await self._fill_form(actor, turn, message, now)
        else:
            await self._answer(actor, turn, message, now)

    def _still_snoozes(self, actor: Actor, turn: Turn, message: Message) -> bool:
        """Somebody who snoozes puts it off once, and answers when it comes again."""
        mark = _check_in(message)
        if turn.does is not Deed.SNOOZES or mark in actor.put_off:
            return False
        actor.put_off.add(mark)
        actor.acted.discard(mark)
        return True

    async def _not_now(self, actor: Actor, turn: Turn, message: Message, now: datetime) -> None:
        when = {Deed.SKIPS: "skip", Deed.PAUSES: "pause"}.get(turn.does, "")
        when = when or (turn.snooze_for.value if turn.snooze_for else "tomorrow")
        form = await self._hands.open(actor, button(message, "open_later"), now)
        reply = await self._hands.submit(actor, form, {"when": when}, now)
        if isinstance(reply.view, Form):
            day = now.astimezone(actor.zone).date() + timedelta(days=turn.pause_days or 7)
            await self._hands.submit(actor, reply.view, {"until": day.isoformat()}, now)

    async def _fill_form(self, actor: Actor, turn: Turn, message: Message, now: datetime) -> None:
        form = await self._hands.open(actor, button(message, "open_form"), now)
        await self._hands.submit(actor, form, filled(form, turn.answers), now)

    async def _answer(self, actor: Actor, turn: Turn, message: Message, now: datetime) -> None:
        skip = button(message, "skip_question")
        key = skip.value.partition(":")[2]
        answer = turn.answers.get(key)
        if answer is None or skip.value in actor.taken_back:
            await self._hands.press(actor, skip, now)
            return
        if answer.undo or answer.only_me:
            actor.afterwards.append((key, "undo" if answer.undo else "only_me"))
        await self._give(actor, message, answer, now)

    async def _give(self, actor: Actor, message: Message, answer: Answer, now: datetime) -> None:
        for block in message.blocks:
            if isinstance(block, Rating) and answer.rating is not None:
                pressed = Button("", block.action, block.value)
                await self._hands.press(actor, pressed, now, str(answer.rating))
                if not answer.bubbles:
                    await self._hands.press(actor, Button("", "move_on", block.value), now)
            elif isinstance(block, Choice) and answer.choice is not None:
                pressed = Button("", block.action, block.value)
                await self._hands.press(actor, pressed, now, answer.choice)
        texts = answer.bubbles or ((str(answer.number),) if answer.number is not None else ())
        for index, text in enumerate(texts):
            self._diary.at(now + index * BETWEEN_BUBBLES, self._typing(actor, text))

    def _typing(self, actor: Actor, text: str) -> Do:
        async def do(now: datetime) -> None:
            await self._hands.type(actor, text, now)

        return do

    def _settle(self, actor: Actor, message: Message, now: datetime) -> None:
        """Takes an answer back, or keeps it to oneself, with the button under its receipt."""
        for key, action in list(actor.afterwards):
            for found in buttons(message.blocks):
                if found.action == action and found.value.endswith(f":{key}"):
                    actor.afterwards.remove((key, action))
                    actor.taken_back.add(found.value)
                    self._diary.at(now + READING / 5, self._pressing(actor, found))

    def _pressing(self, actor: Actor, found: Button) -> Do:
        async def do(now: datetime) -> None:
            await self._hands.press(actor, found, now)

        return do

    def _finish(self, actor: Actor, turn: Turn, message: Message, now: datetime) -> None:
        actor.engaged = False
        if turn.edit is not None and turn.does in ANSWERING:
            edit = turn.edit

            async def do(at: datetime) -> None:
                form = await self._hands.open(actor, button(message, "open_form"), at)
                changed = {f"text:{key}": text for key, text in edit.texts.items()}
                shown = {**current(form), **changed}
                await self._hands.submit(actor, form, shown, at)

            self._diary.at(now + edit.after, do)


def _offers_options(message: Message) -> bool:
    """Whoever can choose rather than write does it all in one form."""
    return any(isinstance(block, Choice) for block in message.blocks)


def _check_in(message: Message) -> str:
    """Which check-in it asks for; a welcome asks for none yet."""
    if message.kind == "welcome":
        return message.kind
    return button(message, "skip_question").value.partition(":")[0]
