"""`touchpoint db`: the databases' schema."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="Make the databases, or bring them up to date.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


@app.callback()
def databases() -> None:
    """Keeps `upgrade` a command of its own: with one alone typer would leave its name out."""


@app.command()
def upgrade() -> None:
    """Make or update the database and the key store; beside SQLite also a master key.

    A repeat changes nothing. Back up both databases before an update.

    Example: touchpoint db upgrade
    """
    from bot.bootstrap import prepare
    from bot.cli.screen import console, working
    from bot.settings import read_environment
    from storage.migrate import current, newest

    environment = read_environment()
    before = current(environment.database_url)
    with working("Updating the databases"):
        prepare(environment)
    now = newest()
    said = "is up to date at" if before == now else "is now at"
    console().print(f"{environment.shown_database_url} {said} schema {now}.")
