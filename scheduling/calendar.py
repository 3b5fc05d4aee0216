"""Which days are worked in which country: the library `holidays`, behind one dictionary lookup.

National public holidays and the country's own weekend count. Regional holidays do not, as a
person's region is not known: the English August bank holiday is worked in "GB". A weekend day
that a country works, in exchange for a holiday, is worked.
"""

from datetime import date, timedelta
from functools import cache, partial

from bot.domain.local_time import WorkingDay

_SATURDAY = 5
_DAY = timedelta(days=1)


class WorkCalendar:
    """Working days by country code (ISO 3166-1, two or three letters; case does not matter).

    An unknown country, or none, has Saturday and Sunday off and no holidays. Each country and year
    is worked out once, when first asked for; two threads that ask at once get the same answer.
    """

    def __init__(self) -> None:
        self._days_off: dict[tuple[str, int], frozenset[date]] = {}

    def is_working_day(self, country: str | None, day: date) -> bool:
        """Whether people in `country` work on the local date `day`."""
        code = _code(country)
        if code is None:
            return day.weekday() < _SATURDAY
        return self._works(code, day)

    def knows(self, country: str | None) -> bool:
        """Whether holidays of this country are known."""
        return _code(country) is not None

    def for_country(self, country: str | None) -> WorkingDay:
        """The test for one country's working days, as `bot.domain.recurrence` takes it."""
        code = _code(country)
        if code is None:
            return partial(self.is_working_day, None)
        return partial(self._works, code)

    def _works(self, code: str, day: date) -> bool:
        days_off = self._days_off.get((code, day.year))
        if days_off is None:
            days_off = self._days_off[code, day.year] = _days_off(code, day.year)
        return day not in days_off


@cache
def _supported() -> frozenset[str]:
    import holidays  # the lookup table of every country: only a run that needs it pays for it

    return frozenset(holidays.list_supported_countries())


def _code(country: str | None) -> str | None:
    """The country's code as `holidays` knows it, or None."""
    code = (country or "").strip().upper()
    return code if code and code in _supported() else None


def _days_off(code: str, year: int) -> frozenset[date]:
    import holidays

    calendar = holidays.country_holidays(code, years=year)
    first = date(year, 1, 1)
    length = (date(year, 12, 31) - first).days + 1
    days = (first + n * _DAY for n in range(length))
    return frozenset(day for day in days if not calendar.is_working_day(day))
