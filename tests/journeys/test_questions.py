"""What is asked when, and what people are told about their readers before."""

from __future__ import annotations

from datetime import date

from tests.journeys.conftest import OpenWorld
from tests.journeys.given import Someone, at, check_in, weekly_summary
from tests.journeys.words import pressable, words
from tests.journeys.world import World

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")
LONER = Someone("lea")


async def asked_each_week(world: World, who: str, weeks: list[str]) -> list[str]:
    """The questions of each check-in, as one word of digits, answered on the day itself."""
    rounds: list[str] = []
    for week in weeks:
        await world.until(f"{week} 10:05")
        if world.arrived(who)[-1].kind == "welcome":
            await world.starts(who)
        before = len(await world.my_quotes(who))
        while world.arrived(who)[-1].kind != "thanks":
            await world.answers(who, "words")
        fresh = (await world.my_quotes(who))[: len(await world.my_quotes(who)) - before]
        rounds.append("".join(quote.note[9] for quote in reversed(fresh)))
    return rounds


async def test_the_rotation(open_world: OpenWorld) -> None:
    """First all five, then two a week until all came round, and all five again with the first
    check-in of a quarter; after that the rotation goes on where it was."""
    spec = check_in(pack="five", reminders=0, on=2, weeks=1, since=date(2026, 3, 4))
    world = await open_world([Someone("ana", country=None)], [spec], at("2026-03-02 00:00"))
    weeks = ["2026-03-04", "2026-03-11", "2026-03-18", "2026-03-25", "2026-04-01", "2026-04-08"]
    rounds = await asked_each_week(world, "ana", weeks)
    assert rounds == ["12345", "12", "34", "51", "12345", "23"]


async def test_all_five_come_round_within_three_weeks(open_world: OpenWorld) -> None:
    """Any three check-ins in a row ask all five questions."""
    spec = check_in(pack="five", reminders=0, weeks=1)
    world = await open_world([Someone("ana", country=None)], [spec], at("2026-04-06 00:00"))
    weeks = [f"{date(2026, 4, 7).replace(day=7 + 7 * n)}" for n in range(4)]
    rounds = await asked_each_week(world, "ana", weeks)
    assert rounds[0] == "12345"
    assert set("".join(rounds[1:])) == set("12345")


async def test_the_rotation_stands_still_while_nothing_is_asked(open_world: OpenWorld) -> None:
    """A pause skips no questions: the rotation goes on where it stopped."""
    spec = check_in(pack="five", reminders=0, weeks=1)
    world = await open_world([Someone("ana", country=None)], [spec], at("2026-04-06 00:00"))
    assert await asked_each_week(world, "ana", ["2026-04-07", "2026-04-14"]) == ["12345", "12"]
    form = (await world.act("ana", "open_pause")).view
    assert form is not None
    await world.submits("ana", form, {"until": "2026-05-04"})  # type: ignore[arg-type]  # a form
    assert await asked_each_week(world, "ana", ["2026-05-05"]) == ["34"]


async def test_who_starts_late_is_asked_everything_first(open_world: OpenWorld) -> None:
    """The first check-in somebody takes part in asks all questions, however many passed before."""
    spec = check_in(pack="five", reminders=0, weeks=1)
    world = await open_world([Someone("ana", country=None)], [spec], at("2026-04-06 00:00"))
    await world.until("2026-04-21 09:00")
    assert await asked_each_week(world, "ana", ["2026-04-21", "2026-04-28"]) == ["12345", "12"]


async def test_the_readers_are_named_before_the_first_question(open_world: OpenWorld) -> None:
    """The welcome names the manager before *Start*; every later check-in does in its first message,
    and the questions after it don't repeat it."""
    world = await open_world([MARA, ANA], [check_in(reminders=0), weekly_summary()])
    await world.until("2026-03-03 10:05")
    line = "Mara, your manager, can read your answers in your own words."
    assert line in world.arrived("ana", "welcome")[0].words
    await world.starts("ana")
    await world.answers("ana", "kestrel")
    assert line not in world.arrived("ana", "question")[1].words
    await world.answers("ana", "plover")
    await world.until("2026-03-10 10:05")
    assert line in world.arrived("ana", "question")[2].words


async def test_without_a_manager_only_oneself_reads(open_world: OpenWorld) -> None:
    """Someone without a manager is told that only they see it, and nobody ever does: not a manager
    who comes later either."""
    world = await open_world([MARA, LONER], [check_in(reminders=0), weekly_summary()])
    await world.until("2026-03-03 10:05")
    assert "Only you can see your answers" in world.arrived("lea", "welcome")[0].words
    await world.starts("lea")
    await world.answers("lea", "kestrel", "plover")
    assert "Nothing of this goes to anyone else." in world.arrived("lea", "thanks")[0].words
    await world.changes(lea="mara")
    await world.until("2026-03-07 00:00")
    assert "kestrel" not in await world.can_read("mara")
    assert "Only you can read it." in words(await world.my_answers("lea"))


async def test_every_kind_of_audience_says_so(open_world: OpenWorld) -> None:
    """Where questions differ in who reads them, each one says it for itself, and so do receipts."""
    world = await open_world([MARA, ANA], [check_in(reminders=0, pack="kinds")])
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.answers("ana", "words")
    for pressed in ("2", "daily"):
        await world.press("ana", "answer", pressed)
    await world.answers("ana", "12")
    asked = world.arrived("ana", "question")[-1].words
    assert "counted in groups of at least 5, your words among those of at least 10" in asked
    await world.answers("ana", "grebe")
    receipt = world.arrived("ana", "receipt")[-1].words
    assert "It is only shown in groups, without your name." in receipt
    assert "Only you" in world.arrived("ana", "question")[-1].words
    await world.answers("ana", "plover")
    assert "Only you can read it." in world.arrived("ana", "receipt")[-1].words


COUNTED = "It is also counted, without your name."


async def test_what_is_read_by_name_and_counted_says_both(open_world: OpenWorld) -> None:
    """Before answering, in the form, under the receipt, under Home and under My answers; and no
    more once it is for the person alone."""
    world = await open_world([MARA, ANA], [check_in(pack="learning", reminders=0)])
    await world.until("2026-03-03 10:05")
    line = (
        "Mara, your manager, can read your answer. It is also counted without your name, in groups"
        " of at least 5."
    )
    assert line in world.arrived("ana", "welcome")[0].words
    await world.starts("ana")
    assert line in world.arrived("ana", "question")[-1].words
    form = await world.opens("ana", "open_form")
    said = words(form.blocks)
    assert said.index(line) < said.index("Mara, your manager, can read your answers in your own")
    await world.press("ana", "answer", "4")
    await world.wait()
    assert line not in world.arrived("ana", "question")[-1].words, "words alone are not counted"
    assert f"Mara can read it. {COUNTED}" in words(await world.home("ana"))
    panel = await world.my_answers("ana")
    assert f"Mara can read it while managing you. {COUNTED}" in words(panel.blocks)
    value = next(value for _, does, value in pressable(panel.blocks) if does == "only_me")
    await world.act("ana", "only_me", value)
    assert COUNTED not in words((await world.my_answers("ana")).blocks)
    assert COUNTED not in words(await world.home("ana"))


async def test_what_is_only_counted_says_so_to_the_end(open_world: OpenWorld) -> None:
    world = await open_world([MARA, ANA], [check_in(pack="ai_clarity", reminders=0)])
    await world.until("2026-03-03 10:05")
    line = "Your answer is only counted, in groups of at least 5. Nobody sees it with your name."
    assert line in world.arrived("ana", "welcome")[0].words
    await world.starts("ana")
    for _ in range(4):
        await world.press("ana", "answer", "4")
        await world.wait()
    thanks = world.arrived("ana", "thanks")[-1].words
    assert "What you said is only shown in groups, without your name." in thanks
    assert "It is only shown in groups" in words(await world.home("ana"))


async def test_without_a_manager_nothing_is_counted(open_world: OpenWorld) -> None:
    """The line before says that only the person sees it, and that holds for counting too."""
    world = await open_world([LONER], [check_in(pack="learning", reminders=0)])
    await world.until("2026-03-03 10:05")
    assert "Only you can see your answers" in world.arrived("lea", "welcome")[0].words
    await world.starts("lea")
    await world.press("lea", "answer", "4")
    await world.wait()
    assert COUNTED not in words(await world.home("lea"))
