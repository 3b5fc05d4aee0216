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
from bot.domain.message import Form, Reply
from bot.domain.packs import Question, QuestionKind, parent_of
from bot.services import answering, audience, choices, form_views, steps
from bot.services.act import Act
from bot.services.form_state import FormState, print_of, print_of_ai, prints_of
from bot.services.kit import Kit
from bot.services.sealing import open_value

Errors = dict[str, str]


def open_form(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """All questions of a check-in with the answers given so far, and who will read them."""
    check_in = act.own_check_in(inbound.value)
    if check_in is None or not answering.is_editable(act, check_in):
        return Reply(notice=_notice(kit, act, "closed"))
    return Reply(_form(kit, act, check_in))


def _form(
    kit: Kit,
    act: Act,
    check_in: CheckIn,
    errors: Mapping[str, str] | None = None,
    fields: Mapping[str, str] | None = None,
    prints: Mapping[str, str] | None = None,
) -> Form:
    """The form as things stand. It carries what it showed, so that sending it changes only what
    the person changed in it, for the readers it named. One that comes back keeps its `prints`.
    """
    named = _as_shown(act, _named_now(act, check_in), fields or {})
    given = {
        key: value
        for key, stored in act.tx.answers.current(check_in.id).items()
        if (value := open_value(act.vault, stored)) is not None
    }
    shown = prints_of(given) if prints is None else prints
    ai_print = print_of_ai(named.shown_ai)
    carried = FormState(check_in.id, named.shown_manager_id, shown, ai_print)
    return form_views.answers(
        kit.words, act, named, str(carried), given, errors or {}, fields or {}
    )


def _as_shown(act: Act, check_in: CheckIn, fields: Mapping[str, str]) -> CheckIn:
    """Without a follow-up question that wasn't sent yet: it may go again, or be exchanged. With one
    that is gone and has words in `fields`, so that nobody loses them.
    """
    found = check_in.follow_up()
    if found and found.is_open and found.asked_at is None and not _words_for(found.key, fields):
        check_in = check_in.without_question(found.key)
    for key in _lost(act, check_in, fields):
        check_in = check_in.with_follow_up(key, Asked.PENDING)
    return check_in


def _lost(act: Act, check_in: CheckIn, fields: Mapping[str, str]) -> list[str]:
    """Its follow-up questions that somebody wrote to in a form, and that are gone by now."""
    pack = act.pack(check_in)
    asked = [pack.question(each.key) for each in check_in.questions if not parent_of(each.key)]
    own = [question.key_of(each) for question in asked for each in question.follow_ups]
    return [key for key in own if _words_for(key, fields) and not check_in.asks(key)]


def _words_for(key: str, fields: Mapping[str, str]) -> str:
    return fields.get(f"text:{key}", "").strip()


def _named_now(act: Act, check_in: CheckIn) -> CheckIn:
    """The check-in with whom a form of it names at this moment."""
    manager = audience.current_manager(act.tx, act.person.id, act.now)
    ai = audience.ai_of(act.policy, act.person)
    return audience.shown_to(check_in, _questions(act, check_in), manager, ai)


def _questions(act: Act, check_in: CheckIn) -> list[Question]:
    pack = act.pack(check_in)
    return [pack.question(asked.key) for asked in check_in.questions]


def submit_answers(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Records what changed. With any error nothing is recorded and the form comes back; so it
    does where the manager or the AI is no longer the one that it named.
    """
    state = FormState.parse(inbound.value)
    check_in = act.own_check_in(str(state.check_in_id)) if state else None
    if state is None or check_in is None or not answering.is_editable(act, check_in):
        return Reply(notice=_notice(kit, act, "closed"))
    questions = _questions(act, check_in)
    values, errors = _parsed(questions, inbound.fields)
    errors |= {f"text:{key}": "gone" for key in _lost(act, check_in, inbound.fields)}
    shown = _named_now(act, check_in)
    if errors or not state.names(shown):
        return Reply(_form(kit, act, check_in, errors, inbound.fields, state.prints))
    if act.is_repeat(inbound.installation_id):
        return Reply()
    _record_form(act, shown, questions, values, state.prints)
    given = [q for q in questions if print_of(values[q.key]) != state.prints.get(q.key)]
    if any(answering.needs_help(act, q, values[q.key]) for q in given):
        told = f"{_notice(kit, act, 'saved')}\n\n{_notice(kit, act, 'help_contact')}"
        return Reply(notice=told)  # at once and in no message: the form leaves none
    return Reply(notice=_notice(kit, act, "saved"), confirms=True)


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
            number = parse_number(question, text) if text.strip() else None
            return Value(number=number, in_form=True)
        words = clean_text(text) if text.strip() else ""
    except Refused as refused:
        raise Refused(refused.code, f"text:{key}") from None
    if rating and (not question.takes_rating or rating not in {"1", "2", "3", "4", "5"}):
        raise Refused("not_offered", f"rating:{key}")
    if choice and choice not in question.options:
        raise Refused("not_offered", f"choice:{key}")
    return Value(words, int(rating) if rating else None, choice, in_form=True)


def _record_form(
    act: Act,
    check_in: CheckIn,
    questions: list[Question],
    values: Mapping[str, Value],
    shown: Mapping[str, str],
) -> None:
    """What the person changed becomes a version or is taken back; what was left empty counts as
    skipped. What somebody typed meanwhile, and did not touch in the form, stays.
    """
    check_in = _without_unseen(act, check_in, values)
    for question in questions:
        if not check_in.asks(question.key):
            continue
        value = values[question.key]
        untouched = print_of(value) == shown.get(question.key, print_of(Value()))
        if not untouched:
            check_in = _record_one(act, check_in, question, value)
        elif check_in.asked(question.key).state is not Asked.ANSWERED:
            check_in = _with_state(check_in, question.key, Asked.SKIPPED)
        steps.redraw(act, check_in, question.key)
    check_in = act.touched(replace(check_in, snoozed_until=None))
    if check_in.state is State.DONE:
        act.save(check_in)
        act.note("edited")
        return
    act.tx.queue.cancel_about(check_in.id, "answered_in_form", act.now)
    steps.go_on(act, replace(check_in, state=State.OPEN, offers=check_in.offers + 1), act.now)


def _without_unseen(act: Act, check_in: CheckIn, values: Mapping[str, Value]) -> CheckIn:
    """A follow-up question that wasn't sent yet is not skipped: it is never asked."""
    found = check_in.follow_up()
    if found is None or found.asked_at is not None or not values[found.key].is_empty:
        return check_in
    return steps.let_go(act, check_in)


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
        return
    check_in = steps.let_go(act, check_in)
    if check_in.next_question() is None:
        steps.go_on(act, act.touched(check_in), act.now)
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
        given = inbound.fields.get("until", "")
        return Reply(form_views.pause(kit.words, act, {refused.field: refused.code}, given))
    if not act.is_repeat(inbound.installation_id):
        choices.pause(act, until)
    return Reply()


def _notice(kit: Kit, act: Act, code: str) -> str:
    contact = act.policy.help_contact
    said = kit.words.say("note", act.person.locale, act.person.time_zone, help_contact=contact)
    return said[code]
