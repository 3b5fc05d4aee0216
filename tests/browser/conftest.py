"""The sample company on Tuesday morning, and pages that report every fault they notice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import ConsoleMessage, Page

from tests.integration.local_office import Office, local_office

_GIVEN_UP = ("htmx:sendAbort", "htmx:afterRequest, [object")
"""htmx says so when a look at the clock gives way to a press of its buttons: nothing is wrong."""

TUESDAY = datetime(2026, 3, 3, 9, 1, tzinfo=UTC)
"""A minute past ten in Berlin: the first check-in has just been sent there."""


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with local_office(tmp_path) as opened:
        await opened.live_until(TUESDAY)
        yield opened


@pytest.fixture(autouse=True)
def _nothing_on_the_console(
    request: pytest.FixtureRequest,
    office: Office,  # noqa: ARG001 - asked for so that the server outlives the listening
) -> Iterator[None]:
    """Blocked scripts and styles, failed requests and warnings all end up on the console.

    A test that causes one on purpose names a part of it in its attribute `expected_fault`.
    """
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_GIVEN_UP):
            said.append(message.text)

    for name in {"phone", "desktop"} & set(request.fixturenames):
        page: Page = request.getfixturevalue(name)
        page.on("console", listen)
    yield
    expected = getattr(request.function, "expected_fault", "")
    unexpected = [text for text in said if not expected or expected not in text]
    assert not unexpected, f"on the browser's console: {unexpected}"
