"""What two people noted of a 1:1: the same text, sealed once for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.domain.one_to_one import Meeting
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.domain.visibility import may_share
from bot.services.sealing import open_text, seal_text

SHOWN = 12
"""The last meetings whose notes the two find in their panel: a quarter of weekly ones."""

_FIELD = "meeting.notes"


def may_see(tx: Tx, meeting: Meeting, reader_id: UUID, now: datetime) -> bool:
    """Whether this person may read what was noted of the meeting, at `now` (aware UTC)."""
    return may_share(
        reader_id=reader_id,
        employee_id=meeting.employee_id,
        manager_id=meeting.manager_id,
        managements=tx.people.managements_of([meeting.employee_id]),
        made_at=meeting.created_at,
        now=now,
    )


def last_meetings(tx: Tx, manager_id: UUID, employee_id: UUID) -> Sequence[Meeting]:
    """The last 1:1s of the two that were held, newest first."""
    one = tx.desks.one_to_one(manager_id, employee_id)
    return tx.meetings.last_held(one.id, SHOWN) if one else ()


def seal_notes(vault: Vault, meeting: Meeting, text: str) -> Meeting:
    """The meeting with these notes for both, whose keys the vault must hold; "" removes them."""
    if not text:
        return replace(meeting, sealed_for_employee=None, sealed_for_manager=None)
    employee, manager = meeting.employee_id, meeting.manager_id
    return replace(
        meeting,
        sealed_for_employee=seal_text(vault, employee, meeting.id, f"{_FIELD}:employee", text),
        sealed_for_manager=seal_text(vault, manager, meeting.id, f"{_FIELD}:manager", text),
    )


def notes_for(vault: Vault, meeting: Meeting, reader_id: UUID) -> str | None:
    """From the reader's own copy; None where there is none. Whether they may is `may_see`'s."""
    mine = reader_id == meeting.employee_id
    role = "employee" if mine else "manager"
    copy = meeting.sealed_for_employee if mine else meeting.sealed_for_manager
    return open_text(vault, reader_id, meeting.id, f"{_FIELD}:{role}", copy)
