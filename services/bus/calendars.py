"""The working-day clock on the newest calendar on record: what every service counts on."""

from services import calendar_history
from services.ledger import Ledger
from services.working_clock import WorkingClock


class Calendars:
    """Reads on from the calendar that ships: a year that was published or amended since is a fact of the ledger."""

    def __init__(self, ledger: Ledger, clock: WorkingClock | None = None) -> None:
        self._ledger = ledger
        self._shipped = clock or WorkingClock()
        self._clock = self._shipped
        # The position of the newest notice that is counted.
        self._at = 0

    @property
    def clock(self) -> WorkingClock:
        """The clock on the newest calendar that was seen."""
        return self._clock

    async def current(self) -> WorkingClock:
        """The clock on every notice that is on record: nothing is counted on an older one.

        Raises LedgerUnavailable, DamagedLedger, DamagedHistory.
        """
        if await self._ledger.newest("calendar") <= self._at:
            return self._clock
        histories = [await self._ledger.load(subject) for subject in await self._ledger.subjects("calendar")]
        for history in histories:
            calendar_history.fold(history.facts)
        commits = sorted((each for history in histories for each in history.commits), key=lambda each: each.seq)
        # Another command may have read on meanwhile.
        if commits and commits[-1].seq > self._at:
            clock = self._shipped
            for fact in (fact for each in commits for fact in each.commit.facts):
                clock = clock.with_published(fact)  # type: ignore[arg-type]
            self._clock, self._at = clock, commits[-1].seq
        return self._clock
