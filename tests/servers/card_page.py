"""Cards as somebody sees them: drawn by Microsoft's renderer in a Chromium, with Markdown read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page, sync_playwright

from tests.servers import browser, node

Theme = Literal["light", "dark"]
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Shown:
    """The names of a card's elements, where its links lead, and its words."""

    tags: frozenset[str]
    links: tuple[str, ...]
    text: str


class CardPage:
    def __init__(self, page: Page) -> None:
        self._page = page

    def shown(self, cards: Sequence[dict[str, Any]]) -> list[Shown]:
        """Each card alone on the page. Raises playwright's Error for what is no card."""
        asked = [list(cards), colours("light")]
        found = self._page.evaluate(
            "([cards, look]) => cards.map((card) => seen(card, look))", asked
        )
        return [Shown(frozenset(f["tags"]), tuple(f["links"]), f["text"]) for f in found]


@contextmanager
def opened(executable: str) -> Iterator[CardPage]:
    """Starts a Chromium with such a page and ends it again."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=browser.FLAGS)
        try:
            page = launched.new_page(viewport={"width": 400, "height": 800})
            for script in scripts():
                page.evaluate(script)
            page.evaluate("() => { withMarkdown(); withCharts(); }")
            yield CardPage(page)
        finally:
            launched.close()


def scripts() -> list[str]:
    """What a page needs to draw cards."""
    modules = node.modules()
    files = [
        modules / "adaptivecards" / "dist" / "adaptivecards.js",
        modules / "markdown-it" / "dist" / "markdown-it.min.js",
        _HERE / "teams_cards.js",
    ]
    return [file.read_text(encoding="utf-8") for file in files]


def colours(theme: Theme) -> dict[str, str]:
    """A look like that of Teams' clients, by what is coloured."""
    found: dict[str, str] = json.loads((_HERE / "teams_host.json").read_text())[theme]
    return found
