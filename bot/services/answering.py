"""Employee answers -> recorded: one transaction holds the answer and the message after it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from bot.domain.check_in import (
    EDITABLE,
    MAX_TEXT,
    Asked,
    CheckIn,
    Refused,
    State,
    Value,
    audience_of,
    parse_pressed,
)
from bot.domain.erasure import Erased
from bot.domain.packs import AudienceKind, Question, QuestionKind
from bot.domain.people import Participation
from bot.domain.ports.conversation_store import NewVersion, StoredAnswer
from bot.services import follow_ups, steps
from bot.services.act import Act, split_value
from bot.services.forget import reword
from bot.services.sealing import open_value, seal_value
from bot.services.taken_back import taken_back


def merged(before: Value | None, value: Value) -> Value:
    """More text goes under the same answer; a typed rating or option replaces the one before."""
    if before is None:
        return value
    if value.text:
        together = before.appended(value.text)
        if len(together.text) > MAX_TEXT:
            raise Refused("too_long")
        return together
    return replace(
        before,
        rating=value.rating or before.rating,
        choice=value.choice or before.choice,
        number=before.number if value.number is None else value.number,
        in_form=False,
    )


def pressed(act: Act, value: str, chosen: str) -> None:
    """Records a pressed rating or option. Forged and outdated buttons change nothing."""
    found = _pressable(act, value)
    if found is None:
        act.note("closed")
        return
    check_in, question = found
    try:
        given = parse_pressed(question, chosen)
    except Refused as refused:
        act.note(refused.code)
        return
    last = act.tx.answers.current(check_in.id).get(question.key)
    before = open_value(act.vault, last) if last else None
    record(act, check_in, question, merged(before, given), last)
    check_in = opened(act, _reached(act, check_in, question.key), question.key)
    steps.redraw(act, check_in, question.key)
    if _waits_for_words(question, before):
        act.save(check_in)
        return
    steps.go_on(act, check_in, act.now)


def _reached(act: Act, check_in: CheckIn, key: str) -> CheckIn:
    """A press proves that the question came, also where the platform's answer was lost."""
    asked = check_in.asked(key)
    if asked.asked_at is not None:
        return check_in
    return check_in.with_question(replace(asked, asked_at=act.at))


def _waits_for_words(question: Question, before: Value | None) -> bool:
    """After the rating of a question that takes words too, the person says when to go on."""
    return question.kind is QuestionKind.TEXT_AND_RATING and not (before and before.text)


def move_on(act: Act, value: str) -> None:
    """*Next* under an answered question: goes on without more words."""
    found = _pressable(act, value)
    if found is not None:
        check_in = steps.let_go_of(act, act.touched(found[0]), found[1].key)
        steps.redraw(act, check_in, found[1].key)
        steps.go_on(act, check_in, act.now)


def skip_question(act: Act, value: str) -> None:
    found = _pressable(act, value)
    if found is None:
        act.note("closed")
        return
    check_in, question = found
    asked = check_in.asked(question.key)
    if asked.state is Asked.ANSWERED:
        _ask_no_more_of(act, check_in, question.key)
        return
    check_in = act.touched(check_in.with_question(replace(asked, state=Asked.SKIPPED)))
    check_in = act.save(replace(check_in, state=State.OPEN))
    steps.redraw(act, check_in, question.key)
    steps.go_on(act, check_in, act.now)


def _ask_no_more_of(act: Act, check_in: CheckIn, key: str) -> None:
    """*skip* within the silence after an answer, or *Only for me*: nobody asks further."""
    without = steps.let_go_of(act, check_in, key)
    if without is not check_in:
        steps.go_on(act, act.touched(without), act.now)


def _pressable(act: Act, value: str) -> tuple[CheckIn, Question] | None:
    """The person's own check-in and question behind a button, while it can be answered."""
    check_in_id, key = split_value(value)
    check_in = act.own_check_in(check_in_id)
    if check_in is None or not is_editable(act, check_in):
        return None
    try:
        return check_in, act.question(check_in, key)
    except KeyError:
        return None


def is_editable(act: Act, check_in: CheckIn) -> bool:
    """Answers can change until the check-in closes, by people who take part."""
    takes_part = act.person.participation is Participation.STARTED
    return check_in.state in EDITABLE and takes_part and act.now < check_in.closes_at


def record(
    act: Act,
    check_in: CheckIn,
    question: Question,
    value: Value,
    built_on: StoredAnswer | None = None,
) -> UUID:
    """Seals one answer version under the audience that was shown to the person; its id.

    built_on: the version that `value` contains, so that no older platform time hides it.
    """
    version_id = uuid4()
    platform_at = max(act.at, built_on.platform_at) if built_on else act.at
    kind, readers = audience_of(question, check_in.shown_manager_id)
    if not value.in_form and needs_help(act, question, value):
        act.note("help_contact")
    act.tx.answers.record(
        NewVersion(
            id=version_id,
            check_in_id=check_in.id,
            person_id=act.person.id,
            question_key=question.key,
            sealed=seal_value(act.vault, act.person.id, version_id, value),
            platform_at=platform_at,
            recorded_at=act.now,
            audience=kind,
            readers=readers,
            counted=question.counted,
            ai=_ai_named(act, check_in) if kind is AudienceKind.MANAGER else "",
        )
    )
    return version_id


def _ai_named(act: Act, check_in: CheckIn) -> str:
    """What is said while AI is off stays without it, though an earlier message named one."""
    return "" if act.person.ai_off_at else check_in.shown_ai


def needs_help(act: Act, question: Question, value: Value) -> bool:
    """Whether the person, and nobody else, is shown where to turn to; nobody is told."""
    asks_for_it = question.help_from and (value.rating or 0) >= question.help_from
    return bool(asks_for_it and act.policy.help_contact)


def opened(act: Act, check_in: CheckIn, key: str) -> CheckIn:
    """The question is answered and the conversation goes on."""
    answered = replace(check_in.asked(key), state=Asked.ANSWERED)
    state = State.DONE if check_in.state is State.DONE else State.OPEN
    return act.touched(replace(check_in.with_question(answered), state=state, snoozed_until=None))


def undo(act: Act, value: str) -> None:
    """Takes an answer back: its content is gone for good. While the check-in runs and the person
    takes part, the question is open again.
    """
    check_in, key = _own_answer(act, value)
    if check_in is None:
        act.note("nothing_to_undo")
        return
    withdraw_all(act, check_in, key)
    if not is_editable(act, check_in):
        steps.redraw(act, check_in, key)
        return
    # Whatever else is open and optional goes too: one question at a time.
    check_in = steps.let_go(act, steps.let_go_of(act, check_in, key))
    state = Asked.SKIPPED if follow_ups.stays_away(act, check_in, key) else Asked.PENDING
    reopened = replace(check_in.asked(key), state=state)
    check_in = act.touched(check_in.with_question(reopened))
    check_in = replace(check_in, state=State.OPEN, completed_at=None)
    steps.redraw(act, check_in, key)
    steps.ask_again(act, check_in)


def _own_answer(act: Act, value: str) -> tuple[CheckIn | None, str]:
    """The person's own check-in behind a button, where its question has an answer."""
    check_in_id, key = split_value(value)
    check_in = act.own_check_in(check_in_id)
    answered = check_in is not None and key in act.tx.answers.current(check_in.id)
    return (check_in if answered else None), key


def withdraw_all(act: Act, check_in: CheckIn, key: str) -> None:
    """Every version goes: what was taken back must not come back as an older wording. So do the
    sentences made of it that summaries keep; the message that somebody got stays as it was read.
    """
    gone: list[UUID] = []
    while stored := act.tx.answers.current(check_in.id).get(key):
        act.tx.answers.withdraw(stored.version_id)
        gone.append(stored.version_id)
    taken_back(act, Erased.VERSION, *gone)
    reword(act.tx, act.vault, act.tx.summaries.release(gone))


def narrow(act: Act, value: str) -> None:
    """*Only me*: nobody else reads this answer from now on. It can't be widened again.

    Possible at any time, also after the check-in closed or by somebody who takes part no more.
    """
    check_in, key = _own_answer(act, value)
    if check_in is None:
        act.note("gone")
        return
    stored = act.tx.answers.current(check_in.id)[key]
    act.tx.answers.narrow(stored.answer_id, AudienceKind.SELF, act.now)
    taken_back(act, Erased.NARROWED, stored.answer_id)
    if is_editable(act, check_in):
        _ask_no_more_of(act, check_in, key)
    steps.redraw(act, check_in, key)
