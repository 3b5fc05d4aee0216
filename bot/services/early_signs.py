"""Early signs: what plain rules find in a person's own answers, shown to that person alone.

Nothing of it is kept, counted or logged: whether a rule is met is found out anew each time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.check_in import CheckIn, State
from bot.domain.delivery import ON_SCREEN, NewDelivery
from bot.domain.early_signs import Answered, SignRule
from bot.domain.packs import Pack, Question
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.ports.conversation_store import StoredAnswer
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.services import outgoing
from bot.services.act import Act
from bot.services.sealing import open_value

REDRAW = "thanks_redraw"


@dataclass(frozen=True, slots=True)
class Sign:
    """A rule that is met, and the answers on which it rests, the newest first."""

    rule: SignRule
    question: Question
    answers: tuple[Answered, ...]

    @property
    def is_of_a_form(self) -> bool:
        """Whether any of the answers was given in a form, which leaves no message."""
        return any(each.value.in_form for each in self.answers)


@dataclass(frozen=True, slots=True)
class Search:
    """A look at one person's own answers; the vault holds their key."""

    tx: Tx
    vault: Vault
    policy: Policy
    person: Person

    def sign(self, check_in: CheckIn) -> Sign | None:
        """The first rule that an answer of this check-in meets, together with those before it.

        None where there is none, while the check-in isn't done, or where the person wants none.
        """
        signs = self.policy.early_signs
        if not signs.enabled or self.person.signs_off_at or check_in.state is not State.DONE:
            return None
        pack = _pack(self.tx, check_in)
        rules = [rule for rule in signs.rules if rule.pack == pack.key]
        history = self._history(check_in, pack, rules)
        for rule in rules:
            answers = rule.rests_on(history.get(rule.question, ()))
            if answers:
                return Sign(rule, pack.question(rule.question), answers)
        return None

    def _history(
        self, check_in: CheckIn, pack: Pack, rules: Iterable[SignRule]
    ) -> Mapping[str, Sequence[Answered]]:
        """The answers to the rules' questions up to this check-in's own, oldest first; none to
        what isn't answered in it.
        """
        keys = {rule.question for rule in rules} & {asked.key for asked in check_in.questions}
        rows = _rows(self.tx, self.person, pack, keys)
        now = {row.answer.question_key for row in rows if row.answer.check_in_id == check_in.id}
        found: dict[str, list[Answered]] = defaultdict(list)
        for row in rows:
            is_until = row.answer.check_in_id == check_in.id or row.opened_at < check_in.opened_at
            if is_until and row.answer.question_key in now:
                found[row.answer.question_key].extend(self._opened(row.answer))
        return found

    def _opened(self, answer: StoredAnswer) -> list[Answered]:
        value = open_value(self.vault, answer)
        return [] if value is None else [Answered(value, answer.platform_at)]


@dataclass(frozen=True, slots=True)
class _Row:
    """An answer, and when its check-in began: that is the order in which rules look at them."""

    answer: StoredAnswer
    opened_at: datetime


def _rows(tx: Tx, person: Person, pack: Pack, keys: Collection[str]) -> list[_Row]:
    """A person's answers to these questions of the pack in any revision, the oldest first."""
    if not keys:
        return []
    stored = tx.answers.of_person(person.id, keys=keys)
    revisions = tx.cadences.packs({answer.pack_revision_id for answer in stored})
    check_ins = tx.check_ins.many({answer.check_in_id for answer in stored})
    rows = [
        _Row(answer, check_ins[answer.check_in_id].opened_at)
        for answer in stored
        if revisions[answer.pack_revision_id].pack.key == pack.key
    ]
    return sorted(rows, key=lambda row: row.opened_at)


def redraws(act: Act, check_in: CheckIn, key: str | None = None) -> list[NewDelivery]:
    """Updates of the thanks that may tell of the answer to this question (or to any): those of its
    own check-in, and of the next ones in which the same was answered.
    """
    signs = act.policy.early_signs
    if all(key not in (None, rule.question) for rule in signs.rules):
        return []
    pack = _pack(act.tx, check_in)
    rules = [r for r in signs.rules if r.pack == pack.key and key in (None, r.question)]
    if not rules:
        return []
    about = [check_in.id, *_next_ones(act, check_in, pack, rules)]
    return [update for each in about if (update := _update(act, each)) is not None]


def _next_ones(act: Act, check_in: CheckIn, pack: Pack, rules: Sequence[SignRule]) -> list[UUID]:
    """As many as the longest rule reaches over."""
    keys = {rule.question for rule in rules}
    rows = _rows(act.tx, act.person, pack, keys)
    later = [row.answer.check_in_id for row in rows if row.opened_at > check_in.opened_at]
    return list(dict.fromkeys(later))[: max(rule.reach for rule in rules)]


def _update(act: Act, check_in_id: UUID) -> NewDelivery | None:
    """Only the last thanks tell of a sign: there are several where something was taken back."""
    sent = [each for each in act.tx.queue.about(check_in_id) if each.kind == "thanks"]
    if not sent or sent[-1].state not in ON_SCREEN:
        return None
    person, facts = act.person, {"check_in": str(check_in_id)}
    company, because = person.organisation_id, act.inbound_id
    return outgoing.update(company, person.id, REDRAW, sent[-1].id, because, act.now, facts)


def _pack(tx: Tx, check_in: CheckIn) -> Pack:
    return tx.cadences.packs([check_in.pack_revision_id])[check_in.pack_revision_id].pack
