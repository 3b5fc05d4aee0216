"""One's own page in a real browser: by link or code, a copy, AI off, and erasing everything."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.domain.people import Participation
from tests.accessibility import accessibility_faults
from tests.browser.hands import button, dialog, overflow
from tests.browser.test_local_page_access import filling_in
from tests.integration.local_office import Office

View = Callable[[Page, Office], Awaitable[None]]


async def at_the_link(page: Page, office: Office) -> None:
    await page.goto((await office.own_link())[0])
    await expect(page.get_by_role("button", name="Open my data")).to_be_visible()


async def inside(page: Page, office: Office) -> None:
    await at_the_link(page, office)
    await page.get_by_role("button", name="Open my data").click()
    await expect(page.get_by_text("this page is yours alone")).to_be_visible()


async def at_the_code(page: Page, office: Office) -> None:
    await page.goto(f"{office.origin}/you")
    await page.get_by_label("Code").fill("WRNG-2222")
    await page.get_by_role("button", name="Open my data").click()
    await expect(page.get_by_role("alert")).to_be_visible()


async def gone(page: Page, office: Office) -> None:
    await page.goto(f"{office.origin}/you/{'A' * 43}")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("opens nothing any more")


async def left(page: Page, office: Office) -> None:
    await inside(page, office)
    await page.get_by_role("button", name="Close this page for good").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Closed")


async def _look(page: Page, office: Office, view: View) -> None:
    await view(page, office)
    assert await overflow(page) == 0
    assert await accessibility_faults(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await accessibility_faults(page) == []


@pytest.mark.parametrize("view", [at_the_link, inside, left])
async def test_a_phone_shows_it_whole_and_nobody_is_shut_out(
    phone: Page, office: Office, view: View
) -> None:
    """No sideways scrolling at 390 pixels; axe-core finds nothing, light and dark."""
    await _look(phone, office, view)


async def test_nor_where_something_was_wrong(phone: Page, office: Office) -> None:
    await _look(phone, office, at_the_code)
    await _look(phone, office, gone)


test_nor_where_something_was_wrong.expected_fault = "with a status of 4"  # type: ignore[attr-defined]


async def test_the_whole_way_on_a_desktop(desktop: Page, office: Office, tmp_path: Path) -> None:
    """Through the link, to both files, AI off, and erasing, with the forms that a browser sends."""
    await office.post(f"{office.page}/act", {"token": "1", "press": "start "})
    await office.post(f"{office.page}/act", {"token": "2", "text": "quokka words"})
    await inside(desktop, office)
    for label, end in (("for programs", "json"), ("to read", "html")):
        async with desktop.expect_download() as downloading:
            await desktop.get_by_role("button", name=label).click()
        file = await downloading.value
        assert file.suggested_filename.endswith(f".{end}")
        await file.save_as(tmp_path / f"mine.{end}")
        assert "quokka words" in (tmp_path / f"mine.{end}").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "mine.json").read_text(encoding="utf-8"))["version"] == 1
    await desktop.get_by_role("button", name="Switch AI off for me").click()
    await expect(desktop.get_by_role("button", name="Allow AI for me")).to_be_visible()
    await desktop.get_by_label("Yes, erase everything").check()
    await desktop.get_by_role("button", name="Erase everything").click()
    await expect(desktop.get_by_role("heading", level=1)).to_have_text("It is erased")
    assert await office.participation() is Participation.DECLINED
    await desktop.go_back()
    await desktop.goto(f"{office.origin}/you")
    await expect(desktop.get_by_label("Code")).to_be_visible()


async def test_the_file_to_read_is_for_everybody(
    desktop: Page, office: Office, tmp_path: Path
) -> None:
    """Opened from the disk: it loads nothing, and axe-core finds nothing, light and dark."""
    await office.post(f"{office.page}/act", {"token": "1", "press": "start "})
    await office.post(f"{office.page}/act", {"token": "2", "text": "quokka words"})
    _, shown, headers = await office.get(f"{office.page}/data.html")
    assert headers["Content-Disposition"].startswith("attachment")
    async with office.client.get(f"{office.page}/data.html") as response:
        (tmp_path / "mine.html").write_text(await response.text(), encoding="utf-8")
    assert "quokka words" in shown
    await desktop.set_content((tmp_path / "mine.html").read_text(encoding="utf-8"))
    await expect(desktop.get_by_text("quokka words").first).to_be_visible()
    assert await overflow(desktop) == 0
    for scheme in ("light", "dark"):
        await desktop.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two
        assert await accessibility_faults(desktop) == []


async def test_a_look_at_who_reads_keeps_what_was_typed(phone: Page, office: Office) -> None:
    """It opens over the form; closed, the form is there as it was left."""
    await filling_in(phone, office)
    await dialog(phone).get_by_role("textbox").first.fill("numbat words")
    await dialog(phone).get_by_role("button", name="Who can read my answers?").click()
    above = phone.get_by_role("dialog", name="Who can read this?")
    await expect(above).to_be_visible()
    await above.get_by_role("button", name="Close").last.click()
    await expect(above).to_be_hidden()
    await expect(dialog(phone).get_by_role("textbox").first).to_have_value("numbat words")
    await dialog(phone).get_by_role("button", name="Save").click()
    await expect(button(phone, "Not now")).to_be_hidden()


async def test_your_data_on_the_local_page(phone: Page, office: Office) -> None:
    """The panel hands over both files itself."""
    await phone.goto(f"{office.origin}{office.page}/home")
    await phone.get_by_role("main").get_by_role("button", name="Your data").click()
    async with phone.expect_download() as downloading:
        await dialog(phone).get_by_role("link", name="Download it for programs").click()
    assert (await downloading.value).suggested_filename.endswith(".json")
    await dialog(phone).get_by_role("button", name="Switch AI off for me").click()
    await expect(dialog(phone).get_by_role("button", name="Allow AI for me")).to_be_visible()
