"""An HR admin makes, tests, changes and undoes a cadence on the local page."""

from __future__ import annotations

import re

from playwright.async_api import Locator, Page, expect

from tests.browser.hands import become, dialog, overflow, thread
from tests.integration.local_office import Office


async def at_home(page: Page, office: Office) -> None:
    await become(page, office, "Ines Okafor")
    await page.get_by_role("link", name="Home").click()
    await expect(page.get_by_role("heading", name="For HR admins")).to_be_visible()


def pressed(page: Page, name: str, number: int = 0) -> Locator:
    """One of the cadences' buttons under Home, in the order of the cadences."""
    return page.get_by_role("main").get_by_role("button", name=name, exact=True).nth(number)


async def does(page: Page, name: str) -> None:
    await dialog(page).get_by_role("button", name=name, exact=True).click()


async def new_learning(page: Page, office: Office) -> None:
    """The form of a new cadence, from the template *Learning*."""
    await at_home(page, office)
    await pressed(page, "New cadence").click()
    await dialog(page).get_by_label("What should it be?").select_option("learning")
    await does(page, "Next")
    await expect(dialog(page).get_by_label("Title", exact=True)).to_have_value("Learning")


async def reviewing(page: Page, office: Office) -> None:
    await new_learning(page, office)
    await does(page, "Preview")
    await expect(dialog(page)).to_have_accessible_name("Before you save")


async def test_a_cadence_is_made_tested_changed_and_undone(phone: Page, office: Office) -> None:
    await new_learning(phone, office)
    await dialog(phone).get_by_label("Title", exact=True).fill("A week of learning")
    await dialog(phone).get_by_label("Time", exact=True).fill("20:00")
    await does(phone, "Preview")
    await expect(dialog(phone).get_by_role("alert")).to_be_focused()
    wrong = dialog(phone).get_by_label("Time", exact=True)
    await expect(wrong).to_have_accessible_description(re.compile("Nothing is sent from 18:00"))
    await wrong.fill("11:15")
    await dialog(phone).get_by_label("Day", exact=True).select_option(label="Wednesday")
    await does(phone, "Preview")

    await expect(dialog(phone).get_by_text("New: every 2 weeks, Wednesday 11:15")).to_be_visible()
    await expect(dialog(phone).get_by_role("table")).to_be_visible()
    await does(phone, "Back")
    await expect(dialog(phone).get_by_label("Time", exact=True)).to_have_value("11:15")
    await does(phone, "Preview")
    await does(phone, "Save")
    await expect(dialog(phone)).to_have_count(0)
    await expect(phone.get_by_text("Saved. “A week of learning” runs")).to_be_visible()
    await expect(
        phone.get_by_role("main").get_by_text("Every 2 weeks, Wednesday 11:15")
    ).to_be_visible()

    await pressed(phone, "Change").click()
    await dialog(phone).get_by_label("How often", exact=True).select_option(label="Every week")
    await does(phone, "Preview")
    await does(phone, "Save")
    await expect(
        phone.get_by_role("main").get_by_text("Every week, Wednesday 11:15")
    ).to_be_visible()

    await pressed(phone, "History").click()
    await does(phone, "Undo")
    await expect(dialog(phone)).to_have_accessible_name("Before you save")
    await does(phone, "Save")
    await expect(
        phone.get_by_role("main").get_by_text("Every 2 weeks, Wednesday 11:15")
    ).to_be_visible()

    await pressed(phone, "Test").click()
    await phone.get_by_role("link", name="Messages").click()
    await expect(thread(phone).get_by_text("Test of “A week of learning”")).to_be_visible()
    await thread(phone).get_by_role("button", name="Skip this question").last.click()
    await expect(phone.get_by_text("This is a test, so nothing was recorded.")).to_be_visible()


async def test_the_preview_fits_every_screen(phone: Page, desktop: Page, office: Office) -> None:
    """The table keeps its height inside the dialog, and nothing hangs over."""
    for page in (phone, desktop):
        await reviewing(page, office)
        box = await dialog(page).get_by_role("table").bounding_box()
        assert box is not None
        assert box["height"] > 80
        assert await overflow(page) == 0
