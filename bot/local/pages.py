"""What every route shares: who is asking, and answers as pages or as parts of one."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from aiohttp import web

from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.local.platform import LocalPlatform
from bot.local.render import Reader
from bot.services.kit import Kit

LOCAL: web.AppKey[LocalPlatform] = web.AppKey("local_platform", LocalPlatform)

TO_NOTICES = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"}
"""Tells htmx to show the answer as a notice, wherever the request came from."""


TO_ABOVE = {"HX-Retarget": "#above"}
"""Tells htmx to show the answer over the form that is open."""


class Unclear(Exception):
    """The request lacks something that the page always sends."""


def platform_of(request: web.Request) -> LocalPlatform:
    # Sub-applications keep their own state; the request's own application is the innermost one.
    return request.app[LOCAL]


def wants_part(request: web.Request) -> bool:
    """Whether htmx asks, and not the browser itself."""
    return request.headers.get("HX-Request") == "true"


def html(body: str, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(text=body, status=status, content_type="text/html", headers=headers)


def see_other(location: str) -> web.Response:
    """Leads on after an act, so that reloading the page does not send it again."""
    return web.Response(status=303, headers={"Location": location})


async def person_of(request: web.Request) -> Person:
    """The active person named in the address. Raises HTTPNotFound for anybody else."""
    local = platform_of(request)
    wanted = request.match_info["person_id"]
    if not is_uuid(wanted):
        raise web.HTTPNotFound
    found = await local.kit.uow.read(
        lambda tx: tx.people.by_identity(local.installation_id, str(UUID(wanted)))
    )
    if found is None or not found.active:
        raise web.HTTPNotFound
    return found


def file_address(person_id: UUID, kind: str) -> str:
    """Where the page hands a person their own data ("json" or "html")."""
    return f"/local/as/{person_id}/data.{kind}"


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def policy_of(kit: Kit) -> Policy:
    return await kit.uow.read(lambda tx: tx.organisations.policy())


async def house_reader(kit: Kit) -> tuple[Reader, Policy]:
    """The organisation's own locale and zone, for pages that belong to no person."""
    policy = await policy_of(kit)
    return Reader(kit.words, policy.locale, policy.time_zone), policy
