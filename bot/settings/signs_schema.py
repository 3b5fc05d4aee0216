"""The early signs of app.yaml as strict models, checked against the question packs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator, model_validator

from bot.domain import early_signs as domain
from bot.domain.packs import Pack, Question, QuestionKind
from bot.domain.phrases import Unfit, shown, suggest
from bot.settings.schema import Section

MOST_RULES = 10
"""All of them are told to people, one by one."""

_MOST_IN_A_ROW = 12
_HIGHEST_RATING = 5
_TESTS = ("fell_by", "at_most", "at_least", "chose")


class SignRule(Section):
    """Fields stand in the order in which they are checked: the later ones look at the earlier.

    The context holds the packs known, by key.
    """

    pack: str | None = None
    question: str
    fell_by: Annotated[int, Field(ge=1)] | None = None
    at_most: Annotated[int, Field(ge=0)] | None = None
    at_least: Annotated[int, Field(ge=1)] | None = None
    chose: str | None = None
    times: Annotated[int, Field(ge=1, le=_MOST_IN_A_ROW)] = 1

    @field_validator("pack")
    @classmethod
    def _known(cls, value: str | None, info: ValidationInfo) -> str | None:
        packs = _packs(info)
        if value is not None and value not in packs:
            raise Unfit(f"{shown(value)} is not a known pack", suggest(value, sorted(packs)))
        return value

    @field_validator("question")
    @classmethod
    def _can_be_compared(cls, value: str, info: ValidationInfo) -> str:
        if "pack" in info.data:
            _check(*_found(value, info))
        return value

    @field_validator("fell_by", "at_most", "at_least")
    @classmethod
    def _within_what_is_asked(cls, value: int | None, info: ValidationInfo) -> int | None:
        question = _question(info)
        if question is not None and value is not None:
            _check_figure(str(info.field_name), value, question)
        return value

    @field_validator("chose")
    @classmethod
    def _is_offered(cls, value: str | None, info: ValidationInfo) -> str | None:
        question = _question(info)
        if question is None or value is None:
            return value
        if question.kind is not QuestionKind.CHOICE:
            raise Unfit("has no meaning: nothing is chosen there", "use fell_by or at_most")
        if value not in question.options:
            raise Unfit(f"{shown(value)} is not an option", suggest(value, question.options))
        return value

    @model_validator(mode="after")
    def _tests_one_thing(self) -> SignRule:
        given = [name for name in _TESTS if getattr(self, name) is not None]
        if len(given) != 1:
            said = f"has {' and '.join(given)}" if given else "tests nothing"
            raise Unfit(said, f"give exactly one of {', '.join(_TESTS)}")
        return self


class EarlySigns(Section):
    enabled: bool = False
    rules: dict[str, SignRule] = Field(default_factory=dict)

    @field_validator("rules")
    @classmethod
    def _can_be_told(cls, value: dict[str, SignRule]) -> dict[str, SignRule]:
        if len(value) > MOST_RULES:
            remedy = f"keep {MOST_RULES} at most: people are told all of them"
            raise Unfit(f"are {len(value)} rules", remedy)
        return value


def signs_of(given: EarlySigns, packs: Mapping[str, Pack]) -> domain.EarlySigns:
    """The rules as the domain has them, each with the only pack it can mean."""
    rules = tuple(_rule(key, rule, packs) for key, rule in given.rules.items())
    return domain.EarlySigns(given.enabled, rules)


def _rule(key: str, rule: SignRule, packs: Mapping[str, Pack]) -> domain.SignRule:
    said = {name: getattr(rule, name) for name in rule.model_fields_set if name != "pack"}
    pack = rule.pack or _holding(rule.question, packs)[0].key
    return domain.SignRule(key=key, pack=pack, **said)


def _packs(info: ValidationInfo) -> Mapping[str, Pack]:
    return info.context if isinstance(info.context, dict) else {}


def _holding(key: str, packs: Mapping[str, Pack]) -> list[Pack]:
    return [pack for pack in packs.values() if any(q.key == key for q in pack.questions)]


def _found(key: str, info: ValidationInfo) -> tuple[Pack, Question]:
    """Raises Unfit where no pack, or more than one, has such a question."""
    named = info.data.get("pack")
    packs = {named: _packs(info)[named]} if named else _packs(info)
    holding = _holding(key, packs)
    if not holding:
        known = sorted({q.key for pack in packs.values() for q in pack.questions})
        raise Unfit(f"{shown(key)} is no question of a known pack", suggest(key, known))
    if len(holding) > 1:
        names = " and ".join(sorted(pack.key for pack in holding))
        raise Unfit(f"{shown(key)} stands in {names}", "add pack: and the one you mean")
    return holding[0], holding[0].question(key)


def _question(info: ValidationInfo) -> Question | None:
    """None where the question has errors of its own, so that nothing more is said about it."""
    if "question" not in info.data:
        return None
    return _found(info.data["question"], info)[1]


def _check(pack: Pack, question: Question) -> None:
    if question.help_from or not pack.on_by_default:
        raise Unfit(
            f"{shown(question.key)} may tell of somebody's health",
            "choose another question: a rule must not judge that",
        )
    if question.kind is QuestionKind.TEXT:
        raise Unfit(
            f"{shown(question.key)} takes words alone: there is nothing to compare",
            "choose a question with a rating, a number or options",
        )


def _check_figure(name: str, value: int, question: Question) -> None:
    """Raises Unfit for a test that can't be met, or that every answer meets."""
    if question.kind is QuestionKind.CHOICE:
        raise Unfit("has no meaning: there are options to choose from", "use chose: and an option")
    low, high = question.low_number, question.high_number
    if question.takes_rating:
        low, high = 1, _HIGHEST_RATING
    least, most = {
        "fell_by": (1, high - low),
        "at_most": (low, high - 1),
        "at_least": (low + 1, high),
    }[name]
    if not least <= value <= most:
        raise Unfit(f"{value} is met by all answers or by none", f"give {least} to {most}")
