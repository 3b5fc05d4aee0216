"""*Test*: a cadence's message for the admin alone. Its buttons do nothing, nothing is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain
from uuid import UUID, uuid4

from bot.domain.cadence import CadenceKind, CadenceSpec
from bot.domain.check_in import AskedQuestion, CheckIn, State
from bot.domain.delivery import DeliveryClass, NewDelivery
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    Choice,
    Divider,
    Heading,
    Message,
    Rating,
    Text,
    Tone,
)
from bot.domain.organisation import CadenceRevision
from bot.domain.packs import Pack
from bot.domain.people import Person, Role
from bot.domain.recurrence import closing_moment, period_of
from bot.services import question_messages
from bot.services.guide_view import invitation
from bot.services.scene import Composed, Drop, Scene
from prompts.guides import STAY, load_guides
from prompts.words import render_nudge

PRESSED = "admin_test_pressed"
"""What every button of a test does: say that it is one."""


def queued(person: Person, revision: CadenceRevision, cause: str, now: datetime) -> NewDelivery:
    """The test as a queue row. It answers somebody who just acted, so no cap counts it."""
    return NewDelivery(
        id=uuid4(),
        organisation_id=person.organisation_id,
        person_id=person.id,
        delivery_class=DeliveryClass.REPLY,
        kind="sample",
        cause=f"sample:{cause}",
        not_before=now,
        facts={"revision": str(revision.id)},
    )


def sample(scene: Scene) -> Composed:
    """The message as its people would get it, marked as a test. Drop for whoever is no admin."""
    if scene.person.role is not Role.HR_ADMIN:
        raise Drop("not_an_admin")
    revision_id = UUID(scene.delivery.facts["revision"])
    revision = scene.tx.cadences.revisions([revision_id]).get(revision_id)
    if revision is None:
        raise Drop("gone")
    mark = scene.say("sample", name=revision.spec.title)["mark"]
    shown = _harmless(_content(scene, revision))
    return Composed(Message("sample", mark, (Text(mark, Tone.STRONG), Divider(), *shown)))


def _asked_at(scene: Scene) -> datetime:
    """When the admin asked for it: shown again later, it speaks of the same days."""
    return scene.delivery.not_before


def _content(scene: Scene, revision: CadenceRevision) -> Iterable[Block]:
    spec = revision.spec
    if spec.kind is CadenceKind.CHECK_IN:
        return _check_in(scene, revision)
    if spec.guide is not None:
        return _guide(scene, spec.guide)
    if spec.kind is CadenceKind.NUDGE:
        return _note(scene, spec)
    words = _in_words(scene, spec.kind)
    return chain(words, _guide(scene, STAY)) if spec.kind is CadenceKind.STAY_INTERVIEW else words


def _check_in(scene: Scene, revision: CadenceRevision) -> Iterator[Block]:
    """The first message with its question, and in words those that would follow."""
    stored = scene.tx.cadences.pack(revision.spec.pack or "")
    if stored is None:
        raise Drop("no_pack")
    imagined = _imagined(scene, revision, stored.id, stored.pack)
    said = scene.say("sample")
    yield from question_messages.sample_blocks(scene, imagined, stored.pack)
    yield Text(said["typing"], Tone.MUTED)
    if len(stored.pack.questions) > 1:
        yield Text(said["then"], Tone.MUTED)
    for number, question in enumerate(stored.pack.questions[1:], 2):
        words = question.words(scene.person.locale).text
        yield Text(scene.say("sample", number=number, words=words)["question"], Tone.MUTED)


def _imagined(
    scene: Scene, revision: CadenceRevision, pack_revision_id: UUID, pack: Pack
) -> CheckIn:
    """A check-in that is never stored: the one a person would get who is asked now."""
    spec, person, now = revision.spec, scene.person, _asked_at(scene)
    return CheckIn(
        id=uuid4(),
        organisation_id=person.organisation_id,
        occurrence_id=uuid4(),
        cadence_id=revision.cadence_id,
        revision_id=revision.id,
        pack_revision_id=pack_revision_id,
        person_id=person.id,
        period=period_of(spec.recurrence, now.astimezone(person.zone).date()),
        state=State.OFFERED,
        opened_at=now,
        closes_at=closing_moment(now, person.zone, spec.closes_after_days),
        questions=tuple(AskedQuestion(q.key, i) for i, q in enumerate(pack.questions)),
    )


def _note(scene: Scene, spec: CadenceSpec) -> Iterator[Block]:
    day = _asked_at(scene).astimezone(scene.person.zone).date()
    yield Text(
        render_nudge(
            spec.text or "",
            scene.person.locale,
            first_name=scene.person.first_name,
            company=scene.policy.company,
            period=period_of(spec.recurrence, day),
        )
    )


def _guide(scene: Scene, key: str) -> Iterable[Block]:
    guide = load_guides().get(key)
    if guide is None:
        raise Drop("gone")
    return invitation(scene.words, scene.person, guide)


def _in_words(scene: Scene, kind: CadenceKind) -> Iterator[Block]:
    """Its place and purpose: nobody's answers or 1:1s are shown to an admin, none are made up."""
    said = scene.say("sample", moment=_asked_at(scene))
    yield Heading(said[f"{kind.value}_title"])
    yield Text(said[kind.value])


def _harmless(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same blocks, whose buttons only say that this is a test."""
    for block in blocks:
        if isinstance(block, Buttons):
            yield Buttons(tuple(_dead(item) for item in block.items))
        elif isinstance(block, Rating | Choice):
            yield replace(block, action=PRESSED, value="")
        else:
            yield block


def _dead(button: Button) -> Button:
    return replace(button, action=PRESSED, value="")
