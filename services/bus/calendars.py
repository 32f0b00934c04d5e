"""The working-day clock on the newest calendar on record: what every service counts on."""

from events import subjects
from services import calendar_history
from services.ledger import Ledger
from services.working_clock import WorkingClock


class Calendars:
    """Reads on from the calendar that ships: a year that was published since is a fact of the ledger."""

    def __init__(self, ledger: Ledger, clock: WorkingClock | None = None) -> None:
        self._ledger = ledger
        self._clock = clock or WorkingClock()

    @property
    def clock(self) -> WorkingClock:
        """The clock on the newest calendar that was seen."""
        return self._clock

    async def current(self) -> WorkingClock:
        """The clock on every calendar that is on record: nothing is counted on an older one.

        Raises LedgerUnavailable, DamagedLedger, DamagedHistory.
        """
        clock = self._clock
        while True:
            history = await self._ledger.load(subjects.calendar(clock.calendar.last.year + 1))
            published = calendar_history.fold(history.facts)
            if published is None:
                break
            clock = clock.with_published(published)
        # Another command may have read on meanwhile.
        if clock.calendar.last > self._clock.calendar.last:
            self._clock = clock
        return self._clock
