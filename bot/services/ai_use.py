"""Whether AI may be asked at all, and what a workspace spends on it in a day."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.masking import NameBook
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.ports.ai_store import AiDay
from bot.domain.ports.chooser import Chooser
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.domain.ports.writer import AiWriter, NotWritten
from bot.domain.visibility import may_word
from bot.services.kit import Kit

BUDGET = "budget"
"""The reason where a workspace's tokens of the day are used up: nothing is sent then."""

TAKEN_BACK = "taken_back"
"""The reason where a model may no longer get what it was to be given: nothing is sent then. It is
counted nowhere, as it tells of a person.
"""

_STEP = 10
"""Percent of a day's tokens: so coarse that nobody who looks twice can tell from it whose answers
were sent in between.
"""

_LAST = 20
"""The last 20th of a day's tokens is too little for most calls: it is told as used up."""


class AllNames:
    """The names of the people list, so that a model sees none: read once, and only where one is
    asked at all. Make it in the event loop in which it is used.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._reading = asyncio.Lock()
        self._names: NameBook | None = None

    async def read(self) -> NameBook:
        async with self._reading:
            if self._names is None:
                self._names = await self._uow.read(lambda tx: NameBook.of(tx.people.names()))
            return self._names


class _Costs(Protocol):
    @property
    def tokens(self) -> int: ...


A = TypeVar("A", bound=_Costs)


def may_ask(model: AiWriter | Chooser | None, policy: Policy) -> bool:
    """Whether a model is connected, and its host is the one that people are told of."""
    return model is not None and bool(policy.ai.provider) and model.host == policy.ai.host


def may_send(
    tx: Tx, model: AiWriter | Chooser, person_id: UUID, versions: Collection[UUID]
) -> bool:
    """Whether `model` may get these versions of the person's answers as things stand now: each is
    still the current one, was given with today's AI named before it, and AI was not switched off
    since. Never while everything is held after a restore.
    """
    organisation, policy = tx.organisations.get(), tx.organisations.policy()
    person = tx.people.get(person_id)
    is_held = organisation is not None and organisation.is_held
    if person is None or is_held or not may_ask(model, policy):
        return False
    label, off_at = policy.ai.label, person.ai_off_at
    current = tx.answers.current_of(versions)
    standing = [found for version, found in current.items() if found.version_id == version]
    return len(standing) == len(set(versions)) and all(
        may_word(label=label, ai_off_at=off_at, audiences=found.audiences) for found in standing
    )


def day_of(policy: Policy, now: datetime) -> date:
    """The day that `now` (aware UTC) belongs to, in the organisation's own zone."""
    return now.astimezone(ZoneInfo(policy.time_zone)).date()


@dataclass(frozen=True, slots=True)
class Account:
    """Whose tokens a call takes: a workspace's, of one day; `budget` is all it has that day."""

    installation_id: UUID
    day: date
    budget: int


def account_of(tx: Tx, person: Person, policy: Policy, now: datetime) -> Account | None:
    """The account of the workspace that this person is written to in; None where there is none."""
    home = tx.people.home_identity(person.id)
    if home is None:
        return None
    return Account(home.installation_id, day_of(policy, now), policy.ai.daily_tokens)


async def within_budget(
    kit: Kit,
    account: Account,
    most: int,
    ask: Callable[[], Awaitable[A]],
    still: Callable[[Tx], bool],
) -> A:
    """What `ask` gives; it may cost `most` tokens, which are set aside before it begins.

    still: whether what `ask` sends may be sent (see `may_send`), looked at in the transaction that
    sets the tokens aside, right before it begins. Wait for a place among the calls before this.

    Whatever ends a call without an answer leaves them spent: nobody knows what it cost. Raises
    NotWritten, with the reason "budget" where the day's tokens don't suffice, and "taken_back"
    where `still` says no.
    """
    hindrance = await kit.uow.write(lambda tx: _hindrance(tx, account, most, still))
    if hindrance == BUDGET:
        kit.ai_failures[BUDGET] += 1
    if hindrance:
        raise NotWritten(hindrance)
    try:
        answer = await ask()
    except NotWritten as failure:
        kit.ai_failures[failure.reason] += 1
        await _settle(kit.uow, account, most, failure.tokens, failed=True)
        raise
    await _settle(kit.uow, account, most, answer.tokens, failed=False)
    return answer


def _hindrance(tx: Tx, account: Account, most: int, still: Callable[[Tx], bool]) -> str:
    """Why nothing may be sent; "" where the tokens are set aside and it may."""
    if not still(tx):
        return TAKEN_BACK
    is_set_aside = tx.ai.reserve(account.installation_id, account.day, most, account.budget)
    return "" if is_set_aside else BUDGET


async def _settle(
    uow: UnitOfWork, account: Account, reserved: int, used: int, *, failed: bool
) -> None:
    def run(tx: Tx) -> None:
        which = account.installation_id, account.day
        tx.ai.settle(*which, reserved=reserved, used=used, failed=failed)

    await uow.write(run)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a workspace spent today: `name` is its own, "" where it has none."""

    name: str
    tokens: int
    budget: int

    @property
    def percent(self) -> int:
        """The last step that was reached; the day's last tenth has none, only `is_all`."""
        reached = self.tokens * 100 // max(1, self.budget)
        return min(reached, 100 - _STEP) // _STEP * _STEP

    @property
    def is_all(self) -> bool:
        return self.budget - self.tokens < self.budget / _LAST


@dataclass(frozen=True, slots=True)
class AiToday:
    """How AI stands today: figures about workspaces, never about people.

    asks: whether it can be asked; not where no model is connected, or one at another host.
    workspaces: those that reached a step, by name; where none did, one without a name.
    """

    provider: str
    asks: bool
    workspaces: tuple[Spent, ...]


async def ai_today(kit: Kit, now: datetime) -> AiToday | None:
    """How AI stands at `now` (aware UTC); None where the organisation uses none."""
    return await kit.uow.read(lambda tx: _today(tx, kit, now))


def _today(tx: Tx, kit: Kit, now: datetime) -> AiToday | None:
    policy = tx.organisations.policy()
    if not policy.ai.provider:
        return None
    spent = {each.installation_id: each.tokens for each in spent_today(tx, policy, now)}
    known = [i for platform in kit.messengers for i in tx.organisations.installations(platform)]
    budget = policy.ai.daily_tokens
    found = [Spent(i.name, spent.get(i.id, 0), budget) for i in known]
    told = [each for each in found if each.percent]
    named = tuple(sorted(told, key=lambda each: each.name)) or (Spent("", 0, budget),)
    return AiToday(policy.ai.provider, may_ask(kit.ai, policy), named)


def spent_today(tx: Tx, policy: Policy, now: datetime) -> Sequence[AiDay]:
    """What was spent today, in the organisation's own zone, by workspace."""
    return tx.ai.since(day_of(policy, now))
