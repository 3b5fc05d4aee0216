"""What the employees' page says, from the settings in force: what is promised is what is set."""

from __future__ import annotations

from collections.abc import Collection

from bot.domain.organisation import Configuration
from prompts.library import load_packs
from prompts.pages import page

BURNOUT = "burnout"
"""The pack after which somebody may be shown whom to turn to."""


def privacy_page(
    configuration: Configuration,
    platforms: Collection[str],
    *,
    leader: str = "",
) -> str:
    """The page as Markdown.

    platforms: the chat platforms that are configured, as the code names them. leader: the name of
    whoever answers questions about the AI expectations; their address where it is left out.
    """
    facts = _facts(configuration, leader)
    chats = {name: name in platforms for name in ("slack", "teams")}
    return page("privacy", {**facts, **chats})


def _facts(configuration: Configuration, leader: str) -> dict[str, object]:
    policy = configuration.policy
    expected = policy.expectations
    return {
        "company": policy.company,
        "group_minimum": policy.group_minimum,
        "comment_minimum": policy.comment_minimum,
        "retention_days": policy.retention_days,
        "retention_by_pack": _by_pack(configuration),
        "follow_up_days": policy.follow_up_days,
        "team_results": policy.team_results,
        "ai_provider": policy.ai.provider,
        "ai_host": policy.ai.host,
        "leader": "" if expected.is_empty else leader or expected.leader,
        "by_name": expected.questions.value == "leader",
        "asks_burnout": any(spec.pack == BURNOUT for spec in configuration.cadences),
        "help_contact": policy.help_contact,
    }


def _by_pack(configuration: Configuration) -> list[tuple[str, int]]:
    """The packs that are kept for another time, by the titles under which people know them."""
    policy = configuration.policy
    packs = {**load_packs(), **{pack.key: pack for pack in configuration.packs}}
    titles = {key: pack.name(policy.locale) for key, pack in packs.items()}
    return [(titles.get(key, key), days) for key, days in sorted(policy.retention_by_pack.items())]
