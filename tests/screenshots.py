"""`make screenshots`: pictures of the page, Slack, Teams and the terminal, anew from the demo."""

from __future__ import annotations

import asyncio
import base64
import io
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server

from aiohttp import ClientSession, web
from playwright.async_api import Browser, Page, ViewportSize, expect
from rich.console import Console
from rich.text import Text

from bot.bootstrap import build, prepare
from bot.demo import command
from bot.demo.company import (
    SAMPLE_ANSWERS,
    SAMPLE_CONFIGURATION,
    SAMPLE_ONE_TO_ONES,
    SAMPLE_PEOPLE,
    gather,
)
from bot.settings import Environment, load_configuration
from bot.web import create_app
from tests import harness, slack_pictures, teams_pictures
from tests.browser.hands import become, button, dialog, say
from tests.integration.demo_office import environment_in
from tests.integration.local_office import Office
from tests.journeys.world import World
from tests.manager_screens import a_tuesday, two_weeks
from tests.recorded_model import recorded_server
from tests.result_screens import two_surveys
from tests.sample_expectations import new_expectations
from tests.sample_screens import lived
from tests.servers import browser

IMAGES = harness.ROOT / "docs" / "images"
WEEKS = 4
TUESDAY = datetime(2026, 3, 31, 8, 1, tzinfo=UTC)
"""A minute past ten in Berlin: the fifth week's check-in has just been sent there."""
FRAME = "border-radius:18px;border:1px solid #d8d0c4;box-shadow:0 12px 40px rgb(40 30 10/18%)"


def main() -> None:
    """Lives the demo once and writes every picture into docs/images."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    harness.open_run()
    try:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(_take(Path(folder)))
    finally:
        harness.close_run()


async def _take(folder: Path) -> None:
    environment = environment_in(folder)
    out = Console(record=True, width=100, file=io.StringIO(), color_system="truecolor")
    company = gather(
        load_configuration(SAMPLE_CONFIGURATION), SAMPLE_PEOPLE, SAMPLE_ANSWERS, SAMPLE_ONE_TO_ONES
    )
    await command._live(environment, company, WEEKS, out)
    async with browser.launched(browser.chromium()) as chromium:
        await _terminal(chromium, _until_details(out))
        async with served(environment) as office:
            await _page(chromium, office)
        async with two_weeks(folder / "team") as world:
            await _guide(chromium, world)
        async with two_surveys(folder / "surveys") as world:
            await _results(chromium, world)
        await slack_pictures.take(chromium, folder / "slack")
        await teams_pictures.take(chromium, folder / "teams")
        await worded(chromium, folder / "worded")


async def worded(chromium: Browser, folder: Path) -> None:
    """Summaries of the sample company that a model worded: a recorded one."""
    environment = environment_in(folder)
    await asyncio.to_thread(prepare, environment)
    async with recorded_server() as server:
        seen = await lived(environment, TUESDAY, server)
    await slack_pictures.draw_worded(chromium, seen)
    await teams_pictures.draw_worded(chromium, seen)


@asynccontextmanager
async def served(
    environment: Environment, somebody: str = "ana@fernweh.example"
) -> AsyncIterator[Office]:
    listening = create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    built = await build(replace(environment, web_url=origin))
    runner = web.AppRunner(create_app(built), access_log=None)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    found = await built.uow.read(lambda tx: tx.people.by_email([somebody]))
    try:
        async with ClientSession(origin) as client:
            yield Office(built, client, origin, found[somebody])
    finally:
        await runner.cleanup()
        await built.close()


@asynccontextmanager
async def _opened(
    chromium: Browser, size: ViewportSize, *, dark: bool = False
) -> AsyncIterator[Page]:
    context = await chromium.new_context(
        viewport=size,
        device_scale_factor=2,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    try:
        yield await context.new_page()
    finally:
        await context.close()


def _until_details(out: Console) -> str:
    """What fits on a screen: the weeks and the first summary, without what its button opens."""
    lines = out.export_text(styles=True).splitlines()
    end = next(number for number, line in enumerate(lines) if "Behind the button" in line)
    shown = Console(record=True, width=out.width, file=io.StringIO())
    shown.print(Text.from_ansi("\n".join(lines[:end]).rstrip()))
    return shown.export_svg(title="touchpoint demo")


async def _terminal(chromium: Browser, svg: str) -> None:
    async with _opened(chromium, {"width": 1240, "height": 900}) as page:
        await page.set_content(svg)
        await page.locator("svg").screenshot(path=IMAGES / "terminal.png")


async def _page(chromium: Browser, office: Office) -> None:
    async with _opened(chromium, browser.PHONE) as page:
        summary = await _summary(page, office)
        details = await page.screenshot()
        await office.live_until(TUESDAY)
        answering = await _answering(page, office)
        form = await _form(page)
    await _side_by_side(chromium, "local-page.png", answering, summary)
    await _side_by_side(chromium, "local-page-details.png", form, details)
    async with _opened(chromium, browser.PHONE, dark=True) as page:
        await become(page, office, "Jonas Petersen")
        thread = await page.screenshot()
        await become(page, office, "Ines Okafor")
        await page.get_by_role("link", name="Home").click()
        await expect(page.get_by_role("table").first).to_be_visible()
        await _side_by_side(chromium, "local-page-dark.png", thread, await page.screenshot())
    await your_data(chromium, office)
    await _expectations(chromium, office)
    async with _opened(chromium, browser.DESKTOP) as page:
        await page.goto(f"{office.origin}/local")
        await page.screenshot(path=IMAGES / "local-page-people.png")
        await become(page, office, "Jonas Petersen")
        await page.screenshot(path=IMAGES / "local-page-desktop.png")


async def _summary(page: Page, office: Office) -> bytes:
    """The manager's last summary; leaves its details open."""
    await become(page, office, "Mara Lindholm")
    await button(page, "Read their words").scroll_into_view_if_needed()
    taken = await page.screenshot()
    await button(page, "Read their words").click()
    await expect(dialog(page)).to_be_visible()
    return taken


async def _guide(chromium: Browser, world: World) -> None:
    """A summary with reclaimed time, and the guide that its button opens."""
    await world.built.uow.write(lambda tx: tx.organisations.set_demo_now(world.now))
    async with served(world.environment) as office, _opened(chromium, browser.PHONE) as page:
        await become(page, office, "Mara")
        await button(page, "A guide").scroll_into_view_if_needed()
        summary = await page.screenshot()
        await button(page, "A guide").click()
        await expect(dialog(page)).to_be_visible()
        opening = await page.screenshot()
        await dialog(page).get_by_role("button", name="First question").click()
        await expect(dialog(page).get_by_text("2 of 5")).to_be_visible()
        question = await page.screenshot()
    await _side_by_side(chromium, "local-page-guide.png", summary, opening, question)
    await a_tuesday(world)
    await _nudges(chromium, world)


async def _nudges(chromium: Browser, world: World) -> None:
    """The nudges of a day, everything for one 1:1, and what was agreed."""
    await world.built.uow.write(lambda tx: tx.organisations.set_demo_now(world.now))
    async with served(world.environment) as office, _opened(chromium, browser.PHONE) as page:
        await become(page, office, "Mara")
        await button(page, "Prepare").first.scroll_into_view_if_needed()
        nudges = await page.screenshot()
        await button(page, "Prepare").first.click()
        await expect(dialog(page)).to_be_visible()
        prepared = await page.screenshot()
        await dialog(page).get_by_role("button", name="Close").last.click()
        await button(page, "It happened").first.click()
        await expect(dialog(page).get_by_text("In a sentence or two")).to_be_visible()
        agreed = await page.screenshot()
    await _side_by_side(chromium, "local-page-nudges.png", nudges, prepared, agreed)


async def _results(chromium: Browser, world: World) -> None:
    """A survey in the summary, *Team results*, and HR's groups: on a phone and on a desktop."""
    await world.built.uow.write(lambda tx: tx.organisations.set_demo_now(world.now))
    async with served(world.environment, "ines@fernweh.example") as office:
        async with _opened(chromium, browser.PHONE) as page:
            await become(page, office, "Tomas")
            await button(page, "See results").scroll_into_view_if_needed()
            summary = await page.screenshot()
            await button(page, "See results").click()
            await expect(dialog(page)).to_be_visible()
            team = await page.screenshot()
        async with _opened(chromium, browser.PHONE, dark=True) as page:
            await _to_everybody(page, office)
            dark = await page.screenshot()
        async with _opened(chromium, browser.DESKTOP) as page:
            await _to_everybody(page, office)
            await page.screenshot(path=IMAGES / "local-page-results-desktop.png")
    await _side_by_side(chromium, "local-page-results.png", summary, team, dark)


async def _to_everybody(page: Page, office: Office) -> None:
    """Under *Group results*, the newest survey as everybody answered it."""
    await become(page, office, "Ines")
    await page.get_by_role("link", name="Home").click()
    await page.get_by_role("main").get_by_role("button", name="Group results").click()
    await dialog(page).get_by_role("button", name="AI clarity").first.click()
    await dialog(page).get_by_role("button", name="Everybody").click()
    await expect(dialog(page).get_by_text("Everybody who was asked")).to_be_visible()


async def _answering(page: Page, office: Office) -> bytes:
    await become(page, office, "Jonas Petersen")
    await expect(button(page, "Not now")).to_be_visible()
    await say(page, "Better since we dropped the Monday round. I get to think again.")
    await expect(button(page, "Undo")).to_be_visible()
    await page.get_by_label("Message to Touchpoint").blur()
    return await page.screenshot()


async def _form(page: Page) -> bytes:
    """The form as Home opens it, with what was typed already."""
    await page.get_by_role("link", name="Home").click()
    await page.get_by_role("main").get_by_role("button", name="Answer in a form").click()
    await expect(dialog(page)).to_be_visible()
    return await page.screenshot()


async def your_data(chromium: Browser, office: Office) -> None:
    """*Your data*, who reads, and the page that a link opens, on a phone and on a desktop."""
    async with _opened(chromium, browser.PHONE) as page:
        await become(page, office, "Ana Ribeiro")
        await page.get_by_role("link", name="Home").click()
        await page.get_by_role("main").get_by_role("button", name="Your data").click()
        await expect(dialog(page)).to_be_visible()
        panel = await page.screenshot()
        await dialog(page).get_by_role("button", name="Who can read my answers?").click()
        await expect(dialog(page).get_by_text("Good to know")).to_be_visible()
        reads = await page.screenshot()
        await page.goto((await office.own_link())[0])
        link = await page.screenshot()
    await _side_by_side(chromium, "local-page-your-data.png", panel, reads, link)
    async with _opened(chromium, browser.PHONE, dark=True) as page:
        await page.goto((await office.own_link())[0])
        await page.get_by_role("button", name="Open my data").click()
        await expect(page.get_by_text("this page is yours alone")).to_be_visible()
        dark = await page.screenshot()
        await page.get_by_label("Yes, erase everything").scroll_into_view_if_needed()
        end = await page.screenshot()
    await _side_by_side(chromium, "own-page-dark.png", dark, end)
    async with _opened(chromium, browser.DESKTOP) as page:
        await page.goto((await office.own_link())[0])
        await page.get_by_role("button", name="Open my data").click()
        await expect(page.get_by_text("this page is yours alone")).to_be_visible()
        await page.screenshot(path=IMAGES / "own-page.png", full_page=True)


async def _expectations(chromium: Browser, office: Office) -> None:
    """New AI expectations, the question about them, and what the leader reads."""
    await new_expectations(office.built, load_configuration(SAMPLE_CONFIGURATION), TUESDAY)
    async with _opened(chromium, browser.PHONE) as page:
        await become(page, office, "Ana Ribeiro")
        await expect(button(page, "Something is unclear")).to_be_visible()
        told = await page.screenshot()
        await button(page, "Something is unclear").click()
        await expect(dialog(page)).to_be_visible()
        asking = await page.screenshot()
        await become(page, office, "Mara Lindholm")
        await page.get_by_role("link", name="Home").click()
        await page.get_by_role("main").get_by_role("button", name="Read what they asked").click()
        await expect(dialog(page)).to_be_visible()
        reading = await page.screenshot()
    await _side_by_side(chromium, "local-page-expectations.png", told, asking, reading)


async def _side_by_side(chromium: Browser, name: str, *pictures: bytes) -> None:
    images = "".join(
        f'<img style="width:390px;{FRAME}" alt="" '
        f'src="data:image/png;base64,{base64.b64encode(picture).decode()}">'
        for picture in pictures
    )
    width = 450 * len(pictures)
    async with _opened(chromium, {"width": width, "height": 920}) as page:
        await page.set_content(
            '<body style="margin:0"><div id="all" style="display:inline-flex;gap:36px;'
            f'padding:32px;background:#efe9df">{images}</div>'
        )
        await page.locator("#all").screenshot(path=IMAGES / name)


if __name__ == "__main__":
    main()
