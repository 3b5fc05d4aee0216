"""Structured logs that hold no answer, token or secret, whoever writes them and through what.

Three things see to that: fields are redacted by name, bytes always; a traceback shows where, but
an error's own text only where it is known to quote nobody; and no request's path or query is
logged, only the pattern of its route.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.settings import Environment

REDACTED = "[redacted]"
_OURS = ("bot", "prompts", "scheduling", "storage")
_SENSITIVE = re.compile(
    r"answer|auth|body|cookie|credential|facts|fields|passw|private|quote|seal|secret|text|token"
    r"|value|(^|_)(form|key|param|query|url|word)s?($|_)",
    re.IGNORECASE,
)
_OWN_KEYS = frozenset({"event", "level", "logger", "timestamp", "exception", "request_id"})
_SAYS_NO_MORE = (StorageUnavailable, OSError)
"""Errors whose text is about the machine: never a word that a person wrote."""

_log = logging.getLogger(__name__)


def configure(environment: Environment, stream: TextIO | None = None) -> None:
    """Send every record of the process to `stream` (standard error), as the environment says.

    Replaces what was configured before. Our own records count from the configured level on, those
    of libraries from warnings on.
    """
    to = stream or sys.stderr
    handler = logging.StreamHandler(to)
    handler.setFormatter(_formatter(environment.log_format == "json", colors=to.isatty()))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(environment.log_level.upper())
    # It warns of each turn that a slow job misses: touchpoint_job_seconds shows that.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def catch_strays(loop: asyncio.AbstractEventLoop) -> None:
    """Log what nobody awaited, without the text of the error, which asyncio would print."""
    loop.set_exception_handler(_stray)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace what a sensitive name holds, at any depth, and bytes whatever their name."""
    return {name: _safe(name, value) for name, value in event.items()}


def tell_error(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Turn `exc_info` into text, as `told` does."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = told(error)
    return event


def told(error: BaseException) -> str:
    """An error and its causes: kinds and places, and of the text only what quotes nobody."""
    lines: list[str] = []
    for each in reversed(list(_chain(error))):
        lines += traceback.format_tb(each.__traceback__)
        said = f": {each}" if isinstance(each, _SAYS_NO_MORE) else ""
        lines.append(f"{type(each).__module__}.{type(each).__qualname__}{said}\n")
    return "".join(lines).rstrip()


_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def _formatter(as_json: bool, *, colors: bool) -> logging.Formatter:
    last: Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=colors)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            tell_error,
            redact,
            last,
        ],
    )


def _safe(name: str, value: Any) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return REDACTED
    if name not in _OWN_KEYS and _SENSITIVE.search(name):
        return REDACTED
    if isinstance(value, Mapping):
        return {key: _safe(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_safe(name, inner) for inner in value]
    return told(value) if isinstance(value, BaseException) else value


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        cause = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
        inner = each.exceptions if isinstance(each, BaseExceptionGroup) else ()
        waiting += [*([cause] if cause else []), *inner]


def _stray(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    _log.error("an error nobody waited for", exc_info=error if error else None)
