"""Follow-up questions: one more question after an answer that says little or asks something back.

At most one in a check-in, optional, and switched off by whoever doesn't want any.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.domain.check_in import Asked, CheckIn, State, Value
from bot.domain.erasure import Erased
from bot.domain.follow_up import fitting, in_turn
from bot.domain.message import Block, Button, Buttons, Divider, Heading, Text
from bot.domain.packs import AudienceKind, FollowUp, Question, parent_of
from bot.services import steps
from bot.services.act import Act
from bot.services.taken_back import taken_back
from prompts.words import Words

OFF, SWITCH = "follow_ups_off", "follow_ups"
"""The actions of the button below a follow-up question, and of the one in *Your data*."""

LEAST_LEFT = timedelta(hours=1)
"""A check-in that closes sooner asks nothing besides."""


def weigh(
    act: Act, before: CheckIn, check_in: CheckIn, question: Question, answer: Value
) -> CheckIn:
    """The check-in with the follow-up question that the whole answer calls for, or without the one
    that it no longer calls for. What may be on the screen stays as it is, so that nobody is ever
    asked two things at once.

    before: the check-in as it was before this answer. Not saved yet.
    """
    found = fitting(question, answer.text) if question.follow_ups else ()
    present = check_in.follow_up()
    if present is None and not (found and _may_ask(act, before, question, answer)):
        return check_in
    if present is not None and not (present.is_open and parent_of(present.key) == question.key):
        return check_in
    return exchange(act, check_in, question, found)


def _may_ask(act: Act, check_in: CheckIn, question: Question, answer: Value) -> bool:
    wanted = act.policy.asks_follow_ups and act.person.follow_ups_off_at is None
    is_read = question.audience is AudienceKind.MANAGER and check_in.shown_manager_id is not None
    in_time = check_in.closes_at - act.now > LEAST_LEFT
    skipped = any(each.state is Asked.SKIPPED for each in check_in.questions)
    return wanted and is_read and in_time and not skipped and not answer.in_form


def stays_away(act: Act, check_in: CheckIn, key: str) -> bool:
    """Whether the question `key`, whose answer was taken back, is a follow-up that isn't asked
    again: the person switched them off, or another question stands open by now.
    """
    others = (each for each in check_in.questions if each.key != key)
    beside = any(each.is_open and each.asked_at for each in others)
    return bool(parent_of(key)) and (beside or act.person.follow_ups_off_at is not None)


def exchange(act: Act, check_in: CheckIn, question: Question, found: Sequence[FollowUp]) -> CheckIn:
    """With one of `found` in place of what comes next, or without a follow-up where there is none;
    the same check-in where what comes next may be on the screen.
    """
    upcoming, present = check_in.next_question(), check_in.follow_up()
    if upcoming is not None and upcoming.asked_at is not None:
        return check_in
    if present is not None and present != upcoming:
        return check_in
    if not steps.call_back(act, check_in, upcoming.key if upcoming else ""):
        return check_in
    bare = _bare(act, check_in)
    if not found:
        return bare
    follow_up = in_turn(found, check_in.opened_at.date())
    state = Asked.CHOOSING if len(found) > 1 and _may_choose(act, check_in) else Asked.PENDING
    return bare.with_follow_up(question.key_of(follow_up), state)


def _bare(act: Act, check_in: CheckIn) -> CheckIn:
    """Open, without its follow-up; what comes next can be queued anew."""
    present = check_in.follow_up()
    if present is not None:
        act.tx.check_ins.drop_question(check_in.id, present.key)
        check_in = check_in.without_question(present.key)
    opened = replace(check_in, offers=check_in.offers + 1)
    return replace(opened, state=State.OPEN, completed_at=None)


def _may_choose(act: Act, check_in: CheckIn) -> bool:
    """Whether a model may be asked; whether it can, and may see this answer, is looked at then."""
    label = act.policy.ai.label
    return bool(label) and check_in.shown_ai == label and act.person.ai_off_at is None


def off(act: Act) -> None:
    """*No follow-up questions*: none comes from now on, and the open one goes."""
    _switch(act, is_off=True)
    act.note("follow_ups_off")


def switched(act: Act, to: str) -> Act:
    """In *Your data*, where `to` is "off" or "on"; the act of the person as they are now."""
    if to in ("off", "on"):
        _switch(act, is_off=to == "off")
    return replace(act, person=act.tx.people.get(act.person.id) or act.person)


def switch_blocks(words: Words, act: Act) -> Iterator[Block]:
    """What *Your data* says about follow-up questions, and the button that changes it."""
    if not act.policy.asks_follow_ups:
        return
    said = words.say("follow_ups", act.person.locale, act.person.time_zone)
    is_off = act.person.follow_ups_off_at is not None
    yield Divider()
    yield Heading(said["title"])
    yield Text(said["off" if is_off else "on"])
    label = said["switch_on" if is_off else "switch_off"]
    yield Buttons((Button(label, SWITCH, "on" if is_off else "off"),))


def _switch(act: Act, *, is_off: bool) -> None:
    """A repeat changes nothing. Noted as what people take back is: a restored copy keeps to it."""
    if is_off != (act.person.follow_ups_off_at is not None):
        act.tx.people.set_follow_ups_off(act.person.id, act.now if is_off else None)
        taken_back(act, Erased.FOLLOW_UPS_OFF if is_off else Erased.FOLLOW_UPS_ON, act.person.id)
    for check_in in steps.open_check_ins(act) if is_off else ():
        without = steps.let_go(act, check_in)
        if without is not check_in:
            steps.go_on(act, act.touched(without), act.now)
