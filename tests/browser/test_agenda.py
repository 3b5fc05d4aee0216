"""An agenda and a promise between two people, on a phone, from the first word to the last."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Page, expect

from tests.accessibility import accessibility_faults
from tests.browser.hands import become, button, dialog, overflow, say, thread
from tests.integration.local_office import Office

SEEN_BY = "Only you and Mara Lindholm see this."
EMPTY = "I can't see any words here."


async def from_home(page: Page, name: str) -> None:
    await page.get_by_role("link", name="Home").click()
    await page.get_by_role("main").get_by_role("button", name=name).click()


async def pressed(page: Page, name: str) -> None:
    await dialog(page).get_by_role("button", name=name, exact=True).click()


async def stands(page: Page, text: str) -> None:
    await expect(dialog(page).get_by_text(text).last).to_be_visible()


async def faults(page: Page) -> list[str]:
    return [*await accessibility_faults(page), *["too wide"] * (await overflow(page) > 0)]


async def test_what_two_people_keep_between_them(phone: Page, office: Office) -> None:
    """Both add and promise; what was promised is told, asked after two weeks and answered."""
    await become(phone, office, "Ana Ribeiro")
    await button(phone, "Start").click()
    await _ana_adds_and_promises(phone)
    await become(phone, office, "Mara Lindholm")
    await _mara_promises_and_ticks_off(phone)
    await become(phone, office, "Ana Ribeiro")
    await expect(thread(phone).get_by_text("Mara promised you this, by")).to_be_visible()
    await office.live_until(office.built.clock.now() + timedelta(days=22))
    await become(phone, office, "Ana Ribeiro")
    await _ana_says_no(phone)
    await say(phone, "agenda")
    await button(phone, "Open the agenda").click()
    await stands(phone, SEEN_BY)


async def _ana_adds_and_promises(phone: Page) -> None:
    await from_home(phone, "Add a topic")
    await stands(phone, SEEN_BY)
    assert await faults(phone) == []
    await pressed(phone, "Add")
    await stands(phone, EMPTY)
    await dialog(phone).get_by_label("What do you want to talk about?").fill("The move to Berlin")
    await pressed(phone, "Add")
    await stands(phone, "The move to Berlin")
    assert await faults(phone) == []
    await pressed(phone, "Make a promise")
    await dialog(phone).get_by_label("What do you promise Mara?").fill("A first draft of the plan")
    await pressed(phone, "Promise")
    await stands(phone, "You promised Mara this, by")


async def _mara_promises_and_ticks_off(phone: Page) -> None:
    await from_home(phone, "Ana Ribeiro")
    await stands(phone, "The move to Berlin")
    await pressed(phone, "Make a promise")
    await dialog(phone).get_by_label("What do you promise Ana?").fill("Ask for the budget")
    await pressed(phone, "Promise")
    await stands(phone, "Ask for the budget")
    await pressed(phone, "Done")
    await stands(phone, "Ticked off: The move to Berlin")
    assert await faults(phone) == []


async def _ana_says_no(phone: Page) -> None:
    await expect(button(phone, "Not yet")).to_be_visible()
    await button(phone, "No").scroll_into_view_if_needed()  # half under the bar it looks too small
    assert await faults(phone) == []
    await button(phone, "No").click()
    await button(phone, "Yes, tell Mara").click()
    await expect(thread(phone).get_by_text("I may tell Mara that you two")).to_be_visible()
