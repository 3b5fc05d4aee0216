"""The pace of what Teams limits apart from a tenant's posts: a conversation."""

from __future__ import annotations

from bot.domain.pace import Pace

IN_CONVERSATION = Pace(interval_ms=2_100, burst=5)
"""Teams takes 7 calls in a second into one conversation, 8 in two, 60 in 30 and 1,800 in an hour
(learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit): with this it is never more
than 5, 5, 19 and 1,719.
"""
