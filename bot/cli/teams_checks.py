"""What `touchpoint check` looks at where Microsoft Teams is configured."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cli.findings import Finding, Verdict
from bot.cli.screen import plural
from scheduling.clock import SystemClock

if TYPE_CHECKING:
    from pathlib import Path

    from bot.bootstrap import Built
    from bot.domain.ports.unit_of_work import Tx
    from bot.settings import Environment
    from bot.settings.teams import TeamsSettings
    from bot.teams.registration import Registration

_COPIED_THE_ID = (
    "TEAMS_APP_SECRET is the secret's id; make a new one at entra.microsoft.com, App "
    "registrations, Certificates & secrets, and copy its Value, which is shown once"
)
_KEYS = (
    "without them nothing that Teams sends can be believed; check the network, the firewall (https "
    "to login.botframework.com), TEAMS_OPENID_URL and HTTPS_PROXY"
)
_GIVE_ADDRESS = "set TOUCHPOINT_WEB_URL to the https address of your reverse proxy"


async def teams_findings(environment: Environment, built: Built | None) -> AsyncIterator[Finding]:
    """One finding for each thing that Teams needs. `built` is None where there is no database."""
    given = environment.teams
    if given is None:
        said = "not configured; docs/teams.md says how to connect a tenant"
        yield Finding(Verdict.NOTE, "Teams", said)
        return
    if given.playground:
        yield _playground(given)
        return
    async for finding in _credential(given):
        yield finding
    yield await _keys(given.openid_url)
    yield _endpoint(environment.web_url)
    if built is not None:
        yield await _met(built)


def _playground(given: TeamsSettings) -> Finding:
    said = f"the Agents Playground at {given.playground}, on this machine alone"
    return Finding(Verdict.NOTE, "Teams", said)


async def _credential(given: TeamsSettings) -> AsyncIterator[Finding]:
    from bot.teams.standing import is_secret_id

    if given.secret is not None and is_secret_id(given.secret):
        yield Finding(Verdict.BAD, "Teams", _COPIED_THE_ID)
        return
    if given.certificate is not None:
        found = _certificate(given.certificate, SystemClock().now())
        yield found
        if found.verdict is Verdict.BAD:
            return
    yield await _token(given)


def _certificate(file: Path, now: datetime) -> Finding:
    from bot.teams.standing import NEW_CERTIFICATE, SOON, Unusable, certificate_end, spoilt

    subject = "Teams certificate"
    try:
        end = certificate_end(file)
    except Unusable as wrong:
        return Finding(Verdict.BAD, subject, spoilt(file, wrong))
    day = f"{end:%Y-%m-%d}"
    if end <= now:
        return Finding(Verdict.BAD, subject, f"it ended on {day}; {NEW_CERTIFICATE}")
    if end - now <= SOON:
        return Finding(Verdict.NOTE, subject, f"it ends on {day}; {NEW_CERTIFICATE}")
    return Finding(Verdict.GOOD, subject, f"valid until {day}")


async def _token(given: TeamsSettings) -> Finding:
    from bot.teams.standing import Unusable, ask_token

    try:
        await ask_token(_registration(given))
    except Unusable as wrong:
        return Finding(Verdict.BAD, "Teams", str(wrong))
    return Finding(Verdict.GOOD, "Teams", f"the app {given.app_id} gets its token")


def _registration(given: TeamsSettings) -> Registration:
    from bot.teams.registration import Registration

    return Registration(**{each.name: getattr(given, each.name) for each in fields(Registration)})


async def _keys(openid_url: str) -> Finding:
    from bot.teams.standing import Unusable, count_keys

    try:
        found = await count_keys(openid_url)
    except Unusable as wrong:
        return Finding(Verdict.BAD, "Teams keys", f"Microsoft's signing keys {wrong}; {_KEYS}")
    if not found:
        said = f"none of Microsoft's signing keys is for Teams; {_KEYS}"
        return Finding(Verdict.BAD, "Teams keys", said)
    return Finding(Verdict.GOOD, "Teams keys", f"{plural(found, 'key')} that Teams signs with")


def _endpoint(web_url: str) -> Finding:
    from bot.teams.manifest import BadAddress, endpoint

    subject = "Teams address"
    if not web_url:
        said = (
            f"where Teams reaches this server is not known; {_GIVE_ADDRESS}, and the messaging "
            "endpoint of the Azure Bot to the same with /api/messages behind it"
        )
        return Finding(Verdict.NOTE, subject, said)
    try:
        address = endpoint(web_url)
    except BadAddress:
        said = f"TOUCHPOINT_WEB_URL is {web_url}, and Teams calls https alone; {_GIVE_ADDRESS}"
        return Finding(Verdict.BAD, subject, said)
    said = f"the Azure Bot's messaging endpoint is to be {address}"
    return Finding(Verdict.GOOD, subject, said)


async def _met(built: Built) -> Finding:
    """Unlike elsewhere nobody can be written to before the app is installed for them."""

    def read(tx: Tx) -> tuple[int, int]:
        rows = tx.organisations.installations("teams")
        active = {entry.person_id for entry in tx.people.roster()}
        usable = (i for row in rows for i in tx.people.identities(row.id) if not i.barred)
        return len({i.person_id for i in usable} & active), len(active)

    met, of = await built.uow.read(read)
    said = f"{met:,} of {plural(of, 'person', 'people')} met"
    if met < of:
        remedy = (
            "everybody is met when the app is installed for them while Touchpoint runs; see Setup "
            "policies in the Teams admin center, and docs/teams.md"
        )
        return Finding(Verdict.NOTE, "Teams people", f"{said}; {remedy}")
    return Finding(Verdict.GOOD, "Teams people", said)
