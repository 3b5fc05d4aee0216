"""From a queued row to a message: checked again, then composed from what is stored now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from bot.domain.delivery import DeliveryState, Operation
from bot.domain.message import Message
from bot.services import (
    answered_messages,
    early_signs,
    expectations_messages,
    handover,
    hello_message,
    note_messages,
    nudges,
    promise_messages,
    question_messages,
    sample_message,
    standing_in,
    stay_told,
    summary_message,
)
from bot.services.scene import Composed, Drop, NotYet, Scene, check_again

Composer = Callable[[Scene], Composed]

COMPOSERS: Mapping[str, Composer] = {
    hello_message.HELLO: hello_message.hello,
    hello_message.REDRAW: hello_message.hello,
    "welcome": question_messages.welcome,
    "welcome_reminder": question_messages.welcome,
    "offer": question_messages.offer,
    "reminder": question_messages.reminder,
    "question": question_messages.question,
    "receipt": answered_messages.receipt,
    "thanks": question_messages.thanks,
    early_signs.REDRAW: question_messages.thanks_redraw,
    "redraw": answered_messages.redraw,
    "note": note_messages.note,
    "nudge": note_messages.nudge,
    "nudges": nudges.nudges,
    "nudges_redraw": nudges.nudges_redraw,
    "stay_told": stay_told.stay_told,
    "standing_in": standing_in.told,
    "handover": handover.handover,
    "handover_answered": handover.answered,
    "promise_made": promise_messages.made,
    "promise_due": promise_messages.due,
    "promise_question": promise_messages.question,
    "promise_redraw": promise_messages.redraw,
    "expectations": expectations_messages.told,
    "expectations_redraw": expectations_messages.redraw,
    "expectations_reply": expectations_messages.replied,
    "summary": summary_message.summary,
    "summary_redraw": summary_message.redraw,
    "sample": sample_message.sample,
}

_A_MOMENT = timedelta(seconds=1)

_NOTHING = Composed(Message("removal", "", ()))


def compose(scene: Scene) -> Composed:
    """Raises Drop where the message must not go out any more, NotYet where it must wait."""
    check_again(scene)
    _check_target(scene)
    if scene.delivery.operation is Operation.DELETE:
        return _NOTHING
    composer = COMPOSERS.get(scene.delivery.kind)
    if composer is None:
        raise Drop("unknown_kind")
    return composer(scene)


def _check_target(scene: Scene) -> None:
    """An update waits until the message it changes has been sent."""
    delivery = scene.delivery
    if delivery.operation is Operation.POST or delivery.target_state is DeliveryState.SENT:
        return
    if delivery.target_state in (
        DeliveryState.READY,
        DeliveryState.CLAIMED,
        DeliveryState.SENDING,
    ):
        raise NotYet(scene.now + _A_MOMENT, "target_on_its_way")
    raise Drop("target_not_sent")
