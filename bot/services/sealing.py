"""Answers, summary parts and what two people share as sealed bytes."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from bot.domain.check_in import Value
from bot.domain.ports.conversation_store import StoredAnswer
from bot.domain.ports.summary_store import SummaryPart
from bot.domain.ports.vault import Erased, Tampered, Vault
from bot.domain.summary import Claim, Evidence, Starter, WrittenPart

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

    texts: what the answers say, by version id. A starter whose quote isn't in there is dropped, and
    so is a claim of whose evidence any isn't.
    """
    starters = [
        [s.text, *place]
        for s in part.starters
        if (place := _place(texts, s.version_id, s.quote)) is not None
    ]
    claims = [
        [claim.text, places]
        for claim in part.claims
        if None not in (places := [_place(texts, e.version_id, e.quote) for e in claim.evidence])
    ]
    body = {
        "starters": starters,
        "writer": part.writer,
        "claims": claims,
        "dropped": part.dropped,
        "prompt": part.prompt,
    }
    return vault.seal(subject_id, part_id, PART_FIELD, _packed(body))


Place = tuple[str, int, int]
"""Of which version, from which character on, and how many."""


def _place(texts: Mapping[UUID, str], version_id: UUID, quote: str) -> Place | None:
    start = texts[version_id].find(quote) if version_id in texts else -1
    return (str(version_id), start, len(quote)) if start >= 0 else None


def open_part(vault: Vault, part: SummaryPart, texts: Mapping[UUID, str]) -> WrittenPart | None:
    """None where the quoted person's key was destroyed or the row altered.

    texts: what may be quoted now, by version id. Starters that rest on anything else are absent,
    and so are claims that rest on anything else in any of their evidence.
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
    # Parts that were sealed before there were claims have none of the others.
    return WrittenPart(
        starters=starters,
        writer=body["writer"],
        claims=_claims(body.get("claims", ()), texts),
        dropped=body.get("dropped", 0),
        prompt=body.get("prompt", ""),
    )


def _claims(
    sealed: Iterable[tuple[str, Sequence[Place]]], texts: Mapping[UUID, str]
) -> tuple[Claim, ...]:
    return tuple(
        Claim(text, tuple(_evidence(place, texts) for place in places))
        for text, places in sealed
        if places and all(UUID(version) in texts for version, _, _ in places)
    )


def _evidence(place: Place, texts: Mapping[UUID, str]) -> Evidence:
    version, start, length = place
    return Evidence(UUID(version), texts[UUID(version)][start : start + length])


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
