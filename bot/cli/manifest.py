"""`touchpoint manifest`: what a chat platform needs to know of the app."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    help="Print the app's manifest for a chat platform.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


@app.callback()
def manifests() -> None:
    """Keeps `slack` a command of its own: with one alone typer would leave its name out."""


@app.command()
def slack(
    url: Annotated[
        str | None,
        typer.Option(help="Where Slack reaches you, https://HOST: HTTP in place of Socket Mode."),
    ] = None,
) -> None:
    """Print the manifest of the Slack app, to paste at api.slack.com/apps.

    It asks for the least that Touchpoint needs; docs/slack.md gives the reason of each scope.

    Exit codes: 0 printed; 2 the address can't be used.

    Example: touchpoint manifest slack --url https://touchpoint.example.com
    """
    import json

    from bot.slack.manifest import manifest

    typer.echo(json.dumps(manifest(url), indent=2, ensure_ascii=False))
