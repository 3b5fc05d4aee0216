"""What a model is told to do, each with a version that changes with its file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined


@dataclass(frozen=True, slots=True)
class ModelPrompt:
    """version: the name and the beginning of the file's SHA-256, such as "summary-1f2e3d4c"."""

    version: str
    source: str

    def text(self, **facts: object) -> str:
        """The instructions. Raises jinja2.UndefinedError for a missing fact."""
        return _environment().from_string(self.source).render(facts).strip()


@cache
def model_prompt(name: str) -> ModelPrompt:
    """The prompt in `prompts/llm/<name>.j2`."""
    source = (files("prompts") / "llm" / f"{name}.j2").read_text(encoding="utf-8")
    return ModelPrompt(f"{name}-{hashlib.sha256(source.encode()).hexdigest()[:8]}", source)


@cache
def _environment() -> Environment:
    return Environment(
        autoescape=False,  # noqa: S701  # nosec B701  # a model reads it, no browser
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
