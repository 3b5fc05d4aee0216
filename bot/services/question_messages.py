"""The messages of a check-in that ask or thank: welcome, offer, reminder, question, thanks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.check_in import ANSWERABLE, Asked, AskedQuestion, CheckIn, State
from bot.domain.delivery import Operation
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    Heading,
    Look,
    Message,
    Text,
    Tone,
)
from bot.domain.packs import Pack, Question, QuestionKind
from bot.domain.people import Participation
from bot.domain.visibility import may_count
from bot.services import audience, who_reads
from bot.services.act import join_value
from bot.services.answered_messages import inputs
from bot.services.expectations import shown_blocks
from bot.services.scene import Composed, Drop, Scene


def welcome(scene: Scene) -> Composed:
    """First contact: what this is, who reads it, *Start* and *Not for me*; nothing is asked."""
    check_in = _answerable(scene)
    if scene.person.participation is Participation.STARTED:
        return offer(scene)
    pack = scene.pack(check_in)
    questions = [pack.question(asked.key) for asked in check_in.questions]
    said = scene.say("welcome", first_name=scene.person.first_name, count=len(check_in.questions))
    reminds = scene.delivery.kind == "welcome_reminder"
    lead = said["reminder"] if reminds else said["hello"]
    blocks: tuple[Block, ...] = (
        Text(lead, Tone.STRONG),
        Text(said["what"]),
        *map(Text, _readers(scene, questions)),
        Text(said["admins"], Tone.MUTED),
        Buttons(
            (
                Button(said["start"], "start", str(check_in.id), Look.PRIMARY),
                Button(said["not_for_me"], "decline", str(check_in.id)),
                _who_reads(scene, check_in),
            )
        ),
    )
    return Composed(Message("welcome", lead, blocks), shown=_shown(scene, check_in, questions))


def offer(scene: Scene) -> Composed:
    """A check-in begins: how many questions, who reads them, and the first one."""
    return _opening(scene, "opening")


def reminder(scene: Scene) -> Composed:
    """The check-in is still open: until when, and the question that comes next."""
    return _opening(scene, "reminder")


def _opening(scene: Scene, block: str) -> Composed:
    check_in = _answerable(scene)
    upcoming = check_in.next_question()
    if upcoming is None:
        raise Drop("answered")
    question = scene.pack(check_in).question(upcoming.key)
    shown = _shown(scene, check_in, [question])
    lead = _lead(scene, check_in, question, block)
    blocks = (*lead, *_question_blocks(scene, check_in, question))
    return Composed(Message("question", lead[0].text, blocks), shown, question.key)


def sample_blocks(scene: Scene, check_in: CheckIn, pack: Pack) -> tuple[Block, ...]:
    """What the first message of such a check-in shows; this one isn't stored or answered."""
    question = pack.question(check_in.questions[0].key)
    lead = _lead(scene, check_in, question, "opening")
    return (*lead, *_question_blocks(scene, check_in, question, types=False))


def _lead(scene: Scene, check_in: CheckIn, question: Question, block: str) -> tuple[Text, Text]:
    said = scene.say(
        "opening",
        first_name=scene.person.first_name,
        count=sum(q.state in (Asked.PENDING, Asked.ASKED) for q in check_in.questions),
        closes=check_in.closes_at,
        last_day=_last_day(check_in),
    )
    return Text(said[block]), Text(_audience_line(scene, question), Tone.MUTED)


def question(scene: Scene) -> Composed:
    """The next question. The first one says who reads it, and so does any whose readers differ
    from the last line shown.
    """
    check_in = _answerable(scene)
    asked = check_in.asked(scene.delivery.about_key)
    if asked.state in (Asked.ANSWERED, Asked.SKIPPED):
        raise Drop("answered")
    found = scene.pack(check_in).question(asked.key)
    shown = _shown(scene, check_in, [found])
    blocks = _question_blocks(scene, check_in, found)
    if _audience_changed(scene, _as_it_was(scene, check_in, asked), shown, found):
        line = _audience_line(scene, found)
        blocks = (Text(line, Tone.MUTED), *blocks)
    text = found.words(scene.person.locale).text
    return Composed(Message("question", text, blocks), shown, asked.key)


def _as_it_was(scene: Scene, check_in: CheckIn, asked: AskedQuestion) -> CheckIn:
    """What had been asked when the message went out: shown again, it reads as it did then."""
    moment = asked.asked_at
    if scene.delivery.operation is not Operation.UPDATE or moment is None:
        return check_in
    before = tuple(
        q if q.asked_at and q.asked_at < moment else replace(q, asked_at=None)
        for q in check_in.questions
    )
    return replace(check_in, questions=before)


def _audience_changed(scene: Scene, before: CheckIn, now: CheckIn, question: Question) -> bool:
    is_first = not any(asked.asked_at for asked in before.questions)
    was = (before.shown_manager_id, before.shown_ai)
    if is_first or was != (now.shown_manager_id, now.shown_ai):
        return True
    lines = {audience.line_of(q, scene.manager) for q in scene.pack(before).questions}
    return len(lines) > 1 or audience.line_of(question, scene.manager) not in lines


def _answerable(scene: Scene) -> CheckIn:
    check_in = scene.check_in(scene.delivery.about_id)
    if check_in.state not in ANSWERABLE or scene.now >= check_in.closes_at:
        raise Drop("closed")
    if check_in.state is State.SNOOZED:
        raise Drop("snoozed")
    return check_in


def _shown(scene: Scene, check_in: CheckIn, questions: Sequence[Question]) -> CheckIn:
    return audience.shown_to(check_in, questions, scene.manager, scene.ai)


def _audience_line(scene: Scene, question: Question) -> str:
    return "\n".join(_readers(scene, [question]))


def _readers(scene: Scene, questions: Sequence[Question]) -> tuple[str, ...]:
    """Who reads what is answered: one line for each kind of audience, and one for the AI."""
    words, person, manager = scene.words, scene.person, scene.manager
    told = audience.lines(words, person, questions, manager, scene.policy)
    ai = audience.ai_line(words, person, questions, manager, scene.ai)
    return (*told, ai) if ai else told


_HINTS = {
    QuestionKind.TEXT: "type_hint",
    QuestionKind.TEXT_AND_RATING: "type_or_press_hint",
    QuestionKind.NUMBER: "number_hint",
}


def _question_blocks(
    scene: Scene, check_in: CheckIn, question: Question, *, types: bool = True
) -> tuple[Block, ...]:
    """types: whether what the person types answers it."""
    words = question.words(scene.person.locale)
    said = scene.say("question")
    blocks: list[Block] = [Heading(words.text), *_expectations(scene, question)]
    blocks.extend(inputs(scene, check_in, question))
    if question.kind in _HINTS and types:
        blocks.append(Text(said[_HINTS[question.kind]], Tone.MUTED))
    several = sum(q.state in (Asked.PENDING, Asked.ASKED) for q in check_in.questions) > 1
    value = join_value(check_in.id, question.key)
    form = Button(said["all_at_once" if several else "in_a_form"], "open_form", str(check_in.id))
    skip = Button(said["skip"], "skip_question", value, Look.QUIET)
    later = Button(said["not_now"], "open_later", str(check_in.id), Look.QUIET)
    return (*blocks, Buttons((form, skip, later, _who_reads(scene, check_in))))


def _who_reads(scene: Scene, check_in: CheckIn) -> Button:
    return who_reads.button(scene.words, scene.person, str(check_in.id))


def _expectations(scene: Scene, question: Question) -> list[Block]:
    """Beside the question on the company's AI expectations: what they are, and where."""
    if not question.shows_expectations:
        return []
    return shown_blocks(scene.policy.expectations, scene.say("question")["expectations_link"])


def thanks(scene: Scene) -> Composed:
    """After the last question: what happens next, *My answers* and *Change an answer*."""
    check_in = scene.check_in(scene.delivery.about_id)
    if check_in.state is not State.DONE:
        raise Drop("reopened")
    said = scene.say("thanks", first_name=scene.person.first_name, last_day=_last_day(check_in))
    stored = scene.tx.answers.current(check_in.id).values()
    manager = scene.manager
    in_groups = any(may_count(answer.audiences) for answer in stored)
    told = said["in_groups" if in_groups else "nothing_shared"]
    if manager and any(manager.id in answer.audiences[-1].readers for answer in stored):
        named = scene.say("thanks", first_name="", last_day="", manager=manager.name)
        told = named["next"]
    blocks: tuple[Block, ...] = (
        Text(said["thanks"], Tone.STRONG),
        Text(told),
        Text(said["until"], Tone.MUTED),
        Buttons(
            (
                Button(said["my_answers"], "my_answers"),
                Button(said["change"], "open_form", str(check_in.id), Look.QUIET),
            )
        ),
    )
    return Composed(Message("thanks", said["thanks"], blocks))


def _last_day(check_in: CheckIn) -> datetime:
    """The last moment one can answer, so that a midnight closing reads as the day before it."""
    return check_in.closes_at - timedelta(seconds=1)
