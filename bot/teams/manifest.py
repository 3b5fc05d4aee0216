"""The app package for Teams: what the app is, where it may be used, and its icons.

Shape and limits: learn.microsoft.com/microsoft-365/extensibility/schema, version 1.30 of August
2026, the current one.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bot.teams import icons

VERSION = "1.30"
SCHEMA = f"https://developer.microsoft.com/json-schemas/teams/v{VERSION}/MicrosoftTeams.schema.json"
PATH = "/api/messages"
"""Where Teams calls, at the root of the host."""

SCOPES = ("personal", "team", "groupChat")
"""Check-ins happen in the personal chat alone. Whoever mentions the app elsewhere gets one line."""

COMMANDS: Mapping[str, str] = {
    "home": "What is next, your answers, your 1:1s, your settings",
    "my answers": "Read, change or take back what you answered, and see who has read it",
    "agenda": "What you and your manager want to talk about",
    "promise": "What was promised between you and your manager",
    "who reads": "Who can read your answers to each question",
    "my data": "Take a copy of what is kept about you, or erase it",
    "pause": "No check-ins until you say so",
    "resume": "Check-ins come again",
    "status": "How your check-ins stand",
    "help": "What you can write here",
    "cadences": "For HR: what is asked, of whom and when",
    "preview": "For HR: who would get what, and when",
}
"""What Teams offers above the message box, with what each does. Twelve at most."""

_SHORT = "Check-ins in a chat of your own, and one weekly summary for each manager."
_FULL = (
    "Touchpoint asks a few questions in a chat of your own with it, on your company's schedule, "
    "and gives each manager one weekly summary of what people chose to share, in their own words. "
    "Before the first question you see exactly who can read your answers. Nothing is asked before "
    "you press Start. Nobody is scored, ranked, or counted for silence. It reads no channels, no "
    "group chats, no files, no calendars and no meetings."
)
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ON_UNIX = 3
_FOR_ALL_TO_READ = 0o644 << 16
_REMEDY = "give it as https://touchpoint.example.com"


class BadAddress(Exception):
    """The address can't be used; the message says why and what to give."""


@dataclass(frozen=True, slots=True)
class Links:
    """What the app's page in Teams links to: `site` is where Touchpoint is reached, an https
    origin; privacy and terms lead to pages of the company's own, or to the site's.
    """

    site: str
    privacy: str = ""
    terms: str = ""


def manifest(app_id: str, links: Links, version: str) -> dict[str, Any]:
    """manifest.json. `app_id` is the app registration's; version: three numbers with dots.

    Raises BadAddress for anything but https addresses, and a site with a path.
    """
    site = _origin(links.site)
    own = f"{site}/you"
    return {
        "$schema": SCHEMA,
        "manifestVersion": VERSION,
        "version": version,
        "id": app_id,
        "developer": {
            "name": "Touchpoint",
            "websiteUrl": own,
            "privacyUrl": _page(links.privacy) if links.privacy else own,
            "termsOfUseUrl": _page(links.terms) if links.terms else own,
        },
        "name": {"short": "Touchpoint", "full": "Touchpoint: check-ins and 1:1s"},
        "description": {"short": _SHORT, "full": _FULL},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": icons.COLOUR,
        "bots": [_bot(app_id)],
        "defaultInstallScope": "personal",
        "validDomains": [urlsplit(site).hostname],
    }


def package(app_id: str, links: Links, version: str) -> bytes:
    """The zip file that Teams takes: the same bytes for the same arguments.

    Raises BadAddress.
    """
    made = json.dumps(manifest(app_id, links, version), indent=2) + "\n"
    parts = {
        "manifest.json": made.encode(),
        "color.png": icons.colour(),
        "outline.png": icons.outline(),
    }
    kept = io.BytesIO()
    with ZipFile(kept, "w") as packed:
        for name, content in parts.items():
            packed.writestr(_entry(name), content)
    return kept.getvalue()


def endpoint(site: str) -> str:
    """What the Azure Bot has to call. Raises BadAddress."""
    return _origin(site) + PATH


def _bot(app_id: str) -> dict[str, Any]:
    commands = [{"title": title, "description": said} for title, said in COMMANDS.items()]
    return {
        "botId": app_id,
        "scopes": list(SCOPES),
        "isNotificationOnly": False,
        "supportsFiles": False,
        "supportsCalling": False,
        "supportsVideo": False,
        "commandLists": [{"scopes": ["personal"], "commands": commands}],
    }


def _entry(name: str) -> ZipInfo:
    """Without the time and the system it was made on, which would change its bytes."""
    entry = ZipInfo(name, _EPOCH)
    entry.compress_type = ZIP_DEFLATED
    entry.create_system = _ON_UNIX
    entry.external_attr = _FOR_ALL_TO_READ
    return entry


def _origin(url: str) -> str:
    given = _page(url)
    parts = urlsplit(given)
    if parts.path.rstrip("/") not in ("", PATH) or parts.query or parts.fragment:
        raise BadAddress(f"Teams calls {PATH} at the root of the host; {_REMEDY}")
    return f"https://{parts.netloc.lower()}"


def _page(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
        _ = parts.port
    except ValueError:
        host = None
    if not host:
        raise BadAddress(f"{url!r} is not a web address; {_REMEDY}")
    if parts.scheme != "https":
        raise BadAddress(f"Teams calls and shows https addresses alone; {_REMEDY}")
    if parts.username or parts.password:
        raise BadAddress(f"an address with a name or password is no good here; {_REMEDY}")
    return url.strip()
