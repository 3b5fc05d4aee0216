"""Everything that is kept about a person, as one structure that files are made of.

It is in JSON's own types (docs/export.md says what stands where) and holds what the person could
see anyway: of others their names at most, and nothing that somebody else said, answered or asked.
"""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from bot.domain.ports.unit_of_work import Tx
from bot.services import export_answers, export_pairs, export_records
from bot.services.export_source import Json, Source
from bot.services.kit import Kit
from prompts.export_page import export_page
from prompts.words import Words

FORMAT, VERSION = "touchpoint-export", 1
"""The version rises when a field changes its meaning or goes; new fields alone don't raise it."""


async def export(kit: Kit, person_id: UUID, now: datetime) -> Json:
    """What is kept about this person at `now` (aware UTC). Raises LookupError for nobody."""
    vault = await kit.keys.vault([person_id])

    def read(tx: Tx) -> Json:
        person = tx.people.get(person_id)
        if person is None:
            raise LookupError(f"no person {person_id}")
        return _collected(Source(tx, vault, person, now))

    return await kit.uow.read(read)


def _collected(source: Source) -> Json:
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": source.moment(source.now),
        "company": source.tx.organisations.policy().company,
        "you": export_records.settings(source),
        "answers": export_answers.answers(source),
        "check_ins": export_answers.check_ins(source),
        "summaries_about_you": export_answers.parts_about(source),
        "promises": export_pairs.promises(source),
        "agenda": export_pairs.agenda(source),
        "notes": export_pairs.notes(source),
        "questions": export_pairs.questions(source),
        "messages_here": export_records.local_messages(source),
        "shown_to_you": export_records.shown_to_you(source),
        "records": export_records.records(source),
    }


def to_json(collected: Json) -> bytes:
    """The file for other programs: UTF-8, two spaces of indentation."""
    return json.dumps(collected, ensure_ascii=False, indent=2).encode("utf-8", "replace")


def to_html(words: Words, collected: Json) -> bytes:
    """The file to read: one page of HTML that needs nothing else."""
    return export_page(words, collected).encode("utf-8", "replace")


def file_name(collected: Json, kind: str) -> str:
    """What the file ("json" or "html") is called where it is saved: without a name of anybody's."""
    return f"touchpoint-{collected['made_at'][:10]}.{kind}"


def to_file(words: Words, collected: Json, kind: str) -> bytes:
    """The file of that kind, "json" or "html"."""
    return to_json(collected) if kind == "json" else to_html(words, collected)
