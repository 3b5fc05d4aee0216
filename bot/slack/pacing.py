"""The paces of what Slack limits apart from a workspace's posts: a channel, and single methods."""

from __future__ import annotations

from bot.domain.pace import Pace

IN_CHANNEL = Pace(interval_ms=1_000, burst=1)
"""One message a second into one channel (docs.slack.dev/apis/web-api/rate-limits)."""

OF_METHOD = Pace(interval_ms=1_500, burst=10)
"""Slack's tier 3 is about 50 calls a minute for a workspace and method: never more than that in
any minute, bursts included.
"""
