"""The forms as neutral views."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from bot.domain.check_in import ANSWERABLE, CheckIn, Value
from bot.domain.message import (
    Block,
    Buttons,
    ChoiceInput,
    DateInput,
    Divider,
    Form,
    Heading,
    Option,
    Text,
    TextInput,
    Tone,
)
from bot.domain.packs import Question, QuestionKind
from bot.services import audience, who_reads
from bot.services.act import Act, join_value
from bot.services.expectations import shown_blocks
from prompts.words import Said, Words

LATER = ("hour", "tomorrow", "next_week", "skip", "pause")


def _say(words: Words, act: Act) -> Said:
    return words.say("form", act.person.locale, act.person.time_zone, company=act.policy.company)


def answers(
    words: Words,
    act: Act,
    check_in: CheckIn,
    state: str,
    values: Mapping[str, Value],
    errors: Mapping[str, str],
    fields: Mapping[str, str],
) -> Form:
    """Every question with what was given; `fields` brings back what a refused form held. Who reads
    it, as `check_in` names them, stands above all of them, or above each where they differ; the AI
    is named once.

    state: what the form carries.
    """
    said = _say(words, act)
    pack = act.pack(check_in)
    questions = [pack.question(asked.key) for asked in check_in.questions]
    named = check_in.shown_manager_id
    manager = act.tx.people.get(named) if named else None
    readers = audience.lines(words, act.person, questions, manager, act.policy)
    alike = len(readers) == 1
    ai = audience.ai_line(words, act.person, questions, manager, check_in.shown_ai)
    above = (*(readers if alike else ()), *([ai] if ai else ()))
    blocks: list[Block] = [Text("\n".join(above), Tone.MUTED)] if above else []
    asked_from = join_value(check_in.id, who_reads.OVER_A_FORM)
    blocks.append(Buttons((who_reads.button(words, act.person, asked_from),)))
    if check_in.state in ANSWERABLE:
        blocks.append(Text(said["empty_is_skipped"], Tone.MUTED))
    for asked in check_in.questions:
        question = pack.question(asked.key)
        value = values.get(asked.key, Value())
        own = () if alike else audience.lines(words, act.person, [question], manager, act.policy)
        blocks += [Divider(), *(Text(line, Tone.MUTED) for line in own)]
        blocks += _question(said, act, question, value, errors, fields)
    return Form(
        title=pack.name(act.person.locale),
        action="answer_form",
        value=state,
        blocks=tuple(blocks),
        submit=said["submit"],
        close=said["cancel"],
    )


def _question(
    said: Said,
    act: Act,
    question: Question,
    value: Value,
    errors: Mapping[str, str],
    fields: Mapping[str, str],
) -> list[Block]:
    words, key = question.words(act.person.locale), question.key
    blocks: list[Block] = []
    if question.shows_expectations:
        blocks += shown_blocks(act.policy.expectations, said["expectations_link"])
    text_label = words.text
    if question.takes_rating:
        blocks.append(_rating(said, question, value, words.text, errors, fields, act))
        text_label = said["in_your_words"]
    if question.takes_text or question.kind is QuestionKind.NUMBER:
        name = f"text:{key}"
        typed = value.text if question.takes_text else _number(value)
        blocks.append(
            TextInput(
                name,
                text_label,
                fields.get(name, typed),
                multiline=question.takes_text,
                error=_error(said, errors, name),
            )
        )
    if question.kind is QuestionKind.CHOICE:
        name = f"choice:{key}"
        options = tuple(Option(v, words.options.get(v, v)) for v in question.options)
        error = _error(said, errors, name)
        chosen = fields.get(name, value.choice)
        blocks.append(ChoiceInput(name, words.text, options, chosen, error=error))
    return blocks


def _rating(
    said: Said,
    question: Question,
    value: Value,
    label: str,
    errors: Mapping[str, str],
    fields: Mapping[str, str],
    act: Act,
) -> ChoiceInput:
    words = question.words(act.person.locale)
    name = f"rating:{question.key}"
    labels = words.points or (words.low, "", "", "", words.high)
    options = tuple(Option(str(i + 1), f"{i + 1} {text}".strip()) for i, text in enumerate(labels))
    chosen = fields.get(name, str(value.rating or ""))
    return ChoiceInput(name, label, options, chosen, error=_error(said, errors, name))


def _number(value: Value) -> str:
    return "" if value.number is None else str(value.number)


def _error(said: Said, errors: Mapping[str, str], name: str) -> str:
    return said[f"error_{errors[name]}"] if name in errors else ""


def later(words: Words, act: Act, check_in_id: UUID, errors: Mapping[str, str]) -> Form:
    """When the check-in should come back, or not at all."""
    said = _say(words, act)
    options = tuple(Option(when, said[f"later_{when}"]) for when in LATER)
    choice = ChoiceInput(
        "when", said["later_label"], options, "tomorrow", error=_error(said, errors, "when")
    )
    return Form(
        title=said["later_title"],
        action="later",
        value=str(check_in_id),
        blocks=(choice,),
        submit=said["later_submit"],
        close=said["cancel"],
    )


def pause(words: Words, act: Act, errors: Mapping[str, str], given: str = "") -> Form:
    """Until which day nothing is asked."""
    said = _say(words, act)
    day = DateInput(
        "until",
        said["pause_label"],
        value=given or (act.today + timedelta(days=7)).isoformat(),
        minimum=(act.today + timedelta(days=1)).isoformat(),
        hint=said["pause_hint"],
        error=_error(said, errors, "until"),
    )
    return Form(
        title=said["pause_title"],
        action="pause",
        value="",
        blocks=(Heading(said["pause_heading"]), day),
        submit=said["pause_submit"],
        close=said["cancel"],
    )
