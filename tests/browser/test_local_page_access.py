"""Everybody can use the local page: by keyboard, with a screen reader, on a narrow screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.accessibility import accessibility_faults
from tests.browser.hands import become, button, dialog, overflow, say, thread, until
from tests.browser.test_hr_admin import new_learning, reviewing
from tests.integration.local_office import Office

View = Callable[[Page, Office], Awaitable[None]]


async def choosing(page: Page, office: Office) -> None:
    await page.goto(f"{office.origin}/local")


async def welcomed(page: Page, office: Office) -> None:
    await become(page, office, "Ana Ribeiro")


async def answering(page: Page, office: Office) -> None:
    await welcomed(page, office)
    await button(page, "Start").click()
    await expect(button(page, "Not now")).to_be_visible()
    await say(page, "Longwordswithoutanyspace" * 12)


async def filling_in(page: Page, office: Office) -> None:
    await welcomed(page, office)
    await button(page, "Start").click()
    await button(page, "Answer all in a form").click()
    await expect(dialog(page)).to_be_visible()


async def over_a_form(page: Page, office: Office) -> None:
    await filling_in(page, office)
    await dialog(page).get_by_role("button", name="Who can read my answers?").click()
    await expect(page.get_by_role("dialog", name="Who can read this?")).to_be_visible()


async def your_data(page: Page, office: Office) -> None:
    await at_home(page, office)
    await page.get_by_role("main").get_by_role("button", name="Your data").click()
    await expect(dialog(page)).to_be_visible()


async def mending(page: Page, office: Office) -> None:
    await filling_in(page, office)
    await dialog(page).get_by_role("textbox").first.fill("a" * 3001)
    await dialog(page).get_by_role("button", name="Save").click()
    await expect(dialog(page).get_by_role("alert")).to_be_visible()


async def at_home(page: Page, office: Office) -> None:
    await welcomed(page, office)
    await page.get_by_role("link", name="Home").click()


async def administering(page: Page, office: Office) -> None:
    await become(page, office, "Ines Okafor")
    await page.get_by_role("link", name="Home").click()
    await expect(page.get_by_role("table").first).to_be_visible()


async def reading_a_summary(page: Page, office: Office) -> None:
    await answering(page, office)
    await until(office, "2026-03-06T14:01:00+00:00")
    await become(page, office, "Mara Lindholm")
    await button(page, "Read their words").click()
    await expect(dialog(page)).to_be_visible()


VIEWS = [
    choosing, welcomed, answering, filling_in, over_a_form, your_data, mending, at_home,
    administering, reading_a_summary, new_learning, reviewing,
]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
async def test_a_phone_shows_it_whole_and_nobody_is_shut_out(
    phone: Page, office: Office, view: View
) -> None:
    """No sideways scrolling at 390 pixels, nor for a reader of light on dark."""
    await view(phone, office)

    assert await overflow(phone) == 0
    assert await accessibility_faults(phone) == []
    await phone.emulate_media(color_scheme="dark")
    assert await accessibility_faults(phone) == []


@pytest.mark.parametrize("view", [choosing, answering, administering])
async def test_a_desktop_shuts_nobody_out(desktop: Page, office: Office, view: View) -> None:
    await view(desktop, office)

    assert await overflow(desktop) == 0
    assert await accessibility_faults(desktop) == []


async def test_targets_are_large_enough_for_a_thumb(phone: Page, office: Office) -> None:
    """44 pixels, the size that WCAG 2.2 asks for at its highest level (2.5.5)."""
    await answering(phone, office)

    small = await phone.evaluate(
        """() => [...document.querySelectorAll("a, button, textarea, input, select")]
            .map(e => [e.outerHTML, e.getBoundingClientRect(), e.className])
            .filter(([, box, name]) => box.width && name !== "skip")
            .filter(([, box]) => box.height < 44 || box.width < 44)
            .map(([html]) => html)"""
    )

    assert small == []


async def test_an_unknown_person_gets_a_page_for_everybody(phone: Page, office: Office) -> None:
    await phone.goto(f"{office.origin}/local/as/nobody")

    await expect(phone.get_by_role("link", name="Choose a person")).to_be_visible()
    assert await accessibility_faults(phone) == []


test_an_unknown_person_gets_a_page_for_everybody.expected_fault = "404"  # type: ignore[attr-defined]


async def test_a_check_in_by_keyboard_alone(desktop: Page, office: Office) -> None:
    await desktop.goto(f"{office.origin}/local")
    await desktop.keyboard.press("Tab")
    await expect(desktop.get_by_role("link", name="Skip to the content")).to_be_focused()
    await desktop.keyboard.press("Enter")
    await _tab_to(desktop, "Ana Ribeiro")
    await desktop.keyboard.press("Enter")
    await expect(button(desktop, "Start")).to_be_visible()

    await _tab_to(desktop, "Start")
    await desktop.keyboard.press("Space")
    await expect(button(desktop, "Answer all in a form")).to_be_visible()
    await _tab_to(desktop, "Answer all in a form")
    await desktop.keyboard.press("Enter")
    await expect(dialog(desktop)).to_be_visible()
    await _tab_to(desktop, "", tag="TEXTAREA")
    await desktop.keyboard.type("Without a mouse.")
    await _tab_to(desktop, "", tag="INPUT")
    await desktop.keyboard.press("ArrowDown")
    await _tab_to(desktop, "Save")
    await desktop.keyboard.press("Enter")

    await expect(dialog(desktop)).to_have_count(0)
    await expect(thread(desktop).get_by_text("Thank you, Ana.")).to_be_visible()
    await _tab_to(desktop, "My answers")
    await desktop.keyboard.press("Enter")
    await expect(dialog(desktop).get_by_text("Without a mouse.")).to_be_visible()
    await expect(dialog(desktop).get_by_text("2/5")).to_be_visible()


async def _tab_to(page: Page, text: str, tag: str = "", *, at_most: int = 60) -> None:
    """Presses Tab until what has the focus says `text` (or is a `tag`), and can be seen."""
    for _ in range(at_most):
        await page.keyboard.press("Tab")
        focused, says = await page.evaluate(
            "() => [document.activeElement.tagName, document.activeElement.innerText || '']"
        )
        if text in says and (focused == tag if tag else focused in {"A", "BUTTON"}):
            await _is_in_sight(page)
            return
    pytest.fail(f"the keyboard never reaches {text or tag}")


async def _is_in_sight(page: Page) -> None:
    """What has the focus isn't hidden behind the bars at the top and bottom (WCAG 2.4.11)."""
    seen = await page.evaluate(
        """() => {
            const focused = document.activeElement, box = focused.getBoundingClientRect();
            const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return focused.contains(top);
        }"""
    )
    assert seen, await page.evaluate("document.activeElement.outerHTML")
