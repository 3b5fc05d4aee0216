"""The command line. What a command needs is imported when it runs, so that help comes at once."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import (
    audit,
    backups,
    cadence,
    check,
    db,
    erase,
    keys,
    link,
    manifest,
    people,
    privacy,
    results,
    retention,
    status,
)

DEBUG = "--debug"

app = typer.Typer(
    name="touchpoint",
    help="Touchpoint: check-ins by direct message, one weekly summary for each manager.",
    epilog=(
        "Exit codes: 0 done; 1 something is to be mended or decided first, and nothing was "
        "changed; 2 the command, the configuration or the database can't be used as it is; "
        "130 stopped with Ctrl-C."
    ),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(people.app, name="people")
app.add_typer(cadence.app, name="cadence")
app.add_typer(manifest.app, name="manifest")
app.add_typer(keys.app, name="keys")
app.add_typer(db.app, name="db")
app.add_typer(audit.app, name="audit")
app.command("check")(check.check)
app.command("status")(status.status)
app.command("results")(results.results)
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.command("release")(backups.release)
app.command("erase")(erase.erase)
app.command("retention")(retention.retention)
app.command("link")(link.link)
app.command("privacy")(privacy.privacy)


@app.callback()
def options(
    debug: Annotated[  # taken out by `main`, wherever it stands; here for the help alone
        bool, typer.Option(DEBUG, help="Show the traceback of an error; works after any command.")
    ] = False,
) -> None:
    del debug


@app.command()
def demo(
    weeks: Annotated[int, typer.Option(min=1, max=26, help="How many weeks to live.")] = 4,
    people: Annotated[Path | None, typer.Option(help="A people file in place of ours.")] = None,
    answers: Annotated[Path | None, typer.Option(help="Answers that go with it (YAML).")] = None,
    one_to_ones: Annotated[
        Path | None, typer.Option(help="What managers and reports do with their 1:1s (YAML).")
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the local page afterwards.")
    ] = True,
    config: Annotated[Path | None, typer.Option(help="An app.yaml in place of ours.")] = None,
    data: Annotated[Path | None, typer.Option(help="A new folder to keep the database in.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The page's port; 0 for any free one.")
    ] = None,
) -> None:
    """Live some weeks of a sample company, then serve the local page.

    Example: touchpoint demo --weeks 2 --no-serve
    """
    from bot.demo.command import run_demo

    code = run_demo(
        weeks=weeks,
        people=people,
        answers=answers,
        one_to_ones=one_to_ones,
        config=config,
        serve=serve,
        data=data,
        port=port,
    )
    raise typer.Exit(code)


@app.command()
def run(
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the page in a browser.")
    ] = False,
) -> None:
    """Run the service, until Ctrl-C or SIGTERM.

    It plans, delivers, serves the pages, and tells its health and metrics.

    Example: touchpoint run
    """
    import asyncio

    from bot.settings import read_environment
    from bot.web import serve

    raise typer.Exit(asyncio.run(serve(read_environment(), open_browser=open_browser)))


def main() -> None:
    """Runs the command that the process was started with; never shows a traceback unasked."""
    gc.set_threshold(20_000, 10, 10)  # a start makes ten thousands of objects that all stay
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that can't show an é still goes on
    arguments = [argument for argument in sys.argv[1:] if argument != DEBUG]
    try:
        app(arguments, prog_name=app.info.name)
    except (Exception, KeyboardInterrupt) as error:
        if DEBUG in sys.argv:
            raise
        from bot.cli.faults import explained

        code, said = explained(error)
        sys.stderr.write(f"touchpoint: {said}\n")
        sys.exit(code)
