"""A stock Bolt application in a process of its own, in Socket Mode: it answers messages.

Arguments: the Web API's address, the bot's token, the application's token, and `stalls` for one
that says what it got and then never answers.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def main(api_url: str, bot_token: str, app_token: str, how: str) -> None:
    """Runs until it is killed."""
    client = AsyncWebClient(bot_token, base_url=api_url)
    app = AsyncApp(client=client, process_before_response=True)

    @app.event("message")
    async def message(event: dict[str, Any], say: Any) -> None:
        sys.stdout.write(f"got {event['text']}\n")
        sys.stdout.flush()
        if how == "stalls":
            await asyncio.Event().wait()
        await say(text=f"You said {event['text']}")

    await AsyncSocketModeHandler(app, app_token, ping_interval=0.1).connect_async()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
