"""What people took back is taken back again in a copy that doesn't know of it: each kind of act."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bot.domain.erasure import Erased, Erasure
from bot.domain.people import Participation
from bot.domain.ports.conversation_store import StoredAnswer
from bot.services.erase import erase_answer, erase_everything
from bot.services.reapply import hold, reapply
from bot.services.release import release
from bot.settings.environment import Environment
from tests.journeys.engines import on_both
from tests.journeys.given import Someone, check_in, weekly_summary
from tests.journeys.surfaces import Local
from tests.journeys.world import World

PEOPLE = [Someone("mara"), Someone("ana", manager="mara"), Someone("ben", manager="mara")]


async def lived(environment: Environment, ana: str, ben: str, pack: str = "pair") -> World:
    """Friday evening: the summary has gone out, and Mara has read the details."""
    cadences = [check_in(reminders=0, pack=pack), weekly_summary()]
    opened = await World.open(environment, PEOPLE, cadences, surface=Local())
    await opened.until("2026-03-03 10:05")
    await opened.starts("ana", "ben")
    await opened.answers("ana", ana, "heron")
    await opened.answers("ben", ben, "grebe")
    await opened.until("2026-03-06 18:00")
    await opened.details("mara")
    return opened


@pytest.fixture
async def world(environment: Environment) -> AsyncIterator[World]:
    opened = await lived(environment, "kestrel", "plover")
    yield opened
    await opened.close()


@pytest.fixture
async def quoted(environment: Environment) -> AsyncIterator[World]:
    """Mara's summary quotes what people asked."""
    opened = await lived(environment, "kestrel words?", "plover words?", "ai_check_in")
    assert "kestrel words?" in await opened.sees("mara")
    yield opened
    await opened.close()


async def answer(world: World, who: str, number: int) -> StoredAnswer:
    found = await world.built.uow.read(lambda tx: tx.answers.of_person(world.ids[who]))
    return sorted(found, key=lambda each: each.platform_at)[number]


async def apply(world: World, who: str, what: Erased, target: UUID) -> int:
    """It was done an hour ago, in a database that is lost."""
    act = Erasure(uuid4(), world.ids[who], what, target, world.now - timedelta(hours=1))
    done = await reapply(world.built.uow, world.built.keys, [act], world.now)
    assert await reapply(world.built.uow, world.built.keys, [act], world.now) == 0, "once"
    assert act in await world.built.keys.remembered()
    return done


@on_both
async def test_a_version_goes_out_of_answers_and_summaries(world: World) -> None:
    stored = await answer(world, "ana", 0)
    assert await apply(world, "ana", Erased.VERSION, stored.version_id) == 1
    assert await world.my_words("ana") == ["heron"]
    assert len(await world.kept_versions("ana")) == 1
    told = await world.told("mara")
    assert "kestrel" not in str(told)
    assert "heron" in str(told)
    assert "plover" in str(told)


async def test_an_answer_and_a_whole_check_in(world: World) -> None:
    first = await answer(world, "ana", 0)
    await apply(world, "ana", Erased.ANSWER, first.answer_id)
    assert await world.my_words("ana") == ["heron"]
    await apply(world, "ana", Erased.CHECK_IN, first.check_in_id)
    assert await world.my_words("ana") == []
    assert await world.kept_versions("ana") == []
    assert sorted(await world.my_words("ben")) == ["grebe", "plover"]


async def test_nobody_takes_back_what_another_one_said(world: World) -> None:
    other = await answer(world, "ben", 0)
    await apply(world, "ana", Erased.ANSWER, other.answer_id)
    await apply(world, "ana", Erased.CHECK_IN, other.check_in_id)
    await apply(world, "ana", Erased.VERSION, other.version_id)
    await apply(world, "ana", Erased.NARROWED, other.answer_id)
    assert sorted(await world.my_words("ben")) == ["grebe", "plover"]
    assert "plover" in await world.can_read("mara")


async def test_an_answer_that_was_narrowed_is_for_the_person_alone(world: World) -> None:
    stored = await answer(world, "ana", 0)
    await apply(world, "ana", Erased.NARROWED, stored.answer_id)
    assert sorted(await world.my_words("ana")) == ["heron", "kestrel"]
    assert "kestrel" not in await world.can_read("mara")


async def test_who_left_is_asked_nothing_more(world: World) -> None:
    await apply(world, "ana", Erased.DECLINED, world.ids["ana"])
    assert (await world.person("ana")).participation is Participation.DECLINED
    assert sorted(await world.my_words("ana")) == ["heron", "kestrel"]
    before = len(world.prompts("ana"))
    await world.until("2026-03-10 18:00")
    assert len(world.prompts("ana")) == before


@on_both
async def test_everything_goes_with_the_key_and_start_begins_anew(world: World) -> None:
    await apply(world, "ana", Erased.EVERYTHING, world.ids["ana"])
    assert await world.kept_versions("ana") == []
    assert "heron" not in await world.can_read("mara")
    assert not (await world.built.keys.vault([world.ids["ana"]])).knows(world.ids["ana"])
    assert sorted(await world.my_words("ben")) == ["grebe", "plover"]


async def test_ai_switched_off_stays_off_until_it_was_switched_on_again(world: World) -> None:
    """The latest of all acts wins, whatever came first to the copy's notice."""
    ana = world.ids["ana"]
    await apply(world, "ana", Erased.AI_OFF, ana)
    assert (await world.person("ana")).ai_off_at == world.now - timedelta(hours=1)
    on = Erasure(uuid4(), ana, Erased.AI_ON, ana, world.now - timedelta(minutes=30))
    earlier = Erasure(uuid4(), ana, Erased.AI_OFF, ana, world.now - timedelta(minutes=45))
    for acts in ([on, earlier], [replace(earlier, id=uuid4())]):
        await reapply(world.built.uow, world.built.keys, acts, world.now)
        assert (await world.person("ana")).ai_off_at is None
    assert (await world.person("ben")).ai_off_at is None


async def test_notes_switched_off_stay_off_whatever_was_said_of_ai(world: World) -> None:
    ana = world.ids["ana"]
    await apply(world, "ana", Erased.SIGNS_OFF, ana)
    at = world.now - timedelta(hours=1)
    later = Erasure(uuid4(), ana, Erased.AI_ON, ana, world.now - timedelta(minutes=30))
    await reapply(world.built.uow, world.built.keys, [later], world.now)
    assert (await world.person("ana")).signs_off_at == at
    on = Erasure(uuid4(), ana, Erased.SIGNS_ON, ana, world.now - timedelta(minutes=20))
    await reapply(world.built.uow, world.built.keys, [on], world.now)
    assert (await world.person("ana")).signs_off_at is None
    assert (await world.person("ana")).ai_off_at is None


async def test_follow_up_questions_stay_off_whatever_was_said_of_ai(world: World) -> None:
    ana = world.ids["ana"]
    await apply(world, "ana", Erased.FOLLOW_UPS_OFF, ana)
    await apply(world, "ana", Erased.AI_ON, ana)
    person = await world.person("ana")
    assert person.follow_ups_off_at == world.now - timedelta(hours=1)
    assert person.ai_off_at is None
    await apply(world, "ana", Erased.FOLLOW_UPS_ON, ana)
    assert (await world.person("ana")).follow_ups_off_at == world.now - timedelta(hours=1)


async def test_who_erased_everything_and_started_again_can_answer_with_older_keys(
    world: World,
) -> None:
    """These keys don't know of it yet, and destroy what they have; whoever declined gets none."""
    ana, ben = world.ids["ana"], world.ids["ben"]
    uow, keys, kit = world.built.uow, world.built.keys, world.built.kit
    for person in (ana, ben):
        await erase_everything(kit, person, world.now)
    await world.act("ana", "start")
    await keys.destroy(ana, world.now)
    known = await uow.read(lambda tx: tx.erasures.all())
    for _ in range(2):
        assert await reapply(uow, keys, known, world.now) == 0
    vault = await keys.vault([ana, ben])
    assert (vault.knows(ana), vault.knows(ben)) == (True, False)
    await world.until("2026-03-10 10:05")
    await world.answers("ana", "siskin")
    assert await world.my_words("ana") == ["siskin"]


async def holds(world: World) -> None:
    await world.built.uow.write(lambda tx: hold(tx, world.now))


async def releases(world: World) -> None:
    await release(world.built.kit, world.now, actor="test")
    await world.wait(timedelta(minutes=1))


async def test_messages_that_quoted_it_are_brought_up_to_date_once_released(quoted: World) -> None:
    """Neither a version nor everything stays in the manager's chat."""
    world, stored = quoted, await answer(quoted, "ana", 0)
    await apply(world, "ana", Erased.VERSION, stored.version_id)
    await apply(world, "ben", Erased.EVERYTHING, world.ids["ben"])
    await holds(world)
    await world.wait(timedelta(minutes=1))
    assert "kestrel" in await world.sees("mara"), "it is held"
    await releases(world)
    seen = await world.sees("mara")
    assert not [word for word in ("kestrel", "plover") if word in seen]


async def test_an_update_that_the_copy_had_not_sent_yet_is_no_repeat(quoted: World) -> None:
    """The release, which skips what may have been sent, lets it go: nothing can come twice."""
    world, stored = quoted, await answer(quoted, "ana", 0)
    kit, ana = world.built.kit, world.ids["ana"]
    await erase_answer(kit, ana, stored.check_in_id, stored.question_key, world.now)
    await holds(world)
    await releases(world)
    assert "kestrel" not in await world.sees("mara")


async def test_somebody_whom_the_copy_does_not_know_is_no_trouble(world: World) -> None:
    stranger = uuid4()
    act = Erasure(uuid4(), stranger, Erased.EVERYTHING, stranger, world.now)
    assert await reapply(world.built.uow, world.built.keys, [act], world.now) == 1
    assert not (await world.built.keys.vault([stranger])).knows(stranger)
