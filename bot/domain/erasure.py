"""What people take back. Every act is noted apart from the answers too, so that an old copy that
is restored does not bring back what is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Erased(StrEnum):
    """What an act took away, and so what its `target_id` is.

    VERSION: one version's content (an answer version's id): whatever is erased is noted version by
    version, so that an answer given anew afterwards is not meant. ANSWER: a question about the AI
    expectations (its id), or all versions of an answer. CHECK_IN: all versions of its answers.
    NARROWED: an answer is for the person alone from then on. DECLINED: the person takes part no
    more. EVERYTHING: all that is kept for the person, and their key. AI_OFF, AI_ON: whether AI may
    read their answers from then on. FOLLOW_UPS_OFF, FOLLOW_UPS_ON: whether follow-up questions
    come. SIGNS_OFF, SIGNS_ON: whether they are shown early signs. The latest of each counts. (The
    person's id, all of them.)
    """

    VERSION = "version"
    ANSWER = "answer"
    CHECK_IN = "check_in"
    NARROWED = "narrowed"
    DECLINED = "declined"
    EVERYTHING = "everything"
    AI_OFF = "ai_off"
    AI_ON = "ai_on"
    SIGNS_OFF = "signs_off"
    SIGNS_ON = "signs_on"
    FOLLOW_UPS_OFF = "follow_ups_off"
    FOLLOW_UPS_ON = "follow_ups_on"


@dataclass(frozen=True, slots=True)
class Erasure:
    """One act of one person; `at` is aware UTC. Opaque ids only: it outlives what was erased."""

    id: UUID
    person_id: UUID
    what: Erased
    target_id: UUID
    at: datetime
