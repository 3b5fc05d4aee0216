"""The marks of journeys that run on both databases, or on one platform alone."""

import pytest

on_both = pytest.mark.parametrize(
    "environment",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
    indirect=True,
)

forms_with_a_time = pytest.mark.parametrize("surface", ["local"], indirect=True)
"""Slack's forms carry no time of their own, and are not delivered again: the last one is last."""
