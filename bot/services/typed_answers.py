"""Employee types -> recorded under the question the words are for, or asked what they are for."""

from __future__ import annotations

from bot.domain.check_in import SILENCE, CheckIn, Refused, Value, parse_typed
from bot.domain.packs import Question
from bot.domain.people import Participation
from bot.services import follow_ups, outgoing, steps
from bot.services.act import Act
from bot.services.answering import is_editable, merged, opened, record
from bot.services.sealing import open_value
from bot.services.typed_target import LISTENING, Unsure, target_of


def typed(act: Act, text: str, reply_to: str = "") -> None:
    """Records typed text under the question delivered last before it was written, or under the
    one whose message it replies to in a thread (`reply_to`): its readers were named there.

    Text within the silence after an answer is added to that answer. With nothing open nothing is
    recorded and the bot asks what it is for.
    """
    target = _replied_to(act, reply_to) if reply_to else target_of(act)
    if target is None:
        _say_why_not(act, reply_to)
        return
    if isinstance(target, Unsure):
        say_unsure(act, target)
        return
    check_in, question = target
    try:
        value = parse_typed(question, text, dict(question.words(act.person.locale).options))
    except Refused as refused:
        act.note(refused.code)
        return
    _record_typed(act, check_in, question, value)


def say_unsure(act: Act, unsure: Unsure) -> None:
    """Nothing was kept or done; the form names every question."""
    act.note("not_sure", check_in=str(unsure.check_in.id))


def _say_why_not(act: Act, reply_to: str) -> None:
    if act.person.participation is Participation.NEW:
        act.note("start_first")
    elif act.person.participation is Participation.DECLINED:
        act.note("not_taking_part")
    elif reply_to:
        act.note("reply_unclear")
    else:
        act.note("nothing_open")


def _replied_to(act: Act, ref: str) -> tuple[CheckIn, Question] | None:
    """The question of the message that stands above the thread, while it takes words."""
    above = act.tx.queue.posted(act.person.id, ref)
    if above is None or above.about_id is None or not above.about_key:
        return None
    check_in = act.own_check_in(str(above.about_id))
    if check_in is None or check_in.state not in LISTENING or not is_editable(act, check_in):
        return None
    return check_in, act.question(check_in, above.about_key)


def _record_typed(act: Act, check_in: CheckIn, question: Question, value: Value) -> None:
    last = act.tx.answers.current(check_in.id).get(question.key)
    before = open_value(act.vault, last) if last else None
    try:
        together = merged(before, value)
    except Refused as refused:
        act.note(refused.code)
        return
    version_id = record(act, check_in, question, together, last)
    answered = opened(act, check_in, question.key)
    check_in = follow_ups.weigh(act, check_in, answered, question, together)
    shown = []
    if last is None or act.now - last.recorded_at > SILENCE:
        shown.append(outgoing.receipt(check_in, question.key, version_id, act.now))
    if before is None or before.text == "":
        shown.extend(steps.redraws(act, check_in, question.key))
    act.tx.queue.enqueue(shown)
    steps.go_on(act, check_in, act.now + SILENCE)
