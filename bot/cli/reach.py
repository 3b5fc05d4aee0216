"""`touchpoint people reach` and `move`: who can't be reached, and where people are reached."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.services.match_accounts import Unreachable
    from bot.services.move_home import Moved
    from bot.settings import Environment


class Place(Enum):
    SLACK = "slack"
    TEAMS = "teams"


def reach() -> None:
    """List everybody without an account that may be written to: why, and what to do.

    Exit codes: 0 everybody can be reached; 1 somebody can't; 2 the database can't be used.

    Example: touchpoint people reach
    """
    import asyncio

    from bot.cli.reasons import remedy, why
    from bot.cli.screen import console, plural, table
    from bot.settings import read_environment

    found, people = asyncio.run(_unreached(read_environment()))
    out = console()
    if not found:
        out.print(f"Everybody can be reached: {plural(people, 'person', 'people')}.")
        return
    rows = [(each.email, why(each.reason), remedy(each.reason)) for each in found]
    out.print(table("", ("who", "why", "what to do"), rows))
    out.print(f"{len(found):,} of {plural(people, 'person', 'people')} can't be reached.")
    raise typer.Exit(1)


async def _unreached(environment: Environment) -> tuple[list[Unreachable], int]:
    from bot.cli.office import opened
    from bot.services.reach import unreached

    async with opened(environment) as built:
        platforms = built.kit.messengers
        return await built.uow.read(lambda tx: (unreached(tx, platforms), tx.people.count()))


def move(
    email: Annotated[str, typer.Argument(help="Whose messages, by the people list's address.")],
    to: Annotated[Place, typer.Option("--to", help="Where they come from now on.")],
) -> None:
    """Let a person's messages come on another platform, where they have an account.

    What waits in the queue comes along; what was sent stays where it is. The person is told, and
    can take it back with a button. Everybody can do the same for themselves.

    Exit codes: 0 done; 1 there is no such person, or no account there; 2 the database can't be
    used.

    Example: touchpoint people move ana@acme.com --to teams
    """
    import asyncio

    from bot.cli.screen import console, plural
    from bot.settings import read_environment

    name = to.value.capitalize()
    moved = asyncio.run(_moved(read_environment(), email, to))
    if moved.was_there:
        console().print(f"Nothing changes: messages come in {name} already.")
        return
    waiting = f"; {plural(moved.messages, 'message')} in the queue came along"
    console().print(f"Done. Messages come in {name}{waiting if moved.messages else ''}.")


async def _moved(environment: Environment, email: str, to: Place) -> Moved:
    from bot.cli.faults import Refused
    from bot.cli.office import opened
    from bot.services.move_home import CannotMove, move_person

    async with opened(environment) as built:
        calendar, now = built.kit.calendar, built.clock.now()
        try:
            return await move_person(built.uow, calendar, email, to.value, now=now, actor="cli")
        except CannotMove as refused:
            raise Refused(str(refused)) from None
