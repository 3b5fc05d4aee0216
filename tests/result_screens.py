"""A company's surveys for pictures: its second one has been counted, and a summary has come."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot.domain.message import Message, Panel
from bot.domain.people import Role
from tests.journeys.conftest import prepared
from tests.journeys.given import Someone, check_in, weekly_summary
from tests.journeys.words import pressable
from tests.journeys.world import World

KEYS = ("ai_use_aligns", "ai_goals_known", "ai_rules_known", "manager_supports_ai")
MARAS: Mapping[str, tuple[str, str]] = {
    "ana": ("4234", "4344"),
    "jonas": ("3224", "4334"),
    "priya": ("5345", "5455"),
    "kim": ("3243", "4243"),
    "lena": ("2134", "2244"),
    "omar": ("4345", "4454"),
    "paul": ("4344", "4355"),
}
TOMAS: Mapping[str, tuple[str, str]] = {
    "sofia": ("3224", "4334"),
    "callum": ("4333", "4343"),
    "wiremu": ("5245", "5255"),
    "hana": ("3134", "3234"),
    "noor": ("4245", "4345"),
    "max": ("2224", "3334"),
}
"""By person, what they rate in the first survey and in the second, a digit a question."""

PEOPLE = (
    Someone("mara"),
    Someone("ines", "mara", role=Role.HR_ADMIN),
    Someone("tomas", "mara"),
    Someone("june", "mara"),
    *(Someone(name, "mara") for name in MARAS),
    *(Someone(name, "tomas") for name in TOMAS),
    *(Someone(name, "june") for name in ("devon", "lucia", "ruby")),
)
SURVEY = check_in(
    "ai-clarity", title="AI clarity", pack="ai_clarity", reminders=0, questions_per_round=4
)
LEADERS = {"ines": ("5455", "5455"), "tomas": ("4334", "4444"), "june": ("3334", "3434")}
MARA = {"mara": ("5445", "5545")}
JUNES = {"devon": ("2224", "3224"), "lucia": ("5455", "5455"), "ruby": ("3344", "3344")}

SILENT = ("kim", "lena", "omar", "lucia", "ruby")
EVERYBODY = {**MARA, **LEADERS, **MARAS, **TOMAS, **JUNES}
SAID = {who: said for who, said in EVERYBODY.items() if who not in SILENT}


@asynccontextmanager
async def two_surveys(folder: Path) -> AsyncIterator[World]:
    """It is the third Friday, in databases made in `folder`."""
    cadences = (SURVEY, check_in("work", on=2, reminders=0), weekly_summary())
    world = await World.open(prepared(folder), PEOPLE, cadences)
    try:
        for number, week in enumerate(("2026-03-03", "2026-03-10")):
            await world.until(f"{week} 10:05")
            for who, said in SAID.items():
                await world.act(who, "start")
                form = await world.opens(who, "open_form")
                ratings = zip(KEYS, said[number], strict=True)
                await world.submits(who, form, {f"rating:{key}": given for key, given in ratings})
        await world.until("2026-03-18 10:05")
        await world.answers("ana", "The map review takes half the time now.")
        await world.until("2026-03-20 15:05")
        yield world
    finally:
        await world.close()


def summary_of(world: World, who: str) -> Message:
    return world.arrived(who, "summary")[-1].message


async def panels(world: World) -> dict[str, Panel]:
    """*Team results* of Tomas, and HR's way to everybody's."""
    found = {"team": await _presses(world, "tomas", "Team results")}
    found["surveys"] = await _presses(world, "ines", "Group results")
    label = next(label for label, _, _ in pressable(found["surveys"].blocks))
    found["groups"] = await _presses(world, "ines", label, found["surveys"])
    found["everybody"] = await _presses(world, "ines", "Everybody", found["groups"])
    return found


async def _presses(world: World, who: str, label: str, shown: Panel | None = None) -> Panel:
    blocks = shown.blocks if shown else await world.home(who)
    action, value = next((a, v) for text, a, v in pressable(blocks) if text == label)
    view = (await world.act(who, action, value, send=False)).view
    assert isinstance(view, Panel), label
    return view
