"""`touchpoint keys`: the master key, people's keys, and new ones in their place."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from bot.cli.rotating import Pruned
    from storage.reseal import Resealed

app = typer.Typer(
    help="The master key, and the keys of people's answers.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

_OTHERS = 60
"""Seconds. A process reads keys, works with them and forgets them; the longest, a batch of
messages on their way, takes less.
"""


class What(Enum):
    MASTER = "master"
    PEOPLE = "people"


@app.command("new")
def new() -> None:
    """Print a new master key. It is kept nowhere: store it where its loss is impossible.

    Whoever has it and the databases can read the answers; without it nobody can.

    Example: touchpoint keys new > /run/secrets/touchpoint-master-key
    """
    from storage.master_key import new_master_key

    typer.echo(new_master_key())


@app.command()
def rotate(
    what: Annotated[
        What | None, typer.Argument(help="master or people; both where it is left out.")
    ] = None,
    wait: Annotated[
        int,
        typer.Option(
            min=0,
            max=3600,
            help="PostgreSQL: seconds until no other process works with keys it read before.",
        ),
    ] = _OTHERS,
) -> None:
    """Put new keys in the place of the present ones. Everything stays readable throughout.

    master: the key that wraps everybody's. With a key file the new one is made beside it and takes
    its place; with TOUCHPOINT_MASTER_KEY, set TOUCHPOINT_MASTER_KEY_NEXT to a new one everywhere
    first. people: everybody's own key; all that the former ones sealed is sealed anew. Former keys
    stay for 29 days, for backups of the answers.

    On SQLite stop `touchpoint run` first. If it is broken off, run it again: it goes on.

    Exit codes: 0 done; 1 a new master key is to be set first; 2 a key or database can't be used.

    Example: touchpoint keys rotate people
    """
    import asyncio

    asyncio.run(_rotate(what, wait))


@app.command()
def prune() -> None:
    """Delete former keys that are older than 29 days; backups need them no longer.

    What they still sealed is sealed anew first. `touchpoint backup` does this as well.

    Example: touchpoint keys prune
    """
    import asyncio

    asyncio.run(_prune())


async def _rotate(what: What | None, wait: int) -> None:
    from bot.cli import rotating
    from bot.cli.office import alone
    from bot.cli.screen import console, working

    out = console()
    async with alone() as built:
        if what is not What.PEOPLE:
            with working("Wrapping keys") as tell:
                done = await rotating.rotate_master(built, lambda n: tell(f"{n:,}"))
            out.print(done.said(), soft_wrap=True)
        if what is not What.MASTER:
            with working("Sealing anew") as tell:
                people, resealed = await rotating.rotate_people(built, wait, tell)
            _tell_people(out, people, resealed)


def _tell_people(out: Console, people: int, resealed: Resealed) -> None:
    from bot.cli.screen import plural

    out.print(
        f"People's keys: {plural(people, 'new key')}; of {plural(resealed.seen, 'sealed value')} "
        f"{resealed.changed:,} sealed anew. The former keys stay for 29 days, for backups of the "
        "answers; then `touchpoint keys prune` or the next backup deletes them.",
        soft_wrap=True,
    )
    if resealed.damaged:
        out.print(
            f"{plural(resealed.damaged, 'value')} could not be opened, as before, and stayed as "
            "they are: the log names their rows.",
            soft_wrap=True,
        )


async def _prune() -> None:
    from bot.cli import rotating
    from bot.cli.office import opened
    from bot.cli.screen import console
    from bot.settings import read_environment

    async with opened(read_environment()) as built:
        pruned = await rotating.prune(built)
    tell_pruned(console(), pruned)


def tell_pruned(out: Console, pruned: Pruned) -> None:
    """What went, and what can go now."""
    from bot.cli.screen import plural

    if pruned.keys:
        out.print(f"{plural(pruned.keys, 'former key')} of people deleted.")
    for file in pruned.files:
        out.print(f"{file} deleted: it held keys that are older than 29 days.", soft_wrap=True)
    if pruned.former_is_free:
        out.print(
            "Nothing in the key store needs TOUCHPOINT_MASTER_KEY_FORMER any more. Keep it, outside"
            " of the environment, until the backups of keys made before the rotation are gone.",
            soft_wrap=True,
        )
    if not (pruned.keys or pruned.files):
        out.print("No former key is older than 29 days.")
