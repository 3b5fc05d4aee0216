"""One more question after an answer that says little or asks back: never two at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.message import Form, TextInput
from bot.domain.policy import Policy
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import NO_FOLLOW_UPS, Someone, check_in, weekly_summary
from tests.journeys.on_teams import OnTeams, account_of
from tests.journeys.words import pressable, words
from tests.journeys.world import A_SECOND, World
from tests.servers.teams import Fault

PEOPLE = [Someone("mara"), Someone("ana", manager="mara")]
WORK, WISH = "How is work?", "Any wish?"
SHORT = ("Which moment shows it?", "What would make it better?")
BACK = "What would help to hear?"
FIRST = "What comes first?"
LONG = "It was a long week with three releases and one very good review"
OPTIONAL = "This one was optional, so nothing is missing."


async def company(open_world: OpenWorld, rules: Policy | None = None, **changes: object) -> World:
    """Tuesday, 10:05: Ana has started and sees "How is work?"."""
    cadence = check_in(pack="followed", **({"reminders": 0} | changes))
    world = await open_world(PEOPLE, [cadence, weekly_summary()], policy=rules)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    return world


def asked(world: World, who: str = "ana") -> list[str]:
    """The questions that reached Ana (or `who`), in order; one shown again for a reminder too."""
    known = (WORK, WISH, *SHORT, BACK, FIRST)
    arrived = world.arrived(who, "question")
    return [next(text for text in known if text in a.words.splitlines()) for a in arrived]


async def kept(world: World) -> dict[str, str]:
    return {quote.note: quote.text for quote in await world.my_quotes("ana")}


@on_both
async def test_a_short_answer_gets_one_more_question(open_world: OpenWorld) -> None:
    """It comes after the silence, says that it is optional, and its answer is kept under its own
    words; the next short answer gets none."""
    world = await company(open_world)
    await world.types("ana", "Fine.")
    await world.wait(6 * A_SECOND)
    assert asked(world) == [WORK]
    await world.wait(3 * A_SECOND)
    (_, follow_up) = asked(world)
    assert follow_up in SHORT
    assert "If you like, one more on this:" in world.arrived("ana", "question")[-1].words
    await world.answers("ana", "The map release.", "None.")
    assert asked(world) == [WORK, follow_up, WISH]
    assert world.arrived("ana")[-1].kind == "thanks"
    assert await kept(world) == {WORK: "Fine.", follow_up: "The map release.", WISH: "None."}
    await world.until("2026-03-06 15:01")
    assert await world.told("mara") == [["Fine.", "The map release.", "None."]]
    (panel,) = await world.details("mara")
    assert follow_up in words(panel)


@pytest.mark.deep
async def test_another_one_comes_the_next_week(open_world: OpenWorld) -> None:
    world = await company(open_world, weeks=1)
    found = []
    for week in ("2026-03-03", "2026-03-10"):
        await world.until(f"{week} 10:06")
        await world.answers("ana", "Fine.")
        found.append(asked(world)[-1])
        await world.answers("ana", "The release.", LONG)
    assert set(found) == set(SHORT)


async def test_a_question_of_theirs_gets_one_that_fits(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.answers("ana", f"{LONG}. May I use my own account?")
    assert asked(world) == [WORK, BACK]


@pytest.mark.deep
async def test_enough_said_is_enough(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.answers("ana", LONG, LONG)
    assert asked(world) == [WORK, WISH]
    assert world.arrived("ana")[-1].kind == "thanks"


async def test_bubbles_that_say_more_take_it_back(open_world: OpenWorld) -> None:
    """Nobody is asked about "Fine." who was still typing."""
    world = await company(open_world)
    for bubble in ("Fine.", LONG):
        await world.types("ana", bubble)
        await world.wait(5 * A_SECOND)
    await world.wait()
    assert asked(world) == [WORK, WISH]
    for bubble in ("None.", LONG):
        await world.types("ana", bubble)
        await world.wait(5 * A_SECOND)
    await world.wait()
    assert asked(world) == [WORK, WISH]
    assert world.arrived("ana")[-1].kind == "thanks"
    assert await kept(world) == {WORK: f"Fine.\n{LONG}", WISH: f"None.\n{LONG}"}


async def test_a_bubble_that_asks_brings_it(open_world: OpenWorld) -> None:
    """Also where the answer was the last one and the thanks were on their way."""
    world = await company(open_world)
    await world.answers("ana", LONG)
    for bubble in (LONG, "Who decides that?"):
        await world.types("ana", bubble)
        await world.wait(5 * A_SECOND)
    await world.wait()
    assert asked(world) == [WORK, WISH, FIRST]
    assert not world.arrived("ana", "thanks")
    await world.answers("ana", "The map.")
    assert len(world.arrived("ana", "thanks")) == 1
    assert await kept(world) == {WORK: LONG, WISH: f"{LONG}\nWho decides that?", FIRST: "The map."}


@pytest.mark.deep
async def test_it_changes_with_the_answer(open_world: OpenWorld) -> None:
    """Three bubbles, each of which calls for another one: only the last is asked."""
    world = await company(open_world)
    for bubble in ("Fine.", "May I use it?", "Never mind."):
        await world.types("ana", bubble)
        await world.wait(5 * A_SECOND)
    await world.wait()
    assert asked(world) == [WORK, BACK]


async def test_what_was_said_late_is_for_the_question_before(open_world: OpenWorld) -> None:
    """Words typed before the follow-up question came, and delivered after it, join the answer;
    the question stays, and no other comes beside it."""
    world = await company(open_world)
    typed = world.now
    await world.answers("ana", "Fine.")
    await world.types("ana", LONG, at=typed + A_SECOND)
    await world.wait()
    assert len(asked(world)) == 2
    assert await kept(world) == {WORK: f"Fine.\n{LONG}"}
    await world.answers("ana", "The map.")
    assert asked(world)[2:] == [WISH]


async def test_undone_it_goes(open_world: OpenWorld) -> None:
    """With the answer that it followed; the new answer gets no other, whatever it says."""
    world = await company(open_world)
    await world.answers("ana", "Fine.")
    await world.press_under("ana", "Fine.", "undo")
    assert OPTIONAL in await world.sees("ana")
    await world.answers("ana", "Good.", LONG)
    assert asked(world)[2:] == [WORK, WISH]
    assert await kept(world) == {WORK: "Good.", WISH: LONG}
    assert world.arrived("ana")[-1].kind == "thanks"


@pytest.mark.deep
async def test_undone_before_it_came_it_may_come_again(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.types("ana", "Fine.")
    await world.press_under("ana", "Fine.", "undo")
    await world.wait()
    assert asked(world) == [WORK, WORK]
    await world.answers("ana", "Good.")
    assert asked(world)[2] in SHORT


async def test_its_own_answer_undone_it_is_asked_again(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.answers("ana", "Fine.")
    follow_up = asked(world)[-1]
    await world.types("ana", "The map.")
    await world.press_under("ana", "The map.", "undo")
    await world.wait()
    assert asked(world) == [WORK, follow_up, follow_up]
    await world.answers("ana", "The review.")
    assert asked(world)[3:] == [WISH]
    assert await kept(world) == {WORK: "Fine.", follow_up: "The review."}


@pytest.mark.deep
async def test_its_answer_undone_later_it_stays_away(open_world: OpenWorld) -> None:
    """The next question stands open by now: nothing optional comes beside it."""
    world = await company(open_world)
    await world.answers("ana", "Fine.", "The map.")
    await world.press_under("ana", "The map.", "undo")
    await world.wait()
    assert asked(world)[3:] == [WISH]
    await world.answers("ana", LONG)
    assert await kept(world) == {WORK: "Fine.", WISH: LONG}


async def test_skipped_the_next_question_comes(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.answers("ana", "Fine.")
    await world.press("ana", "Skip this question")
    assert asked(world)[2:] == [WISH]
    assert OPTIONAL in await world.sees("ana")


@pytest.mark.parametrize("word", ["skip", pytest.param("next", marks=pytest.mark.deep)])
async def test_who_wants_to_go_on_is_asked_nothing_more(open_world: OpenWorld, word: str) -> None:
    """Typed within the silence after the answer."""
    world = await company(open_world)
    await world.types("ana", "Fine.")
    await world.wait(2 * A_SECOND)
    await world.types("ana", word)
    await world.wait()
    assert asked(world) == [WORK, WISH]


@pytest.mark.deep
async def test_nobody_asks_further_about_what_is_kept_to_oneself(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.types("ana", "Fine.")
    await world.press_under("ana", "Fine.", "only_me")
    await world.wait()
    assert asked(world) == [WORK, WISH]


@pytest.mark.deep
async def test_none_after_a_skip(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.press("ana", "Skip this question")
    await world.answers("ana", "None.")
    assert asked(world) == [WORK, WISH]


async def test_switched_off_below_it(open_world: OpenWorld) -> None:
    """It goes at once, the next question comes, and none ever does again until it is allowed."""
    world = await company(open_world, weeks=1)
    await world.answers("ana", "Fine.")
    await world.press("ana", "No follow-up questions")
    assert asked(world)[2:] == [WISH]
    assert "no more follow-up questions" in await world.sees("ana")
    await world.answers("ana", LONG)
    await world.until("2026-03-10 10:06")
    await world.answers("ana", "Fine.", "None.")
    assert asked(world)[3:] == [WORK, WISH]
    panel = (await world.act("ana", "my_data")).view
    (back,) = [v for label, _, v in pressable(panel.blocks) if label == "Allow follow-up questions"]  # type: ignore[union-attr]  # a panel
    await world.act("ana", "follow_ups", back)
    await world.until("2026-03-17 10:06")
    await world.answers("ana", "Fine.")
    assert asked(world)[-1] in SHORT


@pytest.mark.deep
async def test_switched_off_while_it_is_on_its_way(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.types("ana", "Fine.")
    await world.act("ana", "follow_ups", "off")
    await world.wait()
    assert asked(world) == [WORK, WISH]
    assert OPTIONAL not in await world.sees("ana")


@pytest.mark.deep
async def test_the_company_asks_none(open_world: OpenWorld) -> None:
    world = await company(open_world, NO_FOLLOW_UPS)
    await world.answers("ana", "Fine.")
    assert asked(world) == [WORK, WISH]
    panel = (await world.act("ana", "my_data")).view
    assert "follow-up" not in words(panel)


@pytest.mark.deep
async def test_none_where_nobody_reads(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.changes(ana=None)
    await world.until("2026-03-17 10:06")
    await world.answers("ana", "Fine.")
    assert asked(world)[-1] == WISH


@pytest.mark.deep
async def test_none_in_the_last_hour(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.until("2026-03-09 23:10")
    await world.answers("ana", "Fine.")
    assert asked(world) == [WORK, WISH]


async def test_a_form_sent_meanwhile_ends_it(open_world: OpenWorld) -> None:
    """Opened before the answer was typed, sent before the follow-up question came: it never
    comes, and is nowhere to be read."""
    world = await company(open_world)
    form = await world.opens("ana", "open_form")
    await world.types("ana", "Fine.")
    await world.submits("ana", form, {"text:wish": "None."})
    await world.wait(timedelta(minutes=1))
    assert asked(world) == [WORK]
    assert await kept(world) == {WORK: "Fine.", WISH: "None."}
    again = await world.opens("ana", "Change an answer")
    assert not any(text in words(again) for text in SHORT)


async def test_a_form_holds_only_what_was_asked(open_world: OpenWorld) -> None:
    """Opened within the silence it has no question that may go again; what is typed beside it
    stays."""
    world = await company(open_world)
    await world.types("ana", "Fine.")
    form = await world.opens("ana", "open_form")
    assert not any(text in words(form) for text in SHORT)
    await world.types("ana", LONG)
    await world.submits("ana", form, {"text:wish": "None."})
    await world.wait()
    assert asked(world) == [WORK]
    assert await kept(world) == {WORK: f"Fine.\n{LONG}", WISH: "None."}


async def test_words_for_a_question_that_is_gone_come_back(open_world: OpenWorld) -> None:
    """Nothing is kept before they were taken over to another answer, or taken out."""
    world = await company(open_world)
    form = await world.opens("ana", "open_form")
    await world.types("ana", LONG)
    name = "text:work.moment"
    reply = await world.submits("ana", form, {name: "The map.", "text:wish": "None."})
    again = reply.view
    assert isinstance(again, Form)
    texts = [block for block in again.blocks if isinstance(block, TextInput)]
    (field,) = [text for text in texts if text.name == name]
    assert (field.label, field.value) == (SHORT[0], "The map.")
    assert "isn't asked any more" in field.error
    assert await kept(world) == {WORK: LONG}
    await world.submits("ana", again, {name: "", "text:wish": "The map."})
    assert await kept(world) == {WORK: LONG, WISH: "The map."}


@pytest.mark.deep
async def test_the_form_takes_its_answer(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.answers("ana", "Fine.")
    follow_up = asked(world)[-1]
    form = await world.opens("ana", "open_form")
    name = next(b.name for b in form.blocks if getattr(b, "label", "") == follow_up)
    await world.submits("ana", form, {name: "The map."})
    await world.wait()
    assert await kept(world) == {WORK: "Fine.", follow_up: "The map."}
    assert world.arrived("ana")[-1].kind == "thanks"


@pytest.mark.deep
async def test_put_off_it_is_not_asked_again(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.answers("ana", "Fine.")
    await world.puts_off("ana", "hour")
    await world.wait(timedelta(hours=1, minutes=1))
    assert asked(world)[2:] == [WISH]


@pytest.mark.deep
async def test_put_off_as_the_last_one_it_is_all_done(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.answers("ana", LONG, "None.")
    assert asked(world)[-1] == FIRST
    await world.puts_off("ana", "tomorrow")
    await world.until("2026-03-05 12:00")
    assert world.arrived("ana")[-1].kind == "thanks"


async def test_no_reminder_asks_it(open_world: OpenWorld) -> None:
    """The reminder asks the next of the check-in's own questions."""
    world = await company(open_world, reminders=1)
    await world.answers("ana", "Fine.")
    await world.until("2026-03-06 12:00")
    assert asked(world)[2:] == [WISH]
    assert OPTIONAL in await world.sees("ana")


@pytest.mark.deep
async def test_ignored_as_the_last_one_nothing_more_comes(open_world: OpenWorld) -> None:
    """Everything that was asked is answered: no reminder, no thanks out of the blue."""
    world = await company(open_world, reminders=1)
    await world.answers("ana", LONG, "None.")
    before = len(world.arrived("ana"))
    await world.until("2026-03-09 23:59")
    assert len(world.arrived("ana")) == before
    assert OPTIONAL in await world.sees("ana")


@pytest.mark.parametrize("ends", [pytest.param("pause", marks=pytest.mark.deep), "skip"])
async def test_a_check_in_that_ends_takes_it_along(open_world: OpenWorld, ends: str) -> None:
    world = await company(open_world)
    form = await world.opens("ana", "open_later")
    await world.types("ana", "Fine.")
    reply = await world.submits("ana", form, {"when": ends})
    if ends == "pause":
        await world.submits("ana", reply.view, {"until": "2026-03-20"})  # type: ignore[arg-type]  # a form
    await world.wait(timedelta(minutes=1))
    assert asked(world) == [WORK]


@pytest.mark.deep
async def test_erased_it_goes(open_world: OpenWorld) -> None:
    """The answer it followed is erased: the next question comes, and it counts as skipped."""
    world = await company(open_world)
    await world.answers("ana", "Fine.")
    blocks = (await world.my_answers("ana")).blocks
    value = next(value for _, does, value in pressable(blocks) if does == "erase_answer")
    form = (await world.act("ana", "erase_answer", value)).view
    await world.submits("ana", form, {})  # type: ignore[arg-type]  # a form
    await world.wait()
    assert asked(world)[2:] == [WISH]
    assert await kept(world) == {}


async def test_every_act_comes_four_times(open_world: OpenWorld) -> None:
    world = await company(open_world)
    world.deliveries = 4
    await world.answers("ana", "Fine.")
    await world.answers("ana", "The map.", "None.")
    assert len(asked(world)) == 3
    assert len(await kept(world)) == 3


@pytest.mark.deep
async def test_a_new_process_goes_on(open_world: OpenWorld) -> None:
    """It ends after the answer was kept, before its follow-up question went out."""
    world = await company(open_world)
    await world.types("ana", "Fine.")
    await world.restart()
    await world.wait()
    assert len(asked(world)) == 2
    await world.restart()
    await world.answers("ana", "The map.")
    assert asked(world)[2:] == [WISH]


async def test_the_readers_are_those_of_that_moment(open_world: OpenWorld) -> None:
    """Between answer and follow-up question the manager changes: it names the new one."""
    world = await company(open_world)
    await world.people_are(*PEOPLE, Someone("tom"))
    await world.types("ana", "Fine.")
    await world.changes(ana="tom")
    await world.wait()
    assert "Tom, your manager, can read" in world.arrived("ana", "question")[-1].words
    await world.answers("ana", "The map.", LONG)
    await world.until("2026-03-06 18:00")
    assert await world.told("tom") == [["The map.", LONG]]


@pytest.fixture
def teams() -> OnTeams:
    """Only Teams can't be asked what it took."""
    return OnTeams()


@pytest.mark.parametrize(
    "fault", [Fault.RESET_AFTER, pytest.param(Fault.BAD_GATEWAY_BEFORE, marks=pytest.mark.deep)]
)
async def test_a_lost_one_is_let_go(open_world: OpenWorld, teams: OnTeams, fault: Fault) -> None:
    """Nobody knows whether it came: words are nobody's, more bubbles change nothing, and the
    reminder asks the next question."""
    cadence = check_in(pack="followed", reminders=1)
    world = await open_world(PEOPLE, [cadence, weekly_summary()], surface=teams)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.types("ana", "Fine.")
    teams.teams.fails("post", fault, who=account_of("ana"))
    await world.wait(timedelta(minutes=1))
    await world.types("ana", LONG)
    assert "I can't tell whether my last question reached you" in await world.sees("ana")
    assert await kept(world) == {WORK: "Fine."}
    await world.until("2026-03-06 12:00")
    assert asked(world)[-1] == WISH
    await world.answers("ana", "None.")
    assert await kept(world) == {WORK: "Fine.", WISH: "None."}
