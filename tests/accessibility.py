"""Checks a page with axe-core, the accessibility checker that browsers' own tools use."""

from typing import Any

from playwright.async_api import Page

from tests.harness import require
from tests.servers import node

# WCAG 2.2 AA: the level that public-sector and most company rules ask for.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def accessibility_faults(page: Page) -> list[str]:
    """What a screen reader or keyboard user would stumble over, one line for each fault found."""
    await page.evaluate(_checker())
    found = await page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", _RULES)
    return [_line(violation) for violation in found["violations"]]


def _checker() -> str:
    return (require(node.modules) / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def _line(violation: dict[str, Any]) -> str:
    where = ", ".join(str(part["target"][0]) for part in violation["nodes"])
    return f"{violation['id']}: {violation['help']} ({where})"
