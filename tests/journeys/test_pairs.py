"""What a manager and a report keep between them: the agenda, and promises that come back."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from bot.domain.inbound import InboundKind
from bot.domain.message import Form, Panel, Reply
from bot.domain.people import Role
from bot.domain.promise import Promise, Says
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, check_in
from tests.journeys.words import pressable, quotes, words
from tests.journeys.world import A_SECOND, World

VERA = Someone("vera")
MARA = Someone("mara", manager="vera")
TOM = Someone("tom")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="mara")
HELENA = Someone("helena", role=Role.HR_ADMIN)
ASKED_AT = "2026-03-24 09:00"
"""Two weeks after the promise below was due."""


async def company(open_world: OpenWorld, *, starts: bool = True) -> World:
    """Monday, March 2, 10 o'clock. Ana and Ben report to Mara, and Mara to Vera."""
    people = [VERA, MARA, TOM, ANA, BEN, HELENA]
    world = await open_world(people, [check_in(on=3, reminders=0, weeks=50)])
    await world.until("2026-03-02 10:00")
    if starts:
        await world.act("ana", "start")
    return world


async def panel(world: World, who: str, other: str) -> Panel:
    reply = await world.act(who, "pair", str(world.ids[other]))
    assert isinstance(reply.view, Panel), reply
    return reply.view


async def reads(world: World, who: str, other: str) -> str:
    return words(await panel(world, who, other))


async def form(world: World, who: str, action: str, other: str = "") -> Form:
    reply = await world.act(who, action, str(world.ids[other]) if other else "")
    assert isinstance(reply.view, Form), reply
    return reply.view


async def adds(world: World, who: str, other: str, text: str) -> Reply:
    shown = await form(world, who, "agenda_open", other)
    return await world.submits(who, shown, {"text": text})


async def promises(world: World, who: str, other: str, text: str, due: str = "2026-03-10") -> Reply:
    shown = await form(world, who, "promise_open", other)
    return await world.submits(who, shown, {"text": text, "due": due})


async def in_panel(world: World, who: str, other: str, what: str) -> Reply:
    """Presses the last button of that label or action in the panel."""
    found = pressable((await panel(world, who, other)).blocks)
    _, action, value = [each for each in found if what in each[:2]][-1]
    return await world.act(who, action, value)


async def stored(world: World) -> Promise:
    ana = world.ids["ana"]
    [found] = await world.built.uow.read(lambda tx: tx.promises.open_of_pairs(ana))
    return found


@on_both
async def test_both_see_the_same_agenda(open_world: OpenWorld) -> None:
    """Either adds, either ticks off, its author alone takes out, and a slip can be undone."""
    world = await company(open_world)
    added = await adds(world, "ana", "mara", "the kestrel plan")
    assert isinstance(added.view, Panel)
    assert "Only you and Mara see this." in words(added.view)
    await world.wait(A_SECOND)
    await adds(world, "mara", "ana", "the heron budget")
    for who, other, first in (("ana", "mara", "You, "), ("mara", "ana", "Ana, ")):
        shown = await panel(world, who, other)
        assert [q.text for q in quotes(shown.blocks)] == ["the kestrel plan", "the heron budget"]
        assert quotes(shown.blocks)[0].note.startswith(first)
    labels = [label for label, _, _ in pressable((await panel(world, "mara", "ana")).blocks)]
    assert labels.count("Done") == 2
    assert labels.count("Take out") == 1
    done = await in_panel(world, "mara", "ana", "Done")
    assert done.view is not None
    assert "Ticked off: the heron budget" in words(done.view)
    assert "heron" not in await reads(world, "ana", "mara")
    _, action, value = next(p for p in pressable(done.view.blocks) if p[0] == "Undo")
    await world.act("mara", action, value)
    assert "heron" in await reads(world, "ana", "mara")
    await in_panel(world, "ana", "mara", "Take out")
    assert "kestrel" not in await reads(world, "mara", "ana")


@on_both
async def test_a_promise_is_told_once_and_without_words_in_the_notification(
    open_world: OpenWorld,
) -> None:
    """In the open hours, however often the form comes, and to the employee alone."""
    world = await company(open_world)
    await world.until("2026-03-02 19:00")
    world.deliveries = 3
    await promises(world, "mara", "ana", "the kestrel budget")
    world.deliveries = 1
    assert world.arrived("ana", "promise_made") == []
    await world.until("2026-03-03 12:00")
    [told] = world.arrived("ana", "promise_made")
    assert told.wall == "2026-03-03 08:00"
    assert "kestrel" not in told.message.text
    assert "kestrel" in told.words
    assert "Only you and Mara see this." in told.words
    assert world.arrived("mara", "promise_made") == []
    for who, other in (("ana", "mara"), ("mara", "ana")):
        assert [q.text for q in quotes((await panel(world, who, other)).blocks)] == [
            "the kestrel budget"
        ]


@on_both
async def test_a_promise_comes_back(open_world: OpenWorld) -> None:
    """The employee is reminded the day before of their own, and asked 14 days after."""
    world = await company(open_world)
    await promises(world, "ana", "mara", "the kestrel draft")
    await world.until("2026-03-30 00:00")
    assert world.arrived("ana", "promise_made") == []
    [due] = world.arrived("ana", "promise_due")
    assert due.wall == "2026-03-09 09:00"
    assert "kestrel" not in due.message.text
    [asked] = world.arrived("ana", "promise_question")
    assert asked.wall == ASKED_AT
    assert "kestrel" not in asked.message.text
    assert "Did it happen?" in asked.words
    assert world.arrived("mara", "promise_due", "promise_question") == []


async def test_what_was_promised_to_somebody_is_not_reminded_to_them(
    open_world: OpenWorld,
) -> None:
    """The manager's promise is asked about and never reminded at the employee."""
    world = await company(open_world)
    await promises(world, "mara", "ana", "the kestrel budget")
    await world.until("2026-03-30 00:00")
    assert world.arrived("ana", "promise_due") == []
    assert world.walls("ana", "promise_question") == [ASKED_AT]


async def asked(open_world: OpenWorld) -> World:
    """Ana was just asked whether Mara's promise happened."""
    world = await company(open_world)
    await promises(world, "mara", "ana", "the kestrel budget")
    await world.until("2026-03-24 10:00")
    return world


@pytest.mark.parametrize(
    ("label", "said"),
    [("It happened", "You said that it happened."), ("Not yet", "I'll ask you again in a week.")],
)
async def test_the_question_is_answered_in_place(
    open_world: OpenWorld, label: str, said: str
) -> None:
    world = await asked(open_world)
    before = len(world.arrived("ana"))
    world.deliveries = 3
    await world.press("ana", label)
    world.deliveries = 1
    shown = await world.sees("ana")
    assert said in shown
    assert "Did it happen?" not in shown
    assert len(world.arrived("ana")) == before
    await world.press("ana", "Change my answer")
    assert "Did it happen?" in await world.sees("ana")


async def test_not_yet_asks_again_after_a_week(open_world: OpenWorld) -> None:
    """And again after another, until it is answered; a silent person isn't asked twice."""
    world = await asked(open_world)
    await world.press("ana", "Not yet")
    await world.until("2026-04-20 12:00")
    assert len(world.arrived("ana", "promise_question")) == 2
    await world.press("ana", "Not yet")
    await world.until("2026-04-28 12:00")
    assert len(world.arrived("ana", "promise_question")) == 3
    await world.press("ana", "It happened")
    await world.until("2026-06-01 12:00")
    assert len(world.arrived("ana", "promise_question")) == 3


@on_both
async def test_a_no_goes_to_nobody_unless_they_agree(open_world: OpenWorld) -> None:
    """The manager's view is the same before and after; what may be raised is their own choice."""
    world = await asked(open_world)
    mara = world.ids["mara"]

    async def raised() -> int:
        found = await world.built.uow.read(lambda tx: tx.promises.for_manager(mara))
        return sum(promise.can_be_raised for promise in found)

    told = world.arrived("mara")
    before = await panel(world, "mara", "ana"), await world.home("mara")
    await world.press("ana", "No")
    assert "Only you see that. Shall I tell Mara that you two see it differently?" in (
        await world.sees("ana")
    )
    assert (await panel(world, "mara", "ana"), await world.home("mara")) == before
    assert await raised() == 0
    await world.press("ana", "No, keep it to me")
    assert "It stays with you." in await world.sees("ana")
    await in_panel(world, "mara", "ana", "It happened")
    assert await raised() == 0
    await world.press("ana", "Change my answer")
    await world.press("ana", "No")
    await world.press("ana", "Yes, tell Mara")
    assert await raised() == 1
    assert world.arrived("mara") == told


async def test_the_manager_answers_apart(open_world: OpenWorld) -> None:
    """From a message as from the panel; the employee sees nothing of it."""
    world = await asked(open_world)
    before = await panel(world, "ana", "mara")
    promise = await stored(world)
    reply = await world.act("mara", "promise_says", f"{promise.id}:no:")
    assert reply == Reply()
    assert await panel(world, "ana", "mara") == before
    assert (await stored(world)).manager.says is Says.NO
    await world.act("mara", "promise_raise", f"{promise.id}:yes:")
    assert (await stored(world)).may_raise is None


async def test_taken_back(open_world: OpenWorld) -> None:
    """By its author alone, with a way back for a day; then its text is gone for good."""
    world = await company(open_world)
    await promises(world, "mara", "ana", "the kestrel budget")
    promise = await stored(world)
    await world.act("ana", "promise_withdraw", f"{promise.id}::0")
    assert "kestrel" in await reads(world, "ana", "mara")
    taken = await in_panel(world, "mara", "ana", "Take back")
    assert taken.view is not None
    assert "Taken back: the kestrel budget" in words(taken.view)
    assert "kestrel" not in await reads(world, "ana", "mara")
    assert "Mara took a promise back." in await world.sees("ana")
    assert "kestrel" not in await world.sees("ana")
    await world.act("mara", "promise_back", f"{promise.id}::0")
    assert "kestrel" in await reads(world, "ana", "mara")
    assert "kestrel" in await world.sees("ana")
    await in_panel(world, "mara", "ana", "Take back")
    await world.until("2026-04-30 00:00")
    gone = await world.built.uow.read(lambda tx: tx.promises.get(promise.id))
    assert gone is not None
    assert gone.sealed_for_employee is None
    assert gone.sealed_for_manager is None
    await world.act("mara", "promise_back", f"{promise.id}::0")
    assert quotes((await panel(world, "mara", "ana")).blocks) == []
    assert world.arrived("ana", "promise_question") == []


@on_both
async def test_both_at_the_same_time(open_world: OpenWorld) -> None:
    """Neither's word is lost, and nobody waits for the other for ever."""
    world = await asked(open_world)
    promise = await stored(world)
    await asyncio.gather(
        world.act("ana", "promise_says", f"{promise.id}:no:", send=False),
        world.act("mara", "promise_says", f"{promise.id}:happened:", send=False),
        *(_sends(world, who, other) for who, other in [("ana", "mara"), ("mara", "ana")] * 4),
    )
    changed = await stored(world)
    assert (changed.employee.says, changed.manager.says) == (Says.NO, Says.HAPPENED)
    texts = [q.text for q in quotes((await panel(world, "ana", "mara")).blocks)]
    assert texts.count("from ana") == texts.count("from mara") == 4


async def _sends(world: World, who: str, other: str) -> None:
    fields, value = {"text": f"from {who}"}, str(world.ids[other])
    what = {"action": "agenda_add", "value": value, "fields": fields}
    await world.send(who, InboundKind.FORM, send=False, **what)


OUTSIDERS = ["ben", "tom", "vera", "helena"]


@on_both
async def test_forged_ids_read_and_change_nothing(open_world: OpenWorld) -> None:
    """Another report, another manager, the manager's manager, an HR admin."""
    world = await company(open_world)
    await adds(world, "ana", "mara", "the kestrel plan")
    await promises(world, "mara", "ana", "the heron budget")
    promise = await stored(world)
    ana = world.ids["ana"]
    [item] = await world.built.uow.read(lambda tx: tx.agenda.open_of_pairs(ana))
    acts = [
        *(("pair", str(world.ids[n])) for n in ("ana", "mara") if n),
        *((f"promise_{a}", f"{promise.id}:{arg}:0") for a, arg in _PROMISE_ACTS),
        *((f"agenda_{a}", f"{item.id}::0") for a in ("done", "withdraw", "back")),
        ("agenda_open", str(ana)),
        ("promise_open", str(ana)),
        ("promise_says", "nonsense"),
        ("pair", str(uuid4())),
    ]
    for who in OUTSIDERS:
        allowed = {str(world.ids["mara"])} if who in ("ben", "vera") else set()
        for action, value in acts:
            if value not in allowed:
                reply = await world.act(who, action, value)
                assert reply.view is None, (who, action)
                assert reply.notice, (who, action)
        for action in ("agenda_add", "promise_make"):
            await _forges(world, who, action, ana)
    assert await stored(world) == promise
    assert await world.built.uow.read(lambda tx: tx.agenda.open_of_pairs(ana)) == [item]
    for who in OUTSIDERS:
        shown = [await world.home(who), await world.thread(who)]
        assert "kestrel" not in words(shown)
        assert "heron" not in words(shown)


_PROMISE_ACTS = [
    ("says", "no"),
    ("unsay", ""),
    ("raise", "yes"),
    ("withdraw", ""),
    ("back", ""),
]


async def _forges(world: World, who: str, action: str, other: UUID) -> None:
    fields = {"text": "a forged plover", "due": "2026-03-20", "who": str(other)}
    for value in (str(other), ""):
        what = {"action": action, "value": value, "fields": fields}
        await world.send(who, InboundKind.FORM, **what)


@on_both
async def test_a_former_manager_reads_nothing_and_a_new_one_nothing_from_before(
    open_world: OpenWorld,
) -> None:
    """The employee keeps it, and can take out what they wrote; coming back gives nothing back."""
    world = await company(open_world)
    await adds(world, "ana", "mara", "the kestrel plan")
    await promises(world, "ana", "mara", "the heron draft")
    promise = await stored(world)
    await world.changes(ana="tom")
    for who in ("mara", "tom"):
        assert "kestrel" not in words(await world.home(who))
        for action, argument in _PROMISE_ACTS:
            reply = await world.act(who, f"promise_{action}", f"{promise.id}:{argument}:0")
            assert reply.view is None
    reply = await world.act("mara", "pair", str(world.ids["ana"]))
    assert reply.view is None
    assert "kestrel" not in await reads(world, "tom", "ana")
    own = await reads(world, "ana", "tom")
    assert "Only you can read these now." in own
    assert "kestrel" in own
    assert "heron" in own
    assert await stored(world) == promise
    await world.until("2026-03-30 00:00")
    assert world.arrived("ana", "promise_due", "promise_question") == []
    await world.changes(ana="mara")
    assert "kestrel" not in await reads(world, "mara", "ana")
    await in_panel(world, "ana", "mara", "Take out")
    assert "heron" not in await reads(world, "ana", "mara")
    await world.changes(ana=None)
    reply = await world.act("ana", "pair")
    assert reply.view is not None
    assert "kestrel" in words(reply.view)


@on_both
async def test_one_copy_goes_with_its_key(open_world: OpenWorld) -> None:
    """Where one person's key is destroyed the other's copy stays, and nothing fails."""
    world = await company(open_world)
    await adds(world, "ana", "mara", "the kestrel plan")
    await world.built.kit.keys.destroy(world.ids["mara"], world.now)
    assert "kestrel" in await reads(world, "ana", "mara")
    assert "kestrel" not in await reads(world, "mara", "ana")
    await adds(world, "ana", "mara", "the heron plan")
    assert "heron" in await reads(world, "ana", "mara")
    assert "heron" not in await reads(world, "mara", "ana")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"text": "  \u200b "}, "I can't see any words here."),
        ({"text": "x" * 501}, "longer than 500 characters"),
        ({"due": ""}, "Please choose a day."),
        ({"due": "soon"}, "Please choose a day."),
        ({"due": "2026-03-02"}, "Please choose a day after today."),
        ({"due": "2027-03-04"}, "Please choose a day within a year."),
    ],
)
async def test_a_form_says_what_is_wrong(
    open_world: OpenWorld, fields: dict[str, str], error: str
) -> None:
    """And where; nothing is kept, what was typed comes back, and it can be sent again."""
    world = await company(open_world)
    shown = await form(world, "ana", "promise_open", "mara")
    given = {"text": "the kestrel draft", "due": "2026-03-10"} | fields
    reply = await world.submits("ana", shown, given)
    assert isinstance(reply.view, Form)
    [field] = [b for b in reply.view.blocks if getattr(b, "error", "")]
    assert [field.name] == list(fields)  # type: ignore[union-attr]  # those with errors have names
    assert error in words(field)
    assert await world.built.uow.read(lambda tx: tx.promises.open_of_pairs(world.ids["ana"])) == []
    reply = await world.submits("ana", reply.view, {"text": "plover", "due": "2026-03-10"})
    assert isinstance(reply.view, Panel)


async def test_whom_with(open_world: OpenWorld) -> None:
    """A manager chooses among their own manager and reports; a forged choice is refused."""
    world = await company(open_world)
    listed = await world.act("mara", "pair")
    assert isinstance(listed.view, Panel)
    assert [label for label, _, _ in pressable(listed.view.blocks)] == ["Vera", "Ana", "Ben"]
    shown = await form(world, "mara", "agenda_open")
    assert "Only you and the person you choose see this." in words(shown)
    for who in ("", str(world.ids["tom"])):
        reply = await world.submits("mara", shown, {"text": "plover", "who": who})
        assert isinstance(reply.view, Form)
        assert "Please choose one of these people." in words(reply.view)
    reply = await world.submits("mara", shown, {"text": "kestrel", "who": str(world.ids["ben"])})
    assert isinstance(reply.view, Panel)
    assert "kestrel" in await reads(world, "ben", "mara")
    assert "kestrel" not in await reads(world, "ana", "mara")


async def test_nobody_to_share_with(open_world: OpenWorld) -> None:
    """Somebody without manager and reports is told so, wherever they try."""
    world = await company(open_world)
    for action in ("pair", "pair_people", "agenda_open", "promise_open"):
        reply = await world.act("helena", action)
        assert reply.notice.startswith("There is nobody to share an agenda with")


async def test_typed_words_offer_the_button(open_world: OpenWorld) -> None:
    """As a whole message alone; any other text with the word in it stays an answer."""
    world = await company(open_world)
    await world.types("ana", "agenda")
    assert isinstance((await world.press("ana", "Open the agenda")).view, Panel)
    await world.types("ana", "Promise.")
    assert isinstance((await world.press("ana", "Make a promise")).view, Form)
    await world.types("ana", "agenda the kestrel plan")
    assert quotes((await panel(world, "ana", "mara")).blocks) == []


@on_both
async def test_the_command_adds_at_once(open_world: OpenWorld) -> None:
    """As it was written, once; with several people to add for the form asks whom with."""
    world = await company(open_world)
    world.deliveries = 2
    text = "The Kestrel plan: who, when?"
    reply = await world.send("ana", InboundKind.COMMAND, text=f"Agenda  {text}")
    assert reply.notice == "Added to your agenda with Mara. Only you and Mara see it."
    assert [q.text for q in quotes((await panel(world, "mara", "ana")).blocks)] == [text]
    reply = await world.send("mara", InboundKind.COMMAND, text=f"agenda {text}")
    assert isinstance(reply.view, Form)
    assert text in words(reply.view)
    reply = await world.send("ana", InboundKind.COMMAND, text="agenda")
    assert isinstance(reply.view, Panel)
    reply = await world.send("ana", InboundKind.COMMAND, text="promise")
    assert isinstance(reply.view, Form)
    reply = await world.send("ana", InboundKind.COMMAND, text=f"agenda {'x' * 501}")
    assert "longer than 500 characters" in words(reply.view)
    reply = await world.send("helena", InboundKind.COMMAND, text="agenda x")
    assert reply.notice.startswith("There is nobody")


async def test_home(open_world: OpenWorld) -> None:
    """An employee's Home shows the first of both, a manager's has a button for each report."""
    world = await company(open_world)
    assert "Nothing on your agenda, and no open promise." in words(await world.home("ana"))
    for number in range(4):
        await adds(world, "ana", "mara", f"plan {number}")
        await world.wait(A_SECOND)
    await promises(world, "mara", "ana", "the heron budget")
    shown = await world.home("ana")
    assert "Between you and Mara" in words(shown)
    assert [q.text for q in quotes(shown)] == ["plan 0", "plan 1", "the heron budget"]
    assert "2 more under “See all”." in words(shown)
    assert isinstance((await world.press("ana", "See all")).view, Panel)
    team = [each for each in pressable(await world.home("mara")) if each[0] in ("Ana", "Ben")]
    assert [action for _, action, _ in team] == ["pair", "pair"]
    assert "plan 0" not in words(await world.home("mara"))


async def test_a_full_agenda_in_pages(open_world: OpenWorld) -> None:
    """Fifty at most, each on a page that a phone can hold."""
    world = await company(open_world)
    for number in range(50):
        text = f"plan {number:02}"
        await world.send("ana", InboundKind.COMMAND, text=f"agenda {text}")
        await world.wait(A_SECOND)
    reply = await world.send("ana", InboundKind.COMMAND, text="agenda one more")
    assert "There are 50 open already." in words(reply.view)
    seen: list[str] = []
    found: str | None = str(world.ids["mara"])
    while found is not None:
        reply = await world.act("ana", "pair", found)
        assert isinstance(reply.view, Panel)
        assert len(reply.view.blocks) <= 62
        seen += [q.text for q in quotes(reply.view.blocks)]
        found = next((v for label, _, v in pressable(reply.view.blocks) if label == "More"), None)
    assert seen == [f"plan {number:02}" for number in range(50)]


async def test_whoever_does_not_take_part_is_asked_of_their_own_alone(
    open_world: OpenWorld,
) -> None:
    """Before Start and after Not for me nobody is asked about what others promised; what they
    promised themselves comes back."""
    world = await company(open_world, starts=False)
    await promises(world, "mara", "ana", "the heron budget")
    await promises(world, "ana", "mara", "the kestrel draft")
    await world.until("2026-03-30 00:00")
    [question] = world.arrived("ana", "promise_question")
    assert "kestrel" in question.words
    assert len(world.arrived("ana", "promise_made")) == 1


async def test_a_pause_holds_it_back(open_world: OpenWorld) -> None:
    """What falls into it comes on the first day back, a reminder that is too late not at all."""
    world = await company(open_world)
    await promises(world, "ana", "mara", "the kestrel draft")
    await promises(world, "mara", "ana", "the heron budget", "2026-03-04")
    pause = (await world.act("ana", "open_pause")).view
    assert isinstance(pause, Form)
    await world.submits("ana", pause, {"until": "2026-03-26"})
    await world.until("2026-03-30 00:00")
    assert world.arrived("ana", "promise_due") == []
    walls = world.walls("ana", "promise_question")
    assert len(walls) == 2
    assert all(wall >= "2026-03-26" for wall in walls)
