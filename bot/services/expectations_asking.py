"""What is unclear: one question a person and version, changed or taken back until answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from bot.domain.check_in import Refused, clean_text
from bot.domain.erasure import Erased
from bot.domain.expectations import MAX_QUESTION, Question, QuestionState, Version, next_batch
from bot.domain.inbound import Inbound
from bot.domain.message import Block, Form, Panel, Quote, Reply, Text, TextInput, Tone
from bot.domain.people import Participation, Person
from bot.services.act import Act, is_uuid
from bot.services.expectations import leader_of, redraw
from bot.services.kit import Kit
from bot.services.sealing import open_text, seal_text
from bot.services.taken_back import taken_back
from prompts.words import Said

FIELD = "expectations_question.sealed"
"""What a question is sealed for."""

_STARTS = {Participation.NEW: "start_first", Participation.DECLINED: "not_taking_part"}


@dataclass(frozen=True, slots=True)
class _Asking:
    """A person in front of one version: what they asked, and who would read a question now."""

    kit: Kit
    act: Act
    version: Version
    question: Question | None
    leader: Person | None

    def say(self, **facts: object) -> Said:
        person, policy = self.act.person, self.act.policy
        given = {"minimum": policy.comment_minimum, "leader": self.leader and self.leader.name}
        return self.kit.words.say(
            "expectations", person.locale, person.time_zone, **{**given, **facts}
        )

    @property
    def audience(self) -> str:
        """Who reads a question asked now, as the form carries it."""
        leader_id = self.leader.id if self.leader else ""
        return f"{self.version.id}:{self.act.policy.expectations.questions.value}:{leader_id}"

    @property
    def closed(self) -> str | None:
        """Why nothing can be asked, as a block of words."""
        if self.act.tx.expectations.newest() != self.version:
            return "superseded"
        if self.leader is None or self.leader.id == self.act.person.id:
            return "nobody_answers"
        replies = self.act.tx.expectations.replies_by(self.leader.id)
        return "closed" if any(r.version_id == self.version.id for r in replies) else None

    @property
    def words(self) -> str:
        """What the person asked, where it can be opened."""
        asked, person = self.question, self.act.person
        if asked is None:
            return ""
        return open_text(self.act.vault, person.id, asked.id, FIELD, asked.sealed) or ""


def _found(kit: Kit, act: Act, version_id: str) -> _Asking | None:
    version = act.tx.expectations.version(UUID(version_id)) if is_uuid(version_id) else None
    if version is None:
        return None
    question = act.tx.expectations.question(version.id, act.person.id)
    return _Asking(kit, act, version, question, leader_of(act.tx, act.policy))


def ask(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """The form, with what was asked before; once that is answered, both to read."""
    asking = _found(kit, act, inbound.value)
    if asking is None:
        return _gone(kit, act)
    if asking.question is not None and asking.question.state is QuestionState.ANSWERED:
        return Reply(_answered(asking, asking.question))
    if refusal := _refusal(asking):
        return refusal
    return Reply(_form(asking, {"text": asking.words}))


def _refusal(asking: _Asking) -> Reply | None:
    """Why this person can't ask, if so."""
    person = asking.act.person
    if person.participation in _STARTS:
        said = asking.kit.words.say("note", person.locale, person.time_zone)
        return Reply(notice=said[_STARTS[person.participation]])
    closed = asking.closed
    return Reply(notice=asking.say()[closed]) if closed else None


def _form(asking: _Asking, fields: Mapping[str, str], error: str = "", lead: str = "") -> Form:
    said = asking.say()
    kind = asking.act.policy.expectations.questions.value
    lines = [lead, said[f"reader_{kind}"], *_readings(asking)]
    blocks: list[Block] = [Text(line, Tone.MUTED) for line in lines if line]
    field = TextInput(
        "text",
        said["ask_label"],
        fields.get("text", ""),
        max_length=MAX_QUESTION,
        hint=said["ask_hint"],
        error=said[f"error_{error}"] if error else "",
    )
    return Form(
        title=said["ask_title"],
        action="expectations_asked",
        value=asking.audience,
        blocks=(*blocks, field),
        submit=said["ask_submit"],
        close=said["cancel"],
    )


def _readings(asking: _Asking) -> list[str]:
    """On which days the question was shown to somebody."""
    if asking.question is None:
        return []
    log = asking.act.tx.read_log.of_person(asking.act.person.id)
    about = [reading for reading in log if reading.answer_id == asking.question.id]
    people = asking.act.tx.people.many({reading.reader_id for reading in about})
    return [asking.say(name=people[r.reader_id].name, moment=r.at)[f"read_{r.how}"] for r in about]


def _answered(asking: _Asking, question: Question) -> Panel:
    reply = asking.act.tx.expectations.reply(question.reply_id) if question.reply_id else None
    author = asking.act.tx.people.get(reply.author_id) if reply else None
    said = asking.say(name=author.name if author else "")
    blocks: list[Block] = [Quote(asking.words, said["your_question"])]
    if reply is not None:
        blocks += [Text(said["the_answer"], Tone.STRONG), Text(reply.text)]
    blocks += [Text(line, Tone.MUTED) for line in _readings(asking)]
    return Panel(said["see"], tuple(blocks), said["close"])


def submit(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Keeps the question for the readers that the form named. Where these are others by now, the
    form comes back and names them.
    """
    asking = _found(kit, act, inbound.value.partition(":")[0])
    if asking is None:
        return _gone(kit, act)
    if asking.question is not None and asking.question.state is QuestionState.ANSWERED:
        return Reply(_answered(asking, asking.question))
    if refusal := _refusal(asking):
        return refusal
    try:
        text = _cleaned(inbound.fields.get("text", ""))
    except Refused as refused:
        return Reply(_form(asking, inbound.fields, refused.code))
    if inbound.value != asking.audience:
        return Reply(_form(asking, inbound.fields, lead=asking.say()["reader_changed"]))
    if not act.is_repeat(inbound.installation_id):
        _keep(asking, text)
    return Reply(notice=asking.say()["kept"], confirms=True)


def _cleaned(given: str) -> str:
    """Raises Refused with code "empty" or "too_long"."""
    text = clean_text(given, MAX_QUESTION)
    if not text.strip():
        raise Refused("empty", "text")
    return text


def _keep(asking: _Asking, text: str) -> None:
    act, leader, before = asking.act, asking.leader, asking.question
    question_id = before.id if before else uuid4()
    sealed = seal_text(act.vault, act.person.id, question_id, FIELD, text)
    if leader is None or sealed is None:
        return
    kind = act.policy.expectations.questions
    is_same = before is not None and (before.kind, before.reader_id) == (kind, leader.id)
    question = Question(
        id=question_id,
        organisation_id=act.person.organisation_id,
        version_id=asking.version.id,
        person_id=act.person.id,
        kind=kind,
        reader_id=leader.id,
        asked_at=act.now,
        sealed=sealed,
        batch=before.batch if before and is_same else None,
    )
    act.tx.expectations.put(question)
    _fill_batch(act, asking.version, leader)
    redraw(act.tx, asking.version.id, act.person, act.inbound_id, act.now)


def _fill_batch(act: Act, version: Version, leader: Person) -> None:
    """What waits comes before the leader's eyes once it is enough, all at once. One after the
    other, so that none of two who ask at the same moment misses the other.
    """
    store = act.tx.expectations
    store.lock(version.id)
    asked = [q for q in store.questions_to(leader.id) if q.version_id == version.id]
    people = act.tx.people.many({question.person_id for question in asked}).values()
    batch = next_batch(
        asked,
        reader_id=leader.id,
        taking_part={p.id for p in people if p.participation is Participation.STARTED},
        minimum=act.policy.comment_minimum,
    )
    for question in batch:
        store.put(question)


def take_back(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Deletes the question, as long as it isn't answered."""
    asking = _found(kit, act, inbound.value)
    question = asking.question if asking else None
    if asking is None or question is None or question.state is QuestionState.ANSWERED:
        return _gone(kit, act)
    if not act.is_repeat(inbound.installation_id):
        act.tx.expectations.delete(question.id)
        taken_back(act, Erased.ANSWER, question.id)
        redraw(act.tx, asking.version.id, act.person, act.inbound_id, act.now)
    return Reply(notice=asking.say()["taken_back"], confirms=True)


def _gone(kit: Kit, act: Act) -> Reply:
    said = kit.words.say("expectations", act.person.locale, act.person.time_zone)
    return Reply(notice=said["gone"])
