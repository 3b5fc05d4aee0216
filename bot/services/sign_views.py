"""What people read of early signs: the note about their own answers, and which rules there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.check_in import CheckIn, Value
from bot.domain.early_signs import SignRule
from bot.domain.message import (
    Block,
    Button,
    Buttons,
    Divider,
    Heading,
    Look,
    Panel,
    Text,
    Tone,
)
from bot.domain.packs import Question
from bot.domain.people import Person
from bot.services import audience
from bot.services.act import Act, join_value
from bot.services.early_signs import Search, Sign
from bot.services.scene import Scene
from prompts.words import Said, Words

SHOW, TALK, OFF, SWITCH = "sign_show", "sign_talk", "sign_off", "my_data_signs"
TO_OFF, TO_ON = "off", "on"


def in_thanks(scene: Scene, check_in: CheckIn) -> tuple[Block, ...]:
    """What stands under the thanks, if anything: the note, or where an answer was given in a form
    only that there is one.
    """
    sign = Search(scene.tx, scene.vault, scene.policy, scene.person).sign(check_in)
    if sign is None:
        return ()
    note = _Note(scene.words, scene.person, scene.manager, check_in, sign)
    if not sign.is_of_a_form:
        return (Divider(), Text(note.say()["title"], Tone.STRONG), *note.blocks())
    show = Button(note.say()["show"], SHOW, str(check_in.id))
    return (Divider(), Text(note.say()["hidden"], Tone.MUTED), Buttons((show,)))


def panel(words: Words, act: Act, check_in: CheckIn) -> Panel | None:
    """The note where no message of it is left; None where there is none any more."""
    sign = Search(act.tx, act.vault, act.policy, act.person).sign(check_in)
    if sign is None:
        return None
    manager = audience.current_manager(act.tx, act.person.id, act.now)
    note = _Note(words, act.person, manager, check_in, sign)
    said = note.say()
    return Panel(said["title"], tuple(note.blocks()), said["close"], (SHOW, str(check_in.id)))


@dataclass(frozen=True, slots=True)
class _Note:
    """manager: whoever the person could talk to about it now, if anybody."""

    words: Words
    person: Person
    manager: Person | None
    check_in: CheckIn
    sign: Sign

    def say(self, **facts: object) -> Said:
        return _say(self.words, self.person, **facts)

    def blocks(self) -> Iterator[Block]:
        yield Text(self._answers())
        yield Text(self._what_to_do())
        rule = rule_in_words(self.words, self.person, self.sign.rule, self.sign.question)
        yield Text(self.say(rule=rule)["why"], Tone.MUTED)
        yield Buttons(tuple(self._buttons()))

    def _answers(self) -> str:
        question, locale = self.sign.question, self.person.locale
        newest, *before = self.sign.answers
        lines = [self.say(question=question.words(locale).text)["question"]]
        lines.append(self.say(answer=self._value(newest.value))["now"])
        earlier = (self.say(answer=self._value(e.value), moment=e.at)["before"] for e in before)
        return "\n".join((*lines, *earlier))

    def _value(self, value: Value) -> str:
        """Of a rating with words beside it the rating alone: the rule knows nothing else."""
        words = self.sign.question.words(self.person.locale)
        if value.rating is not None:
            label = words.points[value.rating - 1] if words.points else ""
            return self.say(number=value.rating, label=label)["rating"]
        return words.options.get(value.choice, value.choice) or str(value.number)

    def _what_to_do(self) -> str:
        if self.manager is None:
            return self.say()["may_leave"]
        return self.say(manager=self.manager.name)["may_talk"]

    def _buttons(self) -> Iterator[Button]:
        said = self.say(first=self.manager.first_name if self.manager else "")
        if self.manager is not None:
            yield Button(said["talk"], TALK, join_value(self.check_in.id, self.sign.question.key))
        yield Button(said["off"], OFF, str(self.check_in.id), Look.QUIET)


def rule_in_words(
    words: Words, person: Person, rule: SignRule, question: Question, *, named: bool = False
) -> str:
    """When it is met, as half a sentence. named: with the question in it."""
    tests = {"fell_by": rule.fell_by, "at_most": rule.at_most, "at_least": rule.at_least}
    name, number = next(
        ((name, number) for name, number in tests.items() if number is not None), ("chose", 0)
    )
    asked = question.words(person.locale)
    label, text = asked.options.get(rule.chose, rule.chose), asked.text if named else ""
    said = _say(words, person, number=number, label=label, question=text)[name]
    if rule.times == 1:
        return said
    return _say(words, person, rule=said, times=rule.times)["in_a_row"]


def switched_off(words: Words, person: Person) -> Panel:
    """Right after *Don't show me these*, with the way back."""
    said = _say(words, person)
    back = Button(said["on"], SWITCH, TO_ON, Look.QUIET)
    return Panel(said["title"], (Text(said["is_off"]), Buttons((back,))), said["close"])


def section(words: Words, act: Act) -> Iterator[Block]:
    """Under *Your data*: which rules there are, and the switch; nothing where there are none."""
    rules = _rules(words, act)
    if not rules:
        return
    said, is_off = _say(words, act.person), act.person.signs_off_at is not None
    yield Divider()
    yield Heading(said["heading"])
    yield Text(said["are_off" if is_off else "are_on"])
    if not is_off:
        yield Text(rules, Tone.MUTED)
    button = (said["on"], SWITCH, TO_ON) if is_off else (said["off"], SWITCH, TO_OFF)
    yield Buttons((Button(*button),))


def reads(words: Words, act: Act) -> Iterator[Block]:
    """Under *Who can read my answers?*: that there are such notes, and where their rules stand."""
    if act.person.signs_off_at is None and _rules(words, act):
        yield Text(_say(words, act.person)["reads"])


def _rules(words: Words, act: Act) -> str:
    """Those that can be met here, a line each; "" where there are none."""
    signs, person = act.policy.early_signs, act.person
    lines = []
    for rule in signs.rules if signs.enabled else ():
        question = _question(act, rule)
        if question is not None:
            said = rule_in_words(words, person, rule, question, named=True)
            lines.append(_say(words, person, rule=said)["rule_line"])
    return "\n".join(lines)


def _question(act: Act, rule: SignRule) -> Question | None:
    """None where no cadence has asked from that pack yet."""
    found = act.tx.cadences.pack(rule.pack)
    questions = found.pack.questions if found else ()
    return next((question for question in questions if question.key == rule.question), None)


def _say(words: Words, person: Person, **facts: object) -> Said:
    return words.say("early_sign", person.locale, person.time_zone, **facts)
