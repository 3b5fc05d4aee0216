"""What happened in the demo, set for the terminal."""

from __future__ import annotations
