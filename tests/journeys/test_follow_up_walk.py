"""Random acts around one follow-up question, with what must always hold looked at after each."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.domain.follow_up import asks_back, is_short
from bot.domain.message import Form
from tests.journeys.conftest import prepared
from tests.journeys.given import FOLLOWED, Someone, at, check_in
from tests.journeys.words import pressable
from tests.journeys.world import A_SECOND, World

PEOPLE = [Someone("mara"), Someone("tom"), Someone("ana", manager="mara")]
OWN = {question.wording["en"].text for question in FOLLOWED.questions}
FOLLOWS = {
    follow_up.wording["en"]: question.wording["en"].text
    for question in FOLLOWED.questions
    for follow_up in question.follow_ups
}
SAYS = {
    "little": "Fine{}",
    "back": "May{} I?",
    "much": "It was a long week with many things in it{}",
}
ACTS = [
    *["little", "little", "back", "much"] * 3,
    *["waits a little", "waits", "waits"] * 3,
    "undoes",
    "skips",
    "skip",
    "next",
    "undo",
    "fills",
    "erases",
    "off",
    "on",
    "snoozes",
    "lives on",
    "restarts",
    "changes manager",
]


@dataclass
class Walk:
    """What Ana did, and what reached her that an act of hers explains."""

    world: World
    said: list[str] = field(default_factory=list)
    is_off: bool = False
    skipped: bool = False
    again: int = 0
    read: int = 0

    async def step(self, act: str, choice: int) -> None:
        world = self.world
        await world.wait(A_SECOND)  # nobody does two things at one moment
        if act in SAYS:
            await self._says(SAYS[act].format(len(self.said)))
        elif act in ("skip", "next", "undo"):
            await world.types("ana", act)
        elif act == "waits a little":
            await world.wait((1 + choice % 7) * A_SECOND)
        elif act == "waits":
            await world.wait((9 + choice) * A_SECOND)
        elif act == "lives on":
            await world.wait(timedelta(hours=3 + 4 * choice))
        elif act == "restarts":
            await world.restart()
        elif act == "changes manager":
            await world.changes(ana=("mara", "tom")[choice % 2])
        else:
            await getattr(self, f"_{act}")(choice)

    async def _says(self, text: str) -> None:
        await self.world.types("ana", text)
        self.said.append(text)

    async def _press(self, action: str, choice: int) -> None:
        found = [b for b in await self.world.buttons("ana") if b[1] == action]
        if found:
            await self.world.act("ana", action, found[choice % len(found)][2])

    async def _undoes(self, choice: int) -> None:
        await self._press("undo", choice)

    async def _skips(self, choice: int) -> None:
        await self._press("skip_question", choice)

    async def _off(self, _: int) -> None:
        await self.world.act("ana", "follow_ups_off")
        self.is_off = True

    async def _on(self, _: int) -> None:
        await self.world.act("ana", "follow_ups", "on")
        self.is_off = False

    async def _form(self, action: str) -> Form | None:
        blocks = await self.world.home("ana")
        shown = [*await self.world.buttons("ana"), *pressable(blocks)]
        value = next((v for _, does, v in reversed(shown) if does == action), None)
        view = (await self.world.act("ana", action, value)).view if value else None
        return view if isinstance(view, Form) else None

    async def _fills(self, choice: int) -> None:
        form = await self._form("open_form")
        if form is None:
            return
        if choice % 2:  # something is typed while the form is open
            await self._says("Meanwhile")
        names = [block.name for block in form.blocks if hasattr(block, "name")]
        await self.world.submits("ana", form, {names[choice % len(names)]: "Written"})

    async def _snoozes(self, choice: int) -> None:
        form = await self._form("open_later")
        if form is not None:
            when = ("hour", "tomorrow", "skip")[choice % 3]
            await self.world.submits("ana", form, {"when": when})

    async def _erases(self, choice: int) -> None:
        blocks = (await self.world.my_answers("ana")).blocks
        values = [value for _, does, value in pressable(blocks) if does == "erase_answer"]
        if values:
            form = (await self.world.act("ana", "erase_answer", values[choice % len(values)])).view
            assert isinstance(form, Form)
            await self.world.submits("ana", form, {})

    async def check(self) -> None:
        await self._one_question_at_a_time()
        await self._each_for_a_reason()
        await self._at_most_one()

    async def _one_question_at_a_time(self) -> None:
        """A follow-up question stands alone; *undo* may bring an earlier one back beside others."""
        open_ones = {value for _, does, value in await self.world.buttons("ana") if does == SKIP}
        assert len(open_ones) <= 1 or not any("." in value for value in open_ones), open_ones

    async def _each_for_a_reason(self) -> None:
        """Whatever came since the last look."""
        arrived = self.world.arrived("ana")[self.read :]
        self.read += len(arrived)
        answers = {quote.note: quote.text for quote in await self.world.my_quotes("ana")}
        for each in arrived:
            lines = set(each.words.splitlines())
            assert len(lines & (OWN | FOLLOWS.keys())) <= 1 or each.kind not in ASKING
            for text in lines & FOLLOWS.keys():
                if each.kind in ASKING:
                    assert not self.is_off
                    assert "If you like, one more on this:" in lines
                    answer = answers[FOLLOWS[text]]
                    assert is_short(answer) or asks_back(answer), answer

    async def _at_most_one(self) -> None:
        ana = self.world.ids["ana"]
        for found in await self.world.built.uow.read(lambda tx: tx.check_ins.of_person(ana)):
            follow_ups = [asked for asked in found.questions if "." in asked.key]
            assert len(follow_ups) <= 1
            assert [q.position for q in found.questions] == sorted(
                {q.position for q in found.questions}
            )

    async def finish(self) -> None:
        """Whatever came before: who goes on answering comes to the end."""
        await self.world.wait(timedelta(hours=30))
        for _ in range(8):
            await self.world.types("ana", SAYS["much"].format("."))
            await self.world.wait()
            await self.check()
        ana = self.world.ids["ana"]
        for found in await self.world.built.uow.read(lambda tx: tx.check_ins.of_person(ana)):
            assert found.next_question() is None or found.state in OVER, found


SKIP = "skip_question"
ASKING = ("question",)
OVER = ("skipped", "closed", "snoozed")


async def walk(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = prepared(Path(folder))
        cadence = check_in(pack="followed", closes_after_days=4)
        world = await World.open(environment, PEOPLE, [cadence], at("2026-03-03 09:59"))
        try:
            await world.until("2026-03-03 10:01")
            await world.starts("ana")
            walked = Walk(world)
            for act, choice in steps:
                await walked.step(act, choice)
                await walked.check()
            await walked.finish()
        finally:
            await world.close()


STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 11)), min_size=4, max_size=14)
ENOUGH = settings(
    database=None,
    phases=[Phase.generate],  # an example takes a second: one that fails says enough
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@settings(ENOUGH, max_examples=4)
@given(STEPS)
def test_whatever_comes_in_between(steps: list[tuple[str, int]]) -> None:
    """Whatever Ana does around a follow-up question: it stands open beside no other, at most one
    comes in a check-in, only to an answer that is short or asks back, never once they are off; and
    whoever goes on answering comes to the end."""
    asyncio.run(walk(steps))


@pytest.mark.deep
@settings(ENOUGH, max_examples=60)
@given(STEPS)
def test_whatever_else_comes_in_between(steps: list[tuple[str, int]]) -> None:
    """The same, more often."""
    asyncio.run(walk(steps))
