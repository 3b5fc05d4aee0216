"""Answers, summary parts and what two people share as sealed bytes."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID

from bot.domain.check_in import Value
from bot.domain.ports.conversation_store import StoredAnswer, SummaryPart
from bot.domain.ports.vault import Erased, Tampered, Vault
from bot.domain.summary import Starter, WrittenPart

log = logging.getLogger(__name__)

ANSWER_FIELD = "answer_version.content"
PART_FIELD = "summary_part.content"
LOCAL_FIELD = "local_message.body"


def seal_value(vault: Vault, person_id: UUID, version_id: UUID, value: Value) -> bytes:
    """Raises Erased where the person's key was destroyed."""
    items = asdict(value).items()
    given = {n: item for n, item in items if item not in ("", None) and item is not False}
    return vault.seal(person_id, version_id, ANSWER_FIELD, _packed(given))


def open_value(vault: Vault, answer: StoredAnswer) -> Value | None:
    """None where the content was withdrawn, altered in the database, or the key destroyed."""
    if answer.sealed is None:
        return None
    raw = _opened(vault, answer.person_id, answer.version_id, ANSWER_FIELD, answer.sealed)
    return Value(**json.loads(raw)) if raw is not None else None


def seal_part(
    vault: Vault, subject_id: UUID, part_id: UUID, part: WrittenPart, texts: Mapping[UUID, str]
) -> bytes:
    """Of a quote only its place in the answer is kept, so that words taken back are gone here too.

    texts: what the answers say, by version id. A starter whose quote isn't in there is dropped.
    """
    starters = [
        [s.text, str(s.version_id), texts[s.version_id].index(s.quote), len(s.quote)]
        for s in part.starters
        if s.version_id in texts and s.quote in texts[s.version_id]
    ]
    body = {"headline": part.headline, "starters": starters, "writer": part.writer}
    return vault.seal(subject_id, part_id, PART_FIELD, _packed(body))


def open_part(vault: Vault, part: SummaryPart, texts: Mapping[UUID, str]) -> WrittenPart | None:
    """None where the quoted person's key was destroyed or the row altered.

    texts: what may be quoted now, by version id. Starters that rest on anything else are absent.
    """
    raw = _opened(vault, part.subject_id, part.id, PART_FIELD, part.sealed)
    if raw is None:
        return None
    body = json.loads(raw)
    starters = tuple(
        Starter(text, UUID(row), texts[UUID(row)][start : start + length])
        for text, row, start, length in body["starters"]
        if UUID(row) in texts
    )
    return WrittenPart(body["headline"], starters, body["writer"])


def seal_text(vault: Vault, person_id: UUID, row_id: UUID, field: str, text: str) -> bytes | None:
    """None where the person's key was destroyed: nothing can be kept for them any more."""
    if not vault.knows(person_id):
        return None
    return vault.seal(person_id, row_id, field, text.encode())


def open_text(
    vault: Vault, person_id: UUID, row_id: UUID, field: str, sealed: bytes | None
) -> str | None:
    """None where the text was taken back, altered in the database, or the key destroyed."""
    raw = _opened(vault, person_id, row_id, field, sealed) if sealed is not None else None
    return raw.decode() if raw is not None else None


def _opened(vault: Vault, person_id: UUID, row_id: UUID, field: str, sealed: bytes) -> bytes | None:
    try:
        return vault.open(person_id, row_id, field, sealed)
    except Erased:
        return None
    except Tampered:
        # One damaged row must not keep everybody else's words from being read.
        log.exception("sealed row does not open", extra={"row": str(row_id), "field": field})
        return None


def _packed(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
