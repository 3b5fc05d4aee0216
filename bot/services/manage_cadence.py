"""The configuration of an organisation: compared with a file, applied, paused and exported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from bot.domain.cadence import CadenceSpec
from bot.domain.organisation import CadenceRevision, Configuration
from bot.domain.packs import Pack
from bot.domain.policy import policy_changes_refused
from bot.domain.ports.clock import Calendar
from bot.domain.ports.unit_of_work import Tx, UnitOfWork
from bot.services import expectations
from bot.services.differences import Difference, differences, policy_differences
from bot.services.expectations import Figure
from bot.services.memberships import SyncResult, sync_plans

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class ApplyRefused(Exception):
    """The configuration can't be applied; nothing was changed.

    `problems` are (field, problem, remedy).
    """

    def __init__(self, problems: Iterable[tuple[str, str, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{f}: {said}; {remedy}" for f, said, remedy in self.problems))


class UnknownCadence(LookupError):
    """There is no cadence of that key; the message names those there are."""


class ChangedMeanwhile(Exception):
    """Somebody else revised the cadence, or made one of the same key; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What was changed, or would be. `plans` is None where nothing was written.

    `tells` is how many people get a message with new AI expectations; None where nobody does.
    """

    differences: tuple[Difference, ...]
    plans: SyncResult | None = None
    tells: Figure | None = None


async def apply(
    uow: UnitOfWork,
    calendar: Calendar,
    configuration: Configuration,
    *,
    author: str,
    now: datetime,
    dry_run: bool = False,
    prune: bool = False,
) -> Applied:
    """Makes the database say what `configuration` says, and brings the plans in line.

    Packs and cadences that differ get a new revision, each with an entry in the audit log. A
    cadence that `configuration` doesn't have runs on, unless `prune` is given: it is then paused.
    Applying the same again changes nothing.

    Args:
        author: an opaque id or a code such as "cli".
        now: aware UTC.
        dry_run: compare and check alone.

    Raises ApplyRefused where it would break what people were promised when they were asked.
    """
    if dry_run:
        return await uow.read(lambda tx: _looked_at(tx, configuration))
    found = await uow.write(lambda tx: _applied(tx, configuration, author, now, prune=prune))
    return replace(found, plans=await sync_plans(uow, calendar, now))


def _looked_at(tx: Tx, configuration: Configuration) -> Applied:
    """Raises ApplyRefused."""
    found = _checked(tx, configuration)
    return Applied(found, tells=_told(tx, configuration))


def _applied(
    tx: Tx, configuration: Configuration, author: str, now: datetime, *, prune: bool
) -> Applied:
    """Raises ApplyRefused."""
    tells = _told(tx, configuration)
    return Applied(_Change(tx, author, now).to(configuration, prune=prune), tells=tells)


def _told(tx: Tx, configuration: Configuration) -> Figure | None:
    """Whoever begins with it sees it beside the question: nobody has to be told of a change."""
    if not tx.cadences.current():
        return None
    return expectations.would_tell(tx, configuration.policy.expectations)


async def seed(
    uow: UnitOfWork, calendar: Calendar, configuration: Configuration, *, now: datetime
) -> tuple[Difference, ...]:
    """Applies `configuration` where nothing has been configured yet; how they differ otherwise.

    `now` is aware UTC.
    """
    if await uow.read(lambda tx: bool(tx.cadences.current())):
        return await diff(uow, configuration)
    await apply(uow, calendar, configuration, author="app.yaml", now=now)
    return ()


async def would_tell(uow: UnitOfWork, configuration: Configuration) -> Figure | None:
    """How many people applying it would send new AI expectations to; None where it would nobody."""
    return await uow.read(lambda tx: _told(tx, configuration))


async def diff(uow: UnitOfWork, configuration: Configuration) -> tuple[Difference, ...]:
    """What applying `configuration` would change, and the cadences it doesn't have."""
    return await uow.read(lambda tx: differences(_stored(tx), configuration))


async def export(uow: UnitOfWork) -> Configuration:
    """The configuration that is in force."""
    return await uow.read(_stored)


async def set_paused(
    uow: UnitOfWork, key: str, *, paused: bool, author: str, now: datetime
) -> bool:
    """Pauses a cadence or lets it go on, by a new revision; False where it already is so.

    Its plans stay, so that nobody is asked twice for a period. Call `sync_plans` afterwards.
    Raises UnknownCadence, naming those there are.
    """
    return await uow.write(lambda tx: pause(tx, key, paused=paused, author=author, now=now))


def pause(tx: Tx, key: str, *, paused: bool, author: str, now: datetime) -> bool:
    """The same inside a transaction that does more."""
    return _Change(tx, author, now).pause(key, paused=paused)


def revise(
    tx: Tx,
    spec: CadenceSpec,
    before: CadenceRevision | None,
    *,
    action: str,
    author: str,
    now: datetime,
    pack: Pack | None = None,
) -> CadenceRevision:
    """A new revision that follows `before` (None: a new cadence), with an entry in the audit log.

    Call `sync_plans` afterwards.

    Args:
        action: as the audit log names it, such as "cadence.change".
        author: an opaque id.
        now: aware UTC.
        pack: the question pack it asks from, which is stored where it isn't yet.

    Raises ChangedMeanwhile where another revision came first.
    """
    change = _Change(tx, author, now)
    if pack is not None and tx.cadences.pack(pack.key) is None:
        change.add_pack(pack)
    made = change.revise(spec, action)
    if made.number != (before.number + 1 if before else 1):
        raise ChangedMeanwhile(spec.key)
    return made


async def pause_company(
    uow: UnitOfWork, until: datetime | None, *, author: str, now: datetime
) -> None:
    """Stops all cadences until `until` (aware UTC), or ends such a pause where it is None."""
    await uow.write(lambda tx: pause_everything(tx, until, author=author, now=now))


def pause_everything(tx: Tx, until: datetime | None, *, author: str, now: datetime) -> None:
    """The same inside a transaction that does more."""
    organisation = tx.organisations.get()
    if organisation is None or organisation.paused_until == until:
        return
    tx.organisations.set_pause(until)
    managers = {entry.manager_id for entry in tx.people.roster() if entry.manager_id}
    tx.desks.wake(managers, now)  # their nudges waited for the end that it had before
    detail = until.isoformat() if until else ""
    action = "company.pause" if until else "company.resume"
    target = str(organisation.id)
    tx.audit.append(actor=author, action=action, target=target, at=now, detail=detail)


def _stored(tx: Tx) -> Configuration:
    return Configuration(
        policy=tx.organisations.policy(),
        packs=tuple(revision.pack for revision in tx.cadences.current_packs()),
        cadences=tuple(revision.spec for revision in tx.cadences.current()),
    )


def _checked(tx: Tx, configuration: Configuration) -> tuple[Difference, ...]:
    """Raises ApplyRefused for a promise that would be broken."""
    stored = _stored(tx)
    refused = policy_changes_refused(stored.policy, configuration.policy, answers_exist=True)
    if refused and _anybody_was_asked(tx):
        raise ApplyRefused(refused)
    wrong = expectations.leader_missing(tx, configuration.policy.expectations)
    if wrong is not None and stored.cadences:
        raise ApplyRefused([("ai_expectations.leader", *wrong)])
    return differences(stored, configuration)


def _anybody_was_asked(tx: Tx) -> bool:
    """The sizes are promised with the first question, so from then on they count."""
    return any(tx.check_ins.counts(_EVER).values()) or tx.expectations.anybody_asked()


@dataclass(frozen=True, slots=True)
class _Change:
    """One transaction that changes the configuration, by `author` at `now`."""

    tx: Tx
    author: str
    now: datetime

    def to(self, configuration: Configuration, *, prune: bool) -> tuple[Difference, ...]:
        found = _checked(self.tx, configuration)
        tells = _told(self.tx, configuration) is not None
        given = configuration.policy.expectations
        leader = self.tx.organisations.policy().expectations.leader
        self._policy(configuration)
        expectations.keep_version(self.tx, given, self.author, self.now, tells=tells)
        if given.leader != leader:
            expectations.reader_changed(self.tx, self.now)
        for pack in configuration.packs:
            self.add_pack(pack)
        current = {revision.spec.key: revision for revision in self.tx.cadences.current()}
        for spec in configuration.cadences:
            self._cadence(current.pop(spec.key, None), spec)
        if prune:
            self._prune(current.values())
        return found

    def pause(self, key: str, *, paused: bool) -> bool:
        current = self.tx.cadences.current()
        found = next((revision for revision in current if revision.spec.key == key), None)
        if found is None:
            raise UnknownCadence(unknown(key, [revision.spec.key for revision in current]))
        if found.spec.paused == paused:
            return False
        self.revise(
            replace(found.spec, paused=paused), "cadence.pause" if paused else "cadence.resume"
        )
        return True

    def _policy(self, configuration: Configuration) -> None:
        before = self.tx.organisations.policy()
        self.tx.organisations.add_policy(configuration.policy, self.now, self.author)
        changed = [d.field for d in policy_differences(before, configuration.policy)]
        organisation = self.tx.organisations.get()
        if changed and organisation is not None:
            self._audit("policy.change", organisation.id, " ".join(changed))

    def add_pack(self, pack: Pack) -> None:
        made = self.tx.cadences.add_pack(
            pack, revision_id=(revision_id := uuid4()), created_at=self.now, author=self.author
        )
        if made.id == revision_id:
            self._audit("pack.change", made.id, f"{pack.key} {made.number}")

    def _cadence(self, current: CadenceRevision | None, spec: CadenceSpec) -> None:
        if current is None:
            self.revise(spec, "cadence.add")
        elif current.spec != spec:
            self.revise(spec, "cadence.change")

    def _prune(self, missing: Iterable[CadenceRevision]) -> None:
        for revision in missing:
            if not revision.spec.paused:
                self.revise(replace(revision.spec, paused=True), "cadence.pause")

    def revise(self, spec: CadenceSpec, action: str) -> CadenceRevision:
        made = self.tx.cadences.add_revision(
            spec, revision_id=uuid4(), created_at=self.now, author=self.author
        )
        self._audit(action, made.cadence_id, f"{spec.key} {made.number}")
        return made

    def _audit(self, action: str, target: UUID, detail: str) -> None:
        self.tx.audit.append(
            actor=self.author, action=action, target=str(target), at=self.now, detail=detail
        )


def unknown(key: str, known: Sequence[str]) -> str:
    """What to tell somebody who named a cadence that isn't there."""
    there = f"there are {', '.join(known)}" if known else "there is none yet"
    return f"there is no cadence {key}; {there}"
