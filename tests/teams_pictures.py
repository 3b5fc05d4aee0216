"""Pictures of what people see in Teams, drawn by Microsoft's renderer of Adaptive Cards with a host
configuration like that of Teams' clients. Teams itself is not involved, and its charts are rough.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from bot.bootstrap import prepare
from bot.domain.message import Block, Choice, ChoiceInput, Form, Message, Rating, Text, View
from bot.teams import surfaces
from bot.teams.values import Frame
from tests import result_screens
from tests.harness import ROOT
from tests.integration.demo_office import environment_in
from tests.journeys.hr_admins import form_of
from tests.journeys.world import World
from tests.manager_screens import (
    a_tuesday,
    around_one_to_ones,
    guide_pages,
    nudges_of,
    summary_of,
    two_weeks,
)
from tests.sample_screens import Screens, lived
from tests.servers import card_page, node

IMAGES = ROOT / "docs" / "images"
TUESDAY = datetime(2026, 3, 31, 8, 1, tzinfo=UTC)
"""A minute past ten in Berlin: the fifth week's check-in has just been sent there."""
PHONE, DESKTOP = 320, 700
Card = dict[str, Any]
_STYLE = """
body { margin: 0; font-family: "Segoe UI", "Open Sans", Arial, sans-serif }
#all { display: inline-flex; gap: 24px; padding: 24px; align-items: flex-start;
  background: GROUND; color: TEXT }
.screen { width: WIDTHpx; display: flex; flex-direction: column; gap: 12px; max-height: 1300px;
  overflow: hidden }
.card { border: 1px solid EDGE; border-radius: 6px; box-shadow: 0 2px 6px rgb(0 0 0/10%) }
.ac-pushButton { font: 600 14px/20px "Segoe UI", "Open Sans", Arial, sans-serif; padding: 5px 12px;
  min-height: 32px; min-width: 44px; border-radius: 4px; border: 1px solid EDGE; background: CARD;
  color: TEXT; white-space: normal }
.ac-actionSet { flex-wrap: wrap; row-gap: 8px }
.ac-pushButton.style-positive { background: #5b5fc7; border-color: #5b5fc7; color: #fff }
.ac-input, .ac-multichoiceInput { font: 14px/20px "Segoe UI", "Open Sans", Arial, sans-serif;
  background: FIELD; color: TEXT; border: 1px solid EDGE; border-radius: 4px; padding: 5px 8px;
  box-sizing: border-box }
.ac-choiceSetInput-expanded, .ac-choiceSetInput-multiSelect { border: 0; padding: 0;
  background: none }
.ac-textInput.ac-multiline { min-height: 64px }
"""


@dataclass(frozen=True)
class Screen:
    """A client's window with cards below each other."""

    cards: tuple[Card, ...]


def chat(*messages: Message) -> Screen:
    return Screen(tuple(surfaces.message(message).card for message in messages))


def view(shown: View) -> Screen:
    return Screen((surfaces.view(shown, Frame()),))


def home(blocks: Sequence[Block]) -> Screen:
    return Screen((surfaces.home(blocks, Frame()),))


async def take(chromium: Browser, folder: Path) -> None:
    """Lives the sample company in `folder` and writes docs/images/teams-*.png."""
    async with two_weeks(folder / "team") as world:
        await draw_manager(chromium, world)
    async with result_screens.two_surveys(folder / "surveys") as world:
        await draw_results(chromium, world)
        await draw_cadence(chromium, world)
    environment = environment_in(folder)
    await asyncio.to_thread(prepare, environment)
    seen = await lived(environment, TUESDAY)
    for name, screens in pictures(seen).items():
        await draw(chromium, IMAGES / f"teams-{name}.png", screens)


async def draw_manager(chromium: Browser, world: World) -> None:
    """A summary with reclaimed time, a guide, and the nudges of a Tuesday."""
    pages = [view(page) for page in await guide_pages(world, 4)]
    summary = chat(summary_of(world))
    await draw(chromium, IMAGES / "teams-summary.png", [summary, *pages], DESKTOP)
    await a_tuesday(world)
    around = [view(shown) for shown in await around_one_to_ones(world)]
    await draw(chromium, IMAGES / "teams-nudges.png", [chat(nudges_of(world)), *around])


async def draw_worded(chromium: Browser, seen: Screens) -> None:
    """A summary that a model worded, and what it rests on."""
    mara = "mara@fernweh.example"
    summary = [m for m in seen.arrived[mara] if m.kind == "summary"][-1]
    screens = [chat(summary), view(seen.views[mara]["summary_rests"])]
    await draw(chromium, IMAGES / "teams-summary-ai.png", screens)


async def draw_results(chromium: Browser, world: World) -> None:
    """A survey in the summary, the team's results, and HR's choice of a group."""
    found = await result_screens.panels(world)
    views = [view(found[name]) for name in ("team", "everybody")]
    summary = chat(result_screens.summary_of(world, "tomas"))
    await draw(chromium, IMAGES / "teams-results.png", [summary, *views], theme="dark")


async def draw_cadence(chromium: Browser, world: World) -> None:
    """HR's form of a new cadence, the same with something to mend, and what saving would change."""
    chosen = form_of(await world.act("ines", "admin_new"))
    form = form_of(await world.submits("ines", chosen, {"template": "learning"}))
    wrong = form_of(await world.submits("ines", form, {"at": "03:00", "title": "Learning"}))
    shown = form_of(await world.submits("ines", form, {"every": "week", "on": "wednesday"}))
    screens = [view(each) for each in (chosen, wrong, shown)]
    await draw(chromium, IMAGES / "teams-cadence.png", screens)


def pictures(seen: Screens) -> dict[str, list[Screen]]:
    """What stands side by side on each picture."""
    ana, mara = seen.threads["ana@fernweh.example"], seen.arrived["mara@fernweh.example"]
    everything = [m for of_one in seen.arrived.values() for m in of_one]
    welcome = next(m for m in seen.arrived["ana@fernweh.example"] if m.kind == "welcome")
    asked = next(m for m in everything if _has(m, Rating))
    chosen = next(m for m in everything if _has(m, Choice))
    receipt = next(m for m in reversed(ana) if m.kind == "receipt")
    answered = next(m for m in reversed(ana) if m.kind == "question" and _is_answered(m))
    summary = [m for m in mara if m.kind == "summary"][-1]
    manager, employee = seen.views["mara@fernweh.example"], seen.views["ana@fernweh.example"]
    homes = [seen.homes[f"{who}@fernweh.example"] for who in ("mara", "ines")]
    return {
        "messages": [chat(welcome), chat(asked, chosen), chat(answered, receipt)],
        "details": [chat(summary), view(manager["summary_details"])],
        "forms": [view(_form(seen)), view(employee["my_answers"]), view(employee["my_data"])],
        "home": [*map(home, homes)],
    }


def _form(seen: Screens) -> Form:
    """A form with ratings, as somebody finds it who has answered nothing yet."""
    forms = [v for views in seen.views.values() if isinstance(v := views.get("open_form"), Form)]
    return max(forms, key=lambda form: sum(isinstance(b, ChoiceInput) for b in form.blocks))


def _is_answered(message: Message) -> bool:
    texts = [block.text for block in message.blocks if isinstance(block, Text)]
    return any(text.startswith("You chose") for text in texts)


def _has(message: Message, kind: type[Block]) -> bool:
    return any(isinstance(block, kind) for block in message.blocks)


async def draw(
    chromium: Browser,
    to: Path,
    screens: Sequence[Screen],
    width: int = PHONE,
    theme: card_page.Theme = "light",
) -> None:
    """Draws the screens side by side into one PNG."""
    colours = card_page.colours(theme)
    page = await chromium.new_page(
        viewport={"width": (width + 40) * len(screens), "height": 900}, device_scale_factor=1.3
    )
    await page.set_content(f'<style>{_css()}{_style(colours, width)}</style><div id="all"></div>')
    for script in card_page.scripts():
        await page.evaluate(script)
    await page.evaluate(_DRAW, [[screen.cards for screen in screens], colours])
    await page.locator("#all").screenshot(path=to)
    await page.close()


_DRAW = """([screens, colours]) => {
  withMarkdown();
  withCharts();
  for (const cards of screens) {
    const screen = document.createElement("div");
    screen.className = "screen";
    screen.append(...cards.map((card) => draw(card, colours)));
    document.querySelector("#all").append(screen);
  }
}"""


def _css() -> str:
    return (node.modules() / "adaptivecards" / "dist" / "adaptivecards.css").read_text()


def _style(colours: Mapping[str, str], width: int) -> str:
    found = _STYLE.replace("WIDTH", str(width)).replace("GROUND", colours["background"])
    for name in ("text", "edge", "card", "field"):
        found = found.replace(name.upper(), colours[name])
    return found
