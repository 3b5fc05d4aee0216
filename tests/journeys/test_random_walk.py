"""Random acts of a tiny company, with what must always hold looked at after each."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.check_in import State
from bot.domain.message import Form
from tests.journeys.conftest import prepared
from tests.journeys.given import Someone, at, check_in, weekly_summary
from tests.journeys.words import pressable, words
from tests.journeys.world import World

MANAGERS = ("mara", "tom", None)
PEOPLE = [Someone("mara"), Someone("tom"), Someone("ana", manager="mara")]
CADENCES = [
    check_in(closes_after_days=4),
    check_in("other", on=2, pack="other", closes_after_days=8, weeks=2),
    weekly_summary(),
]

ACTS = [
    *["types"] * 5,
    *["waits"] * 3,
    *["lives on"] * 3,
    "lives a day",
    "edits",
    "undoes",
    "narrows",
    "empties",
    "erases one",
    "erases a check-in",
    "wipes",
    "snoozes",
    "skips",
    "skips a question",
    "pauses",
    "resumes",
    "declines",
    "starts",
    "changes manager",
    "restarts",
]
BY_ITSELF = {"waits", "lives on", "lives a day", "restarts", "changes manager"}
"""What Ana has no part in."""


@dataclass
class Said:
    """A marker word Ana typed under the reader named at that moment, and whether it was undone."""

    word: str
    reader: str | None
    gone: bool = False
    mine: bool = False


@dataclass
class Walk:
    """What Ana did and what, from that alone, anybody may see."""

    world: World
    said: list[Said] = field(default_factory=list)
    manager: str | None = "mara"
    named: str | None = "mara"
    count: int = 0
    read: int = 0
    holding: int = 1

    def word(self) -> str:
        self.count += 1
        return f"marker{self.count:03d}"

    def reader(self) -> str | None:
        """Who was named to Ana last as the reader of what she says."""
        arrived = self.world.arrived("ana")
        for arrival in arrived[self.read :]:
            self._hears(arrival.words)
        self.read = len(arrived)
        return self.named

    def _hears(self, shown: str) -> None:
        found = re.findall(r"(\w+), your manager, can read|(Only you can see)", shown)
        for manager, _ in found:
            self.named = manager.lower() or None

    async def step(self, act: str, choice: int) -> None:
        if act.startswith(("types", "edits", "undoes", "narrows", "empties")):
            await getattr(self, act)(choice)
        else:
            await self._decides(act, choice)

    async def _decides(self, act: str, choice: int) -> None:
        world = self.world
        form_acts = {"snoozes": ("hour", "tomorrow", "next_week")[choice % 3], "skips": "skip"}
        plain: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "waits": lambda: world.wait(timedelta(seconds=1 + choice % 12)),
            "lives on": lambda: world.wait(timedelta(hours=1 + choice % 9)),
            "lives a day": lambda: world.wait(timedelta(days=1)),
            "resumes": lambda: world.act("ana", "resume"),
            "declines": self._declines,
            "erases one": lambda: self._erases(choice, "erase_answer"),
            "erases a check-in": lambda: self._erases(choice, "erase_check_in"),
            "wipes": self._wipes,
            "starts": lambda: world.act("ana", "start"),
            "restarts": world.restart,
            "pauses": lambda: self._pauses(choice),
            "skips a question": lambda: self._presses("skip_question"),
            "changes manager": lambda: self._changes(MANAGERS[choice % 3]),
        }
        if act in plain:
            await plain[act]()
        else:
            await self._puts_off(form_acts[act])

    async def _declines(self) -> None:
        await self.world.act("ana", "decline")
        if not self.world.arrived("mara", "summary") + self.world.arrived("tom", "summary"):
            for each in self.said:  # nobody was shown any of it yet
                each.mine = True

    async def _presses(self, action: str) -> None:
        found = [each for each in await self.world.buttons("ana") if each[1] == action]
        if found:
            await self.world.act("ana", action, found[-1][2])

    async def _pauses(self, choice: int) -> None:
        view = (await self.world.act("ana", "open_pause")).view
        assert isinstance(view, Form)
        until = self.world.now.date() + timedelta(days=2 + choice % 9)
        await self.world.submits("ana", view, {"until": until.isoformat()})

    async def _changes(self, manager: str | None) -> None:
        self.manager = manager
        await self.world.changes(ana=manager)

    async def _puts_off(self, when: str) -> None:
        form = await self._form("open_later")
        if form is not None:
            await self.world.submits("ana", form, {"when": when})

    async def _form(self, action: str) -> Form | None:
        blocks = await self.world.home("ana")
        shown = [*await self.world.buttons("ana"), *pressable(blocks)]
        value = next((v for _, does, v in reversed(shown) if does == action), None)
        view = (await self.world.act("ana", action, value)).view if value else None
        if not isinstance(view, Form):
            return None
        self.reader()
        self._hears(words(view))
        return view

    async def types(self, _: int) -> None:
        word, reader = self.word(), self.reader()
        await self.world.types("ana", word)
        if word in "\n".join(await self.world.my_words("ana")):
            self.said.append(Said(word, reader))

    async def edits(self, choice: int) -> None:
        await self._fills(self.word(), choice)

    async def empties(self, choice: int) -> None:
        await self._fills("", choice)

    async def _fills(self, text: str, choice: int) -> None:
        form = await self._form("open_form")
        if form is None:
            return
        names = [block.name for block in form.blocks if hasattr(block, "name")]
        name = names[choice % len(names)]
        before = next(b.value for b in form.blocks if getattr(b, "name", "") == name)
        reply = await self.world.submits("ana", form, {name: text})
        if reply.notice == "Saved.":
            self._lost(before)
            if text:
                self.said.append(Said(text, self.reader()))

    async def undoes(self, choice: int) -> None:
        await self._under(choice, "undo", self._lost)

    async def narrows(self, choice: int) -> None:
        await self._under(choice, "only_me", self._kept)

    async def _under(self, choice: int, action: str, then: Callable[[str], None]) -> None:
        texts = await self.world.my_words("ana")
        if not texts:
            return
        text = texts[choice % len(texts)]
        try:
            await self.world.press_under("ana", text, action)
        except AssertionError:
            return  # the button isn't there any more
        after = await self.world.my_words("ana")
        if action != "undo" or text not in after:
            then(text)

    async def _erases(self, choice: int, action: str) -> None:
        blocks = (await self.world.my_answers("ana")).blocks
        values = [value for _, does, value in pressable(blocks) if does == action]
        if not values:
            return
        before = await self.world.my_words("ana")
        form = (await self.world.act("ana", action, values[choice % len(values)])).view
        assert isinstance(form, Form)
        await self.world.submits("ana", form, {})
        after = await self.world.my_words("ana")
        lost = [text for text in before if before.count(text) > after.count(text)]
        assert lost
        for text in lost:
            self._lost(text)

    async def _wipes(self) -> None:
        form = (await self.world.act("ana", "erase_everything")).view
        assert isinstance(form, Form)
        await self.world.submits("ana", form, {})
        assert await self.world.kept_versions("ana") == []
        self._lost("".join(each.word for each in self.said))

    def _lost(self, text: str) -> None:
        for each in self.said:
            each.gone |= each.word in text

    def _kept(self, text: str) -> None:
        for each in self.said:
            each.mine |= each.word in text

    async def check(self, act: str) -> None:
        await self._one_conversation(act)
        self._each_period_once()
        await self._own_words()
        for manager in ("mara", "tom"):
            await self._seen_by(manager)

    async def _one_conversation(self, act: str) -> None:
        """Time alone never opens a second one; pressing something further up may."""
        world = self.world
        ana = world.ids["ana"]
        talking = (State.OFFERED, State.OPEN)
        found = await world.built.uow.read(lambda tx: tx.check_ins.of_person(ana, talking))
        before, self.holding = self.holding, sum(c.holds_place(world.now) for c in found)
        if act in BY_ITSELF:
            assert self.holding <= max(1, before), (act, found)

    def _each_period_once(self) -> None:
        summaries = self.world.walls("mara", "summary")
        assert len(summaries) == len(set(summaries))

    async def _own_words(self) -> None:
        mine = "\n".join(await self.world.my_words("ana"))
        for each in self.said:
            assert (each.word in mine) == (not each.gone), each

    async def _seen_by(self, manager: str) -> None:
        told = "\n".join(text for panel in await self.world.told(manager) for text in panel)
        for each in self.said:
            if each.gone or each.mine or manager != self.manager or each.reader != manager:
                assert each.word not in told, (manager, each)
        summaries = "\n".join(a.words for a in self.world.arrived(manager, "summary"))
        for each in self.said:
            assert each.reader == manager or each.word not in summaries, (manager, each)


async def walk(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = prepared(Path(folder))
        world = await World.open(environment, PEOPLE, CADENCES, at("2026-03-02 09:00"))
        try:
            await world.until("2026-03-03 10:01")
            await world.starts("ana")
            walked = Walk(world)
            for act, choice in steps:
                await walked.step(act, choice)
                await walked.check(act)
            await world.wait(timedelta(days=7))
            await walked.check("lives on")
        finally:
            await world.close()


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 11)), min_size=8, max_size=25))
def test_whatever_people_do(steps: list[tuple[str, int]]) -> None:
    """Whatever Ana does in whatever order: one conversation at a time; every acknowledged answer
    that wasn't taken back stands word for word in My answers, and no other; nobody reads what was
    not said under their name, was narrowed, taken back, or said by somebody they no longer manage;
    and everything is as quiet as it should be a week later."""
    asyncio.run(walk(steps))
