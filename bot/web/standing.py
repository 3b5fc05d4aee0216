"""Whether this process may serve this database, with what is configured."""

from __future__ import annotations

from ipaddress import ip_address

from bot.bootstrap import Built


class CannotRun(Exception):
    """The process can't serve this database; the message says what to do instead."""


def require_platform(built: Built) -> None:
    """Raises CannotRun where there is nothing to serve, or nothing that may be served."""
    if wrong := misplaced(built):
        raise CannotRun(wrong)
    if in_earnest(built):
        return
    if built.local is None:
        raise CannotRun(
            "there is no chat platform to serve: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN for "
            "Slack (docs/slack.md), or TEAMS_APP_ID, TEAMS_APP_SECRET and TEAMS_TENANT_ID for "
            "Microsoft Teams (docs/teams.md). To see Touchpoint at work without them, run "
            "`touchpoint demo`, or begin a new database with `touchpoint people import FILE "
            "--demo`."
        )
    host = built.environment.host
    if not _is_loopback(host):
        raise CannotRun(
            f"TOUCHPOINT_HOST is {host}, but whoever opens the local page can be anybody in it, so "
            "it is served on this machine alone: leave the variable out, or give 127.0.0.1."
        )


def misplaced(built: Built) -> str:
    """Why what is configured is not for this database, with the remedy; "" where it is."""
    is_playground = built.teams is not None and bool(built.teams.registration.playground)
    if is_playground and not built.organisation.is_demo:
        return (
            "TEAMS_PLAYGROUND is set, whose messages nobody signs, and this database is no demo: "
            "leave the variable out, or begin a new database with `touchpoint people import FILE "
            "--demo`."
        )
    names = in_earnest(built)
    if names and built.organisation.is_demo:
        return (
            f"this is a demo database, whose clock can be moved, and {' and '.join(names)} is "
            "configured: leave the SLACK_ and TEAMS_ variables out for the local page, or name "
            "another database in TOUCHPOINT_DATABASE_URL."
        )
    return ""


def in_earnest(built: Built) -> list[str]:
    """The chat platforms that real people are on."""
    found = ["Slack"] if built.slack is not None else []
    if built.teams is not None and not built.teams.registration.playground:
        found.append("Microsoft Teams")
    return found


def require_certificate(built: Built) -> None:
    """Raises CannotRun where Teams' certificate can't be used, as without it nothing is sent."""
    file = built.teams.registration.certificate if built.teams is not None else None
    if file is None:
        return
    from bot.teams.standing import Unusable, certificate_end, spoilt

    try:
        certificate_end(file)
    except Unusable as wrong:
        raise CannotRun(f"Teams certificate: {spoilt(file, wrong)}.") from None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
