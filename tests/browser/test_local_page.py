"""The local page in a real browser, over a real server and database, under a moved clock."""

from __future__ import annotations

import re

from playwright.async_api import Browser, Page, Route, expect

from bot.domain.people import Participation
from tests.browser.hands import become, button, dialog, move_on, say, thread, until
from tests.integration.local_office import Office

FIRST = "How is your work experience overall?"
SECOND = "How's the way we work working for you?"


async def start(page: Page) -> None:
    """Begins the first check-in and waits for its question."""
    await button(page, "Start").click()
    await expect(thread(page).get_by_role("heading", name=FIRST)).to_be_visible()


async def test_a_whole_check_in_by_typing_and_by_a_rating(phone: Page, office: Office) -> None:
    await become(phone, office, "Ana Ribeiro")
    await start(phone)

    await say(phone, "Mostly good.")
    await say(phone, "Fewer meetings would help.")
    await expect(thread(phone).get_by_text(f"Saved under “{FIRST}”")).to_have_count(1)
    await move_on(phone, office)
    await expect(thread(phone).get_by_role("heading", name=SECOND)).to_be_visible()
    await say(phone, "Well enough.")
    await move_on(phone, office)
    await expect(thread(phone).get_by_text("If you like, one more on this:")).to_be_visible()
    await button(phone, "Skip this question").click()
    for question, answer in (
        ("How are you using AI?", "For first drafts."),
        ("How do you want to use AI?", "To learn faster."),
    ):
        await expect(thread(phone).get_by_role("heading", name=question)).to_be_visible()
        await say(phone, answer)
        await move_on(phone, office)
    await button(phone, "4 of 5: mostly clear").click()
    await expect(thread(phone).get_by_text("You chose 4 of 5: mostly clear.")).to_be_visible()
    await button(phone, "Next").click()
    await expect(thread(phone).get_by_text("Thank you, Ana.")).to_be_visible()

    await button(phone, "My answers").click()
    await expect(dialog(phone).get_by_text("4/5 mostly clear")).to_be_visible()
    both = dialog(phone).get_by_text(re.compile(r"Mostly good\.\s+Fewer meetings would help\."))
    await expect(both).to_be_visible()


async def test_a_double_click_is_one_act(phone: Page, office: Office) -> None:
    await become(phone, office, "Ana Ribeiro")

    await button(phone, "Start").dblclick()

    await expect(thread(phone).get_by_role("heading", name=FIRST)).to_be_visible()
    await expect(thread(phone).get_by_text("You started.")).to_be_visible()
    assert len(await office.texts()) == 2
    assert await office.participation() is Participation.STARTED


async def test_an_answer_is_taken_back(phone: Page, office: Office) -> None:
    await become(phone, office, "Ana Ribeiro")
    await start(phone)
    await say(phone, "I said too much.")

    await button(phone, "Undo").click()

    await expect(thread(phone).get_by_text("Taken back.")).to_be_visible()
    await expect(thread(phone).get_by_role("heading", name=FIRST).last).to_be_visible()


async def test_a_check_in_is_put_off(phone: Page, office: Office) -> None:
    await become(phone, office, "Ana Ribeiro")
    await start(phone)
    await button(phone, "Not now").click()

    await dialog(phone).get_by_label("In an hour").check()
    await dialog(phone).get_by_role("button", name="OK").click()

    await expect(dialog(phone)).to_have_count(0)
    await expect(thread(phone).get_by_text("I'll come back to it on")).to_be_visible()
    await expect(thread(phone).get_by_text("Put off until")).to_be_visible()


async def test_a_form_says_what_is_wrong_and_takes_what_is_mended(
    phone: Page, office: Office
) -> None:
    await become(phone, office, "Ana Ribeiro")
    await start(phone)
    await button(phone, "Answer all in a form").click()
    answer = dialog(phone).get_by_label(FIRST)
    await answer.fill("a" * 3001)
    await dialog(phone).get_by_label("2 slightly clear").check()

    await dialog(phone).get_by_role("button", name="Save").click()

    await expect(dialog(phone).get_by_role("alert")).to_be_focused()
    await expect(answer).to_have_accessible_description(re.compile("longer than 3,000 characters"))
    await expect(answer).to_have_value("a" * 3001)
    await answer.fill("Short and sweet.")
    await dialog(phone).get_by_role("button", name="Save").click()
    await expect(dialog(phone)).to_have_count(0)
    await expect(thread(phone).get_by_text("Thank you, Ana.")).to_be_visible()


async def test_escape_closes_a_dialog_and_gives_the_focus_back(phone: Page, office: Office) -> None:
    await become(phone, office, "Ana Ribeiro")
    await start(phone)
    opener = button(phone, "Not now")
    await opener.click()
    await expect(dialog(phone)).to_have_accessible_name("Not now")

    await phone.keyboard.press("Escape")

    await expect(dialog(phone)).to_have_count(0)
    await expect(opener).to_be_focused()


async def test_news_arrive_without_a_loss_of_focus_or_words(phone: Page, office: Office) -> None:
    await become(phone, office, "Ana Ribeiro")
    composer = phone.get_by_label("Message to Touchpoint")
    await composer.fill("half a sentence")

    await until(office, "2026-03-04T10:00:00+00:00")

    reminder = thread(phone).get_by_text("a short check-in is waiting for you")
    await expect(reminder).to_be_visible()
    await expect(composer).to_be_focused()
    await expect(composer).to_have_value("half a sentence")


async def test_a_quiet_thread_is_not_redrawn(phone: Page, office: Office) -> None:
    await become(phone, office, "Ana Ribeiro")
    await thread(phone).evaluate("log => { log.firstElementChild.dataset.mark = 'same' }")

    async with phone.expect_response(re.compile("/thread")) as first:
        pass
    async with phone.expect_response(re.compile("/thread")) as second:
        pass

    assert [(await r.value).status for r in (first, second)] == [204, 204]
    assert await thread(phone).evaluate("log => log.firstElementChild.dataset.mark") == "same"


async def test_shift_and_enter_begin_a_new_line(phone: Page, office: Office) -> None:
    await become(phone, office, "Ana Ribeiro")
    composer = phone.get_by_label("Message to Touchpoint")
    await composer.press_sequentially("one")
    await composer.press("Shift+Enter")
    await composer.press_sequentially("two")

    await expect(composer).to_have_value("one\ntwo")
    await composer.press("Enter")

    await expect(composer).to_have_value("")
    await expect(thread(phone).get_by_text("one\ntwo")).to_be_visible()


async def test_the_clock_bar(desktop: Page, office: Office) -> None:
    """An hour and a day later by their buttons; the time shown is the person's own."""
    await become(desktop, office, "Hana Suzuki")
    shown = desktop.get_by_role("region", name="The clock of this page").get_by_role("time")
    await expect(shown).to_have_attribute("datetime", re.compile(r"^2026-03-03T22:0\d\+13:00$"))

    await desktop.get_by_role("button", name="+1 hour").click()
    await expect(shown).to_have_attribute("datetime", re.compile(r"^2026-03-03T23:0\d\+13:00$"))
    await desktop.get_by_role("button", name="+1 day").click()
    await expect(shown).to_have_attribute("datetime", re.compile(r"^2026-03-04T23:0\d\+13:00$"))
    await move_on(desktop, office)


async def test_moving_the_clock_shows_that_it_is_busy(phone: Page, office: Office) -> None:
    await become(phone, office, "Ana Ribeiro")
    busy = phone.get_by_text("Moving the clock")
    seen: list[bool] = []

    async def look_first(route: Route) -> None:
        seen.append(await busy.is_visible())
        await route.continue_()

    await expect(busy).to_be_hidden()
    await phone.route("**/clock", look_first)
    async with phone.expect_response(lambda response: response.request.method == "POST"):
        await phone.get_by_role("button", name="+1 hour").click()

    await expect(busy).to_be_hidden()
    await phone.unroute_all(behavior="wait")
    assert seen[0]


async def test_a_manager_reads_the_summary_and_its_details(phone: Page, office: Office) -> None:
    await become(phone, office, "Ana Ribeiro")
    await start(phone)
    await say(phone, "Fewer meetings would help me most.")
    await until(office, "2026-03-06T14:01:00+00:00")

    await become(phone, office, "Mara Lindholm")
    await expect(thread(phone).get_by_text("Ana shared something with you.")).to_be_visible()
    await button(phone, "Read their words").click()

    words = dialog(phone).get_by_text("Fewer meetings would help me most.")
    await expect(words.first).to_be_visible()
    await expect(dialog(phone).get_by_text("nothing shared this week")).to_be_visible()
    await dialog(phone).get_by_role("button", name="Close").last.click()
    await become(phone, office, "Ana Ribeiro")
    await phone.get_by_role("link", name="Home").click()
    await phone.get_by_role("button", name="My answers").click()
    await expect(dialog(phone).get_by_text("Mara Lindholm opened it")).to_be_visible()


async def test_long_answers_are_turned_page_by_page(phone: Page, office: Office) -> None:
    await become(phone, office, "Ana Ribeiro")
    await start(phone)
    await phone.get_by_role("link", name="Home").click()
    await phone.get_by_role("button", name="Answer in a form").click()
    await expect(dialog(phone).locator("textarea").first).to_be_visible()
    for field in await dialog(phone).locator("textarea").all():
        await field.fill("word " * 599)
    await dialog(phone).get_by_role("button", name="Save").click()
    await expect(dialog(phone)).to_be_hidden()

    await phone.get_by_role("button", name="My answers").click()
    await dialog(phone).get_by_role("button", name="Older answers").click()

    await expect(dialog(phone).get_by_role("button", name="Newer")).to_be_visible()
    await dialog(phone).get_by_role("button", name="Newer").click()
    await expect(dialog(phone).get_by_text("Everything you said here")).to_be_in_viewport()


async def test_home_is_brought_up_to_date_by_what_one_does_there(
    phone: Page, office: Office
) -> None:
    await become(phone, office, "Ana Ribeiro")
    await phone.get_by_role("link", name="Home").click()
    main = phone.get_by_role("main")

    await main.get_by_role("button", name="Not for me").click()

    await expect(main.get_by_text("You chose “Not for me”")).to_be_visible()
    await expect(phone.get_by_role("status").filter(has_text="Done.")).to_be_visible()


async def test_words_that_look_like_markup_stay_words(phone: Page, office: Office) -> None:
    await become(phone, office, "Ana Ribeiro")
    await start(phone)

    await say(phone, "<img src=x onerror=alert(1)> {{ 7*7 }} <!channel>")

    await expect(thread(phone).locator("img:not(.avatar)")).to_have_count(0)


async def test_what_could_not_be_saved_comes_back_to_be_sent_again(
    phone: Page, office: Office
) -> None:
    await become(phone, office, "Ana Ribeiro")
    composer = phone.get_by_label("Message to Touchpoint")
    await composer.fill("precious words")
    await office.built.uow.close()

    await phone.keyboard.press("Enter")

    await expect(phone.get_by_role("alert")).to_have_text(re.compile("could not be saved"))
    await expect(composer).to_have_value("precious words")


test_what_could_not_be_saved_comes_back_to_be_sent_again.expected_fault = "503"  # type: ignore[attr-defined]


async def test_all_of_it_works_without_scripts(chromium_browser: Browser, office: Office) -> None:
    context = await chromium_browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await become(page, office, "Ana Ribeiro")
    await start(page)
    await page.get_by_label("Message to Touchpoint").fill("No scripts here.")
    await page.get_by_role("button", name="Send").click()
    await expect(thread(page).get_by_text("No scripts here.")).to_be_visible()
    await expect(thread(page).get_by_text("Saved under")).to_be_visible()

    await page.get_by_role("link", name="Home").click()
    await page.get_by_role("main").get_by_role("button", name="Pause").click()
    await dialog(page).get_by_label("Ask me again from").fill("2020-01-01")
    await dialog(page).get_by_role("button", name="Pause").click()
    await expect(dialog(page).get_by_role("alert")).to_be_visible()
    await dialog(page).get_by_label("Ask me again from").fill("2026-03-20")
    await dialog(page).get_by_role("button", name="Pause").click()

    await expect(thread(page).get_by_text("Paused.")).to_be_visible()
    await page.get_by_role("button", name="+1 day").click()
    await expect(page.get_by_role("time").first).to_contain_text("Mar 4")
    await context.close()
