"""What a person does on the page, in the words the page uses."""

from __future__ import annotations

from datetime import datetime

from playwright.async_api import Locator, Page, expect

from bot.services.work import next_thing
from tests.integration.local_office import Office


async def become(page: Page, office: Office, name: str) -> None:
    """Opens the first page and chooses a person."""
    await page.goto(f"{office.origin}/local")
    await page.get_by_role("main").get_by_role("link", name=name).click()
    await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def thread(page: Page) -> Locator:
    return page.get_by_role("log")


def button(page: Page, name: str) -> Locator:
    """The newest button of that name in the thread."""
    return thread(page).get_by_role("button", name=name, exact=True).last


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


async def say(page: Page, text: str) -> None:
    """Types and sends, and waits for the message to stand in the thread."""
    await page.get_by_label("Message to Touchpoint").fill(text)
    async with page.expect_response(lambda response: response.url.endswith("/act")):
        await page.keyboard.press("Enter")
    await expect(thread(page).get_by_text(text, exact=True)).to_be_visible()


async def move_on(page: Page, office: Office) -> None:
    """Presses *Next* once it names what the database says is next."""
    due = await next_thing(office.built.kit)
    assert due is not None
    following = page.get_by_role("button", name="Next:")
    await expect(following).to_have_attribute("value", due.isoformat(), timeout=20_000)
    await following.click()
    await expect(following).not_to_have_attribute("value", due.isoformat())


async def until(office: Office, moment: str) -> None:
    """Lets the company live until `moment` (ISO 8601 with an offset)."""
    await office.live_until(datetime.fromisoformat(moment))


async def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wider: int = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider
