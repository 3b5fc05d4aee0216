"""What stands between two people alone, a manager and a report: the same text for both."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """Something one of two people wrote for both of them to read.

    `employee_id` is managed by `manager_id`; `author_id` is one of the two. The text is sealed
    twice, under each one's own key: None where that one's copy is gone. `created_at` is aware UTC.
    """

    id: UUID
    organisation_id: UUID
    employee_id: UUID
    manager_id: UUID
    author_id: UUID
    created_at: datetime
    sealed_for_employee: bytes | None = field(default=None, repr=False)
    sealed_for_manager: bytes | None = field(default=None, repr=False)

    def other(self, person_id: UUID) -> UUID:
        """The one of the two who isn't `person_id`."""
        return self.manager_id if person_id == self.employee_id else self.employee_id

    def role(self, person_id: UUID) -> str:
        """ "employee" or "manager". Raises ValueError for anybody else."""
        if person_id == self.employee_id:
            return "employee"
        if person_id == self.manager_id:
            return "manager"
        raise ValueError("not one of the two")
