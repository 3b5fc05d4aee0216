"""Who words a person's part of a summary: a model where it may, the fixed rules everywhere else."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from uuid import UUID

from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.writer import AiWriter, NotWritten
from bot.domain.summary import PersonWeek, Starter, WrittenPart
from bot.services.ai_use import Account, AllNames, may_send, within_budget
from bot.services.kit import Kit

log = logging.getLogger(__name__)

AI_TIME = timedelta(minutes=10)
"""How long one run of summaries may ask a model; what is left is worded by the fixed rules."""

DRAFT_TIME = timedelta(minutes=2)
"""The most of it for one summary, so that no other process takes it for abandoned."""

STARTERS, FEWEST_STARTERS = 3, 2
"""Ways to begin a 1:1, of each person."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one person shared, and of it what a model may be given; None where that is nothing.

    versions: of the answers that the latter is made of, last time's included.
    """

    week: PersonWeek
    for_ai: PersonWeek | None = None
    versions: frozenset[UUID] = frozenset()


class Wording:
    """The wording of one run of summaries; make it in the event loop in which it is used.

    time: how long it may ask a model, from now on. `counts` has the run's people, how many of them
    a model wrote about, and how many of its sentences did not hold.
    """

    def __init__(self, kit: Kit, time: timedelta = AI_TIME) -> None:
        self._kit = kit
        self._began = _loop_time()
        self._until = self._began + time.total_seconds()
        self._names = AllNames(kit.uow)
        self.counts: Counter[str] = Counter()

    @property
    def elapsed(self) -> timedelta:
        """Since the run began."""
        return timedelta(seconds=_loop_time() - self._began)

    async def parts(self, shares: Sequence[Share], account: Account | None) -> list[WrittenPart]:
        """Words each share, with no transaction open; a call holds one person's answers alone.

        account: whose tokens it takes; where it is None, no model is asked. Raises
        StorageUnavailable.
        """
        until = min(self._until, _loop_time() + DRAFT_TIME.total_seconds())
        writing = (self._part(share, account, until) for share in shares)
        done = await asyncio.gather(*writing, return_exceptions=True)
        parts = [_unless_failed(each) for each in done]
        worded, dropped = sum(p.is_worded for p in parts), sum(p.dropped for p in parts)
        self.counts.update(people=len(parts), worded=worded, dropped=dropped)
        return parts

    async def _part(self, share: Share, account: Account | None, until: float) -> WrittenPart:
        plain = await self._kit.writer.write(share.week)
        model = self._kit.ai
        if share.for_ai is None or account is None or model is None:
            return plain
        try:
            worded = await self._asked(model, share, share.for_ai, account, until)
        except NotWritten as why:
            return replace(plain, dropped=why.dropped)
        return replace(
            worded,
            writer=model.name,
            claims=tuple(replace(claim, text=_ended(claim.text)) for claim in worded.claims),
            starters=topped_up(worded.starters, plain.starters),
        )

    async def _asked(
        self, model: AiWriter, share: Share, given: PersonWeek, account: Account, until: float
    ) -> WrittenPart:
        week = replace(given, names=await self._names.read())
        most = model.most_tokens(week)
        async with model.place(_left(until)):
            _left(until)
            ask = partial(self._in_time, model, week, most, until)
            return await within_budget(self._kit, account, most, ask, partial(_still, model, share))

    async def _in_time(
        self, model: AiWriter, week: PersonWeek, most: int, until: float
    ) -> WrittenPart:
        try:
            async with asyncio.timeout_at(until):
                return await model.write(week)
        except NotWritten:
            raise
        except TimeoutError:
            raise NotWritten("timeout", most) from None
        except Exception:
            # A fault of ours in it must not keep a summary from coming.
            log.exception("a model's writer failed")
            raise NotWritten("unexpected", most) from None


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


def _left(until: float) -> float:
    """Seconds. Raises NotWritten where there are none."""
    left = until - _loop_time()
    if left <= 0:
        raise NotWritten("timeout")
    return left


def _still(model: AiWriter, share: Share, tx: Tx) -> bool:
    return may_send(tx, model, share.week.subject_id, share.versions)


def _unless_failed(done: WrittenPart | BaseException) -> WrittenPart:
    if isinstance(done, BaseException):
        raise done
    return done


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def topped_up(
    worded: Sequence[Starter], plain: Sequence[Starter], most: int = STARTERS
) -> tuple[Starter, ...]:
    """A model's starters, and the fixed rules' after them: first those that rest on other answers,
    up to `most`; such as rest on the same only where there would be fewer than two.
    """
    found = list(worded[:most])
    taken = {starter.version_id for starter in found}
    others = [starter for starter in plain if starter.version_id not in taken]
    same = [starter for starter in plain if starter.version_id in taken]
    found += others[: most - len(found)]
    found += same[: max(0, FEWEST_STARTERS - len(found))]
    return tuple(found)
