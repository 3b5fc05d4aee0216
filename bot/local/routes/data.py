"""A person's own data as a file."""

from __future__ import annotations

from aiohttp import web

from bot.local.pages import person_of, platform_of
from bot.services import export

_TYPES = {"json": "application/json", "html": "text/html"}


async def download(request: web.Request) -> web.Response:
    """The file, to be saved and never shown within the page: it holds whatever people typed."""
    person, local = await person_of(request), platform_of(request)
    kind = request.match_info["kind"]
    collected = await export.export(local.kit, person.id, local.clock.now())
    name = export.file_name(collected, kind)
    return web.Response(
        body=export.to_file(local.kit.words, collected, kind),
        content_type=_TYPES[kind],
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
