"""`touchpoint erase`: everything of one person, for requests that come by letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.bootstrap import Built
    from bot.domain.people import Person
    from bot.settings import Environment

_GOES = (
    "All answers, questions, own copies of promises, agendas and notes, and the log of readings "
    "go for good, and the key is destroyed. {name} takes part no more, unless they press Start. "
    "The line on the people list stays."
)


def erase(
    email: Annotated[str, typer.Argument(help="The person's address on the people list.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
) -> None:
    """Erase everything that is kept of one person, also of somebody who left.

    People do this themselves under "My answers"; this is for requests that reach you otherwise.
    Nothing of theirs is shown. The audit log keeps that it was done, with an opaque id. Backups
    hold it until they expire: the key store's must not be older than 30 days.

    Exit codes: 0 erased; 1 not confirmed; 2 there is no such person, or no database.

    Example: touchpoint erase ana@example.com
    """
    import asyncio

    from bot.cli.screen import console
    from bot.settings import read_environment

    name = asyncio.run(_erase(read_environment(), email.strip().lower(), sure=yes))
    console().print(f"Erased. What was sent about {name} is being brought up to date.")


async def _erase(environment: Environment, email: str, *, sure: bool) -> str:
    from bot.cli.office import opened

    async with opened(environment) as built:
        person = await _named(built, email)
        _ask(person, sure=sure)
        await _carry_out(built, person)
        return person.name


async def _named(built: Built, email: str) -> Person:
    """Raises NotReady where nobody has that address, with the nearest one."""
    from bot.cli.faults import NotReady
    from bot.domain.phrases import nearest

    found = await built.uow.read(lambda tx: tx.people.by_email([email]))
    if email in found:
        return found[email]
    known = await built.uow.read(lambda tx: [line.email for line in tx.people.roster()])
    near = nearest(email, known)
    hint = f"did you mean {near}?" if near else "look for the address in your people list"
    raise NotReady(f"nobody has the address {email}: {hint}")


def _ask(person: Person, *, sure: bool) -> None:
    """Raises Refused where nobody agrees."""
    import sys

    from bot.cli.faults import Refused
    from bot.cli.screen import console

    if sure:
        return
    console().print(_GOES.format(name=person.name))
    if not sys.stdin.isatty():
        raise Refused("nobody is there to confirm: add --yes")
    if not typer.confirm(f"Erase everything of {person.name} ({person.email})?"):
        raise Refused("not confirmed; nothing was changed")


async def _carry_out(built: Built, person: Person) -> None:
    from bot.domain.ports.unit_of_work import Tx
    from bot.services.erase import erase_everything

    now = built.clock.now()

    def audited(tx: Tx) -> bool:
        tx.audit.append(actor="cli", action="person.erased", target=str(person.id), at=now)
        return True

    await erase_everything(built.kit, person.id, now, audited)
