"""The one application, from what `bot.bootstrap` built."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bot.bootstrap import Built
from bot.web import local_page, personal
from bot.web.ears import Ears
from bot.web.metrics import CONTENT_TYPE, Metrics
from bot.web.middleware import MAX_BODY, add_headers, timed, watched
from bot.web.readiness import Readiness
from scheduling.runner import Runner

_UNAVAILABLE = 503


def create_app(
    built: Built,
    *,
    runner: Runner | None = None,
    metrics: Metrics | None = None,
    ears: Sequence[Ears] = (),
) -> web.Application:
    """The routes of everything that is configured; the local page on a demo database alone.

    Args:
        runner: what does the work in this process; without one it is never ready.
        metrics: those that `runner` reports to; new ones where none are given.
        ears: what hears the chat platforms that are configured.
    """
    counted = metrics or Metrics(built)
    acts = timed(local_page.ACTS, counted.observe_answer)
    app = web.Application(middlewares=[watched, acts], client_max_size=MAX_BODY)
    app.on_response_prepare.append(add_headers)
    _add_operations(app, counted, Readiness(built, runner, ears))
    for each in ears:
        each.mount(app)
    if built.kit.web.origin:
        personal.mount(app, built.kit, built.clock)
    if built.local is not None:
        local_page.mount(app, built, built.local)
    return app


def _add_operations(app: web.Application, metrics: Metrics, readiness: Readiness) -> None:
    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_: web.Request) -> web.Response:
        problems = await readiness.problems()
        status = _UNAVAILABLE if problems else 200
        notes = await readiness.notes() if not problems else []
        said = {"ready": not problems, "problems": problems, "notes": notes}
        return web.json_response(said, status=status)

    async def metrics_page(_: web.Request) -> web.Response:
        return web.Response(body=await metrics.render(), headers={"Content-Type": CONTENT_TYPE})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics_page)
