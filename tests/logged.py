"""What an operator would read in the log, while the tests' own logging stands aside."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bot import logs
from bot.settings import Environment

_CHANGED = ("", "bot", "prompts", "scheduling", "storage", "apscheduler")


@contextmanager
def captured(environment: Environment) -> Iterator[io.StringIO]:
    """Everything logged inside the block, as `environment` wants it; then all is as before."""
    root = logging.getLogger()
    handlers = root.handlers[:]
    levels = {name: logging.getLogger(name).level for name in _CHANGED}
    root.handlers = []  # `configure` closes what it replaces
    stream = io.StringIO()
    logs.configure(environment, stream)
    try:
        yield stream
    finally:
        root.handlers = handlers
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
