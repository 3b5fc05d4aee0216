"""`touchpoint backup`, `restore` and `release`: copies, kept apart, and what follows from one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from bot.bootstrap import Built
    from bot.cli.restoring import Restored
    from bot.services.release import Waiting
    from bot.settings import Environment
    from storage.backup import Described, Kind

_APART = (
    "keys and answers belong into backups apart: whoever erases everything has their key "
    "destroyed, and a copy of the key beside the answers would undo that. "
)


def backup(
    directory: Annotated[Path, typer.Argument(help="Where backups of the answers are kept.")],
    keys_to: Annotated[
        Path | None, typer.Option(help="Where backups of the keys are kept: another place.")
    ] = None,
) -> None:
    """Back up the answers, and apart from them the keys; `touchpoint run` may be at work.

    Each time a new folder with a manifest appears in both places. Backups of keys that are older
    than 29 days are deleted, and so are former keys: what people erased can then be read from no
    backup. The master key is in neither; keep it in your secret store. PostgreSQL needs pg_dump.

    Exit codes: 0 done; 1 no place for the keys is named, or the same one; 2 something can't be
    used.

    Example: touchpoint backup /backups/answers --keys-to /backups/keys
    """
    import asyncio

    apart = _kept_apart(directory, keys_to)
    asyncio.run(_backup(directory, apart))


def restore(
    directory: Annotated[Path, typer.Argument(help="A backup of the answers: its own folder.")],
    keys_from: Annotated[
        Path | None,
        typer.Option(help="A backup of the keys; where it is left out the present ones stay."),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Yes, in the place of what is there."),
    ] = False,
) -> None:
    """Put a backup back. Stop every `touchpoint run` first.

    What people erased, narrowed or left since is taken back again before anything can be read,
    from wherever it was noted: what is replaced, and both key stores. Nothing is sent afterwards
    until `touchpoint release`. Where something fails, everything stays as it was.

    Exit codes: 0 done; 1 something is to be decided first; 2 a backup or database can't be used.

    Example: touchpoint restore /backups/answers/touchpoint-20260306T150000Z
    --keys-from /backups/keys/touchpoint-keys-20260306T150000Z
    """
    import asyncio

    asyncio.run(_restore(directory, keys_from, replaces=replace))


def release(
    send: Annotated[
        bool, typer.Option("--send", help="Let what was queued, or came due, go out after all.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Go on after a restore.

    What was queued in the backup, or came due before it was put back, may have been sent by the
    database that was lost: it is skipped with the reason "restored", and whatever comes due from
    then on goes out. With --send it goes out as well, each within its own window.

    Exit codes: 0 done, or nothing was held; 1 not confirmed.

    Example: touchpoint release
    """
    import asyncio

    asyncio.run(_release(send=send, confirmed=yes))


def _kept_apart(directory: Path, keys_to: Path | None) -> Path:
    from bot.cli.faults import Refused

    if keys_to is None:
        raise Refused(f"{_APART}Name another place for the keys with --keys-to")
    answers, keys = directory.resolve(), keys_to.resolve()
    if answers == keys or answers in keys.parents or keys in answers.parents:
        raise Refused(f"{_APART}{keys_to} is the same place as {directory}, or within it")
    return keys_to


async def _backup(directory: Path, keys_to: Path) -> None:
    import asyncio

    from bot.cli import rotating
    from bot.cli.keys import tell_pruned
    from bot.cli.office import opened
    from bot.cli.screen import console, working
    from bot.settings import read_environment
    from storage.backup import Kind, forget_old_keys

    out, environment = console(), read_environment()
    async with opened(environment) as built:
        await built.keys.check()
        pruned = await rotating.prune(built)
        now = datetime.now(UTC)
        with working("Backing up") as tell:
            for kind, into in ((Kind.ANSWERS, directory), (Kind.KEYS, keys_to)):
                tell(kind.value)
                made = await asyncio.to_thread(_one, built, kind, into, now)
                out.print(f"{kind.value.capitalize()}: {made}", soft_wrap=True)
        gone = await asyncio.to_thread(forget_old_keys, keys_to, rotating.KEPT, now)
        await _note(built, "backup", f"{len(gone)} older backups of keys deleted")
    _tell_kept(out, gone)
    if pruned.keys or pruned.files:
        tell_pruned(out, pruned)


def _one(built: Built, kind: Kind, into: Path, now: datetime) -> Path:
    from storage.backup import Kind, make_backup

    environment = built.environment
    url = environment.database_url if kind is Kind.ANSWERS else environment.keys_url
    return make_backup(url, into, kind, _described(built, kind), now)


def _described(built: Built, kind: Kind) -> Described:
    from importlib.metadata import version

    from bot.bootstrap import master_keys_of
    from storage.backup import Described, Kind
    from storage.key_store import newest_keys
    from storage.migrate import newest

    schema = newest() if kind is Kind.ANSWERS else newest_keys()
    master = master_keys_of(built.environment).current
    return Described(version("touchpoint"), schema or "", built.organisation.id, master.id)


def _tell_kept(out: Console, gone: list[Path]) -> None:
    for path in gone:
        out.print(f"{path} deleted: backups of keys are kept for 29 days.", soft_wrap=True)
    out.print(
        "The master key is in neither: keep it in your secret store. Copies of the keys' backup "
        "that you make elsewhere are yours to delete within 30 days.",
        soft_wrap=True,
    )


async def _note(built: Built, action: str, detail: str) -> None:
    now, target = built.clock.now(), str(built.organisation.id)
    await built.uow.write(
        lambda tx: tx.audit.append(actor="cli", action=action, target=target, at=now, detail=detail)
    )


async def _restore(directory: Path, keys_from: Path | None, *, replaces: bool) -> None:
    import asyncio

    from bot.cli.office import only_process
    from bot.cli.restoring import Restore
    from bot.cli.screen import console, working
    from bot.settings import read_environment

    environment = read_environment()
    with only_process(environment):
        restoring = await asyncio.to_thread(Restore, environment, directory, keys_from)
        await asyncio.to_thread(restoring.require_room, replaces=replaces)
        with working("Restoring") as tell:
            done = await restoring.run(tell)
    _tell_restored(console(), environment, done)


def _tell_restored(out: Console, environment: Environment, done: Restored) -> None:
    from bot.cli.screen import plural

    out.print(
        f"Restored to {environment.shown_database_url}, as of {done.taken_at:%Y-%m-%d %H:%M} UTC. "
        f"{plural(done.erasures, 'act')} of people who took something back applied again.",
        soft_wrap=True,
    )
    for aside in done.asides:
        out.print(f"What was there is kept as {aside}.", soft_wrap=True)
    for place in done.unread:
        out.print(
            f"{place} could not be read: what people took back and was noted there alone could not "
            "be applied again.",
            soft_wrap=True,
        )
    out.print(
        "The managers of that day are in force, and read what their people share: import the "
        "present list with `touchpoint people import` before you start `touchpoint run`.",
        soft_wrap=True,
    )
    out.print(
        "Everything is held: people get answers, and nothing else is planned or sent. Look with "
        "`touchpoint check` and `touchpoint status`, start `touchpoint run`, then `touchpoint "
        "release`.",
        soft_wrap=True,
    )


async def _release(*, send: bool, confirmed: bool) -> None:
    from bot.cli.office import opened
    from bot.cli.screen import console
    from bot.services import release as releasing
    from bot.settings import read_environment

    out = console()
    async with opened(read_environment()) as built:
        found = await releasing.waiting(built.uow)
        if found is None:
            out.print("Nothing is held.")
            return
        _tell_waiting(out, found)
        _ask(send=send, confirmed=confirmed)
        now = built.clock.now()
        count = await releasing.release(built.kit, now, actor="cli", send=send)
    done = f"{count:,} let go" if send else f"{count:,} skipped with the reason restored"
    out.print(f"Released: {done}. What comes due from now on is sent as ever.")


def _tell_waiting(out: Console, found: Waiting) -> None:
    from bot.cli.screen import plural

    out.print(f"Held since {found.restored_at:%Y-%m-%d %H:%M} UTC, when a backup was restored:")
    out.print(f"{plural(found.queued, 'message')} on their way in the backup,")
    due = plural(found.came_due, "check-in, nudge or summary", "check-ins, nudges and summaries")
    out.print(f"{due} that came due since it was made,")
    out.print(f"{plural(found.since, 'message')} that people's acts caused since the restore.")


def _ask(*, send: bool, confirmed: bool) -> None:
    """Raises Refused where nobody says that this is right."""
    import sys

    from bot.cli.faults import Refused

    what = "Send the first two" if send else "Skip the first two, as they may have been sent"
    if confirmed:
        return
    if sys.stdin.isatty() and typer.confirm(f"{what}, and go on?", err=True):
        return
    raise Refused(f"{what}, and go on? Say so with --yes. Nothing was changed.")
