"""A check-in's messages once something was answered: receipts and redraws of earlier messages."""

from __future__ import annotations

from uuid import UUID

from bot.domain.check_in import ANSWERABLE, Asked, AskedQuestion, CheckIn, State, Value
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    Choice,
    Heading,
    Look,
    Message,
    Option,
    Rating,
    Text,
    Tone,
)
from bot.domain.packs import AudienceKind, Question, QuestionKind, parent_of
from bot.domain.people import Participation
from bot.domain.ports.conversation_store import StoredAnswer
from bot.services import audience
from bot.services.act import join_value
from bot.services.scene import Composed, Scene
from bot.services.sealing import open_value


def receipt(scene: Scene) -> Composed:
    """After typed text: which question it answers, who reads it, *Undo* and *Only me*."""
    check_in = scene.check_in(scene.delivery.about_id)
    return Composed(_receipt(scene, check_in, scene.delivery.about_key))


def _receipt(scene: Scene, check_in: CheckIn, key: str) -> Message:
    question = scene.pack(check_in).question(key)
    words = question.words(scene.person.locale)
    stored = scene.tx.answers.current(check_in.id).get(key)
    said = scene.say("receipt", question=words.text)
    if stored is None:
        return Message("receipt", said["taken_back"], (Text(said["taken_back"], Tone.MUTED),))
    line = f"{said['saved']} {_readers(scene, stored)}"
    buttons = _receipt_buttons(scene, check_in, key, stored.audiences[-1].kind)
    return Message("receipt", line, (Text(line, Tone.MUTED), *buttons))


def _receipt_buttons(
    scene: Scene, check_in: CheckIn, key: str, kind: AudienceKind
) -> tuple[Block, ...]:
    items = _receipt_items(scene, check_in, key, kind)
    return (Buttons(items),) if items else ()


def _receipt_items(
    scene: Scene, check_in: CheckIn, key: str, kind: AudienceKind
) -> tuple[Button, ...]:
    """*Undo*, and *Only for me* while somebody else could read it; nothing once it is closed."""
    if scene.now >= check_in.closes_at or check_in.state in (State.CLOSED, State.CANCELLED):
        return ()
    said = scene.say("receipt", question="")
    value = join_value(check_in.id, key)
    undo = Button(said["undo"], "undo", value, Look.QUIET)
    if kind is AudienceKind.SELF:
        return (undo,)
    return undo, Button(said["only_me"], "only_me", value, Look.QUIET)


def _readers(scene: Scene, stored: StoredAnswer) -> str:
    return audience.readers_of(scene.tx, scene.words, scene.person, stored, scene.now)


def redraw(scene: Scene) -> Composed:
    """An earlier message as it stands now: answered, skipped, taken back or closed."""
    facts = scene.delivery.facts
    key, of_kind = facts["key"], facts["of"]
    check_in = scene.check_in(UUID(facts["check_in"]))
    if of_kind == "receipt":
        return Composed(_receipt(scene, check_in, key))
    if of_kind in ("welcome", "welcome_reminder"):
        return Composed(_welcomed(scene))
    return Composed(_redrawn(scene, check_in, check_in.asked(key)))


def _welcomed(scene: Scene) -> Message:
    said = scene.say("welcome", first_name=scene.person.first_name, count=1)
    codes = {Participation.STARTED: "started", Participation.DECLINED: "declined"}
    line = said[codes.get(scene.person.participation, "passed")]
    blocks = (Text(said["hello"], Tone.STRONG), Text(said["what"]), Text(line, Tone.MUTED))
    return Message("welcome", line, blocks)


def _redrawn(scene: Scene, check_in: CheckIn, asked: AskedQuestion) -> Message:
    question = scene.pack(check_in).question(asked.key)
    title = Heading(question.words(scene.person.locale).text)
    stored = scene.tx.answers.current(check_in.id).get(asked.key)
    value = open_value(scene.vault, stored) if stored else None
    if stored is not None and value is not None:
        blocks = _answered(scene, check_in, question, value, stored)
    else:
        said = scene.say("question", moment=check_in.snoozed_until)
        blocks = (Text(said[_fate(check_in, asked)], Tone.MUTED),)
    return Message("question", title.text, (title, *blocks))


def _fate(check_in: CheckIn, asked: AskedQuestion) -> str:
    if check_in.state is State.SNOOZED:
        return "snoozed"
    if asked.state is Asked.SKIPPED and parent_of(asked.key):
        return "optional"
    if asked.state is Asked.SKIPPED and check_in.state in ANSWERABLE | {State.DONE}:
        return "skipped"
    return "moved_down" if check_in.state in ANSWERABLE else "closed"


def _answered(
    scene: Scene, check_in: CheckIn, question: Question, value: Value, stored: StoredAnswer
) -> tuple[Block, ...]:
    """What was pressed, who reads it, and what is still possible. Typed words stand above."""
    said = scene.say("question", moment=None)
    line = described(scene, question, value)
    if not value.text:  # after words the receipt below says who reads them
        line = f"{line} {_readers(scene, stored)}"
    blocks: list[Block] = [Text(line, Tone.MUTED)]
    if check_in.state not in ANSWERABLE | {State.DONE} or scene.now >= check_in.closes_at:
        return tuple(blocks)
    if question.takes_rating and value.rating is None:
        blocks.extend(inputs(scene, check_in, question))
        return tuple(blocks)
    if value.text and value.rating is None:
        return tuple(blocks)
    open_words = question.takes_text and not value.text and check_in.state is not State.DONE
    if open_words and check_in.last_asked() == check_in.asked(question.key):
        blocks.insert(1, Text(said["add_words"]))
        button = Button(said["next"], "move_on", join_value(check_in.id, question.key))
        return (
            *blocks,
            Buttons(
                (button, *_receipt_items(scene, check_in, question.key, stored.audiences[-1].kind))
            ),
        )
    return (*blocks, *_receipt_buttons(scene, check_in, question.key, stored.audiences[-1].kind))


def described(scene: Scene, question: Question, value: Value) -> str:
    """A pressed value in words: "You chose 4 of 5 (mostly clear)." What was given in a form is not
    told in a message: the form leaves none.
    """
    if value.in_form:
        return scene.say("question", moment=None)["answered"]
    words = question.words(scene.person.locale)
    if value.rating is not None:
        label = words.points[value.rating - 1] if words.points else ""
        said = scene.say("question", moment=None, rating=value.rating, label=label)
        return said["chose_rating"]
    if value.choice:
        label = words.options.get(value.choice, value.choice)
        return scene.say("question", moment=None, label=label)["chose_option"]
    if value.number is not None:
        return scene.say("question", moment=None, label=str(value.number))["chose_option"]
    return scene.say("question", moment=None)["answered"]


def inputs(scene: Scene, check_in: CheckIn, question: Question) -> list[Block]:
    """The buttons that answer a question; a question for words alone has none."""
    words = question.words(scene.person.locale)
    value = join_value(check_in.id, question.key)
    if question.takes_rating:
        labels = words.points or ("",) * 5
        points = tuple(Option(str(i + 1), label) for i, label in enumerate(labels))
        return [Rating(words.text, "answer", value, points, words.low, words.high)]
    if question.kind is QuestionKind.CHOICE:
        options = tuple(Option(key, words.options.get(key, key)) for key in question.options)
        return [Choice(words.text, "answer", value, options)]
    return []
