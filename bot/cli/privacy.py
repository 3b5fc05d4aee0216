"""`touchpoint privacy`: the page for employees, from the settings that hold."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings import Configuration, Environment


class _Form(StrEnum):
    TEXT = "text"
    HTML = "html"
    MARKDOWN = "markdown"


def privacy(
    html: Annotated[bool, typer.Option("--html", help="As a web page, whole in one file.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown.")] = False,
    file: Annotated[
        Path | None, typer.Option(help="An app.yaml, in place of what is in force.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A new file, in place of the screen.")
    ] = None,
) -> None:
    """Print what employees should know: who reads what, for how long it is kept, what is promised.

    It is written from the settings in force; before there is a database, from app.yaml. Put it
    where your people find it.

    Exit codes: 0 printed; 2 the settings or the database can't be used.

    Example: touchpoint privacy --html --output privacy.html
    """
    import asyncio

    from bot.cli.faults import Refused
    from bot.settings import read_environment

    if html and markdown:
        raise Refused("--html and --markdown exclude each other: give one of them")
    if output is not None and output.exists():
        raise Refused(f"{output} is there already, and is never overwritten: name a new file")
    form = _Form.HTML if html else _Form.MARKDOWN if markdown else _Form.TEXT
    said = _formed(asyncio.run(_page(read_environment(), file)), form)
    if output is None:
        typer.echo(said, nl=False)
    else:
        output.write_text(said, encoding="utf-8")


async def _page(environment: Environment, file: Path | None) -> str:
    from bot.services.privacy_page import privacy_page
    from bot.settings import load_configuration

    chats = {"slack": environment.slack, "teams": environment.teams}
    platforms = {name for name, given in chats.items() if given is not None}
    if file is not None:
        return privacy_page(load_configuration(file), platforms)
    found = await _in_force(environment)
    if found is None:
        return privacy_page(load_configuration(environment.config), platforms)
    return privacy_page(found[0], platforms, leader=found[1])


async def _in_force(environment: Environment) -> tuple[Configuration, str] | None:
    """What the database says, and the name of whoever answers questions; None without one."""
    from bot.cli.office import opened, schema_of
    from bot.services import manage_cadence

    if schema_of(environment) is None:
        return None
    async with opened(environment) as built:
        configuration = await manage_cadence.export(built.uow)
        address = configuration.policy.expectations.leader
        people = await built.uow.read(lambda tx: tx.people.by_email([address]))
    return configuration, next((person.name for person in people.values()), "")


def _formed(markdown: str, form: _Form) -> str:
    from prompts.pages import as_html, as_text

    if form is _Form.MARKDOWN:
        return markdown
    return as_html(markdown) if form is _Form.HTML else as_text(markdown)
