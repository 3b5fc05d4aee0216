"""`touchpoint people`: who works here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import accounts, reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from bot.bootstrap import Built
    from bot.domain.policy import Policy
    from bot.services.people_file import ParsedPeople
    from bot.services.sync_people import SyncPreview
    from bot.settings import Configuration, Environment

_SHOWN = 30

app = typer.Typer(help="The people list.", rich_markup_mode=None, no_args_is_help=True)
app.command("sync")(accounts.sync)
app.command("reach")(reach.reach)
app.command("move")(reach.move)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A CSV file with one line per person.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    confirm_leavers: Annotated[
        bool,
        typer.Option("--confirm-leavers", help="Yes, everyone the file does not list has left."),
    ] = False,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Begin a new database as a demo: the local page serves it."),
    ] = False,
) -> None:
    """Bring the people in line with a CSV file: who joins, changes and leaves.

    Columns: e-mail, name, manager's e-mail, team, country, time zone, hire date, locale, role.
    Whoever the file doesn't list leaves. Importing the same file again changes nothing. In an
    empty database app.yaml is applied first; with --demo it becomes a demo, where `touchpoint
    run` serves a page on this machine and the clock can be moved. That is decided once.

    Exit codes: 0 done; 1 the file has problems, or many would leave; 2 a file or database can't
    be used.

    Example: touchpoint people import people.csv --dry-run
    """
    import asyncio

    from bot.cli.screen import console
    from bot.settings import load_configuration, read_environment

    environment = read_environment()
    configuration = load_configuration(environment.config)
    task = _Import(environment, configuration, _read(file), console(), is_demo=demo)
    asyncio.run(task.preview() if dry_run else task.apply(confirm_leavers=confirm_leavers))


def _read(file: Path) -> bytes:
    """Raises NotReady, naming the file and the remedy, where it can't be read."""
    from bot.cli.faults import NotReady
    from bot.services.people_encoding import Unreadable
    from bot.services.people_file import read_people_file

    try:
        return read_people_file(file)
    except Unreadable as error:
        raise NotReady(f"{file} {error}") from None


class _Import:
    """One file on its way in."""

    def __init__(
        self,
        environment: Environment,
        configuration: Configuration,
        raw: bytes,
        out: Console,
        *,
        is_demo: bool,
    ) -> None:
        self.environment = environment
        self.configuration = configuration
        self.raw = raw
        self.out = out
        self.is_demo = is_demo

    async def preview(self) -> None:
        from bot.bootstrap import NoOrganisation
        from bot.cli.office import opened, schema_of
        from bot.services.sync_people import plan_sync

        if schema_of(self.environment) is None:
            self._tell_of_new_database()
            return
        try:
            async with opened(self.environment) as built:
                parsed = await self._parsed(built)
                self._show(await plan_sync(built.uow, parsed))
                self.out.print("A dry run: nothing was changed.")
        except NoOrganisation:
            self._tell_of_new_database()

    async def apply(self, *, confirm_leavers: bool) -> None:
        from bot.cli.office import founded
        from bot.services.manage_cadence import seed

        async with founded(self.environment, self.configuration, is_demo=self.is_demo) as built:
            now = built.clock.now()
            await seed(built.uow, built.kit.calendar, self.configuration, now=now)
            await self._import(built, confirm_leavers=confirm_leavers)

    async def _import(self, built: Built, *, confirm_leavers: bool) -> None:
        from bot.bootstrap import local_identity
        from bot.cli.screen import working
        from bot.services.memberships import sync_plans
        from bot.services.sync_people import apply_sync, plan_sync

        parsed = await self._parsed(built)
        preview = await plan_sync(built.uow, parsed)
        self._show(preview)
        self._ask(preview, confirmed=confirm_leavers)
        now = built.clock.now()
        identities = local_identity(built.local.id) if built.local else lambda _: None
        with working(f"Importing {len(parsed.rows):,} people"):
            await apply_sync(
                built.uow,
                parsed,
                now=now,
                actor="cli",
                identities=identities,
                confirm_leavers=True,
            )
            plans = await sync_plans(built.uow, built.kit.calendar, now)
        changed = plans.added + plans.changed + plans.removed
        self.out.print(f"Done. {changed:,} changes to the schedule.")

    async def _parsed(self, built: Built) -> ParsedPeople:
        policy = await built.uow.read(lambda tx: tx.organisations.policy())
        return self._read(policy)

    def _read(self, policy: Policy) -> ParsedPeople:
        """Raises Refused where the file has problems, which are shown."""
        from datetime import UTC, datetime

        from bot.cli.faults import Refused
        from bot.cli.screen import plural, working
        from bot.services.people_file import parse_people

        with working("Reading the file"):
            parsed = parse_people(self.raw, defaults=policy, today=datetime.now(UTC).date())
        for note in parsed.notes:
            self.out.print(f"Note: {note}")
        if parsed.problem_count:
            for problem in parsed.problems:
                self.out.print(str(problem))
            count = plural(parsed.problem_count, "problem")
            hidden = parsed.problem_count - len(parsed.problems)
            more = f" ({hidden:,} more not shown)" if hidden else ""
            raise Refused(f"the file has {count}{more}; nothing was changed")
        return parsed

    def _tell_of_new_database(self) -> None:
        from bot.cli.screen import plural

        parsed = self._read(self.configuration.policy)
        count = plural(len(parsed.rows), "person", "people")
        self.out.print(
            f"The database is empty: all {count} of the file would join. Nothing was changed."
        )

    def _show(self, preview: SyncPreview) -> None:
        from bot.cli.screen import plural, table

        if preview.is_empty:
            self.out.print(f"Nothing changes: {plural(preview.unchanged, 'person', 'people')}.")
            return
        lines = list(_lines(preview))
        header = ("what", "who", "details")
        self.out.print(table("", header, lines[:_SHOWN]))
        if len(lines) > _SHOWN:
            self.out.print(f"... and {len(lines) - _SHOWN:,} more.")
        self.out.print(
            f"{len(preview.joins):,} join, {len(preview.returns):,} return, "
            f"{len(preview.changes):,} change, {len(preview.leaves):,} leave, "
            f"{preview.unchanged:,} stay as they are; "
            f"{plural(preview.manager_changes, 'change')} of manager."
        )

    def _ask(self, preview: SyncPreview, *, confirmed: bool) -> None:
        """Raises Refused where many would leave and nobody says that this is right."""
        import sys

        from bot.cli.faults import Refused

        question = preview.leavers_to_confirm
        if not question or confirmed:
            return
        if sys.stdin.isatty() and typer.confirm(f"{question}.\nDo they leave?", err=True):
            return
        raise Refused(f"{question} with --confirm-leavers. Nothing was changed.")


def _lines(preview: SyncPreview) -> Iterator[tuple[str, str, str]]:
    """Those who leave first: they are what one must not overlook."""
    yield from (("leaves", email, "") for email in preview.leaves)
    yield from (("joins", email, "") for email in preview.joins)
    yield from (("returns", email, "") for email in preview.returns)
    for change in preview.changes:
        yield "changes", change.email, ", ".join(change.fields).replace("_", " ")
