"""The unit of work: the only thing that commits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from bot.domain.ports.ai_store import AiUse
from bot.domain.ports.conversation_store import Answers, CheckIns, Occurrences, Plans
from bot.domain.ports.desk_store import Desks, Meetings
from bot.domain.ports.erasure_store import Erasures
from bot.domain.ports.expectations_store import ExpectationsStore
from bot.domain.ports.expiry_store import Expiry
from bot.domain.ports.held_store import Held
from bot.domain.ports.link_store import Links
from bot.domain.ports.own_data_store import OwnData
from bot.domain.ports.pair_store import Agenda, Promises
from bot.domain.ports.people_store import Cadences, Organisations, People
from bot.domain.ports.queue_store import AuditLog, Inbox, LocalMessages, Queue, ReadLog
from bot.domain.ports.summary_store import Summaries
from bot.domain.ports.survey_store import Surveys

T = TypeVar("T")


class StorageUnavailable(Exception):
    """The database is full, locked, gone or closing. Nothing of the call was kept for certain, so
    acknowledge nothing; the same call may succeed later, and repeating it does no harm.
    """


class Tx(Protocol):
    """One open transaction, by noun. Everything in it belongs to one organisation."""

    @property
    def organisations(self) -> Organisations: ...
    @property
    def people(self) -> People: ...
    @property
    def cadences(self) -> Cadences: ...
    @property
    def plans(self) -> Plans: ...
    @property
    def occurrences(self) -> Occurrences: ...
    @property
    def check_ins(self) -> CheckIns: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def summaries(self) -> Summaries: ...
    @property
    def surveys(self) -> Surveys: ...
    @property
    def desks(self) -> Desks: ...
    @property
    def meetings(self) -> Meetings: ...
    @property
    def promises(self) -> Promises: ...
    @property
    def agenda(self) -> Agenda: ...
    @property
    def expectations(self) -> ExpectationsStore: ...
    @property
    def erasures(self) -> Erasures: ...
    @property
    def expiry(self) -> Expiry: ...
    @property
    def links(self) -> Links: ...
    @property
    def own_data(self) -> OwnData: ...
    @property
    def queue(self) -> Queue: ...
    @property
    def held(self) -> Held: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def read_log(self) -> ReadLog: ...
    @property
    def ai(self) -> AiUse: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def local_messages(self) -> LocalMessages: ...


class UnitOfWork(Protocol):
    """`fn` is synchronous, does no input or output of its own, and may run again after a
    conflict: it must not change anything outside the transaction.
    """

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Runs `fn` and commits.

        Raises what `fn` raises, with nothing kept, and StorageUnavailable. A caller who is
        cancelled while waiting cannot know whether `fn` was committed.
        """
        ...

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Runs `fn` on one consistent snapshot, in which nothing can be written or locked."""
        ...

    async def forget(self) -> bool:
        """Empties what the database keeps of rows as they were before (SQLite's write-ahead log).

        False where somebody is still reading it; try again later. PostgreSQL does so by itself.
        """
        ...
