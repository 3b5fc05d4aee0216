"""`touchpoint manifest`: what a chat platform needs to know of the app."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings import Environment

_VERSION = re.compile(r"(0|[1-9]\d{0,5})(\.(0|[1-9]\d{0,5})){2}")

app = typer.Typer(
    help="Make the app's manifest for a chat platform.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


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


@app.command()
def teams(
    url: Annotated[
        str | None,
        typer.Option(help="Where Teams reaches you, https://HOST; unless TOUCHPOINT_WEB_URL."),
    ] = None,
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("touchpoint-teams.zip"),
    privacy_url: Annotated[
        str, typer.Option(help="Where you publish what `touchpoint privacy --html` wrote.")
    ] = "",
    terms_url: Annotated[str, typer.Option(help="Your company's rules for tools like it.")] = "",
    app_version: Annotated[
        str | None,
        typer.Option(help="A higher one than that in Teams, such as 1.0.1, for a change."),
    ] = None,
) -> None:
    """Write the Teams app package: manifest and icons, to upload in the Teams admin center.

    It needs TEAMS_APP_ID and the other TEAMS_ variables. The same settings make the same file.

    Exit codes: 0 written; 1 something is to be decided first; 2 the settings or the address
    can't be used.

    Example: touchpoint manifest teams --url https://touchpoint.example.com
    """
    from bot.settings import read_environment
    from bot.teams.manifest import Links, endpoint, package

    environment = read_environment()
    site = url or environment.web_url
    made = package(
        _app_id(environment), Links(_given(site), privacy_url, terms_url), _version(app_version)
    )
    _write(out, made)
    typer.echo(f"{out} is written: upload it in the Teams admin center, Manage apps.")
    typer.echo(f"Messaging endpoint of the Azure Bot: {endpoint(site)}")


def _app_id(environment: Environment) -> str:
    from bot.cli.faults import NotReady

    if environment.teams is None or environment.teams.playground:
        raise NotReady(
            "Microsoft Teams is not configured; set TEAMS_APP_ID, TEAMS_TENANT_ID and "
            "TEAMS_APP_SECRET as docs/teams.md says, and leave TEAMS_PLAYGROUND out"
        )
    return environment.teams.app_id


def _given(site: str) -> str:
    from bot.cli.faults import NotReady

    if not site:
        raise NotReady(
            "where Teams reaches you is not known; set TOUCHPOINT_WEB_URL, or give "
            "--url https://touchpoint.example.com"
        )
    return site


def _version(given: str | None) -> str:
    """Teams takes a changed package with a higher version than the one it has."""
    from importlib.metadata import version

    from bot.cli.faults import NotReady

    wanted = given or version("touchpoint")
    if not _VERSION.fullmatch(wanted):
        raise NotReady(f"--app-version {wanted} is not three numbers with dots, such as 1.0.1")
    return wanted


def _write(out: Path, made: bytes) -> None:
    from zipfile import is_zipfile

    from bot.cli.faults import Refused

    if out.exists() and not is_zipfile(out):
        raise Refused(f"{out} is there already and is no app package: name another file")
    out.write_bytes(made)
