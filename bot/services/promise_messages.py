"""Messages to an employee about a promise, composed from what is stored now."""

from __future__ import annotations

from uuid import UUID

from bot.domain.message import Block, Button, Buttons, Look, Message, Quote, Text, Tone
from bot.domain.people import Participation
from bot.services.promise_blocks import PromiseShown, opened
from bot.services.scene import Composed, Drop, NotYet, Scene


def made(scene: Scene) -> Composed:
    """The manager promised something."""
    return Composed(_made(_standing(scene)))


def _made(shown: PromiseShown) -> Message:
    said = shown.say()
    blocks: tuple[Block, ...] = (
        Text(said["made"]),
        Quote(shown.text),
        Text(said["made_after"], Tone.MUTED),
        *_see_all(shown),
    )
    return Message("promise_made", said["made_notified"], blocks)


def due(scene: Scene) -> Composed:
    """The employee's own promise is due soon."""
    shown = _standing(scene)
    if not shown.promise.is_open_for(scene.person.id):
        raise Drop("settled")
    return Composed(_due(shown))


def _due(shown: PromiseShown) -> Message:
    return Message(
        "promise_due", shown.say()["due_notified"], (*shown.reminder(), *_see_all(shown))
    )


def question(scene: Scene) -> Composed:
    """Whether it happened. Whoever doesn't take part is asked of their own promises alone."""
    shown = _standing(scene)
    if not shown.promise.is_open_for(scene.person.id):
        raise Drop("settled")
    if not shown.is_mine and scene.person.participation is not Participation.STARTED:
        raise Drop("not_for_me")
    return Composed(Message("promise_question", shown.say()["ask_notified"], shown.question()))


def redraw(scene: Scene) -> Composed:
    """An earlier message as things stand now: answered, or taken back."""
    shown = _opened(scene)
    of_kind = scene.delivery.facts["of"]
    if shown.promise.is_withdrawn:
        said = shown.say()
        return Composed(Message(of_kind, said["taken_back"], shown.taken_back()))
    if of_kind == "promise_question":
        return Composed(Message(of_kind, shown.say()["ask_notified"], shown.answered()))
    return Composed(_due(shown) if of_kind == "promise_due" else _made(shown))


def _standing(scene: Scene) -> PromiseShown:
    """Raises Drop where it was taken back or isn't between these two any more, and NotYet during
    the employee's pause.
    """
    until = scene.person.paused_until
    if until is not None and scene.person.is_paused(scene.now):
        raise NotYet(until, "paused")
    shown = _opened(scene)
    if shown.promise.is_withdrawn:
        raise Drop("taken_back")
    return shown


def _opened(scene: Scene) -> PromiseShown:
    promise = scene.tx.promises.get(UUID(scene.delivery.facts["promise"]))
    if promise is None or promise.employee_id != scene.person.id:
        raise Drop("gone")
    shown = opened(scene.tx, scene.vault, scene.words, scene.person, promise, scene.now)
    if shown is None:
        raise Drop("gone")
    return shown


def _see_all(shown: PromiseShown) -> tuple[Block, ...]:
    label = shown.say()["see_all"]
    return (Buttons((Button(label, "pair", str(shown.other.id), Look.QUIET),)),)
