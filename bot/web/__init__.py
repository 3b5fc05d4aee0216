"""One aiohttp application: the platforms' pages, health, readiness and metrics."""

from bot.web.app import create_app
from bot.web.serve import serve

__all__ = ["create_app", "serve"]
