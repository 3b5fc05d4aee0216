"""Whatever a person does on a platform: one command in, one transaction, one reply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.inbound import Inbound, InboundKind
from bot.domain.message import Reply
from bot.domain.people import Person
from bot.domain.ports.unit_of_work import Tx
from bot.services import (
    admin,
    answering,
    choices,
    commands,
    erase_forms,
    expectations_asking,
    expectations_leader,
    expectations_reply,
    follow_ups,
    forms,
    fresh_start,
    guide_view,
    handover,
    meetings,
    move_home,
    my_answers,
    my_data,
    nudges,
    pair_actions,
    pair_adding,
    prepare,
    result_panels,
    rhythms,
    sign_acts,
    sign_views,
    standing_in,
    summary_details,
    summary_rests,
    typed_answers,
    typed_changes,
    who_reads,
)
from bot.services.act import Act, join_value
from bot.services.kit import Kit
from bot.services.needed_keys import NEEDED
from bot.services.typed_target import Unsure, target_of
from prompts.library import command_in

_OF_SUMMARIES: Mapping[str, Callable[[Kit, Person, str, datetime], Awaitable[Reply]]] = {
    **dict.fromkeys(summary_details.ACTIONS, summary_details.show),
    **dict.fromkeys(summary_rests.ACTIONS, summary_rests.show),
}
"""What opens behind a summary, for which keys of others than the person's own are needed."""


async def handle(kit: Kit, inbound: Inbound, now: datetime) -> Reply:
    """Carries out what the person did, once, however often the platform delivers it.

    Acts of unknown or inactive people change nothing. What must arrive goes through the queue;
    the reply holds only what is harmless if lost. Raises StorageUnavailable where nothing could
    be recorded: the platform must then not be acknowledged.
    """
    person, others = await kit.uow.read(lambda tx: _who(tx, inbound, now))
    if person is None or not person.active:
        return Reply()
    is_command = inbound.kind is InboundKind.COMMAND
    if is_command and (reply := await commands.for_hr(kit, person, inbound, now)):
        return reply
    if inbound.action in admin.ACTIONS:
        return await admin.handle(kit, person, inbound, now)
    if inbound.action in _OF_SUMMARIES:
        return await _OF_SUMMARIES[inbound.action](kit, person, inbound.value, now)
    if inbound.action in erase_forms.SENT:
        return await erase_forms.carry_out(kit, person, inbound, now)
    await fresh_start.key_for(kit, person, inbound, now)
    vault = await kit.keys.vault([person.id, *others])

    def run(tx: Tx) -> Reply:
        if others:  # in one order, as two people may write to each other at the same time
            tx.people.lock_many({person.id, *others})
        fresh = tx.people.lock(person.id) or person
        policy = tx.organisations.policy()
        act = Act(tx, fresh, vault, kit.calendar, policy, now, inbound.at, inbound.inbound_id)
        return _dispatch(kit, act, inbound)

    return await kit.uow.write(run)


def _who(tx: Tx, inbound: Inbound, now: datetime) -> tuple[Person | None, set[UUID]]:
    """Who acts, and whose keys the act needs beside their own."""
    person = tx.people.by_identity(inbound.installation_id, inbound.external_id)
    if person is None:
        return None, set()
    others = NEEDED.get(inbound.action)
    needed = others(tx, person, inbound.value, now) if others else set()
    return person, needed | pair_adding.writes_for(tx, person, inbound, now)


def _dispatch(kit: Kit, act: Act, inbound: Inbound) -> Reply:
    """Views change nothing that matters twice; everything else passes the inbox. Forms do so
    themselves, once their fields are in order: a refused form can be sent again.
    """
    if inbound.kind is InboundKind.COMMAND:
        return commands.answer(kit, act, inbound)
    if inbound.kind is InboundKind.TEXT:
        inbound = _as_command(act.person, inbound)
    view = _VIEWS.get(inbound.action)
    if view is not None:
        return view(kit, act, inbound)
    change = _CHANGES.get(inbound.action)
    if change is not None and not act.is_repeat(inbound.installation_id):
        change(act, inbound)
    return Reply()


def _as_command(person: Person, inbound: Inbound) -> Inbound:
    """Typed text, or the command it is when a known word is all of it."""
    action = _TYPED.get(command_in(inbound.text, person.locale) or "", "typed")
    return replace(inbound, action=action)


def _undo_latest(act: Act, _: Inbound) -> None:
    """The typed word *undo*: takes back the newest answer that can still change."""
    newest = act.tx.answers.of_person(act.person.id, limit=1)
    if not newest:
        act.note("nothing_to_undo")
        return
    answering.undo(act, f"{newest[0].check_in_id}:{newest[0].question_key}")


def _on_open_question(do: Callable[[Act, str], None]) -> Callable[[Act, Inbound], None]:
    """A typed word that acts on the question that is open: *skip*, *next*."""

    def run(act: Act, _: Inbound) -> None:
        target = target_of(act)
        if target is None:
            act.note("nothing_open")
        elif isinstance(target, Unsure):
            typed_answers.say_unsure(act, target)
        else:
            do(act, join_value(target[0].id, target[1].key))

    return run


def _offer_button(code: str) -> Callable[[Act, Inbound], None]:
    """A typed word that needs a form: typed text can open none, so a button is offered."""

    def run(act: Act, _: Inbound) -> None:
        target = target_of(act)
        if target is None:
            act.note("nothing_open")
        else:
            check_in = target.check_in if isinstance(target, Unsure) else target[0]
            act.note(code, check_in=str(check_in.id))

    return run


_TYPED: Mapping[str, str] = {
    "start": "start",
    "stop": "decline",
    "undo": "undo_latest",
    "skip": "skip_typed",
    "resume": "resume",
    "help": "help",
    "my_answers": "my_answers_typed",
    "my_data": "my_data_typed",
    "who_reads": "who_reads_typed",
    "pause": "pause_typed",
    "home": "home_typed",
    "next": "next_typed",
    "snooze": "snooze_typed",
    "form": "form_typed",
    "agenda": "agenda_typed",
    "promise": "promise_typed",
}

_CHANGES: Mapping[str, Callable[[Act, Inbound], None]] = {
    "typed": lambda act, inbound: typed_answers.typed(act, inbound.text, inbound.reply_to),
    "answer": lambda act, inbound: answering.pressed(act, inbound.value, inbound.pressed),
    "move_on": lambda act, inbound: answering.move_on(act, inbound.value),
    "skip_question": lambda act, inbound: answering.skip_question(act, inbound.value),
    follow_ups.OFF: lambda act, _: follow_ups.off(act),
    "undo": lambda act, inbound: answering.undo(act, inbound.value),
    "undo_latest": _undo_latest,
    "skip_typed": _on_open_question(answering.skip_question),
    "next_typed": _on_open_question(answering.move_on),
    "snooze_typed": _offer_button("open_later"),
    "form_typed": _offer_button("open_form"),
    "only_me": lambda act, inbound: answering.narrow(act, inbound.value),
    "start": lambda act, _: choices.start(act),
    "decline": lambda act, _: choices.decline(act),
    "resume": lambda act, _: choices.resume(act),
    "help": lambda act, _: act.note("help"),
    "my_answers_typed": lambda act, _: act.note("open_my_answers"),
    "my_data_typed": lambda act, _: act.note("open_my_data"),
    "who_reads_typed": lambda act, _: act.note("open_who_reads"),
    "pause_typed": lambda act, _: act.note("open_pause"),
    "agenda_typed": lambda act, _: act.note("open_agenda"),
    "promise_typed": lambda act, _: act.note("open_promise"),
    "home_typed": lambda act, _: act.note("open_home"),
    "typed_edited": lambda act, _: typed_changes.edited(act),
    move_home.ACTION: move_home.home_here,
    "meeting_not_yet": lambda act, inbound: meetings.not_yet(act, inbound.value),
    "standing_in_end": lambda act, _: standing_in.end(act),
    "stay_tell": lambda act, inbound: meetings.tell(act, inbound.value),
    "typed_deleted": lambda act, _: typed_changes.deleted(act),
}

_VIEWS: Mapping[str, Callable[[Kit, Act, Inbound], Reply]] = {
    "open_form": forms.open_form,
    "open_later": forms.open_later,
    "open_pause": forms.open_pause,
    "answer_form": forms.submit_answers,
    "later": forms.submit_later,
    "pause": forms.submit_pause,
    "my_answers": my_answers.show,
    my_data.ACTION: my_data.show,
    my_data.AI: my_data.switch_ai,
    my_data.COPY: my_data.copy,
    sign_views.SHOW: sign_acts.show,
    sign_views.TALK: sign_acts.talk,
    sign_views.OFF: sign_acts.off,
    sign_views.SWITCH: sign_acts.switch,
    follow_ups.SWITCH: lambda kit, act, inbound: my_data.show(
        kit, follow_ups.switched(act, inbound.value), inbound
    ),
    who_reads.ACTION: who_reads.show,
    erase_forms.ANSWER: erase_forms.ask_answer,
    erase_forms.CHECK_IN: erase_forms.ask_check_in,
    erase_forms.EVERYTHING: erase_forms.ask_everything,
    "expectations_ask": expectations_asking.ask,
    "expectations_asked": expectations_asking.submit,
    "expectations_take_back": expectations_asking.take_back,
    "expectations_read": expectations_leader.read,
    "expectations_reply": expectations_reply.reply,
    "expectations_reply_review": expectations_reply.review,
    "expectations_reply_send": expectations_reply.send,
    guide_view.ACTION: guide_view.show,
    prepare.ACTION: prepare.show,
    handover.GIVE: handover.answer,
    handover.KEEP: handover.answer,
    "one_to_ones": rhythms.show,
    "standing_in": standing_in.edit,
    "standing_in_submit": standing_in.submit,
    "one_to_one_set": rhythms.edit,
    "one_to_one_submit": rhythms.submit,
    "meeting_held": meetings.held,
    "meeting_move": meetings.move,
    "meeting_move_submit": meetings.submit_move,
    "meeting_notes": meetings.notes,
    "meeting_notes_submit": meetings.submit_notes,
    "nudges_more": lambda kit, act, inbound: nudges.more(kit, act, inbound.value),
    "nudges_later": nudges.later,
    "agenda_open": pair_adding.open_agenda,
    "agenda_add": pair_adding.submit_agenda,
    "promise_open": pair_adding.open_promise,
    "promise_make": pair_adding.submit_promise,
    **pair_actions.VIEWS,
    **result_panels.VIEWS,
}
