"""What people take back is noted apart from the answers: a copy of the database that is restored
later must not bring it back.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid4

from bot.domain.erasure import Erased, Erasure
from bot.services.act import Act


def taken_back(act: Act, what: Erased, *targets: UUID) -> None:
    """Notes what the person of this act took back, narrowed or left."""
    note_all(act, what, targets)


def note_all(act: Act, what: Erased, targets: Iterable[UUID]) -> None:
    """The same for many."""
    person_id, at = act.person.id, act.now
    act.tx.erasures.add([Erasure(uuid4(), person_id, what, each, at) for each in targets])
