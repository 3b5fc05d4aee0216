"""Slack: its messages, its listeners and its directory of people, behind the same ports."""
