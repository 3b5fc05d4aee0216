"""Answers: typed in bubbles, edited, taken back, kept to oneself, and what the manager reads."""

from __future__ import annotations

from bot.domain.check_in import SILENCE
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import forms_with_a_time, on_both
from tests.journeys.given import Someone, at, check_in, weekly_summary
from tests.journeys.words import words
from tests.journeys.world import A_SECOND, World

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")
SIX_SECONDS = 6 * A_SECOND


async def company(open_world: OpenWorld, **changes: object) -> World:
    """Tuesday, 10:05: Ana has started and sees "How is work?"."""
    world = await open_world([MARA, ANA], [check_in(reminders=0, **changes), weekly_summary()])
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    return world


def said(world: World, who: str = "ana") -> list[tuple[str, str]]:
    """What arrived as (kind, first line)."""
    return [(a.kind, a.words.splitlines()[0]) for a in world.arrived(who)]


async def answered(world: World) -> dict[str, str]:
    """Ana's answers by question, as *My answers* shows them."""
    return {quote.note: quote.text for quote in await world.my_quotes("ana")}


@on_both
async def test_two_bubbles_are_one_answer(open_world: OpenWorld) -> None:
    """A second bubble within the silence joins the first, under one receipt, and the next question
    waits for it; a third, after that question came, answers that one."""
    world = await company(open_world)
    await world.types("ana", "kestrel")
    await world.wait(SIX_SECONDS)
    await world.types("ana", "heron")
    await world.wait(SIX_SECONDS)
    assert len(world.arrived("ana", "question")) == 1
    await world.wait(SIX_SECONDS)
    first, second = world.arrived("ana", "question")
    assert "How is work?" in first.words
    assert "Any wish?" in second.words
    assert len(world.arrived("ana", "receipt")) == 1
    await world.types("ana", "plover")
    await world.wait()
    assert await answered(world) == {"How is work?": "kestrel\nheron", "Any wish?": "plover"}


async def test_the_silence_is_eight_seconds(open_world: OpenWorld) -> None:
    """The next question comes exactly when the silence is over, not a second before."""
    world = await company(open_world)
    typed = world.now
    await world.types("ana", "kestrel")
    await world.until(typed + SILENCE - A_SECOND)
    assert len(world.arrived("ana", "question")) == 1
    await world.until(typed + SILENCE)
    assert len(world.arrived("ana", "question")) == 2


async def test_text_written_before_the_next_question_arrived(open_world: OpenWorld) -> None:
    """A bubble that reaches us late, with a platform's time before the second question was shown,
    belongs to the first question."""
    world = await company(open_world)
    written = world.now + 7 * A_SECOND
    await world.types("ana", "kestrel")
    await world.wait()
    assert len(world.arrived("ana", "question")) == 2
    await world.types("ana", "heron", at=written)
    await world.wait()
    await world.types("ana", "plover")
    await world.wait()
    assert await answered(world) == {"How is work?": "kestrel\nheron", "Any wish?": "plover"}
    assert len(world.arrived("ana", "question")) == 2


async def test_bubbles_that_arrive_out_of_order(open_world: OpenWorld) -> None:
    """Two bubbles that the platform delivers in the wrong order still make one answer."""
    world = await company(open_world)
    first = world.now + A_SECOND
    await world.wait(3 * A_SECOND)
    await world.types("ana", "heron")
    await world.types("ana", "kestrel", at=first)
    await world.wait()
    [text] = (await answered(world)).values()
    assert sorted(text.split("\n")) == ["heron", "kestrel"]


async def test_typed_text_with_nothing_open_is_not_recorded(open_world: OpenWorld) -> None:
    """Before the first check-in, before *Start*, and after the thanks: the bot says that it kept
    nothing, and it kept nothing."""
    world = await open_world([MARA, ANA], [check_in(reminders=0), weekly_summary()])
    await world.until("2026-03-02 12:00")
    await world.types("ana", "kestrel")
    await world.until("2026-03-03 10:05")
    await world.types("ana", "kestrel")
    assert said(world)[0][1].startswith("I kept nothing of this, because you haven")
    assert said(world)[2][1].startswith("I kept nothing of this, because you haven")
    await world.starts("ana")
    await world.answers("ana", "one", "two")
    await world.types("ana", "kestrel")
    assert said(world)[-1][1].startswith("I have no question open")
    assert sorted(await world.my_words("ana")) == ["one", "two"]
    await world.until("2026-03-06 18:00")
    assert "kestrel" not in await world.can_read("mara")


async def test_the_last_bubble_before_the_thanks(open_world: OpenWorld) -> None:
    """Text typed before the thanks arrived, and delivered after them, still belongs to the last
    question."""
    world = await company(open_world)
    await world.answers("ana", "one")
    await world.types("ana", "kestrel")
    written = world.now + 3 * A_SECOND
    await world.wait()
    assert len(world.arrived("ana", "thanks")) == 1
    await world.types("ana", "heron", at=written)
    assert (await answered(world))["Any wish?"] == "kestrel\nheron"
    await world.wait()
    assert len(world.arrived("ana", "thanks")) == 1


async def test_typed_text_when_the_check_in_has_closed(open_world: OpenWorld) -> None:
    """Text typed after the closing is recorded nowhere."""
    world = await company(open_world, closes_after_days=1, weeks=4)
    await world.until("2026-03-05 00:00")
    await world.types("ana", "kestrel")
    assert said(world)[-1][1].startswith("I have no question open")
    assert await world.my_words("ana") == []


@on_both
async def test_an_answer_edited_after_the_summary(open_world: OpenWorld) -> None:
    """An edit after Friday's summary comes in the next one, marked as changed; what didn't change
    isn't repeated."""
    world = await company(open_world, closes_after_days=9, weeks=4)
    await world.answers("ana", "kestrel", "plover")
    await world.until("2026-03-06 16:00")
    assert await world.told("mara") == [["kestrel", "plover"]]
    assert "changed" not in words(await world.details("mara"))
    form = await world.opens("ana", "Change an answer")
    await world.submits("ana", form, {"text:work": "heron"})
    await world.until("2026-03-13 16:00")
    second = (await world.details("mara"))[1]
    assert (await world.told("mara"))[1] == ["heron"]
    assert "How is work? · changed since" in words(second)
    assert "Ana changed an earlier answer." in world.arrived("mara", "summary")[1].words
    assert sorted(await world.my_words("ana")) == ["heron", "plover"]


async def test_an_edit_before_the_summary(open_world: OpenWorld) -> None:
    """Only the last wording goes into the summary, and it isn't called a change."""
    world = await company(open_world)
    await world.answers("ana", "kestrel", "plover")
    form = await world.opens("ana", "Change an answer")
    await world.submits("ana", form, {"text:work": "heron"})
    await world.until("2026-03-06 16:00")
    assert await world.told("mara") == [["heron", "plover"]]
    assert "kestrel" not in await world.can_read("mara")
    assert "changed" not in await world.can_read("mara")


@forms_with_a_time
async def test_edits_out_of_order_by_the_platforms_time(open_world: OpenWorld) -> None:
    """Two edits of which the older one is delivered last: the newer one stays."""
    world = await company(open_world)
    await world.answers("ana", "kestrel", "plover")
    form = await world.opens("ana", "Change an answer")
    older = world.now
    await world.wait()
    await world.submits("ana", form, {"text:work": "newest heron"})
    await world.submits("ana", form, {"text:work": "older grebe"}, at=older)
    assert sorted(await world.my_words("ana")) == ["newest heron", "plover"]
    await world.until("2026-03-06 16:00")
    assert await world.told("mara") == [["newest heron", "plover"]]


async def test_an_edit_on_friday_night_of_what_went_out_at_three(open_world: OpenWorld) -> None:
    """Edited twice between two summaries: the manager reads the last wording once."""
    world = await company(open_world, closes_after_days=9, weeks=4)
    await world.answers("ana", "kestrel", "plover")
    await world.until("2026-03-06 16:00")
    for text in ("grebe", "heron"):
        form = await world.opens("ana", "Change an answer")
        await world.submits("ana", form, {"text:work": text})
        await world.wait()
    await world.until("2026-03-20 16:00")
    assert (await world.told("mara"))[1:] == [["heron"], []]
    assert "grebe" not in await world.can_read("mara")


async def test_an_edit_that_changes_nothing(open_world: OpenWorld) -> None:
    """Saving the form as it was makes no change for the manager to read."""
    world = await company(open_world, closes_after_days=9, weeks=4)
    await world.answers("ana", "kestrel", "plover")
    await world.until("2026-03-06 16:00")
    form = await world.opens("ana", "Change an answer")
    await world.submits("ana", form, {})
    await world.until("2026-03-13 16:00")
    assert await world.told("mara") == [["kestrel", "plover"], []]


async def test_an_answer_after_the_summary_comes_in_the_next(open_world: OpenWorld) -> None:
    """Answered on Friday evening: nothing is lost, it stands in the next summary, once."""
    world = await company(open_world)
    await world.until("2026-03-06 17:00")
    await world.answers("ana", "kestrel", "plover")
    await world.until("2026-03-20 18:00")
    assert await world.told("mara") == [[], ["kestrel", "plover"], []]


async def test_edit_until_it_closes_and_not_after(open_world: OpenWorld) -> None:
    """The last minute before the closing still counts; a form sent a minute later doesn't, and the
    person is told."""
    world = await company(open_world, closes_after_days=1, weeks=4)
    await world.answers("ana", "kestrel", "plover")
    form = await world.opens("ana", "Change an answer")
    await world.until("2026-03-04 23:59")
    await world.submits("ana", form, {"text:work": "heron"})
    await world.until("2026-03-05 00:00")
    reply = await world.submits("ana", form, {"text:work": "grebe"})
    assert "closed" in reply.notice
    assert sorted(await world.my_words("ana")) == ["heron", "plover"]
    reply = await world.press("ana", "Change an answer")
    assert reply.view is None
    assert "closed" in reply.notice


async def test_undo_leaves_nothing(open_world: OpenWorld) -> None:
    """An answer taken back is gone: not in My answers, not in a summary, and no version of it can
    be opened from the database. The question is asked again and may be left open."""
    world = await company(open_world)
    await world.types("ana", "kestrel")
    await world.types("ana", "heron")
    await world.press("ana", "Undo")
    assert await world.my_words("ana") == []
    assert "Taken back." in await world.sees("ana")
    assert len(world.arrived("ana", "question")) == 2
    await world.until("2026-03-06 18:00")
    assert await world.told("mara") == [[]]
    assert await world.kept_versions("ana") == []


async def test_undo_after_the_thanks_and_another_answer(open_world: OpenWorld) -> None:
    """Taken back after everything was answered: the question comes again, another answer replaces
    it, and the manager reads that one alone."""
    world = await company(open_world)
    await world.answers("ana", "kestrel", "plover")
    await world.press_under("ana", "kestrel", "undo")
    await world.wait()
    assert await world.my_words("ana") == ["plover"]
    assert world.arrived("ana", "question")[-1].words.startswith("How is work?")
    await world.answers("ana", "heron")
    await world.until("2026-03-06 18:00")
    assert await world.told("mara") == [["heron", "plover"]]
    assert len(world.arrived("ana", "thanks")) == 2


async def test_undo_after_the_summary_closes_it_there_too(open_world: OpenWorld) -> None:
    """What is taken back after it was sent can't be opened under the summary's details any more,
    and comes in no later one."""
    world = await company(open_world)
    await world.answers("ana", "kestrel", "plover")
    await world.until("2026-03-06 18:00")
    await world.press_under("ana", "kestrel", "undo")
    assert await world.told("mara") == [["plover"]]
    await world.until("2026-03-13 18:00")
    assert await world.told("mara") == [["plover"], []]


async def test_undo_by_typing(open_world: OpenWorld) -> None:
    """The typed word "undo" takes back the newest answer, and isn't recorded itself."""
    world = await company(open_world)
    await world.types("ana", "kestrel")
    await world.types("ana", "undo")
    await world.wait()
    assert await world.my_words("ana") == []
    await world.answers("ana", "heron", "plover")
    assert sorted(await world.my_words("ana")) == ["heron", "plover"]


async def test_only_me(open_world: OpenWorld) -> None:
    """An answer narrowed to oneself stays in My answers and reaches nobody, and more words typed
    under it are as narrow."""
    world = await company(open_world)
    await world.types("ana", "kestrel")
    await world.press("ana", "Only for me")
    await world.types("ana", "heron")
    await world.wait()
    await world.answers("ana", "plover")
    await world.until("2026-03-06 18:00")
    assert await world.told("mara") == [["plover"]]
    assert sorted(await world.my_words("ana")) == ["kestrel\nheron", "plover"]
    assert "Only you can read it." in words(await world.my_answers("ana"))


async def test_only_me_after_the_summary(open_world: OpenWorld) -> None:
    """Narrowed after it was read: it can't be opened again, and an edit of it isn't shared."""
    world = await company(open_world, closes_after_days=9, weeks=4)
    await world.answers("ana", "kestrel", "plover")
    await world.until("2026-03-06 18:00")
    await world.press_under("ana", "kestrel", "only_me")
    assert await world.told("mara") == [["plover"]]
    form = await world.opens("ana", "Change an answer")
    await world.submits("ana", form, {"text:work": "heron"})
    await world.until("2026-03-13 18:00")
    assert await world.told("mara") == [["plover"], []]
    assert "heron" not in await world.can_read("mara")


async def test_emptied_in_the_form(open_world: OpenWorld) -> None:
    """Deleting the words in the form takes the answer back like *Undo*, and asks nothing again."""
    world = await company(open_world)
    await world.answers("ana", "kestrel", "plover")
    asked = len(world.arrived("ana", "question"))
    form = await world.opens("ana", "Change an answer")
    await world.submits("ana", form, {"text:work": ""})
    await world.until("2026-03-06 18:00")
    assert await world.my_words("ana") == ["plover"]
    assert await world.told("mara") == [["plover"]]
    assert len(world.arrived("ana", "question")) == asked
    assert len(await world.kept_versions("ana")) == 1


async def test_all_at_once_in_a_form(open_world: OpenWorld) -> None:
    """The form answers everything: one thanks, no further question, the words in the summary."""
    world = await company(open_world)
    form = await world.opens("ana", "open_form")
    await world.submits("ana", form, {"text:work": "kestrel", "text:wish": "plover"})
    await world.until("2026-03-06 18:00")
    assert len(world.arrived("ana", "question")) == 1
    assert len(world.arrived("ana", "thanks")) == 1
    assert await world.told("mara") == [["kestrel", "plover"]]


async def test_a_form_opened_before_typing(open_world: OpenWorld) -> None:
    """A form that was opened empty, then sent after the first question was answered in the thread,
    doesn't silently throw that answer away."""
    world = await company(open_world)
    form = await world.opens("ana", "open_form")
    await world.types("ana", "kestrel")
    await world.submits("ana", form, {"text:wish": "plover"})
    assert "kestrel" in (await answered(world)).values()


async def test_ratings_and_options(open_world: OpenWorld) -> None:
    """Every kind of question by button and by typing: each is shown under My answers, those for
    groups and for oneself never to the manager."""
    world = await company(open_world, pack="kinds")
    await world.press("ana", "answer", "4")
    await world.answers("ana", "kestrel")
    await world.press("ana", "answer", "2")
    await world.press("ana", "answer", "daily")
    await world.answers("ana", "many", "12", "grouped grebe", "private plover")
    shown = await answered(world)
    assert shown == {
        "Is it clear?": "4/5\nkestrel",
        "How was it?": "2/5",
        "How often?": "Daily",
        "How many hours?": "12",
        "Do you trust us?": "grouped grebe",
        "For your diary?": "private plover",
    }
    await world.until("2026-03-06 18:00")
    assert await world.told("mara") == [["kestrel"]]
    read = await world.can_read("mara")
    for pressed in ("4/5", "2/5", "Daily", "12"):
        assert pressed in read.split("\n")
    assert "grebe" not in read
    assert "plover" not in read


async def test_the_change_of_a_rating(open_world: OpenWorld) -> None:
    """A rating that moved from one check-in to the next is shown with its change."""
    world = await company(open_world, pack="kinds", questions_per_round=6)
    await world.press("ana", "answer", "4")
    await world.until("2026-03-10 10:05")
    await world.press("ana", "answer", "2")
    await world.until("2026-03-13 18:00")
    [_, second] = world.arrived("mara", "summary")
    assert "“Is it clear?” From 1 to 5: Ana 4 → 2" in second.words
    assert "4 → 2 of 5" in words((await world.details("mara"))[1])


async def test_skipped_questions(open_world: OpenWorld) -> None:
    """Skipping the first question and answering the second: one answer, one thanks."""
    world = await company(open_world)
    await world.press("ana", "Skip this question")
    await world.wait()
    await world.answers("ana", "plover")
    await world.until("2026-03-06 18:00")
    assert await world.told("mara") == [["plover"]]
    assert len(world.arrived("ana", "thanks")) == 1
    assert at("2026-03-06 18:00") == world.now
