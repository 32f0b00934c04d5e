"""The working-day clock as the deciders use it: the published calendar and the versioned deadline policies."""

from datetime import datetime, time

from events.calendar import CHINA, Calendar, published
from services.referral import deadlines


class WorkingClock:
    """Implements `referral.Deadlines`."""

    def __init__(self, calendar: Calendar | None = None) -> None:
        self._calendar = calendar or published()
        self.version = self._calendar.version

    def sign_policy(self, urgency: str) -> str:
        return deadlines.sign_policy(urgency)

    def report_policy(self, contact_type: str, urgency: str) -> str:
        return deadlines.report_policy(contact_type, urgency)

    def due(self, policy: str, start: datetime) -> tuple[datetime, bool]:
        due = deadlines.due(policy, start, self._calendar)
        return due.at, due.provisional

    def limit(self, policy: str, on: datetime) -> int:
        return deadlines.policies(on.astimezone(CHINA).date())[policy].limit

    def edition(self, on: datetime) -> str:
        return deadlines.edition(on.astimezone(CHINA).date())

    def working_day_after(self, moment: datetime, count: int) -> datetime:
        day, _ = self._calendar.add_working_days(moment.astimezone(CHINA).date(), count)
        return datetime.combine(day, time(), CHINA)

    def working_day_before(self, moment: datetime, count: int) -> datetime:
        return datetime.combine(
            self._calendar.working_days_before(moment.astimezone(CHINA).date(), count), time(), CHINA
        )

    def working_days_after(self, due: datetime, now: datetime) -> int:
        if now <= due:
            return 0
        return self._calendar.working_days_between(due.astimezone(CHINA).date(), now.astimezone(CHINA).date())
