"""What whoever runs the server can print about a company."""

from __future__ import annotations

import asyncio
import os

from tests.access.eyes import Eyes
from tests.harness import OURS, ROOT
from tests.processes import started

COMMANDS = (
    ("status",),
    ("privacy",),
    ("check",),
    ("cadence", "preview"),
    ("audit", "list"),
    ("retention", "--dry-run"),
)
"""Every command that prints something of a company and changes nothing."""


async def printed(eyes: Eyes, *arguments: str) -> str:
    """What a command says, on both streams."""
    given = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
    environment = eyes.world.environment
    given |= {
        "TOUCHPOINT_DATABASE_URL": environment.database_url,
        "TOUCHPOINT_KEYS_URL": environment.keys_url,
        "TOUCHPOINT_MASTER_KEY_FILE": str(environment.master_key_file),
        "TOUCHPOINT_CONFIG": str(ROOT / "app.yaml"),
        "TOUCHPOINT_PORT": "0",
    }
    process = await started("bot", *arguments, joined=True, environment=given)
    async with asyncio.timeout(120):
        raw, _ = await process.communicate()
    return raw.decode()
