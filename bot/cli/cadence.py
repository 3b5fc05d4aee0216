"""`touchpoint cadence`: what is sent, to whom and when; looked at, compared and applied."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.bootstrap import Built
    from bot.services.expectations import Figure
    from bot.services.preview import Preview
    from bot.services.status import Status
    from bot.settings import Configuration, Environment

app = typer.Typer(
    help="Cadences: what is sent, to whom and how often.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

File = Annotated[
    Path | None, typer.Argument(help="The file; app.yaml, or $TOUCHPOINT_CONFIG, if left out.")
]
Weeks = Annotated[int, typer.Option(min=1, max=52, help="How many weeks to look ahead.")]


@app.command("list")
def list_all() -> None:
    """List the cadences in force, with their rule, audience and next moment.

    Example: touchpoint cadence list
    """
    import asyncio

    from bot.cli.cadence_tables import listed
    from bot.cli.screen import console
    from bot.settings import read_environment

    configuration, found = asyncio.run(_in_force(read_environment()))
    console().print(listed(configuration, found))


@app.command()
def preview(
    key: Annotated[str | None, typer.Argument(help="One cadence alone, by its key.")] = None,
    weeks: Weeks = 4,
    file: Annotated[
        Path | None, typer.Option(help="Look at the cadences of this file, not yet applied.")
    ] = None,
) -> None:
    """Show who would get what and when, the load per day, and who is left out and why.

    Nothing is written. People's own pauses and choices don't show: everyone counts as taking part.

    Exit codes: 0 shown; 2 there is no such cadence, or a file or database can't be used.

    Example: touchpoint cadence preview ai-check-in --weeks 2
    """
    import asyncio

    from bot.cli.cadence_tables import print_preview
    from bot.cli.screen import console
    from bot.settings import load_configuration, read_environment

    configuration = load_configuration(file) if file else None
    found = asyncio.run(_preview(read_environment(), configuration, key, weeks))
    print_preview(console(), found)


@app.command()
def diff(file: File = None) -> None:
    """Show what applying a file would change.

    Exit codes: 0 nothing differs; 1 something does; 2 a file or database can't be used.

    Example: touchpoint cadence diff
    """
    import asyncio

    from bot.cli.screen import console
    from bot.services import manage_cadence
    from bot.settings import load_configuration, read_environment

    environment = read_environment()
    configuration = load_configuration(file or environment.config)

    async def compared() -> list[str]:
        from bot.cli.office import opened

        async with opened(environment) as built:
            found = [str(each) for each in await manage_cadence.diff(built.uow, configuration)]
            tells = await manage_cadence.would_tell(built.uow, configuration)
            return found + _told(tells)

    found = asyncio.run(compared())
    console().print("\n".join(found) or "Nothing differs.")
    raise typer.Exit(1 if found else 0)


@app.command()
def apply(
    file: File = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Pause cadences that the file doesn't have.")
    ] = False,
) -> None:
    """Make the database say what the file says, after showing what that changes.

    Each change is a new revision with an entry in the audit log; applying the same file again
    changes nothing. Check-ins that are open already go on as they began.

    Exit codes: 0 done; 1 refused, or not confirmed; 2 a file or database can't be used.

    Example: touchpoint cadence apply --yes
    """
    import asyncio

    from bot.settings import load_configuration, read_environment

    environment = read_environment()
    configuration = load_configuration(file or environment.config)
    task = _Apply(configuration, yes=yes, prune=prune)
    asyncio.run(task.look(environment) if dry_run else task.run(environment))


@app.command()
def export(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A new file, in place of the screen.")
    ] = None,
) -> None:
    """Print what is in force in the form of app.yaml.

    Example: touchpoint cadence export --output app.yaml
    """
    import asyncio

    from bot.cli.faults import Refused
    from bot.settings import read_environment, to_yaml

    if output is not None and output.exists():
        raise Refused(f"{output} is there already, and is never overwritten: name a new file")
    configuration, _ = asyncio.run(_in_force(read_environment()))
    if output is None:
        typer.echo(to_yaml(configuration), nl=False)
    else:
        output.write_text(to_yaml(configuration), encoding="utf-8")


async def _in_force(environment: Environment) -> tuple[Configuration, Status | None]:
    from bot.cli.office import opened
    from bot.services import manage_cadence
    from bot.services.status import status

    async with opened(environment) as built:
        found = await status(built.uow, built.clock.now())
        return await manage_cadence.export(built.uow), found


async def _preview(
    environment: Environment, configuration: Configuration | None, key: str | None, weeks: int
) -> Preview:
    from bot.cli.office import opened

    async with opened(environment) as built:
        return await _look_ahead(built, configuration, key, weeks)


async def _look_ahead(
    built: Built, configuration: Configuration | None, key: str | None = None, weeks: int = 4
) -> Preview:
    from bot.cli.screen import working
    from bot.services.preview import preview as look_ahead

    specs = configuration.cadences if configuration else None
    with working("Looking ahead"):
        return await look_ahead(built.uow, built.kit.calendar, built.clock.now(), weeks, key, specs)


def _told(tells: Figure | None) -> list[str]:
    """Who gets a message with new AI expectations, before anything is sent to many."""
    from bot.cli.screen import plural

    if tells is None:
        return []
    many = "everybody who takes part gets"
    if tells.people is not None:
        many = f"{plural(tells.people, 'person gets', 'people get')}"
    return [f"new AI expectations: {many} one message with them, within working hours"]


class _Apply:
    """One file on its way into the database."""

    def __init__(self, configuration: Configuration, *, yes: bool, prune: bool) -> None:
        from bot.cli.screen import console

        self.configuration = configuration
        self.yes = yes
        self.prune = prune
        self.out = console()

    async def look(self, environment: Environment) -> None:
        from bot.cli.office import opened

        async with opened(environment) as built:
            await self._shown(built)
        self.out.print("A dry run: nothing was changed.")

    async def run(self, environment: Environment) -> None:
        from bot.cli.office import founded
        from bot.cli.screen import working

        async with founded(environment, self.configuration) as built:
            if await self._shown(built):
                self._ask()
            with working("Applying"):
                await self._apply(built, dry_run=False)
        self.out.print("Done.")

    async def _shown(self, built: Built) -> bool:
        """Shows what changes and what follows; whether anything does."""
        from bot.cli.cadence_tables import print_overview

        found = await self._apply(built, dry_run=True)
        self.out.print("\n".join(found) or "Nothing differs.")
        if found:
            print_overview(self.out, await _look_ahead(built, self.configuration))
        return bool(found)

    async def _apply(self, built: Built, *, dry_run: bool) -> list[str]:
        from bot.services import manage_cadence

        applied = await manage_cadence.apply(
            built.uow,
            built.kit.calendar,
            self.configuration,
            author="cli",
            now=built.clock.now(),
            dry_run=dry_run,
            prune=self.prune,
        )
        return [str(difference) for difference in applied.differences] + _told(applied.tells)

    def _ask(self) -> None:
        """Raises Refused where nobody agrees."""
        import sys

        from bot.cli.faults import Refused

        if self.yes:
            return
        if not sys.stdin.isatty():
            raise Refused("nobody is there to confirm: look it through, then add --yes")
        if not typer.confirm("Apply this?"):
            raise Refused("not confirmed; nothing was changed")
