"""Erasing one answer, a check-in, or everything: what goes, what stays, and that it stays gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text

from bot.domain.delivery import Address, Outcome, Unknown
from bot.domain.erasure import Erased, Erasure
from bot.domain.message import Form, Message, Panel, Reply
from bot.domain.people import Participation
from bot.domain.ports.messenger import Messenger
from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.domain.summary import Claim, Evidence, PersonWeek, WrittenPart
from bot.services import erase
from bot.services.act import join_value
from bot.services.deliver import deliver
from bot.services.plan import plan
from bot.services.sealing import open_part, open_value
from bot.services.settle_erasures import settle_erasures
from bot.services.weekly_summary import summarise
from bot.services.work import schedule_due
from storage.engine import open_engine
from storage.key_engine import PersonKey, key_engine
from storage.tables.conversation import AnswerVersionRow
from storage.tables.queue import LocalMessageRow
from storage.tables.summary import SummaryPartRow
from tests.journeys.conftest import OpenWorld
from tests.journeys.engines import on_both
from tests.journeys.given import NO_FOLLOW_UPS, Someone, check_in, one_to_ones, weekly_summary
from tests.journeys.on_slack import OnSlack
from tests.journeys.on_teams import OnTeams
from tests.journeys.test_pairs import adds, promises
from tests.journeys.words import below, pressable, words
from tests.journeys.world import World

MARA = Someone("mara")
ANA = Someone("ana", manager="mara")
BEN = Someone("ben", manager="mara")
CADENCES = [check_in(reminders=0, pack="ai_check_in"), weekly_summary()]


async def company(open_world: OpenWorld, cadences: Iterable[object] = ()) -> World:
    """Tuesday, 10:05: Ana and Ben have started."""
    world = await open_world([MARA, ANA, BEN], [*CADENCES, *cadences], policy=NO_FOLLOW_UPS)
    await world.until("2026-03-03 10:05")
    await world.starts("ana", "ben")
    return world


async def asked_to_erase(world: World, who: str, text: str, action: str = "erase_answer") -> Form:
    """Presses *Erase* under an answer in *My answers*: the form that asks."""
    panel = await world.my_answers(who)
    under = pressable(below(panel.blocks, text))
    found = next((v for _, does, v in under if does == action), None)
    if found is None:
        found = next(v for _, does, v in pressable(panel.blocks) if does == action)
    reply = await world.act(who, action, found, send=False)
    assert isinstance(reply.view, Form), reply
    return reply.view


async def erases(world: World, who: str, text: str, action: str = "erase_answer") -> Reply:
    return await world.submits(who, await asked_to_erase(world, who, text, action), {})


async def erases_everything(world: World, who: str) -> Reply:
    reply = await world.act(who, "erase_everything", send=False)
    assert isinstance(reply.view, Form), reply
    return await world.submits(who, reply.view, {})


async def noted(world: World, what: Erased) -> list[Erasure]:
    found = await world.built.uow.read(lambda tx: tx.erasures.all())
    return [erasure for erasure in found if erasure.what is what]


async def screen(world: World, who: str) -> str:
    """Everything of the bot's on somebody's screen, once all updates have gone out."""
    await world.wait(timedelta(minutes=3))
    return await world.sees(who)


@on_both
async def test_an_answer_goes_for_good_and_the_summary_is_redrawn(open_world: OpenWorld) -> None:
    """After the summary went out: its message no longer holds the words, nor do the details, nor
    My answers; what Ana said besides and what Ben said stay, and the log forgets who read it."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words?", "heron words")
    await world.answers("ben", "plover words?", "grebe words")
    await world.until("2026-03-06 18:00")
    assert await world.details("mara")
    assert "kestrel words?" in await world.sees("mara")
    reply = await erases(world, "ana", "kestrel words?")
    assert isinstance(reply.view, Panel)
    assert "Erased." in words(reply.view)
    assert "kestrel" not in await screen(world, "mara")
    assert "kestrel" not in await world.can_read("mara")
    assert "plover words?" in await world.sees("mara")
    assert await world.told("mara") == [["heron words", "plover words?", "grebe words"]]
    assert await world.my_words("ana") == ["heron words"]
    assert len(await world.kept_versions("ana")) == 1
    readings = await world.built.uow.read(lambda tx: tx.read_log.of_person(world.ids["ana"]))
    assert len({reading.answer_id for reading in readings}) == 1


async def test_the_form_says_what_goes_and_what_stays_and_closing_it_keeps(
    open_world: OpenWorld,
) -> None:
    """Pressing *Erase* alone changes nothing."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words")
    form = await asked_to_erase(world, "ana", "kestrel words")
    assert "goes for good" in words(form)
    assert "whatever you typed yourself in this chat" in words(form)
    assert await world.my_words("ana") == ["kestrel words"]


async def test_every_earlier_wording_goes_too(open_world: OpenWorld) -> None:
    """An edit leaves two versions; erasing empties both, and none becomes current again."""
    world = await company(open_world)
    await world.answers("ana", "kestrel one")
    form = await world.opens("ana", "open_form")
    await world.submits("ana", form, {"text:experience": "kestrel two"})
    assert len(await world.kept_versions("ana")) == 2
    await erases(world, "ana", "kestrel two")
    assert await world.kept_versions("ana") == []
    assert await world.my_words("ana") == []
    assert len(await noted(world, Erased.VERSION)) == 2


async def test_an_erased_question_is_not_asked_again(open_world: OpenWorld) -> None:
    """While the check-in runs: the next question stays open and is answered as before; the erased
    one can be answered anew in the form, and that is kept."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words")
    before = len(world.arrived("ana", "question"))
    await erases(world, "ana", "kestrel words")
    await world.wait()
    assert len(world.arrived("ana", "question")) == before
    await world.answers("ana", "heron words")
    form = await world.opens("ana", "open_form")
    await world.submits("ana", form, {"text:experience": "plover words"})
    assert sorted(await world.my_words("ana")) == ["heron words", "plover words"]
    await world.until("2026-03-06 18:00")
    assert await world.told("mara") == [["plover words", "heron words"]]


async def test_a_whole_check_in_goes_and_asks_nothing_more(open_world: OpenWorld) -> None:
    """Both answers, and the rest of the conversation; the week after everything is as always."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words")
    await erases(world, "ana", "kestrel words", "erase_check_in")
    assert await world.kept_versions("ana") == []
    before = len(world.arrived("ana"))
    await world.until("2026-03-07 00:00")
    assert len(world.arrived("ana")) == before
    assert await world.told("mara") == [[]]
    await world.until("2026-03-10 10:05")
    await world.answers("ana", "heron words")
    assert await world.my_words("ana") == ["heron words"]


async def test_what_was_pressed_leaves_the_persons_own_messages(open_world: OpenWorld) -> None:
    """The message in which a rating was pressed tells it no more."""
    world = await open_world([MARA, ANA], [check_in(pack="kinds", reminders=0)])
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.press("ana", "answer", "4")
    assert "You chose 4 of 5" in await world.sees("ana")
    await erases(world, "ana", "4/5")
    assert "You chose 4 of 5" not in await screen(world, "ana")


async def test_a_managers_nudges_quote_no_longer(open_world: OpenWorld) -> None:
    """A nudge to begin a 1:1 quoted Ana; once she erases the answer, the message does not."""
    world = await company(open_world, [one_to_ones()])
    await world.answers("ana", "kestrel words?", "heron words")
    await world.until("2026-03-06 18:00")
    await world.until("2026-03-09 09:05")
    form = await world.act("mara", "one_to_one_set", str(world.ids["ana"]))
    assert isinstance(form.view, Form), form
    await world.submits("mara", form.view, {"rhythm": "weekly", "weekday": "1"})
    await world.until("2026-03-10 09:05")
    shown = [a.words for a in world.arrived("mara", "nudge")]
    assert any("kestrel words?" in text for text in shown), shown
    await erases(world, "ana", "kestrel words?")
    assert "kestrel" not in await screen(world, "mara")


@on_both
async def test_everything_goes_and_starting_again_works(open_world: OpenWorld) -> None:
    """Answers, questions, copies, log and key; the summary says nothing of Ana; she is asked
    nothing more until she starts again, and then answers are kept under a new key."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words?", "heron words")
    await adds(world, "ana", "mara", "plover topic")
    await promises(world, "ana", "mara", "grebe promise")
    await world.until("2026-03-06 18:00")
    old = await world.kept_versions("ana")
    reply = await erases_everything(world, "ana")
    assert isinstance(reply.view, Panel)
    assert "is being destroyed" in words(reply.view), "the key store may be away"
    assert await world.kept_versions("ana") == []
    person = await world.person("ana")
    assert person.participation is Participation.DECLINED
    assert not (await world.built.keys.vault([person.id])).knows(person.id)
    for who in ("mara", "ana"):
        seen = await screen(world, who) + words(await world.home(who))
        assert not [w for w in ("kestrel", "heron") if w in seen], who
    assert await world.my_words("ana") == []
    before = len(world.arrived("ana"))
    await world.until("2026-03-10 18:00")
    assert len(world.arrived("ana")) == before
    await world.act("ana", "start")
    await world.until("2026-03-17 10:05")
    await world.answers("ana", "siskin words")
    assert await world.my_words("ana") == ["siskin words"]
    assert not set(old) & set(await world.kept_versions("ana"))
    await world.until("2026-03-20 18:00")
    assert (await world.told("mara"))[-1] == ["siskin words"]


async def test_the_other_ones_copy_stays(open_world: OpenWorld) -> None:
    """What two people wrote together is the other one's too: Mara still reads Ana's promise."""
    world = await company(open_world)
    await promises(world, "ana", "mara", "grebe promise")
    await erases_everything(world, "ana")
    reply = await world.act("mara", "pair", str(world.ids["ana"]), send=False)
    assert "grebe promise" in words(reply.view)
    reply = await world.act("ana", "pair", str(world.ids["mara"]), send=False)
    assert "grebe promise" not in words(reply.view)


async def test_old_sealed_values_stay_unreadable_after_a_new_start(open_world: OpenWorld) -> None:
    """Bytes of before, put back into the database as an old backup would, do not open."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words")
    ana = world.ids["ana"]
    [stored] = await world.built.uow.read(lambda tx: tx.answers.of_person(ana))
    await erases_everything(world, "ana")
    await world.act("ana", "start")
    vault = await world.built.keys.vault([ana])
    assert vault.knows(ana)
    assert open_value(vault, stored) is None


async def test_another_persons_answer_is_out_of_reach(open_world: OpenWorld) -> None:
    """A forged value with somebody else's check-in erases nothing, in the form and in what the
    form sends; neither does nonsense."""
    world = await company(open_world)
    await world.answers("ben", "plover words")
    ben = world.ids["ben"]
    [stored] = await world.built.uow.read(lambda tx: tx.answers.of_person(ben))
    value = join_value(stored.check_in_id, stored.question_key)
    for action, forged in (
        ("erase_answer", value),
        ("erase_check_in", str(stored.check_in_id)),
        ("erase_answer", "nonsense"),
        ("erase_check_in", "nonsense"),
    ):
        reply = await world.act("ana", action, forged)
        assert not isinstance(reply.view, Form)
        form = Form("", f"{action}_sure", forged, (), "", "")
        await world.submits("ana", form, {})
    assert await world.my_words("ben") == ["plover words"]
    assert await world.built.uow.read(lambda tx: tx.erasures.all()) == []


async def test_a_press_alone_never_erases(open_world: OpenWorld) -> None:
    """The act that erases is a form's; pressed as a button it does nothing."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words")
    await world.act("ana", "erase_everything_sure")
    assert await world.my_words("ana") == ["kestrel words"]


async def test_repeats_are_harmless(open_world: OpenWorld) -> None:
    """A form delivered three times erases once, says so once, and a new start stays."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words")
    world.deliveries = 3
    await erases_everything(world, "ana")
    assert len(await noted(world, Erased.EVERYTHING)) == 1
    world.deliveries = 1
    await world.act("ana", "start")
    await settle_erasures(world.built.kit, world.now)
    assert (await world.built.keys.vault([world.ids["ana"]])).knows(world.ids["ana"])


@on_both
async def test_killed_before_the_key_was_destroyed(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction is there, the process is gone: the next tidy destroys the key."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words")

    async def killed(*_: object) -> int:
        raise StorageUnavailable("killed")

    monkeypatch.setattr(erase, "settle_erasures", killed)
    ana = world.ids["ana"]
    await erase.erase_everything(world.built.kit, ana, world.now)
    assert (await world.built.keys.vault([ana])).knows(ana)
    await world.restart()
    assert await settle_erasures(world.built.kit, world.now) == 1
    assert not (await world.built.keys.vault([ana])).knows(ana)
    assert await settle_erasures(world.built.kit, world.now) == 0
    assert [e.what for e in await world.built.keys.remembered()] == [Erased.EVERYTHING]


async def test_a_start_right_after_such_a_crash_keeps_its_new_key(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """*Start* settles what waits first: the job that comes later destroys nothing new."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words")

    async def killed(*_: object) -> int:
        raise StorageUnavailable("killed")

    ana = world.ids["ana"]
    with monkeypatch.context() as patched:
        patched.setattr(erase, "settle_erasures", killed)
        await erase.erase_everything(world.built.kit, ana, world.now)
    await world.act("ana", "start", send=False)
    await settle_erasures(world.built.kit, world.now)
    assert (await world.built.keys.vault([ana])).knows(ana)


async def test_erased_while_the_summary_is_drafted(open_world: OpenWorld) -> None:
    """Between gathering and storing: the draft is thrown away, and the next one lacks the
    person."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words?")
    world.jump("2026-03-06 15:00")
    kit = world.built.kit
    await plan(kit.uow, kit.calendar, world.now)
    assert await summarise(replace(kit, writer=Slow(world)), world.now) == 0
    await world.until("2026-03-06 18:00")
    assert "kestrel" not in await world.sees("mara")
    assert await world.told("mara") == [[]]


async def test_erased_while_the_summary_waits_or_is_on_its_way(open_world: OpenWorld) -> None:
    """Drafted and queued, not sent: it goes out without the person."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words?")
    world.jump("2026-03-06 15:00")
    await schedule_due(world.built.kit, world.now)
    await erases(world, "ana", "kestrel words?")
    await world.until("2026-03-06 18:00")
    assert world.arrived("mara", "summary")
    assert "kestrel" not in "\n".join(a.words for a in world.arrived("mara"))


async def test_erased_while_the_summary_is_being_sent(open_world: OpenWorld) -> None:
    """Composed with her words and on the wire: the message that arrives is changed at once."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words?")
    world.jump("2026-03-06 15:00")
    kit = world.built.kit
    await schedule_due(kit, world.now)
    platform = world.surface.platform
    late = Late(world, kit.messengers[platform])
    await deliver(replace(kit, messengers={**kit.messengers, platform: late}), world.now)
    assert "kestrel words?" in "\n".join(a.words for a in world.arrived("mara", "summary"))
    assert "kestrel" not in await screen(world, "mara")


async def test_erased_while_nobody_knows_whether_the_summary_arrived(
    open_world: OpenWorld,
) -> None:
    """It did, and the platform's answer was lost: the next try finds the message, and it is changed
    all the same. Teams can't be asked; there its client asks before it shows the card again."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words?")
    world.jump("2026-03-06 15:00")
    kit = world.built.kit
    await schedule_due(kit, world.now)
    platform = world.surface.platform
    lossy = Lossy(kit.messengers[platform])
    await deliver(replace(kit, messengers={**kit.messengers, platform: lossy}), world.now)
    assert "kestrel words?" in await world.sees("mara")
    await erases(world, "ana", "kestrel words?")
    if isinstance(world.surface, OnTeams):
        mara = world.surface.user("mara")
        await mara.looks()
        assert "kestrel" not in "\n".join(mara.shown)
    else:
        assert "kestrel" not in await screen(world, "mara")


async def test_what_was_written_about_it_goes_too(open_world: OpenWorld) -> None:
    """A claim that told of both answers goes with the first of them; ways to begin stay only
    where they rest on the other one."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words?", "heron words")
    world.jump("2026-03-06 15:00")
    kit = world.built.kit
    await plan(kit.uow, kit.calendar, world.now)
    assert await summarise(replace(kit, writer=Telling(world)), world.now) == 1
    await world.until("2026-03-06 18:00")
    assert [claim.text for claim in (await written(world)).claims] == [
        "kestrel and heron",
        "heron words",
    ]
    await erases(world, "ana", "kestrel words?")
    left = await written(world)
    assert [claim.text for claim in left.claims] == ["heron words"]
    assert [starter.quote for starter in left.starters] == ["heron words"]
    await erases(world, "ana", "heron words")
    [summary] = await world.built.uow.read(lambda tx: tx.summaries.of_manager(world.ids["mara"]))
    assert summary.parts == ()


async def written(world: World) -> WrittenPart:
    """What the only part of Mara's summary says to somebody with the key."""
    uow = world.built.uow
    [summary] = await uow.read(lambda tx: tx.summaries.of_manager(world.ids["mara"]))
    [part] = summary.parts
    vault = await world.built.keys.vault([part.subject_id])
    answers = await uow.read(lambda tx: tx.answers.versions(part.versions))
    values = {version: open_value(vault, answer) for version, answer in answers.items()}
    texts = {version: value.text for version, value in values.items() if value is not None}
    found = open_part(vault, part, texts)
    assert found is not None
    return found


async def test_undo_narrow_and_not_for_me_are_noted(open_world: OpenWorld) -> None:
    """For whoever restores an old copy: each act stands in the list, with opaque ids alone."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words", "heron words")
    await world.press_under("ana", "kestrel words", "undo")
    await world.press_under("ana", "heron words", "only_me")
    await world.answers("ben", "plover words")
    await world.types("ben", "stop")
    assert len(await noted(world, Erased.VERSION)) == 1
    narrowed = await noted(world, Erased.NARROWED)
    assert {e.person_id for e in narrowed} == {world.ids["ana"], world.ids["ben"]}
    assert [e.target_id for e in await noted(world, Erased.DECLINED)] == [world.ids["ben"]]
    await settle_erasures(world.built.kit, world.now)
    remembered = await world.built.keys.remembered()
    assert set(remembered) == set(await world.built.uow.read(lambda tx: tx.erasures.all()))


# The files


async def sealed_everywhere(world: World) -> list[bytes]:
    """Every sealed value of Ana's own answers and parts, and what the key store holds of her."""
    engine = open_engine(world.environment.database_url)
    found: list[bytes] = []
    with engine.connect() as connection:
        for statement in (
            select(AnswerVersionRow.__table__.c.sealed),
            select(SummaryPartRow.__table__.c.sealed),
            select(LocalMessageRow.__table__.c.sealed),
        ):
            found += [row for (row,) in connection.execute(statement) if row is not None]
    engine.dispose()
    return found


def in_files(folder: Path, values: Iterable[bytes]) -> int:
    """How many of these lie in any file, its write-ahead log included."""
    raw = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    return sum(value[17:] in raw for value in values)  # without the id of the key


@pytest.mark.parametrize("surface", ["slack"], indirect=True)
async def test_no_byte_of_it_is_left_in_the_files(open_world: OpenWorld, tmp_path: Path) -> None:
    """While the process runs: the sealed answer and the part of the summary that rested on it are
    in no file any more, neither in the database nor in its write-ahead log, nor is the wrapped key
    in the key store once everything was erased."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words? " + "and more of them " * 150)
    await world.until("2026-03-06 18:00")
    sealed = await sealed_everywhere(world)
    assert in_files(tmp_path, sealed) == len(sealed) > 1
    await erases_everything(world, "ana")
    await world.wait()
    assert in_files(tmp_path, sealed) == 0
    wrapped = await wrapped_keys(world)
    assert wrapped["ana"] is None
    assert wrapped["mara"] is not None


@pytest.mark.parametrize("surface", ["slack"], indirect=True)
async def test_one_erased_answer_leaves_no_byte_although_its_key_lives(
    open_world: OpenWorld, tmp_path: Path
) -> None:
    """The key stays for the other answers, so the bytes themselves must go, wherever they were."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words?")
    await world.until("2026-03-06 18:00")
    sealed = await sealed_everywhere(world)
    assert in_files(tmp_path, sealed) == len(sealed) == 2
    await erases(world, "ana", "kestrel words?")
    await world.wait()
    assert in_files(tmp_path, sealed) == 0


async def wrapped_keys(world: World) -> dict[str, bytes | None]:
    names = {person: name for name, person in world.ids.items()}
    engine = key_engine(world.environment.keys_url)
    with engine.connect() as connection:
        rows = connection.execute(select(PersonKey.person_id, PersonKey.wrapped)).all()
    engine.dispose()
    return {names[person]: wrapped for person, wrapped in rows}


@pytest.mark.parametrize("surface", ["slack"], indirect=True)
async def test_erased_twice_before_anything_left_the_messages_still_go(
    open_world: OpenWorld,
) -> None:
    """The deletions that wait are neither called off by the second time nor taken for done."""
    world = await open_world([MARA, ANA], [check_in(pack="kinds", reminders=0)])
    await world.until("2026-03-03 10:05")
    await world.starts("ana")
    await world.press("ana", "answer", "4")
    assert "You chose 4 of 5" in await world.sees("ana")
    for _ in range(2):
        await erase.erase_everything(world.built.kit, world.ids["ana"], world.now)
    assert "You chose 4 of 5" not in await screen(world, "ana")


@pytest.mark.parametrize("surface", ["slack"], indirect=True)
async def test_slack_is_told_to_change_the_summary(open_world: OpenWorld) -> None:
    """A chat.update of the manager's message takes the quote out; a chat.delete takes Ana's own
    messages away; what she typed herself is hers to delete."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words?")
    await world.until("2026-03-06 18:00")
    surface = world.surface
    assert isinstance(surface, OnSlack)
    before = surface.slack.called("chat.update")
    await erases_everything(world, "ana")
    await world.wait(timedelta(minutes=3))
    assert len(surface.slack.called("chat.update")) > len(before)
    assert "kestrel" not in "\n".join(m.shown for m in surface.user("mara").dm)
    left = [m.shown for m in surface.user("ana").dm]
    assert "is being destroyed" in left[-1]
    assert not [shown for shown in left if "How is your work experience" in shown]


async def test_the_queue_never_holds_words(open_world: OpenWorld) -> None:
    """Neither before nor after: facts are ids and codes."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words?")
    await world.until("2026-03-06 18:00")
    await erases_everything(world, "ana")
    await world.wait()
    engine = open_engine(world.environment.database_url)
    with engine.connect() as connection:
        facts = str(connection.execute(text("SELECT * FROM delivery")).all())
    engine.dispose()
    assert "kestrel" not in facts


async def test_everything_of_somebody_who_left(open_world: OpenWorld) -> None:
    """A leaver can't press anything any more: whoever runs the server erases for them."""
    world = await company(open_world)
    await world.answers("ana", "kestrel words?")
    await world.until("2026-03-06 18:00")
    ana = world.ids["ana"]
    await world.leaves("ana")
    await erase.erase_everything(world.built.kit, ana, world.now)
    await world.wait(timedelta(minutes=3))
    assert "kestrel" not in await world.can_read("mara")
    assert not (await world.built.keys.vault([ana])).knows(ana)


class Telling:
    """A writer that tells of everything in one line, and of each answer in its own words."""

    name = "telling"

    def __init__(self, world: World) -> None:
        self._world = world

    async def write(self, week: PersonWeek) -> WrittenPart:
        plain = await self._world.built.kit.writer.write(week)
        said = [Evidence(answer.version_id, answer.value.text) for answer in week.answers]
        both = Claim("kestrel and heron", tuple(said))
        return replace(plain, claims=(both, Claim(said[-1].quote, (said[-1],))))


class Slow:
    """A writer in whose time the person erases everything."""

    name = "slow"

    def __init__(self, world: World) -> None:
        self._world = world

    async def write(self, week: PersonWeek) -> WrittenPart:
        world = self._world
        written = await world.built.kit.writer.write(week)
        await erase.erase_everything(world.built.kit, week.subject_id, world.now)
        return written


class Lossy:
    """A messenger whose posts arrive, and who is never told so."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger

    def __getattr__(self, name: str) -> object:
        return getattr(self._messenger, name)

    async def post(self, address: Address, message: Message, delivery_id: UUID) -> Outcome:
        await self._messenger.post(address, message, delivery_id)
        return Unknown("reset")


class Late:
    """A messenger in whose time Ana erases her answer, once the summary has been composed."""

    def __init__(self, world: World, messenger: Messenger) -> None:
        self._world = world
        self._messenger = messenger

    def __getattr__(self, name: str) -> object:
        return getattr(self._messenger, name)

    async def post(self, address: Address, message: Message, delivery_id: UUID) -> Outcome:
        world, ana = self._world, self._world.ids["ana"]
        for stored in await world.built.uow.read(lambda tx: tx.answers.of_person(ana)):
            await erase.erase_answer(
                world.built.kit, ana, stored.check_in_id, stored.question_key, world.now
            )
        return await self._messenger.post(address, message, delivery_id)
