"""New AI expectations: told once, asked about, read by the one who was named, answered once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from bot.domain.erasure import Erased, Erasure
from bot.domain.expectations import TOLD, in_force_at
from bot.domain.inbound import InboundKind
from bot.domain.message import Form, Panel, Reply
from bot.domain.people import Role
from bot.domain.policy import Expectations, Policy, QuestionsFor
from bot.services.manage_cadence import ApplyRefused
from bot.services.reapply import reapply
from bot.services.status import status
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import BERLIN, Someone, at, check_in
from tests.journeys.words import pressable, quotes, words
from tests.journeys.world import World

HR = Someone("ines", role=Role.HR_ADMIN)
LEADER = Someone("lea")
NAMES = ("ana", "ben", "cy", "dan", "eva", "finn", "gil", "hana", "ivo", "june")
STAFF = [Someone(name, "lea") for name in NAMES]
EVERYONE = (HR, LEADER, *STAFF)
FIRST = Expectations(
    "Check what it gives you.", "https://fernweh.example/ai", "lea@fernweh.example"
)
SECOND = replace(FIRST, text="No partner data goes into it.")
NAMED = replace(SECOND, questions=QuestionsFor.LEADER)
REPLY = "expectations_reply"


def rules(given: Expectations, **changes: object) -> Policy:
    policy = Policy(
        company="Fernweh", time_zone=BERLIN, country="DE", weekly_cap=9, expectations=given
    )
    return replace(policy, **changes)


async def company(
    open_world: OpenWorld, people: Sequence[Someone] = EVERYONE, given: Expectations = FIRST
) -> World:
    """It is Tuesday, 10:05; a check-in is open and everybody but Ines has started."""
    world = await open_world(people, [check_in(reminders=0)], policy=rules(given))
    await world.until("2026-03-03 10:05")
    for someone in people:
        if someone.name != "ines":
            await world.act(someone.name, "start")
    return world


async def applies(world: World, given: Expectations, **changes: object) -> None:
    """As `touchpoint cadence apply` does; what is due goes out."""
    await world.configure([check_in(reminders=0)], rules(given, **changes))
    await world.settle()
    await world.wait()


async def asks(world: World, who: str, text: str) -> Reply:
    return await world.submits(who, await world.opens(who, "expectations_ask"), {"text": text})


async def all_ask(world: World, *people: str) -> None:
    for who in people:
        await asks(world, who, f"kestrel of {who}")


async def reads(world: World, who: str = "lea") -> Panel:
    """What the button under Home opens."""
    reply = await world.press(who, "expectations_read")
    assert isinstance(reply.view, Panel), reply
    return reply.view


async def sees_question(world: World, who: str = "lea") -> bool:
    """Whether anything of what was asked stands under Home or can be opened from there."""
    home = await world.home(who)
    if "expectations_read" not in [action for _, action, _ in pressable(home)]:
        return False
    return "kestrel" in words(await reads(world, who))


async def form_of(reply: Reply) -> Form:
    assert isinstance(reply.view, Form), reply
    return reply.view


async def answers(world: World, text: str, who: str = "lea") -> Reply:
    """The leader's form, its review, and *Send*."""
    form = await world.opens(who, "expectations_reply")
    review = await form_of(await world.submits(who, form, {"text": text}))
    return await world.submits(who, review, {})


# Telling


@on_both
async def test_a_new_version_reaches_everyone_who_takes_part_once(open_world: OpenWorld) -> None:
    """The first version is told nobody; the second is told all who started, and applying it again
    or changing who answers tells nobody anything."""
    world = await company(open_world)
    assert [a for a in world.arrivals if a.kind == TOLD] == []
    await applies(world, SECOND)
    for who in ("lea", *NAMES):
        [told] = world.arrived(who, TOLD)
        assert "No partner data goes into it." in told.words
        assert "https://fernweh.example/ai" in words(told.message)
        assert told.message.text == "New: what Fernweh expects of AI at work"
    assert world.arrived("ines", TOLD) == []
    await applies(world, SECOND)
    await applies(world, NAMED)
    await world.until("2026-03-05 18:00")
    assert all(len(world.arrived(who, TOLD)) == 1 for who in NAMES)


async def test_whoever_declined_paused_or_left_gets_nothing(open_world: OpenWorld) -> None:
    """Ana chose "Not for me", Ben is away and gets it when he is back, Cy comes back early, and
    Dan leaves while it waits for the morning."""
    world = await company(open_world)
    await world.act("ana", "decline")
    for who, until in (("ben", "2026-03-10"), ("cy", "2026-04-01")):
        form = await form_of(await world.act(who, "open_pause"))
        await world.submits(who, form, {"until": until})
    await world.until("2026-03-03 20:00")
    await applies(world, SECOND)
    await world.leaves("dan")
    await world.until("2026-03-04 12:00")
    assert world.walls("eva", TOLD) == ["2026-03-04 08:00"]
    assert [world.arrived(who, TOLD) for who in ("ana", "ben", "cy", "dan")] == [[], [], [], []]
    await world.act("cy", "resume")
    assert len(world.arrived("cy", TOLD)) == 1
    await world.until("2026-03-10 12:00")
    assert world.walls("ben", TOLD) == ["2026-03-10 08:00"]
    assert world.arrived("ana", TOLD) == []


async def test_a_version_replaced_before_it_came_is_never_sent(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.company_pauses(at("2026-03-05 00:00"))
    await applies(world, SECOND)
    await applies(world, replace(SECOND, text="Ask before you paste."))
    await world.until("2026-03-05 12:00")
    [told] = world.arrived("ana", TOLD)
    assert "Ask before you paste." in told.words


async def test_without_anyone_who_answers_there_is_nothing_to_ask(open_world: OpenWorld) -> None:
    """The leader's own message has no button either."""
    world = await company(open_world)
    await applies(world, replace(SECOND, leader=""))
    [told] = world.arrived("ana", TOLD)
    assert list(pressable(told.message.blocks)) == []
    await applies(world, replace(FIRST, text="Third"))
    assert list(pressable(world.arrived("lea", TOLD)[-1].message.blocks)) == []
    assert len(list(pressable(world.arrived("ana", TOLD)[-1].message.blocks))) == 1


async def test_an_unknown_leader_is_refused_with_the_nearest(open_world: OpenWorld) -> None:
    world = await company(open_world)
    with pytest.raises(ApplyRefused, match=r"ai_expectations\.leader.*did you mean lea@fernweh"):
        await applies(world, replace(SECOND, leader="leah@fernweh.example"))
    assert world.arrived("ana", TOLD) == []


async def test_hr_sees_how_far_it_is_and_no_small_figures(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await applies(world, SECOND)
    assert "to all or nearly all of those who take part" in words(await world.home("ines"))
    found = await status(world.built.uow, world.now)
    assert found is not None
    assert found.expectations is not None
    assert (found.expectations.number, found.expectations.of) == (2, None)
    await world.until("2026-04-10 12:00")
    assert "AI expectations" not in words(await world.home("ines"))


async def test_the_version_in_force_when_an_answer_was_given(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await world.answers("ana", "before")
    await applies(world, SECOND)
    await world.answers("ana", "after")
    uow = world.built.uow
    answers = await uow.read(lambda tx: tx.answers.of_person(world.ids["ana"], 9))
    versions = await uow.read(lambda tx: tx.expectations.versions())
    found = [in_force_at(versions, answer.recorded_at) for answer in answers]
    assert [version.number for version in found if version] == [2, 1]
    before = answers[1].recorded_at
    assert await uow.read(lambda tx: tx.expectations.in_force_at(before)) == found[1]
    assert in_force_at(versions, datetime(2020, 1, 1, tzinfo=UTC)) is None


# Asking and reading


@on_both
async def test_without_names_nine_are_hidden_and_ten_shown(open_world: OpenWorld) -> None:
    """The leader sees the words once ten people asked: no names, and no order that tells."""
    world = await company(open_world)
    await applies(world, SECOND)
    form = await world.opens("ana", "expectations_ask")
    assert "Lea reads what people ask without their names" in words(form.blocks)
    assert "at least 10 have asked" in words(form.blocks)
    await all_ask(world, *NAMES[:9])
    assert "Fewer than 10 people have asked" in words(await world.home("lea"))
    assert not await sees_question(world)
    await all_ask(world, NAMES[9])
    assert "10 people asked something" in words(await world.home("lea"))
    panel = await reads(world)
    assert {quote.text for quote in quotes(panel.blocks)} == {f"kestrel of {n}" for n in NAMES}
    assert {quote.note for quote in quotes(panel.blocks)} == {""}
    assert not any(name.capitalize() in words(panel.blocks) for name in NAMES)
    assert words(await reads(world)) == words(panel)
    await world.press("ben", "expectations_take_back")
    assert not await sees_question(world)


async def test_a_question_taken_back_stays_so_in_a_copy_that_still_has_it(
    open_world: OpenWorld,
) -> None:
    """Nobody takes back somebody else's."""
    world = await company(open_world, (HR, LEADER, *STAFF[:2]))
    await applies(world, NAMED)
    await all_ask(world, "ana", "ben")
    ana, ben = world.ids["ana"], world.ids["ben"]
    uow = world.built.uow
    asked = [
        await uow.read(lambda tx, who=who: tx.expectations.questions_by(who)) for who in (ana, ben)
    ]
    [[own], [other]] = asked
    acts = [Erasure(uuid4(), ana, Erased.ANSWER, each.id, world.now) for each in (own, other)]
    assert await reapply(uow, world.built.keys, acts, world.now) == 2
    assert await uow.read(lambda tx: tx.expectations.questions_by(ana)) == []
    assert [quote.text for quote in quotes((await reads(world)).blocks)] == ["kestrel of ben"]


async def test_whoever_no_longer_takes_part_counts_no_more(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await applies(world, SECOND)
    await all_ask(world, *NAMES)
    assert await sees_question(world)
    await world.act("ana", "decline")
    assert not await sees_question(world)
    await world.act("ana", "start")
    assert await sees_question(world)


async def test_who_left_is_not_told_by_what_is_missing(open_world: OpenWorld) -> None:
    """Eleven asked without names. Everybody knows that Ben left: were his question gone, it would
    be known as his. The answer goes to the ten who are there."""
    world = await company(open_world, (*EVERYONE, Someone("kim", "lea")))
    await applies(world, SECOND)
    await all_ask(world, *NAMES, "kim")
    before = quotes((await reads(world)).blocks)
    await world.leaves("ben")
    assert quotes((await reads(world)).blocks) == before
    form = await world.opens("lea", "expectations_reply")
    review = await form_of(await world.submits("lea", form, {"text": "heron answer"}))
    assert "This goes to 9 people" in words(review)


async def test_those_who_come_later_wait_for_ten_of_their_own(open_world: OpenWorld) -> None:
    """The eleventh is not shown beside the ten, as the leader would know whose it is; once the
    leader has answered, Kim reads that hers was not among them."""
    later = [Someone(f"kim{number}", "lea") for number in range(10)]
    world = await company(open_world, (*EVERYONE, *later))
    await applies(world, SECOND)
    await all_ask(world, *NAMES)
    first = {quote.text for quote in quotes((await reads(world)).blocks)}
    await all_ask(world, *(someone.name for someone in later[:9]))
    assert {quote.text for quote in quotes((await reads(world)).blocks)} == first
    home = words(await world.home("lea"))
    assert "10 people asked something" in home
    assert "shown once at least 10 more have asked" in home
    await all_ask(world, "kim9")
    assert "20 people asked something" in words(await world.home("lea"))
    assert "kestrel of kim0" in words(await reads(world))


async def test_a_changed_question_stays_where_it_was(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await applies(world, SECOND)
    await all_ask(world, *NAMES)
    await asks(world, "ana", "heron instead")
    texts = {quote.text for quote in quotes((await reads(world)).blocks)}
    assert texts == {"heron instead", *(f"kestrel of {name}" for name in NAMES[1:])}


async def test_who_asked_too_late_is_told_so(open_world: OpenWorld) -> None:
    world = await company(open_world, (*EVERYONE, Someone("kim", "lea")))
    await applies(world, SECOND)
    await all_ask(world, *NAMES, "kim")
    await answers(world, "heron answer")
    await world.wait()
    assert "yours was not among what was shown" in await world.sees("kim")
    assert "yours was not among" not in await world.sees("ana")
    assert world.arrived("kim", REPLY) == []
    assert "shown once at least 10 more" not in words(await world.home("lea"))


@on_both
async def test_by_name_the_leader_reads_and_the_asker_is_told(open_world: OpenWorld) -> None:
    """One question is enough; that it was read is logged and shown to Ana, and what she asked
    never stands in her conversation."""
    world = await company(open_world)
    await applies(world, NAMED)
    assert "Lea reads what you ask, with your name" in world.arrived("ana", TOLD)[0].words
    await asks(world, "ana", "kestrel words")
    assert "Lea can read it, with your name" in await world.sees("ana")
    assert "kestrel" not in await world.sees("ana")
    panel = await reads(world)
    assert [(q.text, q.note) for q in quotes(panel.blocks)] == [("kestrel words", "Ana")]
    form = await world.opens("ana", "expectations_ask")
    assert "kestrel words" in words(form.blocks)
    assert "Lea was shown it, with your name, on Tuesday, March 3" in words(form.blocks)
    await world.submits("ana", form, {"text": "kestrel changed"})
    assert [q.text for q in quotes((await reads(world)).blocks)] == ["kestrel changed"]
    await world.press("ana", "expectations_take_back")
    assert "Something is unclear" in await world.sees("ana")
    assert not await sees_question(world)


async def test_what_cannot_be_kept_is_said_beside_the_field(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await applies(world, NAMED)
    form = await world.opens("ana", "expectations_ask")
    for given, said in (("  ", "any words"), ("x" * 1001, "1,000 characters")):
        sent = await world.submits("ana", form, {"text": given})
        assert said in words((await form_of(sent)).blocks)
    assert not await sees_question(world)


async def test_a_later_reader_reads_nothing_asked_before(open_world: OpenWorld) -> None:
    """Questions keep the readers they were asked for: neither another leader nor questions by name
    open what was asked without names, and the former leader reads nothing more."""
    world = await company(open_world)
    await applies(world, SECOND)
    await all_ask(world, *NAMES[:9])
    await applies(world, NAMED)
    assert not await sees_question(world)
    assert "0 people asked something" in words(await world.home("lea"))
    await all_ask(world, NAMES[9])
    assert [q.text for q in quotes((await reads(world)).blocks)] == [f"kestrel of {NAMES[9]}"]
    _, action, value = await world.button("lea", "expectations_read")
    await applies(world, replace(NAMED, leader="ines@fernweh.example"))
    assert not await sees_question(world, "ines")
    assert await world.act("lea", action, value) == Reply(
        notice="There is nothing here to read or answer."
    )
    assert "AI expectations" not in words(await world.home("lea"))
    assert "Lea no longer answers these questions, so nobody reads it." in await world.sees("ana")
    form = await world.opens("ana", "expectations_ask")
    assert "Ines reads what you ask, with your name" in words(form.blocks)
    assert not await sees_question(world, "ines")
    await world.submits("ana", form, {})
    assert await sees_question(world, "ines")


async def test_a_form_that_named_another_reader_is_shown_again(open_world: OpenWorld) -> None:
    world = await company(open_world)
    await applies(world, SECOND)
    form = await world.opens("ana", "expectations_ask")
    await applies(world, NAMED)
    again = await form_of(await world.submits("ana", form, {"text": "kestrel words"}))
    assert "Who reads this has changed" in words(again.blocks)
    assert "with your name" in words(again.blocks)
    assert not await sees_question(world)
    await world.submits("ana", again, {})
    assert await sees_question(world)


async def test_nobody_else_reads_whatever_they_send(open_world: OpenWorld) -> None:
    """Forged buttons of colleagues and HR open nothing, and neither does an id that isn't one."""
    world = await company(open_world)
    await applies(world, NAMED)
    await asks(world, "ana", "kestrel words")
    _, _, value = await world.button("lea", "expectations_read")
    for who in ("ben", "ines"):
        for action in ("expectations_read", "expectations_reply"):
            for given in (value, f"{value}:0", str(uuid4()), "x"):
                reply = await world.act(who, action, given)
                assert reply.view is None
                assert reply.notice == "There is nothing here to read or answer."
        sent = await world.send(
            who,
            InboundKind.FORM,
            action="expectations_reply_send",
            value=f"{value}:1",
            fields={"text": "forged"},
            at=world.now,
        )
        assert sent.notice == "There is nothing here to read or answer."
        assert "kestrel" not in await world.can_read(who)
    opened = await form_of(await world.act("ben", "expectations_ask", value))
    assert "kestrel" not in words(opened)
    assert (await world.act("ben", "expectations_take_back", value)).view is None
    assert await sees_question(world)
    assert world.arrived("ana", REPLY) == []


# Answering


@on_both
async def test_the_answer_reaches_those_who_asked_once(open_world: OpenWorld) -> None:
    """A look beforehand says how many; then one post each, however often it is sent."""
    world = await company(open_world)
    await applies(world, NAMED)
    await all_ask(world, "ana", "ben")
    form = await world.opens("lea", "expectations_reply")
    review = await form_of(await world.submits("lea", form, {"text": "heron answer"}))
    assert "This goes to 2 people" in words(review.blocks)
    assert world.arrived("ana", REPLY) == []
    world.deliveries = 3
    sent = await world.submits("lea", review, {})
    world.deliveries = 1
    assert "On its way to 2 people" in sent.notice
    await world.submits("lea", review, {})
    await world.wait()
    for who in ("ana", "ben"):
        [arrived] = world.arrived(who, REPLY)
        assert "heron answer" in arrived.words
        assert "kestrel" not in arrived.words
        assert arrived.message.text == "There is an answer to what you asked"
    assert [a.who for a in world.arrivals if a.kind == REPLY].count("ana") == 1
    assert {a.who for a in world.arrivals if a.kind == REPLY} == {"ana", "ben"}
    assert "it went to 2 people" in words(await world.home("lea"))


async def test_what_is_answered_stays_as_it_is(open_world: OpenWorld) -> None:
    """Ana's message says so and opens both; nothing can be changed, and others can't ask more."""
    world = await company(open_world)
    await applies(world, NAMED)
    await all_ask(world, "ana")
    await answers(world, "heron answer")
    await world.wait()
    assert "You asked something, and Lea has answered." in await world.sees("ana")
    assert "Take it back" not in await world.sees("ana")
    both = (await world.press("ana", "What you asked")).view
    assert isinstance(both, Panel)
    assert [q.text for q in quotes(both.blocks)] == ["kestrel of ana"]
    assert "heron answer" in words(both)
    late = await world.press("ben", "expectations_ask")
    assert "Lea has answered what was asked about this version" in late.notice


async def test_the_answer_goes_to_those_it_was_said_to_go_to(open_world: OpenWorld) -> None:
    """Somebody asks between the look and the sending: the look comes again."""
    world = await company(open_world)
    await applies(world, NAMED)
    await all_ask(world, "ana")
    form = await world.opens("lea", "expectations_reply")
    review = await form_of(await world.submits("lea", form, {"text": "heron answer"}))
    await all_ask(world, "ben")
    again = await form_of(await world.submits("lea", review, {}))
    assert "This goes to 2 people" in words(again.blocks)
    assert world.arrived("ana", REPLY) == []


async def test_an_answer_on_its_way_is_checked_again(open_world: OpenWorld) -> None:
    """It waits for the morning. Ana withdraws overnight: she gets nothing. Another leader is named
    before it is sent to Ben: it never goes out, and he can take his question back."""
    world = await company(open_world)
    await applies(world, NAMED)
    await all_ask(world, "ana", "ben")
    await world.until("2026-03-03 20:00")
    await answers(world, "heron answer")
    await world.act("ana", "decline")
    await world.configure(
        [check_in(reminders=0)], rules(replace(NAMED, leader="ines@fernweh.example"))
    )
    await world.until("2026-03-04 12:00")
    assert [a for a in world.arrivals if a.kind == REPLY] == []
    await world.press("ben", "expectations_take_back")
    version = await world.built.uow.read(lambda tx: tx.expectations.newest())
    assert version is not None
    found = await world.built.uow.read(
        lambda tx: tx.expectations.question(version.id, world.ids["ben"])
    )
    assert found is None
