"""What becomes of a referral by time alone: the reminder, the urge, the notice, the circular. Pure. domain.md §4.7 U→N.

The ladder of a bureau rule (fsou 172733): remind before the due day; the working day after it, urge; after five more, a
notice; after five more, a circular. How many days, the policies RM, U, N and C say.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from events.referral import DueSoon, ReferralFact, ReferralOverdue, SignOverdue
from services.referral.clock import Deadlines
from services.referral.extensions import settled
from services.referral.referral_history import CIRCULAR, NOTICE, URGE, Referral

REMIND_POLICY = "RM"
# Threshold -> the policy that says how many working days after the step before it.
LADDER = {URGE: "U", NOTICE: "N", CIRCULAR: "C"}
# A due moment is still in time.
_JUST_AFTER = timedelta(microseconds=1)


class _Step(Struct, frozen=True):
    at: datetime
    fact: Callable[[datetime], ReferralFact]


def next_wake(state: Referral | None, deadlines: Deadlines) -> datetime | None:
    """The next moment from which on CheckDeadline records something; None when no step is left.

    From that moment on it always does, however late it comes: a timer that fires then, or after an outage, is enough.
    """
    steps = _steps(state, deadlines)
    return steps[0].at if steps else None


def check(state: Referral, now: datetime, deadlines: Deadlines) -> list[ReferralFact]:
    """The step that is due by `now`, one at a time: each leaves the unit its days before the next."""
    due = [step for step in _steps(state, deadlines) if step.at <= now]
    return [due[-1].fact(now)] if due else []


def _steps(state: Referral | None, deadlines: Deadlines) -> list[_Step]:
    """The next step; before it the reminder, which is passed over when the step itself is due."""
    due = state.due if state else None
    if state is None or due is None:
        return []
    if (moved := settled(state, deadlines)) is not None:
        # At once: every step below would stand on a date that no longer holds.
        return [_Step(state.period_from, lambda now: moved)]
    remind = _Step(
        deadlines.working_day_before(due, deadlines.limit(REMIND_POLICY, due)),
        lambda now: _due_soon(due, now, deadlines),
    )
    begun = state.reminded or state.sign_overdue or bool(state.crossed)
    # A period that is shorter than the reminder would be reminded before it began.
    steps = [remind] if not begun and remind.at > state.period_from else []
    if state.status == "issued" and not state.sign_overdue:
        return [*steps, _Step(due + _JUST_AFTER, lambda now: SignOverdue(due=due))]
    # An unsigned referral is urged by SignOverdue itself.
    passed = (*((URGE,) if state.status == "issued" else ()), *state.crossed)
    threshold = next((name for name in LADDER if name not in passed), None)
    if threshold is None:
        return steps
    return [
        *steps,
        _Step(_at(threshold, state, due, deadlines), lambda now: _overdue(threshold, due, now, deadlines)),
    ]


def _at(threshold: str, state: Referral, due: datetime, deadlines: Deadlines) -> datetime:
    """When `threshold` is reached: so many days late, and the step before it had its time, however late it came itself.

    domain.md §4.3 D: escalation only after the previous level's due date.
    """
    names = list(LADDER)
    limits = [deadlines.limit(LADDER[name], due) for name in names[: names.index(threshold) + 1]]
    at = deadlines.working_day_after(due, sum(limits))
    return at if state.last_step is None else max(at, deadlines.working_day_after(state.last_step, limits[-1]))


def _due_soon(due: datetime, now: datetime, deadlines: Deadlines) -> DueSoon:
    left = deadlines.working_days_after(now, due)
    return DueSoon(due=due, working_days=left, calendar_version=deadlines.version)


def _overdue(threshold: str, due: datetime, now: datetime, deadlines: Deadlines) -> ReferralOverdue:
    over = deadlines.working_days_after(due, now)
    return ReferralOverdue(due=due, working_days=over, threshold=threshold, calendar_version=deadlines.version)
