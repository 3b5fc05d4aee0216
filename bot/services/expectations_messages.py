"""What tells people of new AI expectations, and the leader's answer to what was unclear."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from bot.domain.delivery import Delivery
from bot.domain.expectations import Question, QuestionState, Version
from bot.domain.message import Block, Button, Buttons, Heading, Look, Message, Text, Tone
from bot.domain.people import Participation, Person
from bot.domain.ports.unit_of_work import Tx
from bot.services.expectations import leader_of, shown_blocks
from bot.services.expectations import redraw as redraw_told
from bot.services.scene import Composed, Drop, NotYet, Scene

REPLY = "expectations_reply"
"""The kind of message that brings a leader's answer."""


def told(scene: Scene) -> Composed:
    """The new version, who would read a question about it, and the way to ask one. Whoever is away
    gets it when they are back; a version that is no longer the newest reaches nobody.
    """
    _check_takes_part(scene)
    version = _version(scene)
    if scene.tx.expectations.newest() != version:
        raise Drop("newer_version")
    return _told(scene, version)


def redraw(scene: Scene) -> Composed:
    """The same as things stand now."""
    return _told(scene, _version(scene))


def _told(scene: Scene, version: Version) -> Composed:
    said = scene.say("expectations")
    blocks: list[Block] = [Heading(said["title"])]
    blocks += shown_blocks(version.content, said["link"], Tone.BODY)
    question = scene.tx.expectations.question(version.id, scene.person.id)
    if question is not None:
        blocks += _asked(scene, version, question)
    elif scene.tx.expectations.newest() == version:
        blocks += _may_ask(scene, version)
    return Composed(Message("expectations", said["notified"], tuple(blocks)))


def _may_ask(scene: Scene, version: Version) -> Iterator[Block]:
    """Nothing where nobody answers, or the reader is the one who does."""
    leader = leader_of(scene.tx, scene.policy)
    if leader is None or leader.id == scene.person.id:
        return
    facts = {"leader": leader.name, "minimum": scene.policy.comment_minimum}
    said = scene.say("expectations", **facts)
    yield Text(said["unclear"])
    yield Text(said[f"reader_{scene.policy.expectations.questions.value}"], Tone.MUTED)
    yield Buttons((Button(said["ask"], "expectations_ask", str(version.id)),))


def _asked(scene: Scene, version: Version, question: Question) -> Iterator[Block]:
    """That something was asked, never what: a form leaves no words in a conversation."""
    reader = scene.tx.people.get(question.reader_id)
    said = scene.say("expectations", leader=reader.name if reader else "")
    if question.state is QuestionState.ANSWERED:
        yield Text(said["answered"])
        yield Buttons((Button(said["see"], "expectations_ask", str(version.id), Look.QUIET),))
        return
    yield Text(said[_who_reads(scene, version, question)])
    yield Buttons(
        (
            Button(said["change"], "expectations_ask", str(version.id), Look.QUIET),
            Button(said["take_back"], "expectations_take_back", str(version.id), Look.QUIET),
        )
    )


def _who_reads(scene: Scene, version: Version, question: Question) -> str:
    """Which words say what becomes of a question that isn't answered."""
    leader = leader_of(scene.tx, scene.policy)
    if leader is None or leader.id != question.reader_id:
        return "asked_nobody"
    replies = scene.tx.expectations.replies_by(leader.id)
    is_closed = any(reply.version_id == version.id for reply in replies)
    return "asked_too_late" if is_closed else f"asked_{question.kind.value}"


def replied(scene: Scene) -> Composed:
    """*You said, we answered*, for one who asked. Drop where the question is gone, or whoever
    wrote it is no longer the one who answers.
    """
    _check_takes_part(scene)
    reply = scene.tx.expectations.reply(UUID(scene.delivery.facts["reply"]))
    version = _version(scene)
    question = scene.tx.expectations.question(version.id, scene.person.id)
    if reply is None or question is None or question.reply_id != reply.id:
        raise Drop("gone")
    author = _author(scene, reply.author_id)
    said = scene.say("expectations", leader=author.name, moment=version.created_at)
    blocks = (
        Heading(said["reply_title"]),
        Text(said["reply_lead"], Tone.MUTED),
        Text(reply.text),
        Buttons((Button(said["see"], "expectations_ask", str(version.id), Look.QUIET),)),
    )
    return Composed(Message("expectations_reply", said["reply_notified"], blocks))


def _author(scene: Scene, author_id: UUID) -> Person:
    leader = leader_of(scene.tx, scene.policy)
    if leader is None or leader.id != author_id:
        raise Drop("not_the_leader")
    return leader


def answered(tx: Tx, delivery: Delivery, at: datetime) -> None:
    """The answer arrived: what told the person of the version says so."""
    person = tx.people.get(delivery.person_id)
    if person is not None:
        redraw_told(tx, UUID(delivery.facts["version"]), person, delivery.facts["reply"], at)


def not_answered(tx: Tx, delivery: Delivery) -> None:
    """It never goes out: the question can be changed and taken back again."""
    question = tx.expectations.question(UUID(delivery.facts["version"]), delivery.person_id)
    if question is not None and str(question.reply_id) == delivery.facts["reply"]:
        tx.expectations.reopen(question.id)


def _check_takes_part(scene: Scene) -> None:
    person = scene.person
    if person.participation is not Participation.STARTED:
        raise Drop("not_for_me")
    if person.paused_until is not None and person.is_paused(scene.now):
        raise NotYet(person.paused_until, "paused")


def _version(scene: Scene) -> Version:
    found = scene.tx.expectations.version(UUID(scene.delivery.facts["version"]))
    if found is None:
        raise Drop("gone")
    return found
