"""The working-day clock as the deciders of this service need it; working_clock.py implements it."""

from datetime import datetime
from typing import Protocol

from events.referral import Period


class Deadlines(Protocol):
    """Counts on one version of the calendar and the policy table."""

    @property
    def version(self) -> str:
        """The version of the calendar."""
        ...

    @property
    def amended(self) -> bool:
        """Whether a year that was published is another one since."""
        ...

    def sign_policy(self, urgency: str) -> str: ...

    def report_policy(self, contact_type: str, urgency: str) -> str: ...

    def due(self, policy: str, start: datetime) -> tuple[datetime, bool]:
        """The end of the period and whether it is provisional."""
        ...

    def period(self, policy: str, start: datetime) -> Period:
        """The policy's period, as in force on the day of `start`."""
        ...

    def end(self, period: Period) -> tuple[datetime, bool]:
        """Like `due`, of a period that is on record."""
        ...

    def limit(self, policy: str, on: datetime) -> int:
        """How many units the policy has that is in force on that day."""
        ...

    def bound(self, bound: str, on: datetime) -> int:
        """How often or how long at most, by the bound in force on that day."""
        ...

    def working_days_after(self, due: datetime, now: datetime) -> int:
        """Whole working days from the due day to today; 0 on or before the due day."""
        ...

    def working_day_after(self, moment: datetime, count: int) -> datetime:
        """Where the `count`-th working day after the day of `moment` begins."""
        ...

    def working_day_before(self, moment: datetime, count: int) -> datetime:
        """Where the `count`-th working day before the day of `moment` begins."""
        ...
