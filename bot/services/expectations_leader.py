"""The leader's side: what people find unclear, as far as the leader may read it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.expectations import Answered, Question, Readable, Version, readable
from bot.domain.inbound import Inbound
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    Divider,
    Heading,
    Look,
    Panel,
    Quote,
    Reply,
    Text,
    Tone,
)
from bot.domain.people import Participation, Person
from bot.domain.policy import Policy, QuestionsFor
from bot.domain.ports.queue_store import Reading
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.services.act import Act, is_uuid
from bot.services.expectations import is_leader
from bot.services.expectations_asking import FIELD
from bot.services.kit import Kit
from bot.services.paging import Page, Piece, Section, number_in, paged
from bot.services.sealing import open_text
from prompts.words import Said, Words

VERSIONS_SHOWN = 3


def askers(tx: Tx, person: Person, value: str = "") -> set[UUID]:
    """Whose keys are needed to read what this person was asked; nobody's for other people."""
    if not is_leader(person, tx.organisations.policy()):
        return set()
    about = value.partition(":")[0]
    asked = tx.expectations.questions_to(person.id)
    return {q.person_id for q in asked if about in ("", str(q.version_id))}


@dataclass(frozen=True, slots=True)
class Desk:
    """What one person may read now, checked anew each time.

    holds: whose keys `vault` was asked for.
    """

    tx: Tx
    vault: Vault
    words: Words
    person: Person
    policy: Policy
    holds: Collection[UUID]
    now: datetime

    def say(self, **facts: object) -> Said:
        person = self.person
        return self.words.say("expectations", person.locale, person.time_zone, **facts)

    def is_leaders(self) -> bool:
        return is_leader(self.person, self.policy)

    def readable(self) -> dict[UUID, Readable]:
        """By version; nothing for anybody but the leader."""
        asked = [q for q in self.tx.expectations.questions_to(self.person.id) if self._opens(q)]
        people = self.tx.people.many({question.person_id for question in asked})
        started = [p for p in people.values() if p.participation is Participation.STARTED]
        return {
            version_id: readable(
                (question for question in asked if question.version_id == version_id),
                reader_id=self.person.id,
                leader_id=self.person.id if self.is_leaders() else None,
                taking_part={p.id for p in started if p.active},
                minimum=self.policy.comment_minimum,
                left={p.id for p in started if not p.active},
            )
            for version_id in {question.version_id for question in asked}
        }

    def replies(self) -> dict[UUID, Answered]:
        """By version."""
        return {r.version_id: r for r in self.tx.expectations.replies_by(self.person.id)}

    def opened(self, question: Question) -> str:
        asked = question.person_id
        return open_text(self.vault, asked, question.id, FIELD, question.sealed) or ""

    def _opens(self, question: Question) -> bool:
        return question.person_id in self.holds and self.vault.knows(question.person_id)


# Home


def home_blocks(desk: Desk) -> Iterator[Block]:
    """The leader's part of Home; nothing for anybody else."""
    newest = desk.tx.expectations.newest()
    if not desk.is_leaders() or newest is None:
        return
    found, replies = desk.readable(), desk.replies()
    yield Divider()
    yield Heading(desk.say()["home_title"])
    yield Text(desk.say()["home_lead"], Tone.MUTED)
    shown = [v for v in desk.tx.expectations.versions() if v == newest or v.id in found]
    for version in shown[:VERSIONS_SHOWN]:
        may_read = found.get(version.id, Readable())
        yield from _version(desk, version, may_read, replies.get(version.id))


def _version(
    desk: Desk, version: Version, found: Readable, reply: Answered | None
) -> Iterator[Block]:
    said = desk.say(number=version.number, moment=version.created_at)
    yield Text(said["home_version"], Tone.STRONG)
    yield Text("\n".join(_counts(desk, found, is_closed=reply is not None)))
    if reply is not None:
        yield Text(desk.say(moment=reply.created_at, count=reply.people)["home_replied"])
    if not found.all:
        return
    items = [Button(said["read"], "expectations_read", str(version.id))]
    if reply is None:
        items.append(Button(said["reply"], "expectations_reply", str(version.id), Look.PRIMARY))
    yield Buttons(tuple(items))


def _counts(desk: Desk, found: Readable, *, is_closed: bool) -> Iterator[str]:
    """How many asked. Without names only what came in batches counts, and fewer than the minimum
    all read the same, none included.
    """
    if found.unnamed:
        yield desk.say(count=len(found.unnamed))["count_unnamed"]
        if not is_closed:
            yield desk.say(minimum=desk.policy.comment_minimum)["count_waiting"]
    elif desk.policy.expectations.questions is QuestionsFor.GROUP:
        yield desk.say(minimum=desk.policy.comment_minimum)["count_hidden"]
    if found.named or desk.policy.expectations.questions is QuestionsFor.LEADER:
        yield desk.say(count=len(found.named))["count_named"]


# Reading


def read(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """One page of what was asked about a version. Each display is logged for those on it.

    The value is the version's id, and after a colon the page (from 0).
    """
    version_id, _, number = inbound.value.partition(":")
    found = of_version(kit, act, version_id)
    if found is None:
        return gone(kit, act)
    desk, version, may_read = found
    pages = paged(_sections(desk, may_read))
    index = number_in(number) if number_in(number) < len(pages) else 0
    act.tx.read_log.add(_readings(desk, may_read, pages[index].answers))
    return Reply(_panel(desk, version, pages, index))


def of_version(kit: Kit, act: Act, version_id: str) -> tuple[Desk, Version, Readable] | None:
    """A version of which this person may read something now: ids in buttons can be forged."""
    version = act.tx.expectations.version(UUID(version_id)) if is_uuid(version_id) else None
    if version is None:
        return None
    holds = askers(act.tx, act.person, version_id)
    held = {each for each in holds if _holds(act.vault, each)}
    desk = Desk(act.tx, act.vault, kit.words, act.person, act.policy, held, act.now)
    may_read = desk.readable().get(version.id, Readable())
    return (desk, version, may_read) if may_read.all else None


def _holds(vault: Vault, person_id: UUID) -> bool:
    """Whoever asked since the keys were fetched is seen the next time."""
    try:
        return vault.knows(person_id)
    except LookupError:
        return False


def _sections(desk: Desk, found: Readable) -> Iterator[Section]:
    people = desk.tx.people.many({question.person_id for question in found.named})
    named = [(question, people[question.person_id].name) for question in found.named]
    unnamed = [(question, "") for question in found.unnamed]
    if named:
        yield Section(desk.say()["section_named"], tuple(_pieces(desk, named)))
    if unnamed:
        yield Section(desk.say()["section_unnamed"], tuple(_pieces(desk, unnamed)))


def _pieces(desk: Desk, shown: Iterable[tuple[Question, str]]) -> Iterator[Piece]:
    """A line between two of them: each is somebody's own. What was altered is left out."""
    line: tuple[Block, ...] = ()
    for question, name in shown:
        if text := desk.opened(question):
            yield Piece((*line, Quote(text, name)), (question.id,))
            line = (Divider(),)


def _readings(desk: Desk, found: Readable, shown: Collection[UUID]) -> list[Reading]:
    return [
        Reading(question.person_id, desk.person.id, question.id, how, desk.now)
        for how, questions in (("named", found.named), ("unnamed", found.unnamed))
        for question in questions
        if question.id in shown
    ]


def _panel(desk: Desk, version: Version, pages: Sequence[Page], index: int) -> Panel:
    said = desk.say(number=index + 1, count=len(pages))
    blocks: list[Block] = [Text(said["read_lead"], Tone.MUTED), *pages[index].blocks]
    turning = [
        Button(said[label], "expectations_read", f"{version.id}:{page}")
        for label, page in (("previous", index - 1), ("next", index + 1))
        if 0 <= page < len(pages)
    ]
    if turning:
        blocks += [Buttons(tuple(turning)), Text(said["page"], Tone.MUTED)]
    return Panel(said["read_title"], tuple(blocks), said["close"])


def gone(kit: Kit, act: Act) -> Reply:
    said = kit.words.say("expectations", act.person.locale, act.person.time_zone)
    return Reply(notice=said["leader_gone"])
