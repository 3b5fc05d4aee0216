"""The messages of a check-in: welcome, question, reminder, receipt, thanks, and their redraws."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.check_in import ANSWERABLE, Asked, AskedQuestion, CheckIn, State, Value
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    Choice,
    Heading,
    Link,
    Look,
    Message,
    Option,
    Rating,
    Text,
    Tone,
)
from bot.domain.packs import AudienceKind, Question, QuestionKind
from bot.domain.people import Participation, Person
from bot.services import audience
from bot.services.act import join_value
from bot.services.scene import Composed, Drop, Scene
from bot.services.sealing import open_value


def welcome(scene: Scene) -> Composed:
    """First contact: what this is, who reads it, *Start* and *Not for me*; nothing is asked."""
    check_in = _answerable(scene)
    if scene.person.participation is Participation.STARTED:
        return offer(scene)
    shown, manager = _shown(scene, check_in)
    said = scene.say("welcome", first_name=scene.person.first_name, count=len(check_in.questions))
    reminds = scene.delivery.kind == "welcome_reminder"
    lead = said["reminder"] if reminds else said["hello"]
    blocks: tuple[Block, ...] = (
        Text(lead, Tone.STRONG),
        Text(said["what"]),
        Text(audience.line(scene.words, scene.person, AudienceKind.MANAGER, manager)),
        Text(said["admins"], Tone.MUTED),
        Buttons(
            (
                Button(said["start"], "start", str(check_in.id), Look.PRIMARY),
                Button(said["not_for_me"], "decline", str(check_in.id)),
            )
        ),
    )
    return Composed(Message("welcome", lead, blocks), shown=shown)


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
    shown, manager = _shown(scene, check_in)
    question = scene.pack(check_in).question(upcoming.key)
    said = scene.say(
        "opening",
        first_name=scene.person.first_name,
        count=sum(q.state in (Asked.PENDING, Asked.ASKED) for q in check_in.questions),
        closes=check_in.closes_at,
        last_day=_last_day(check_in),
    )
    lead: tuple[Block, ...] = (
        Text(said[block]),
        Text(_audience_line(scene, question, manager), Tone.MUTED),
    )
    blocks = (*lead, *_question_blocks(scene, check_in, question))
    return Composed(Message("question", said[block], blocks), shown, question.key)


def question(scene: Scene) -> Composed:
    """The next question. Where its readers differ from the last line shown, it says so."""
    check_in = _answerable(scene)
    asked = check_in.asked(scene.delivery.about_key)
    if asked.state in (Asked.ANSWERED, Asked.SKIPPED):
        raise Drop("answered")
    shown, manager = _shown(scene, check_in)
    found = scene.pack(check_in).question(asked.key)
    blocks = _question_blocks(scene, check_in, found)
    if _audience_changed(scene, check_in, shown, found):
        line = _audience_line(scene, found, manager)
        blocks = (Text(line, Tone.MUTED), *blocks)
    text = found.words(scene.person.locale).text
    return Composed(Message("question", text, blocks), shown, asked.key)


def _audience_changed(scene: Scene, before: CheckIn, now: CheckIn, question: Question) -> bool:
    if not before.audience_shown or before.shown_manager_id != now.shown_manager_id:
        return True
    kinds = {q.audience for q in scene.pack(before).questions}
    return len(kinds) > 1 or question.audience not in kinds


def _answerable(scene: Scene) -> CheckIn:
    check_in = scene.check_in(scene.delivery.about_id)
    if check_in.state not in ANSWERABLE or scene.now >= check_in.closes_at:
        raise Drop("closed")
    if check_in.state is State.SNOOZED:
        raise Drop("snoozed")
    return check_in


def _shown(scene: Scene, check_in: CheckIn) -> tuple[CheckIn, Person | None]:
    shown = audience.shown_to(scene.tx, check_in, scene.now)
    return shown, audience.current_manager(scene.tx, scene.person.id, scene.now)


def _audience_line(scene: Scene, question: Question, manager: Person | None) -> str:
    return audience.line(scene.words, scene.person, question.audience, manager)


def _question_blocks(scene: Scene, check_in: CheckIn, question: Question) -> tuple[Block, ...]:
    words = question.words(scene.person.locale)
    said = scene.say("question")
    blocks: list[Block] = [Heading(words.text), *_expectations(scene, question)]
    blocks.extend(_inputs(scene, check_in, question))
    hints = {
        QuestionKind.TEXT: "type_hint",
        QuestionKind.TEXT_AND_RATING: "type_or_press_hint",
        QuestionKind.NUMBER: "number_hint",
    }
    if question.kind in hints:
        blocks.append(Text(said[hints[question.kind]], Tone.MUTED))
    several = sum(q.state in (Asked.PENDING, Asked.ASKED) for q in check_in.questions) > 1
    value = join_value(check_in.id, question.key)
    form = Button(said["all_at_once" if several else "in_a_form"], "open_form", str(check_in.id))
    skip = Button(said["skip"], "skip_question", value, Look.QUIET)
    later = Button(said["not_now"], "open_later", str(check_in.id), Look.QUIET)
    return (*blocks, Buttons((form, skip, later)))


def _expectations(scene: Scene, question: Question) -> list[Block]:
    """Beside the question on the company's AI expectations: what they are, and where."""
    given = scene.policy.expectations
    if not question.shows_expectations:
        return []
    blocks: list[Block] = []
    if given.text:
        blocks.append(Text(given.text, Tone.MUTED))
    if given.url:
        blocks.append(Link(scene.say("question")["expectations_link"], given.url))
    return blocks


def _inputs(scene: Scene, check_in: CheckIn, question: Question) -> list[Block]:
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
    line = f"{said['saved']} {_readers(scene, check_in, stored.audiences[-1].kind)}"
    buttons = _receipt_buttons(scene, check_in, key, stored.audiences[-1].kind)
    return Message("receipt", line, (Text(line, Tone.MUTED), *buttons))


def _receipt_buttons(
    scene: Scene, check_in: CheckIn, key: str, kind: AudienceKind
) -> tuple[Block, ...]:
    if scene.now >= check_in.closes_at or check_in.state in (State.CLOSED, State.CANCELLED):
        return ()
    said = scene.say("receipt", question="")
    value = join_value(check_in.id, key)
    items = [Button(said["undo"], "undo", value, Look.QUIET)]
    if kind is not AudienceKind.SELF:
        items.append(Button(said["only_me"], "only_me", value, Look.QUIET))
    return (Buttons(tuple(items)),)


def _readers(scene: Scene, check_in: CheckIn, kind: AudienceKind) -> str:
    shown_id = check_in.shown_manager_id
    manager = scene.tx.people.get(shown_id) if shown_id else None
    return audience.short(scene.words, scene.person, kind, manager)


def thanks(scene: Scene) -> Composed:
    """After the last question: what happens next, *My answers* and *Change an answer*."""
    check_in = scene.check_in(scene.delivery.about_id)
    if check_in.state is not State.DONE:
        raise Drop("reopened")
    said = scene.say("thanks", first_name=scene.person.first_name, last_day=_last_day(check_in))
    stored = scene.tx.answers.current(check_in.id).values()
    shared = any(a.audiences[-1].kind is AudienceKind.MANAGER for a in stored)
    manager = scene.tx.people.get(check_in.shown_manager_id) if check_in.shown_manager_id else None
    told = said["nothing_shared"]
    if shared and manager:
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
        blocks = _answered(scene, check_in, question, value, stored.audiences[-1].kind)
    else:
        said = scene.say("question", moment=check_in.snoozed_until)
        blocks = (Text(said[_fate(check_in, asked)], Tone.MUTED),)
    return Message("question", title.text, (title, *blocks))


def _fate(check_in: CheckIn, asked: AskedQuestion) -> str:
    if check_in.state is State.SNOOZED:
        return "snoozed"
    if asked.state is Asked.SKIPPED and check_in.state in ANSWERABLE | {State.DONE}:
        return "skipped"
    return "moved_down" if check_in.state in ANSWERABLE else "closed"


def _answered(
    scene: Scene, check_in: CheckIn, question: Question, value: Value, kind: AudienceKind
) -> tuple[Block, ...]:
    """What was pressed, who reads it, and what is still possible. Typed words stand above."""
    said = scene.say("question", moment=None)
    line = " ".join((described(scene, question, value), _readers(scene, check_in, kind))).strip()
    blocks: list[Block] = [Text(line, Tone.MUTED)]
    if check_in.state not in ANSWERABLE | {State.DONE} or scene.now >= check_in.closes_at:
        return tuple(blocks)
    if question.takes_rating and value.rating is None:
        blocks.extend(_inputs(scene, check_in, question))
        return tuple(blocks)
    if value.text and value.rating is None:
        return tuple(blocks)
    open_words = question.takes_text and not value.text and check_in.state is not State.DONE
    if open_words and check_in.last_asked_before(scene.now) == check_in.asked(question.key):
        blocks.insert(1, Text(said["add_words"]))
        button = Button(said["next"], "move_on", join_value(check_in.id, question.key))
        return (*blocks, Buttons((button, *_button_items(scene, check_in, question.key, kind))))
    return (*blocks, *_receipt_buttons(scene, check_in, question.key, kind))


def _button_items(
    scene: Scene, check_in: CheckIn, key: str, kind: AudienceKind
) -> tuple[Button, ...]:
    blocks = _receipt_buttons(scene, check_in, key, kind)
    return next((b.items for b in blocks if isinstance(b, Buttons)), ())


def described(scene: Scene, question: Question, value: Value) -> str:
    """A pressed value in words: "You chose 4 of 5 (mostly clear)." """
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


def _last_day(check_in: CheckIn) -> datetime:
    """The last moment one can answer, so that a midnight closing reads as the day before it."""
    return check_in.closes_at - timedelta(seconds=1)
