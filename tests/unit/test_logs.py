"""What the logs never show, whoever writes them; the whole application: test_web.py."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot import logs
from bot.domain.ports.unit_of_work import StorageUnavailable
from bot.settings import Environment
from tests.logged import captured

SECRET = "what somebody wrote"
NAMES = ("text", "answer", "value", "token", "secret", "authorization", "sealed", "fields", "facts")


def environment(log_format: str = "json", log_level: str = "info") -> Environment:
    return Environment(
        database_url="sqlite:///touchpoint.db",
        keys_url="sqlite:///touchpoint-keys.db",
        master_key=None,
        master_key_file=None,
        config=Path("app.yaml"),
        host="127.0.0.1",
        port=0,
        log_level=log_level,  # type: ignore[arg-type]  # one of its literals
        log_format=log_format,  # type: ignore[arg-type]  # the same
    )


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where everything is logged as JSON; the tests' own logging is put back after."""
    with captured(environment()) as captured_stream:
        yield captured_stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_sensitive_fields_are_redacted_at_any_depth(stream: io.StringIO, name: str) -> None:
    given_to_both = {name: SECRET, "inner": {"list": [{f"the_{name}": SECRET}]}}
    logging.getLogger("bot.test").info("standard", extra=given_to_both)
    structlog.get_logger("bot.test").info("structured", **given_to_both)
    assert SECRET not in stream.getvalue()
    for line in lines(stream):
        assert line[name] == logs.REDACTED
        assert line["inner"]["list"][0] == {f"the_{name}": logs.REDACTED}


def test_bytes_are_never_shown(stream: io.StringIO) -> None:
    logging.getLogger("bot.test").info("kept", extra={"row": SECRET.encode(), "rows": [b"xyz"]})
    assert lines(stream)[0]["row"] == logs.REDACTED
    assert lines(stream)[0]["rows"] == [logs.REDACTED]


def test_what_helps_is_shown(stream: io.StringIO) -> None:
    logging.getLogger("storage.test").warning("late by %d", 3, extra={"job": "plan", "row": "r1"})
    (line,) = lines(stream)
    assert line["event"] == "late by 3"
    assert (line["job"], line["row"], line["level"]) == ("plan", "r1", "warning")
    assert line["logger"] == "storage.test"
    assert line["timestamp"].endswith("Z")


def test_an_error_shows_where_and_not_what(stream: io.StringIO) -> None:
    try:
        try:
            int(SECRET)
        except ValueError as error:
            raise LookupError(SECRET) from error
    except LookupError:
        logging.getLogger("bot.test").exception("failed")
        structlog.get_logger("bot.test").exception("failed")
    assert SECRET not in stream.getvalue()
    for line in lines(stream):
        assert "test_logs.py" in line["exception"]
        assert line["exception"].endswith("builtins.LookupError")
        assert "builtins.ValueError" in line["exception"]


def test_an_error_about_the_machine_says_what(stream: io.StringIO) -> None:
    fault = StorageUnavailable("The database can't be used now: disk full")
    logging.getLogger("bot.test").error("failed", exc_info=fault)
    assert lines(stream)[0]["exception"].endswith("disk full")


async def test_an_error_nobody_awaited_shows_no_text(stream: io.StringIO) -> None:
    loop = asyncio.get_running_loop()
    logs.catch_strays(loop)
    loop.call_exception_handler(
        {"message": f"never retrieved: {SECRET}", "exception": ValueError(SECRET)}
    )
    assert SECRET not in stream.getvalue()
    assert lines(stream)[0]["exception"] == "builtins.ValueError"


def test_libraries_speak_from_warnings_on(stream: io.StringIO) -> None:
    logging.getLogger("some.library").info("chatter")
    logging.getLogger("some.library").warning("trouble")
    assert [line["event"] for line in lines(stream)] == ["trouble"]


@given(
    st.recursive(
        st.binary(min_size=1) | st.just(SECRET),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_nothing_under_a_sensitive_name_survives(held: object) -> None:
    redacted = logs.redact(None, "", {"answer": held, "event": "kept"})
    assert redacted == {"answer": logs.REDACTED, "event": "kept"}


def test_the_console_form_redacts_too() -> None:
    with captured(environment("console", "debug")) as stream:
        logging.getLogger("bot.test").debug("shown", extra={"token": SECRET, "job": "plan"})
    assert "shown" in stream.getvalue()
    assert "plan" in stream.getvalue()
    assert SECRET not in stream.getvalue()
