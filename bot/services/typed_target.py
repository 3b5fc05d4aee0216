"""Which question typed words answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.check_in import CheckIn, State
from bot.domain.packs import Question
from bot.domain.people import Participation
from bot.services.act import Act

_ASKING = frozenset({"welcome", "welcome_reminder", "offer", "reminder", "question"})
"""Kinds of messages that ask, the first ones once somebody takes part."""

LISTENING = (State.OFFERED, State.OPEN, State.DONE)
"""Typed text answers nothing that was put off or waits for its turn."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """The last question of this check-in may stand on the screen, and may not: words typed now
    may be for it or for the one before, which others may read.
    """

    check_in: CheckIn
    since: datetime


Target = tuple[CheckIn, Question] | Unsure


def target_of(act: Act) -> Target | None:
    """The question that typed text answers now."""
    if act.person.participation is not Participation.STARTED:
        return None
    listening = act.tx.check_ins.of_person(act.person.id, LISTENING)
    taking = [check_in for check_in in listening if _takes_text(check_in, act)]
    candidates = [
        (asked.asked_at, check_in, asked.key)
        for check_in in taking
        if (asked := check_in.last_asked_before(act.at)) and asked.asked_at
    ]
    last = max(candidates, key=lambda c: c[0], default=None)
    unsure = max(_unsure(act, taking), key=lambda u: u.since, default=None)
    if unsure is not None and (last is None or last[0] <= unsure.since):
        return unsure
    return (last[1], act.question(last[1], last[2])) if last else None


def _unsure(act: Act, check_ins: Iterable[CheckIn]) -> Iterator[Unsure]:
    """Those whose newest message that asks is of unknown fate."""
    for check_in in check_ins:
        sent = act.tx.queue.about(check_in.id)
        asking = [each for each in sent if each.kind in _ASKING and each.may_have_come]
        if asking and asking[-1].is_unsure and asking[-1].since is not None:
            yield Unsure(check_in, asking[-1].since)


def _takes_text(check_in: CheckIn, act: Act) -> bool:
    """A finished conversation takes text until the silence after its last answer, none later."""
    if act.now >= check_in.closes_at:
        return False
    if check_in.state is not State.DONE:
        return True
    return check_in.completed_at is None or act.at < check_in.completed_at
