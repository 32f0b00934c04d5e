"""When a referral next has something to record by itself. Pure. domain.md §4.3 D, §4.7.

The other side of CheckDeadline: at the moment that `next_wake` names the check records something, and never before it.
"""

from datetime import date, datetime, time, timedelta

from services.referral.referral import CHINA, NOTICE, NOTICE_AFTER_URGE, THRESHOLDS, Deadlines
from services.referral.referral_history import URGE, Referral

# Nothing more is recorded of these by the passing of time, and nothing leads out of them.
ENDED = frozenset({"verified", "returned"})
# A due moment is still in time; the next thing that a clock can show is not.
_JUST_AFTER = timedelta(microseconds=1)
_DAY = timedelta(days=1)
# No threshold lies further off than this many days, whatever the holidays.
_DAYS_AHEAD_MAX = 400


def next_wake(state: Referral, deadlines: Deadlines) -> datetime | None:
    """When CheckDeadline would next record something if nothing else happens; None: never."""
    match state:
        case Referral(status="issued", sign_overdue=False):
            return state.issued.due_sign + _JUST_AFTER
        case Referral(status="issued"):
            due = state.issued.due_sign
        case Referral(status="signed" | "in_handling", due_report=datetime() as due):
            if URGE not in state.crossed:
                return _first_day(deadlines, (due, dict(THRESHOLDS)[URGE]))
        case _:
            return None
    if NOTICE in state.crossed or state.urged is None:
        return None
    # Both periods have to be over: that of the threshold, and that of the urge.
    return _first_day(deadlines, (due, dict(THRESHOLDS)[NOTICE]), (state.urged, NOTICE_AFTER_URGE))


def _first_day(deadlines: Deadlines, *periods: tuple[datetime, int]) -> datetime | None:
    """The midnight that begins the first day on which so many working days have passed since each moment."""
    latest = max(moment.astimezone(CHINA).date() for moment, _ in periods)
    for ahead in range(1, _DAYS_AHEAD_MAX):
        day = _midnight(latest + ahead * _DAY)
        if all(deadlines.working_days_after(moment, day) >= days for moment, days in periods):
            return day
    return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=CHINA)
