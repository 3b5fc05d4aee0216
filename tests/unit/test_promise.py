"""Promises and agenda items: what each side's word changes, and when they come back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.agenda import AgendaItem, AgendaState
from bot.domain.promise import (
    FORGOTTEN_AFTER,
    NOT_YET_AFTER,
    Promise,
    PromiseState,
    Says,
    Side,
    question_at,
    reminder_at,
)

NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)
ANA, MIA, TOM = (UUID(int=n) for n in range(1, 4))
DUE = date(2026, 3, 10)
ASK_AT = NOW + 21 * DAY


def promise(author: UUID = MIA) -> Promise:
    return Promise(
        id=UUID(int=9),
        organisation_id=UUID(int=10),
        employee_id=ANA,
        manager_id=MIA,
        author_id=author,
        created_at=NOW,
        state_at=NOW,
        due_on=DUE,
        remind_at=NOW + 6 * DAY,
        employee=Side(ask_at=ASK_AT),
        manager=Side(ask_at=ASK_AT),
    )


def after(employee: Says | None, manager: Says | None) -> Promise:
    changed = promise()
    for who, says in ((ANA, employee), (MIA, manager)):
        if says is not None:
            changed = changed.said(who, says, NOW)
    return changed


SAID = [None, *Says]
PAIRS = list(product(SAID, SAID))


@pytest.mark.parametrize(("employee", "manager"), PAIRS)
def test_kept_is_what_happened_for_one_and_is_denied_by_neither(
    employee: Says | None, manager: Says | None
) -> None:
    said = {employee, manager}
    kept = Says.HAPPENED in said and Says.NO not in said
    found = after(employee, manager)
    assert found.is_kept is kept
    assert (found.state is PromiseState.KEPT) is kept


@pytest.mark.parametrize(("employee", "manager"), PAIRS)
def test_they_differ_where_both_spoke_and_not_alike(
    employee: Says | None, manager: Says | None
) -> None:
    both = employee is not None and manager is not None
    assert after(employee, manager).differs() is (both and employee != manager)


@pytest.mark.parametrize("mine", SAID)
def test_what_stands_open_for_one_tells_nothing_of_the_other(mine: Says | None) -> None:
    assert len({after(theirs, mine).is_open_for(MIA) for theirs in SAID}) == 1
    assert len({after(mine, theirs).is_open_for(ANA) for theirs in SAID}) == 1


def test_not_yet_asks_the_same_person_again_after_a_week() -> None:
    found = promise().asked(ANA, NOW).said(ANA, Says.NOT_YET, NOW)
    assert found.employee.ask_at == NOW + NOT_YET_AFTER == found.wake_at
    assert found.manager.ask_at == ASK_AT
    assert found.is_open_for(ANA)
    again = found.asked(ANA, NOW + NOT_YET_AFTER).said(ANA, Says.HAPPENED, NOW + 8 * DAY)
    assert again.employee.ask_at is None
    assert again.wake_at is None


def test_each_side_is_asked_whatever_the_other_said() -> None:
    found = promise().said(MIA, Says.HAPPENED, NOW)
    assert found.state is PromiseState.KEPT
    assert found.employee.ask_at == ASK_AT
    assert found.said(ANA, Says.NO, NOW).state is PromiseState.ENDED


def test_a_difference_is_raised_only_where_the_employee_agrees() -> None:
    """And once the manager was asked, so that nobody's word leads the other's."""
    no = promise().said(ANA, Says.NO, NOW)
    assert no.asks_to_raise
    assert not no.can_be_raised
    agreed = _agreeing(no)
    assert not agreed.asks_to_raise
    assert not agreed.can_be_raised
    assert agreed.asked(MIA, ASK_AT).can_be_raised
    assert agreed.said(MIA, Says.HAPPENED, NOW).can_be_raised
    assert not agreed.said(MIA, Says.NO, NOW).can_be_raised
    assert not no.said(MIA, Says.HAPPENED, NOW).can_be_raised


def test_taking_the_no_back_takes_the_agreement_back() -> None:
    agreed = _agreeing(promise().said(ANA, Says.NO, NOW)).said(MIA, Says.HAPPENED, NOW)
    assert agreed.can_be_raised
    for changed in (agreed.unsaid(ANA, NOW), agreed.said(ANA, Says.HAPPENED, NOW)):
        assert changed.may_raise is None
        assert not changed.can_be_raised
    assert agreed.unsaid(MIA, NOW).may_raise is True


def _agreeing(no: Promise) -> Promise:
    return replace(no, may_raise=True)


def test_the_employee_is_woken_for_their_own_alone() -> None:
    assert promise(MIA).waking().wake_at == ASK_AT
    assert promise(ANA).waking().wake_at == NOW + 6 * DAY
    assert promise(MIA).next_for_manager() == NOW + 6 * DAY
    assert promise(ANA).next_for_manager() == ASK_AT
    assert promise(ANA).reminded().wake_at == ASK_AT


def test_taken_back_and_put_back() -> None:
    taken = promise().said(MIA, Says.HAPPENED, NOW).withdrawn(NOW + DAY)
    assert not taken.is_open_for(ANA)
    assert not taken.is_kept
    assert taken.next_for_manager() is None
    assert taken.wake_at == NOW + DAY + FORGOTTEN_AFTER
    back = taken.put_back(NOW + DAY)
    assert back.state is PromiseState.KEPT
    assert back.wake_at == ASK_AT
    forgotten = taken.forgotten()
    assert (forgotten.sealed_for_employee, forgotten.sealed_for_manager) == (None, None)
    assert forgotten.wake_at is None


@pytest.mark.parametrize("act", [lambda p: p.said(TOM, Says.NO, NOW), lambda p: p.side(TOM)])
def test_nobody_else_has_a_side(act) -> None:  # type: ignore[no-untyped-def]  # inferred
    with pytest.raises(ValueError, match="not one of the two"):
        act(promise())


def _weekday(day: date) -> bool:
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("due", "zone", "reminded"),
    [
        (date(2026, 3, 11), "Europe/Berlin", "2026-03-10T08:00+00:00"),
        (date(2026, 3, 9), "Europe/Berlin", "2026-03-06T08:00+00:00"),
        (date(2026, 3, 11), "America/New_York", "2026-03-10T13:00+00:00"),
        (date(2026, 3, 4), "Europe/Berlin", None),
    ],
)
def test_reminded_on_the_last_working_day_before(
    due: date, zone: str, reminded: str | None
) -> None:
    expected = datetime.fromisoformat(reminded) if reminded else None
    assert reminder_at(due, ZoneInfo(zone), _weekday, NOW) == expected


@given(due=st.dates(date(2020, 1, 1), date(2030, 1, 1)), days=st.integers(1, 90))
def test_asked_in_the_morning_so_many_days_after(due: date, days: int) -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    asked = question_at(due, days, zone, datetime(2000, 1, 1, tzinfo=UTC))
    assert asked is not None
    assert question_at(due, days, zone, asked) is None
    local = asked.astimezone(zone)
    assert local.date() == due + timedelta(days=days)
    assert local.hour == 9


def test_an_agenda_item_changes_its_state_once() -> None:
    item = AgendaItem(
        id=UUID(int=9),
        organisation_id=UUID(int=10),
        employee_id=ANA,
        manager_id=MIA,
        author_id=ANA,
        created_at=NOW,
        state_at=NOW,
    )
    done = item.became(AgendaState.DONE, NOW + DAY)
    assert done.became(AgendaState.DONE, NOW + 2 * DAY) is done
    assert done.wake_at is None
    taken = item.became(AgendaState.WITHDRAWN, NOW)
    assert taken.wake_at == NOW + FORGOTTEN_AFTER
    assert taken.became(AgendaState.OPEN, NOW).wake_at is None
    assert taken.other(ANA) == MIA
    assert taken.other(MIA) == ANA
