"""A survey that has closed: counting it costs what it holds, not how many people there are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from bench.measure import Ratio, Step, in_turn
from bench.world import START, World, Worlds
from bot.domain.check_in import Asked, AskedQuestion, CheckIn, State, Value
from bot.domain.occurrence import Occurrence, OccurrenceState
from bot.domain.organisation import CadenceRevision, PackRevision
from bot.domain.packs import AudienceKind
from bot.domain.people import Person
from bot.domain.ports.conversation_store import NewVersion
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.services.count_surveys import count_surveys
from bot.services.sealing import seal_value
from bot.services.surveys import surveys_of
from prompts.library import load_packs

ASKED = 1_000
ROUNDS = 3
PACK = "ai_clarity"


async def count_survey(worlds: Worlds) -> AsyncIterator[Ratio]:
    """The answers of 1,000 people opened, counted, judged and kept."""
    large, small = await worlds.of(worlds.many), await worlds.of(ASKED)
    steps = [await _counts(world) for world in (large, small)]
    ours, few = await in_turn(ROUNDS, *steps)
    name, against = f"survey_among_{worlds.many}", f"the same among {ASKED:,}"
    yield Ratio(name, ours * 1e3, few * 1e3, f"ms for {ASKED:,} asked", against)


async def _counts(world: World) -> Step:
    """One more survey each time."""
    people = await world.people(range(ASKED))
    moments = iter([await closed_survey(world, people, number) for number in range(ROUNDS)])

    async def one() -> None:
        counted = await count_surveys(world.built.kit, next(moments))
        assert counted == 1, f"{counted} surveys were counted"

    return one


async def closed_survey(world: World, people: Sequence[Person], number: int) -> datetime:
    """A survey that these people answered; when it closes (aware UTC), each a week after the one
    before.
    """
    vault = await world.built.kit.keys.vault([person.id for person in people])
    opens = START - timedelta(weeks=100 - number)
    await world.built.uow.write(partial(_open, vault, people, opens))
    return opens + timedelta(days=6)


def _open(vault: Vault, people: Sequence[Person], opens: datetime, tx: Tx) -> None:
    cadence = next(each for each in tx.cadences.current() if each.spec.key == "ai-check-in")
    asked = load_packs()[PACK]
    pack = tx.cadences.add_pack(asked, revision_id=uuid4(), created_at=opens, author="bench")
    period = f"survey {opens.date()}"
    occurrences = [_occurrence(cadence, person, period, opens) for person in people]
    tx.occurrences.add(occurrences)
    check_ins = [_check_in(each, pack) for each in occurrences]
    tx.check_ins.add(check_ins)
    tx.surveys.expect(surveys_of(tx, check_ins))
    for number, check_in in enumerate(check_ins):
        for question in check_in.questions:
            tx.answers.record(_answer(vault, check_in, question.key, 1 + number % 5))


def _occurrence(cadence: CadenceRevision, person: Person, period: str, at: datetime) -> Occurrence:
    return Occurrence(
        id=uuid4(),
        organisation_id=person.organisation_id,
        cadence_id=cadence.cadence_id,
        revision_id=cadence.id,
        person_id=person.id,
        subject_id=person.id,
        period=period,
        zone=person.time_zone,
        due_at=at,
        state=OccurrenceState.SENT,
    )


def _check_in(occurrence: Occurrence, pack: PackRevision) -> CheckIn:
    keys = [question.key for question in pack.pack.questions]
    return CheckIn(
        id=uuid4(),
        organisation_id=occurrence.organisation_id,
        occurrence_id=occurrence.id,
        cadence_id=occurrence.cadence_id,
        revision_id=occurrence.revision_id,
        pack_revision_id=pack.id,
        person_id=occurrence.person_id,
        period=occurrence.period,
        state=State.DONE,
        opened_at=occurrence.due_at,
        closes_at=occurrence.due_at + timedelta(days=6),
        questions=tuple(AskedQuestion(key, i, Asked.ANSWERED) for i, key in enumerate(keys)),
    )


def _answer(vault: Vault, check_in: CheckIn, key: str, rating: int) -> NewVersion:
    version_id = uuid4()
    return NewVersion(
        id=version_id,
        check_in_id=check_in.id,
        person_id=check_in.person_id,
        question_key=key,
        sealed=seal_value(vault, check_in.person_id, version_id, Value(rating=rating)),
        platform_at=check_in.opened_at,
        recorded_at=check_in.opened_at,
        audience=AudienceKind.GROUP,
        readers=(),
    )
