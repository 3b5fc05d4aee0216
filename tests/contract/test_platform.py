"""One contract for every platform: what an employee can do there, and reads afterwards.

Each test runs on the local page over its HTTP routes, in Slack over HTTP and over Socket Mode, and
knows nothing but what stands on people's screens.
"""

from __future__ import annotations

import pytest

from tests.contract.conftest import OpenOffice
from tests.contract.doors import HOME, PANEL
from tests.journeys.given import check_in, weekly_summary

PAIR = check_in(reminders=0)
KINDS = check_in(pack="kinds", reminders=0)
FIVE = check_in(pack="five", reminders=0, questions_per_round=5)


async def test_first_contact_asks_nothing_before_start(open_office: OpenOffice) -> None:
    """The welcome says what this is and offers two ways, and to see who reads; the pressed one
    changes in place."""
    office = await open_office(PAIR)
    met = await office.thread("ana")
    assert "Hello Ana, I'm Touchpoint." in met.words
    assert "saying nothing is never counted against you" in met.words
    assert set(met.buttons) == {"Start", "Not for me", "Who can read my answers?"}
    assert "How is work?" not in met.words

    await office.presses("ana", "Start")

    asked = await office.thread("ana")
    assert "You started. The questions are below." in asked.words
    assert "How is work?" in asked.words
    assert "Mara" in asked.words, "who will read it"
    assert "Start" not in asked.buttons


async def test_not_for_me_is_final_until_the_person_changes_it(open_office: OpenOffice) -> None:
    office = await open_office(PAIR)
    await office.presses("ana", "Not for me")
    refused = await office.thread("ana")
    assert "All right, I won't ask." in refused.words
    await office.passes(days=8)
    assert (await office.thread("ana")).words == refused.words
    assert "You chose “Not for me”" in (await office.home("ana")).words

    await office.presses("ana", "Start again", HOME)

    assert "Not for me" in (await office.home("ana")).buttons
    assert "Good to have you back." in (await office.thread("ana")).words


async def test_a_rating_is_pressed_and_words_are_added(open_office: OpenOffice) -> None:
    """The pressed number stands in the message, whose numbers are gone."""
    office = await open_office(KINDS)
    await office.presses("ana", "Start")
    await office.presses("ana", "4")
    chosen = await office.thread("ana")
    assert "You chose 4 of 5" in chosen.words
    assert "4" not in chosen.buttons
    await office.answers("ana", "kestrel")
    told = await office.my_answers("ana")
    assert "4/5" in told.words
    assert "kestrel" in told.words


async def test_two_bubbles_are_one_answer(open_office: OpenOffice) -> None:
    """The next question waits until the person is done; the receipt says what was kept."""
    office = await open_office(PAIR)
    await office.presses("ana", "Start")
    await office.types("ana", "kestrel")
    await office.passes(seconds=4)
    await office.types("ana", "heron")
    assert "Any wish?" not in (await office.thread("ana")).words
    await office.passes(seconds=10)
    thread = await office.thread("ana")
    assert "Saved under “How is work?”" in thread.words
    assert "Any wish?" in thread.words
    told = (await office.my_answers("ana")).words
    assert told.index("kestrel") < told.index("heron")
    assert told.count("How is work?") == 1


async def test_a_form_says_what_is_wrong_and_then_takes_it_all(open_office: OpenOffice) -> None:
    """Errors stand beside their fields, what was filled in stays, and the form's answers count."""
    office = await open_office(KINDS)
    await office.presses("ana", "Start")
    await office.presses("ana", "Answer all in a form")
    fields = {"How many hours?": "many", "How often?": "Daily", "For your diary?": "heron"}
    refused = await office.sends("ana", fields)
    assert refused.errors == ("Please give a whole number.",)
    assert "Thank you" not in (await office.thread("ana")).words

    accepted = await office.sends("ana", {"How many hours?": "12"})

    assert accepted.errors == ()
    assert "Thank you, Ana" in (await office.thread("ana")).words
    told = (await office.my_answers("ana")).words
    assert all(part in told for part in ("12", "Daily", "heron", "Only you can read it."))


async def test_it_is_put_off_and_comes_back(open_office: OpenOffice) -> None:
    office = await open_office(PAIR)
    await office.presses("ana", "Start")
    await office.presses("ana", "Not now")
    await office.sends("ana", {"When would suit you better?": "Tomorrow"})
    put_off = await office.thread("ana")
    assert "Put off until Wednesday, March 4" in put_off.words
    assert put_off.buttons == ()
    await office.passes(days=1)
    assert "Not now" in (await office.thread("ana")).buttons


async def test_a_question_and_a_check_in_are_skipped(open_office: OpenOffice) -> None:
    office = await open_office(PAIR)
    await office.presses("ana", "Start")
    await office.presses("ana", "Skip this question")
    await office.passes(seconds=10)
    assert "You skipped this question." in (await office.thread("ana")).words
    await office.presses("ana", "Not now")
    await office.sends("ana", {"When would suit you better?": "Skip this check-in"})
    skipped = await office.thread("ana")
    assert "Skipped." in skipped.words
    assert skipped.buttons == ()
    assert "Nothing is open." in (await office.home("ana")).words


async def test_a_pause_is_set_and_ended_under_home(open_office: OpenOffice) -> None:
    """A day that has passed is refused beside its field; nothing comes before the chosen one."""
    office = await open_office(PAIR)
    await office.presses("ana", "Start")
    await office.presses("ana", "Pause", HOME)
    refused = await office.sends("ana", {"Ask me again from": "2026-03-01"})
    assert refused.errors == ("Please choose a day after today.",)
    await office.sends("ana", {"Ask me again from": "2026-03-20"})
    assert "Paused: nothing is asked before Friday, March 20" in (await office.home("ana")).words
    quiet = (await office.thread("ana")).words
    assert "Paused. I won't ask anything" in quiet
    await office.passes(days=8)
    assert (await office.thread("ana")).words == quiet

    await office.presses("ana", "Resume now", HOME)

    assert "Welcome back." in (await office.thread("ana")).words
    assert "Pause" in (await office.home("ana")).buttons


async def test_an_answer_is_taken_back(open_office: OpenOffice) -> None:
    office = await open_office(PAIR)
    await office.presses("ana", "Start")
    await office.answers("ana", "kestrel")
    await office.presses("ana", "Undo")
    assert "Taken back." in (await office.thread("ana")).words
    assert "kestrel" not in (await office.my_answers("ana")).words


async def test_an_answer_is_changed_in_the_form(open_office: OpenOffice) -> None:
    """Change under My answers opens the form with what is there, and brings the new words back."""
    office = await open_office(PAIR, weekly_summary())
    await office.presses("ana", "Start")
    await office.answers("ana", "kestrel", "heron")
    await office.my_answers("ana")
    await office.turns("ana", "Change")
    await office.sends("ana", {"How is work?": "osprey"})
    assert "Your changes are saved." in (await office.thread("ana")).words
    told = (await office.my_answers("ana")).words
    assert "osprey" in told
    assert "heron" in told
    assert "kestrel" not in told


@pytest.mark.parametrize("where", ["thread", "panel"])
async def test_an_answer_is_kept_to_oneself(open_office: OpenOffice, where: str) -> None:
    """Under its receipt or under My answers: from then on only its author can read it."""
    office = await open_office(PAIR, weekly_summary())
    await office.presses("ana", "Start")
    await office.answers("ana", "kestrel")
    if where == PANEL:
        assert "Mara can read it while managing you." in (await office.my_answers("ana")).words
    await office.presses("ana", "Only for me", where)
    assert "Only you can read it." in (await office.my_answers("ana")).words
    await office.world.until("2026-03-06 15:05")
    summary = await office.thread("mara")
    assert "A quiet week: nothing was shared." in summary.words


async def test_my_answers_has_pages(open_office: OpenOffice) -> None:
    """Everything somebody said, newest first, and back again."""
    office = await open_office(FIVE)
    await office.presses("ana", "Start")
    for week, day in enumerate((3, 10, 17)):
        await office.world.until(f"2026-03-{day:02} 10:10")
        await office.presses("ana", "Answer all in a form")
        said = {f"Question {n}?": f"kestrel {week}{n}" for n in range(1, 6)}
        await office.sends("ana", said)
    first = await office.my_answers("ana")
    second = await office.turns("ana", "Older answers")
    for answer in (f"kestrel {week}{n}" for week in range(3) for n in range(1, 6)):
        assert (answer in first.words) != (answer in second.words), answer
    assert all(f"kestrel 2{n}" in first.words for n in range(1, 6))
    assert (await office.turns("ana", "Newer")).words == first.words


async def test_words_that_are_commands(open_office: OpenOffice) -> None:
    """A typed word for a form offers its button, as typed text can open none."""
    office = await open_office(PAIR)
    await office.presses("ana", "Start")
    await office.types("ana", "pause")
    form = await office.presses("ana", "Pause")
    assert "Nothing is asked while you are away." in form.words
    await office.types("ana", "help")
    told = (await office.thread("ana")).words + (await office.door.panel("ana")).words
    assert "You can type these words" in told
