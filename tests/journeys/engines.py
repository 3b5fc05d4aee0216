"""The mark of journeys that run on both databases."""

import pytest

on_both = pytest.mark.parametrize(
    "environment",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
    indirect=True,
)
