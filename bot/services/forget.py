"""Rows of what is erased: the same for the act itself and for an old copy that is restored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from bot.domain.ports.summary_store import Released, SummaryPart
from bot.domain.ports.unit_of_work import Tx
from bot.domain.ports.vault import Vault
from bot.services.sealing import open_part, open_value, seal_part


def reword(tx: Tx, vault: Vault, released: Iterable[Released]) -> None:
    """What is left of people's parts rests on the other answers alone: a claim that told of more
    is gone whole. The vault must hold these people; where a key is destroyed, nothing opens that
    part anyhow.
    """
    for each in released:
        if each.part is not None and vault.knows(each.part.subject_id):
            _reword(tx, vault, each.part)


def _reword(tx: Tx, vault: Vault, part: SummaryPart) -> None:
    texts: dict[UUID, str] = {}
    for version_id, answer in tx.answers.current_of(part.versions).items():
        value = open_value(vault, answer)
        if value is not None and answer.version_id == version_id:
            texts[version_id] = value.text
    written = open_part(vault, part, texts)
    if written is not None:
        tx.summaries.reseal(part.id, seal_part(vault, part.subject_id, part.id, written, texts))


def forget_person(tx: Tx, person_id: UUID, now: datetime) -> Sequence[Released]:
    """All content that is kept of a person, without their account, their choices and the queue;
    the summaries that held something of it.
    """
    released = tx.summaries.release(tx.answers.erase(tx.answers.ids_of(person_id)))
    tx.read_log.forget_person(person_id)
    for question in tx.expectations.questions_by(person_id):
        tx.expectations.delete(question.id)
    for store in (tx.promises, tx.agenda, tx.meetings):
        store.forget_copies(person_id)
    tx.local_messages.delete_all(person_id, now)
    tx.erasures.end_links(person_id)
    return released
