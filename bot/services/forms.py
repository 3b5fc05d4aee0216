"""Forms: all questions at once (to answer or edit), *Not now*, and the pause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.check_in import (
    Asked,
    CheckIn,
    Refused,
    State,
    Value,
    clean_text,
    parse_number,
)
from bot.domain.inbound import Inbound
from bot.domain.message import Reply
from bot.domain.packs import Question, QuestionKind
from bot.services import answering, audience, choices, form_views, steps
from bot.services.act import Act
from bot.services.kit import Kit
from bot.services.sealing import open_value

Errors = dict[str, str]


def open_form(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """All questions of a check-in with the answers given so far. Opening shows the audience."""
    check_in = act.own_check_in(inbound.value)
    if check_in is None or not answering.is_editable(act, check_in):
        return Reply(notice=_notice(kit, act, "closed"))
    shown = audience.shown_to(act.tx, check_in, act.now)
    if shown != check_in:
        act.save(shown)
    return Reply(form_views.answers(kit.words, act, shown, _given(act, shown), {}))


def _given(act: Act, check_in: CheckIn) -> dict[str, Value]:
    opened = {
        key: open_value(act.vault, stored)
        for key, stored in act.tx.answers.current(check_in.id).items()
    }
    return {key: value for key, value in opened.items() if value is not None}


def submit_answers(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Records what changed. With any error nothing is recorded and the form comes back."""
    check_in = act.own_check_in(inbound.value)
    if check_in is None or not answering.is_editable(act, check_in):
        return Reply(notice=_notice(kit, act, "closed"))
    questions = [act.question(check_in, asked.key) for asked in check_in.questions]
    values, errors = _parsed(questions, inbound.fields)
    if errors:
        form = form_views.answers(kit.words, act, check_in, values, errors, inbound.fields)
        return Reply(form)
    if act.is_repeat(inbound.installation_id):
        return Reply()
    _record_form(act, check_in, questions, values)
    return Reply(notice=_notice(kit, act, "saved"))


def _parsed(
    questions: list[Question], fields: Mapping[str, str]
) -> tuple[dict[str, Value], Errors]:
    values: dict[str, Value] = {}
    errors: Errors = {}
    for question in questions:
        try:
            values[question.key] = _value_of(question, fields)
        except Refused as refused:
            errors[refused.field] = refused.code
    return values, errors


def _value_of(question: Question, fields: Mapping[str, str]) -> Value:
    """Raises Refused naming the field whose content does not fit."""
    key = question.key
    text = fields.get(f"text:{key}", "")
    rating = fields.get(f"rating:{key}", "")
    choice = fields.get(f"choice:{key}", "")
    try:
        if question.kind is QuestionKind.NUMBER:
            return Value(number=parse_number(question, text)) if text.strip() else Value()
        words = clean_text(text) if text.strip() else ""
    except Refused as refused:
        raise Refused(refused.code, f"text:{key}") from None
    if rating and (not question.takes_rating or rating not in {"1", "2", "3", "4", "5"}):
        raise Refused("not_offered", f"rating:{key}")
    if choice and choice not in question.options:
        raise Refused("not_offered", f"choice:{key}")
    return Value(text=words, rating=int(rating) if rating else None, choice=choice)


def _record_form(
    act: Act, check_in: CheckIn, questions: list[Question], values: Mapping[str, Value]
) -> None:
    """New and changed answers become versions, emptied ones are taken back, the rest skipped."""
    given = _given(act, check_in)
    for question in questions:
        value, before = values[question.key], given.get(question.key, Value())
        if value != before:
            check_in = _record_one(act, check_in, question, value)
        elif value.is_empty:
            check_in = _with_state(check_in, question.key, Asked.SKIPPED)
        steps.redraw(act, check_in, question.key)
    act.tx.queue.cancel_about(check_in.id, "answered_in_form", act.now)
    check_in = act.touched(replace(check_in, snoozed_until=None))
    if check_in.state is State.DONE:
        act.save(check_in)
        act.note("edited")
        return
    steps.go_on(act, replace(check_in, state=State.OPEN, offers=check_in.offers + 1), act.now)


def _record_one(act: Act, check_in: CheckIn, question: Question, value: Value) -> CheckIn:
    if value.is_empty:
        answering.withdraw_all(act, check_in, question.key)
        return _with_state(check_in, question.key, Asked.SKIPPED)
    answering.record(act, check_in, question, value)
    return _with_state(check_in, question.key, Asked.ANSWERED)


def _with_state(check_in: CheckIn, key: str, state: Asked) -> CheckIn:
    return check_in.with_question(replace(check_in.asked(key), state=state))


def open_later(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """*Not now*: later today, tomorrow, next week, skip it, or a longer pause."""
    check_in = act.own_check_in(inbound.value)
    if check_in is None or act.now >= check_in.closes_at:
        return Reply(notice=_notice(kit, act, "closed"))
    return Reply(form_views.later(kit.words, act, check_in.id, {}))


def submit_later(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    check_in = act.own_check_in(inbound.value)
    if check_in is None or check_in not in steps.open_check_ins(act):
        return Reply(notice=_notice(kit, act, "closed"))
    when = inbound.fields.get("when", "")
    if when == "pause":
        return Reply(form_views.pause(kit.words, act, {}))
    if when not in form_views.LATER:
        return Reply(form_views.later(kit.words, act, check_in.id, {"when": "not_offered"}))
    if not act.is_repeat(inbound.installation_id):
        _put_off(act, check_in, when)
    return Reply()


def _put_off(act: Act, check_in: CheckIn, when: str) -> None:
    if when == "skip":
        choices.skip(act, check_in)
        act.note("skipped")
        return
    back = choices.snooze(act, check_in, when)
    steps.redraw(act, act.tx.check_ins.get(check_in.id) or check_in)
    act.note("snoozed", moment=back.isoformat())


def open_pause(kit: Kit, act: Act, _: Inbound) -> Reply:
    return Reply(form_views.pause(kit.words, act, {}))


def submit_pause(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    try:
        until = choices.parse_pause(act, inbound.fields.get("until", ""))
    except Refused as refused:
        return Reply(form_views.pause(kit.words, act, {refused.field: refused.code}))
    if not act.is_repeat(inbound.installation_id):
        choices.pause(act, until)
        act.note("paused", moment=until.isoformat())
    return Reply()


def _notice(kit: Kit, act: Act, code: str) -> str:
    return kit.words.say("note", act.person.locale, act.person.time_zone)[code]
