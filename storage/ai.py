"""What AI cost, per workspace and day."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, select, update

from bot.domain.ports.ai_store import AiDay
from storage.store import Store, own
from storage.tables.ai import AiDayRow

_day = AiDayRow.__table__
_THIS = (
    own(_day),
    _day.c.installation_id == bindparam("installation"),
    _day.c.day == bindparam("on"),
)
_RESERVE = (
    update(_day)
    .where(*_THIS, _day.c.tokens + bindparam("more") <= bindparam("budget"))
    .values(tokens=_day.c.tokens + bindparam("more"), calls=_day.c.calls + 1)
)
_SETTLE = (
    update(_day)
    .where(*_THIS)
    .values(tokens=_day.c.tokens + bindparam("more"), failed=_day.c.failed + bindparam("failures"))
)
_SINCE = (
    select(_day.c.installation_id, _day.c.day, _day.c.tokens, _day.c.calls, _day.c.failed)
    .where(own(_day), _day.c.day >= bindparam("on"))
    .order_by(_day.c.day, _day.c.installation_id)
)


class SqlAiUse(Store):
    """The AiUse port."""

    def reserve(self, installation_id: UUID, day: date, tokens: int, budget: int) -> bool:
        row = {
            "organisation_id": self._organisation,
            "installation_id": installation_id,
            "day": day,
            "tokens": 0,
            "calls": 0,
            "failed": 0,
        }
        self._connection.execute(self._insert(_day).on_conflict_do_nothing(), [row])
        which = {"installation": installation_id, "on": day}
        return bool(self._run(_RESERVE, **which, more=tokens, budget=budget).rowcount)

    def settle(
        self, installation_id: UUID, day: date, *, reserved: int, used: int, failed: bool
    ) -> None:
        which = {"installation": installation_id, "on": day}
        self._run(_SETTLE, **which, more=used - reserved, failures=int(failed))

    def since(self, day: date) -> Sequence[AiDay]:
        return [AiDay(*row) for row in self._run(_SINCE, on=day)]
