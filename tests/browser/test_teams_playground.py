"""Touchpoint in Microsoft's own client, the Agents Playground: what a person does there with their
mouse and keyboard, from the installation on. The company's clock is the test's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.journeys.conftest import prepared
from tests.journeys.given import Someone, check_in, one_to_ones, weekly_summary
from tests.journeys.in_playground import InPlayground
from tests.journeys.words import words
from tests.journeys.world import World

VERA = Someone("vera")
MARA = Someone("mara", manager="vera")
ANA = Someone("ana", manager="mara")
CADENCES = [check_in(pack="kinds", reminders=0), weekly_summary(), one_to_ones()]
PATIENCE = 20_000
"""Milliseconds; its page takes a second or two to draw a message where much else runs."""

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _nothing_on_the_console() -> Iterator[None]:
    """Its page is Microsoft's, and asks the internet for fonts that aren't there."""
    return iter([None])


@dataclass
class Client:
    """Mara at the playground, and the company she works for."""

    page: Page
    world: World
    place: InPlayground

    async def installs(self) -> None:
        """Its page installs the app as it opens, with the two activities that Teams sends."""
        async with self.place.hearing(2):
            await self.page.goto(self.place.url, wait_until="domcontentloaded", timeout=PATIENCE)

    async def presses(self, label: str) -> None:
        """The newest button of that name."""
        button = self.page.get_by_role("button", name=label, exact=True).last
        await expect(button).to_be_visible(timeout=PATIENCE)
        async with self.place.hearing():
            await button.click()

    async def mocks(self, activity: str) -> None:
        """An entry of its menu of activities that Teams sends by itself."""
        await self.page.get_by_role("button", name="Mock an Activity").click()
        await self.page.get_by_text(activity, exact=True).click()
        send = self.page.get_by_role("button", name="Send activity")
        async with self.place.hearing():
            await send.click()
        await expect(send).to_be_hidden(timeout=PATIENCE)

    async def types(self, text: str) -> None:
        box = self.page.locator("[role=textbox][data-lexical-editor=true]")
        await box.click()
        await box.press_sequentially(text)
        async with self.place.hearing():
            await self.page.keyboard.press("Enter")

    async def answers(self, text: str) -> None:
        """Types it, and lets the seconds pass after which the bot goes on."""
        await self.types(text)
        await self.world.wait()

    async def sees(self, text: str) -> Locator:
        """The newest card with these words."""
        card = self.card(text)
        await expect(card).to_be_visible(timeout=PATIENCE)
        return card

    async def misses(self, text: str) -> None:
        await expect(self.page.get_by_text(text)).to_have_count(0, timeout=PATIENCE)

    def card(self, text: str) -> Locator:
        return self.page.locator(".ac-adaptiveCard").filter(has_text=text).last


@pytest.fixture
async def mara(tmp_path: Path, node_modules: Path, desktop: Page) -> AsyncIterator[Client]:
    """She manages Ana and reports to Vera, both of whom are on the local page; it is Monday."""
    folder = tmp_path / "playground"
    folder.mkdir()
    place = InPlayground("mara", node_modules, folder)
    world = await World.open(
        prepared(tmp_path / "company"), [VERA, MARA, ANA], CADENCES, surface=place
    )
    try:
        yield Client(desktop, world, place)
    finally:
        await world.close()
    assert place.statuses == {200}


async def test_from_the_installation_to_an_answer_that_is_changed(mara: Client) -> None:
    """A hello; words, a rating, a choice, a number; a skipped question; then *Change*."""
    await mara.installs()
    hello = await mara.sees("Hello Mara, I'm Touchpoint.")
    await expect(hello).to_contain_text("Vera, your manager, can read your answers")

    await mara.world.until("2026-03-03 10:00")
    await mara.sees("You can take part, pause or stop whenever you like")
    await mara.presses("Start")
    await mara.sees("Is it clear?")
    await mara.answers("Clear enough since Monday")
    await mara.sees("Saved under “Is it clear?” Vera can read it.")
    await mara.sees("How was it?")
    await mara.presses("4")
    await mara.sees("You chose 4 of 5. Vera can read it.")
    await mara.world.wait()
    await mara.presses("Daily")
    await mara.world.wait()
    await mara.sees("How many hours?")
    await mara.answers("6")
    await mara.sees("Do you trust us?")
    await mara.answers("kestrel words")
    await mara.sees("It is only shown in groups, without your name.")
    await mara.presses("Skip this question")
    await mara.sees("You skipped this question.")
    await mara.sees("Thank you, Mara. That's all for now.")

    await mara.presses("My answers")
    panel = await mara.sees("Clear enough since Monday")
    await expect(panel).to_contain_text("kestrel words")
    await mara.presses("Change")
    form = await mara.sees("In your words, if you like")
    await form.get_by_label("In your words, if you like").fill("osprey words")
    await mara.presses("Save")
    panel = await mara.sees("osprey words")
    await mara.misses("Your answer is only shown without your name: counted")
    await mara.presses("Close")
    await mara.sees("Thank you, Mara. That's all for now.")
    await expect(mara.card("osprey words")).to_have_count(0)


async def test_a_managers_week_with_a_summary_and_a_promise(mara: Client) -> None:
    """Days set in a form in place; on Friday the summary by itself; on the day what Ana shared,
    and a promise, which Ana has then.
    """
    world = mara.world
    await mara.installs()
    await world.until("2026-03-02 09:00")
    await mara.presses("Set the days")
    await mara.presses("Set the day")
    form = await mara.sees("How often do you meet Ana?")
    await form.get_by_role("combobox", name="On which day?").click()
    await mara.page.get_by_role("option", name="Tuesday").click()
    await mara.presses("Save")
    await mara.sees("All days are set.")

    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.answers("ana", "kestrel words. Can we talk?")
    await mara.misses("kestrel words")
    await world.until("2026-03-06 15:00")
    summary = await mara.sees("Your team's week, Friday, March 6")
    await expect(summary).to_contain_text("Ana shared something with you.")
    await mara.presses("Read their words")
    read = await mara.sees("kestrel words. Can we talk?")
    await expect(read).to_contain_text("Ana")
    await mara.presses("Close")

    await world.until("2026-03-10 09:00")
    await mara.sees("1:1 with Ana")
    await mara.presses("Prepare")
    await mara.presses("Make a promise")
    form = await mara.sees("What do you promise Ana?")
    await form.get_by_label("What do you promise Ana?").fill("heron promise")
    await mara.presses("Promise")
    await mara.sees("heron promise")
    panel = (await world.act("ana", "pair", str(world.ids["mara"]))).view
    assert panel is not None
    assert "heron promise" in words(panel)


async def test_home_opens_in_place_and_whoever_takes_the_app_away_is_left_alone(
    mara: Client,
) -> None:
    await mara.installs()
    await mara.types("home")
    await mara.presses("Open")
    home = await mara.sees("Your 1:1s")
    await expect(home).to_contain_text("My answers")
    await mara.presses("My answers")
    await mara.sees("You haven't answered anything yet.")
    await mara.presses("Close")
    await mara.sees("Your 1:1s")
    await mara.mocks("Uninstall application")
    await mara.world.until("2026-03-03 10:05")
    await mara.misses("You can take part, pause or stop whenever you like")
    await mara.mocks("Install application")
    await expect(mara.page.get_by_text("Hello Mara, I'm Touchpoint.")).to_have_count(
        2, timeout=PATIENCE
    )
