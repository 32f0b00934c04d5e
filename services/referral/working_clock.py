"""The working-day clock as the deciders use it: the published calendar and the versioned deadline policies."""

from datetime import datetime

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

    def working_days_after(self, due: datetime, now: datetime) -> int:
        if now <= due:
            return 0
        return self._calendar.working_days_between(due.astimezone(CHINA).date(), now.astimezone(CHINA).date())
