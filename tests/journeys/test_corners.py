"""Corners where acknowledged words could be lost, misplaced or shown against what was said."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.occurrence import OccurrenceState
from tests.journeys.conftest import OpenWorld
from tests.journeys.given import Someone, check_in, weekly_summary
from tests.journeys.test_answers import company
from tests.journeys.words import words
from tests.journeys.world import A_SECOND

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")


async def test_a_refused_form_keeps_what_was_typed_meanwhile(open_world: OpenWorld) -> None:
    """A form was opened with an empty question, which is then answered in the chat. The form is
    refused for another field, mended and sent: the typed answer stays."""
    world = await company(open_world)
    form = await world.opens("ana", "open_form")
    await world.types("ana", "kestrel")
    await world.wait()
    refused = await world.submits("ana", form, {"text:work": "", "text:wish": "x" * 3001})
    assert refused.view is not None
    await world.submits("ana", refused.view, {"text:work": "", "text:wish": "plover"})
    assert sorted(await world.my_words("ana")) == ["kestrel", "plover"]


async def test_words_after_an_undo_go_to_the_question_that_was_undone(
    open_world: OpenWorld,
) -> None:
    """The second answer is taken back; what is typed before the question comes again still
    answers it, and not the question before."""
    world = await company(open_world)
    await world.types("ana", "kestrel")
    await world.wait()
    await world.types("ana", "plover")
    await world.work()
    await world.press_under("ana", "plover", "undo", send=False)
    await world.types("ana", "heron")
    await world.wait()
    quotes = {quote.note: quote.text for quote in await world.my_quotes("ana")}
    assert quotes == {"How is work?": "kestrel", "Any wish?": "heron"}


async def test_a_replaced_wording_is_not_last_times(open_world: OpenWorld) -> None:
    """An answer edited after its summary is nobody's "last time" in its old wording."""
    world = await company(open_world, closes_after_days=9, weeks=1)
    await world.answers("ana", "kestrel", "plover")
    await world.until("2026-03-06 16:00")
    form = await world.opens("ana", "Change an answer")
    await world.submits("ana", form, {"text:work": "heron"})
    await world.until("2026-03-10 10:05")
    await world.answers("ana", "linnet", "wren")
    await world.until("2026-03-13 16:00")
    second = (await world.details("mara"))[1]
    assert "kestrel" not in words(second)
    assert "heron" in words(second)


async def test_not_for_me_keeps_an_edit_that_nobody_saw(open_world: OpenWorld) -> None:
    """The manager was shown the first wording; the second, unseen one stays with the person."""
    world = await company(open_world, closes_after_days=9)
    await world.answers("ana", "kestrel", "plover")
    await world.until("2026-03-06 16:00")
    form = await world.opens("ana", "Change an answer")
    await world.submits("ana", form, {"text:work": "heron"})
    await world.types("ana", "not for me")
    await world.until("2026-03-13 16:00")
    assert "heron" not in await world.can_read("mara")


async def test_a_waiting_check_in_lets_the_last_words_of_another_finish(
    open_world: OpenWorld,
) -> None:
    """Two check-ins are due at once. The second is offered only once the first has had its eight
    seconds of silence, so that the last bubble does not answer it."""
    cadences = [check_in("first", reminders=0), check_in("second", reminders=0), weekly_summary()]
    world = await open_world([MARA, ANA], cadences)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.types("ana", "kestrel")
    await world.wait()
    await world.types("ana", "part one")
    await world.wait(3 * A_SECOND)
    await world.types("ana", "part two")
    await world.wait(timedelta(minutes=1))
    assert "part one\npart two" in await world.my_words("ana")


async def test_nothing_is_left_as_on_its_way(open_world: OpenWorld) -> None:
    """Two check-ins a week, of which one is answered and the others run out: every occurrence
    ends as sent, or as skipped with a reason."""
    cadences = [check_in("first", reminders=0), check_in("second", reminders=0)]
    world = await open_world([MARA, ANA], cadences)
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.answers("ana", "kestrel", "plover")
    await world.until("2026-03-16 20:00")
    since = world.now - timedelta(days=30)
    counts = await world.built.uow.read(lambda tx: tx.occurrences.counts(since))
    assert {state for _, state, _, _ in counts} <= {OccurrenceState.SENT, OccurrenceState.SKIPPED}
