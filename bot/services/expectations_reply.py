"""*You said, we answered*: the leader's one post to those who asked, with a look beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from bot.domain.check_in import Refused, clean_text
from bot.domain.expectations import Answered, Question, Version
from bot.domain.inbound import Inbound
from bot.domain.message import Form, Reply, Text, TextInput, Tone
from bot.services.act import Act
from bot.services.expectations import redraw, reply_to
from bot.services.expectations_leader import Desk, gone, of_version
from bot.services.kit import Kit
from prompts.words import Said


def reply(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """The form for the one answer that a version takes."""
    found = _to_answer(kit, act, inbound.value)
    return Reply(_write(found)) if found else gone(kit, act)


@dataclass(frozen=True, slots=True)
class _Answering:
    desk: Desk
    version: Version
    questions: tuple[Question, ...]

    def say(self) -> Said:
        return self.desk.say(count=len(self.questions), moment=self.version.created_at)

    @property
    def value(self) -> str:
        """What the last step carries: to how many people it said the answer goes."""
        return f"{self.version.id}:{len(self.questions)}"


def _to_answer(kit: Kit, act: Act, value: str) -> _Answering | None:
    found = of_version(kit, act, value.partition(":")[0])
    if found is None:
        return None
    desk, version, may_read = found
    people = act.tx.people.many({question.person_id for question in may_read.to_answer})
    reached = tuple(q for q in may_read.to_answer if people[q.person_id].active)
    if version.id in desk.replies() or not reached:
        return None
    return _Answering(desk, version, reached)


def _write(found: _Answering, given: str = "", error: str = "") -> Form:
    said = found.say()
    lead = Text(said["reply_form_lead"], Tone.MUTED)
    field = _text(said, given, error)
    return Form(
        title=said["reply_title"],
        action="expectations_reply_review",
        value=str(found.version.id),
        blocks=(lead, field),
        submit=said["reply_preview"],
        close=said["cancel"],
    )


def _text(said: Said, given: str, error: str) -> TextInput:
    wrong = said[f"error_reply_{error}"] if error else ""
    return TextInput("text", said["reply_label"], given, error=wrong)


def review(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Says how many get it, before anything is sent."""
    found = _to_answer(kit, act, inbound.value)
    if found is None:
        return gone(kit, act)
    given = inbound.fields.get("text", "")
    try:
        return Reply(_review(found, clean_text(given)))
    except Refused as refused:
        return Reply(_write(found, given, refused.code))


def _review(found: _Answering, given: str, error: str = "") -> Form:
    said = found.say()
    return Form(
        title=said["reply_title"],
        action="expectations_reply_send",
        value=found.value,
        blocks=(Text(said["reply_goes_to"], Tone.STRONG), _text(said, given, error)),
        submit=said["reply_submit"],
        close=said["cancel"],
    )


def send(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """One post to exactly those who asked, once. Where they are others than the form said, it is
    shown again.
    """
    found = _to_answer(kit, act, inbound.value)
    if found is None:
        return _sent_before(kit, act, inbound.value)
    given = inbound.fields.get("text", "")
    try:
        text = clean_text(given)
    except Refused as refused:
        return Reply(_review(found, given, refused.code))
    if inbound.value != found.value:
        return Reply(_review(found, given))
    if not act.is_repeat(inbound.installation_id):
        _post(act, found, text)
    return Reply(notice=found.say()["reply_sent"])


def _sent_before(kit: Kit, act: Act, value: str) -> Reply:
    """What a repeat is told."""
    about = value.partition(":")[0]
    sent = [r for r in act.tx.expectations.replies_by(act.person.id) if str(r.version_id) == about]
    if not sent:
        return gone(kit, act)
    person = act.person
    said = kit.words.say("expectations", person.locale, person.time_zone, count=sent[0].people)
    return Reply(notice=said["reply_sent"])


def _post(act: Act, found: _Answering, text: str) -> None:
    made = Answered(
        id=uuid4(),
        organisation_id=act.person.organisation_id,
        version_id=found.version.id,
        author_id=act.person.id,
        text=text,
        created_at=act.now,
        people=len(found.questions),
    )
    if not act.tx.expectations.add_reply(made, [question.id for question in found.questions]):
        return
    people = act.tx.people.many({question.person_id for question in found.questions})
    posts = [reply_to(made.id, found.version.id, person, act.now) for person in people.values()]
    act.tx.queue.enqueue(posts)
    _tell_who_waits(act, found)
    act.tx.audit.append(
        actor=str(act.person.id),
        action="expectations.reply",
        target=str(found.version.id),
        at=act.now,
        detail=f"{made.people} people",
    )


def _tell_who_waits(act: Act, found: _Answering) -> None:
    """Whoever asked too late for the leader to see it finds that said, where they asked."""
    waiting = act.tx.expectations.open_questions(found.version.id)
    ids = {question.person_id for question in waiting if question.reader_id == act.person.id}
    for person in act.tx.people.many(ids).values():
        redraw(act.tx, found.version.id, person, act.inbound_id, act.now)
