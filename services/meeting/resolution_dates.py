"""What becomes of a resolution by time alone: the reminder, and each threshold after its due day. Pure. domain.md §4.7 U→N.

The same ladder as for a referral (policies RM, U, N, C): remind before the due day; the working day after it, urge;
after five more, a notice; after five more, a circular. The notices themselves are the referral service's.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from events.resolution import ResolutionDueRecomputed, ResolutionDueSoon, ResolutionFact, ResolutionOverdue
from services.meeting.adopting import moment_of
from services.meeting.resolution_history import AMENDED, CALENDAR, CIRCULAR, NOTICE, RUNNING, URGE, Resolution
from services.working_clock import WorkingClock

REMIND_POLICY = "RM"
# Threshold -> the policy that says how many working days after the step before it.
LADDER = {URGE: "U", NOTICE: "N", CIRCULAR: "C"}


class _Step(Struct, frozen=True):
    at: datetime
    fact: Callable[[datetime], ResolutionFact]


def settled(state: Resolution, clock: WorkingClock) -> ResolutionDueRecomputed | None:
    """The due moment on the calendar of now, when it was provisional or a year was amended, and it is another; else None."""
    if state.status not in RUNNING or not (state.provisional or clock.amended):
        return None
    new, provisional = moment_of(state.due_on, clock)
    if (new, provisional) == (state.due, state.provisional):
        return None
    # Only an amended year moves what was settled.
    cause = CALENDAR if state.provisional else AMENDED
    return ResolutionDueRecomputed(
        old=state.due, new=new, cause=cause, calendar_version=clock.version, provisional=provisional
    )


def next_wake(state: Resolution | None, clock: WorkingClock) -> datetime | None:
    """The next moment from which on CheckResolution records something; None when no step is left."""
    steps = _steps(state, clock)
    return steps[0].at if steps else None


def check(state: Resolution, now: datetime, clock: WorkingClock) -> list[ResolutionFact]:
    """The step that is due by `now`, one at a time: each leaves the unit its days before the next."""
    due = [step for step in _steps(state, clock) if step.at <= now]
    return [due[-1].fact(now)] if due else []


def _steps(state: Resolution | None, clock: WorkingClock) -> list[_Step]:
    """The next step; before it the reminder, which is passed over when the step itself is due."""
    if state is None or state.status not in RUNNING:
        return []
    if (moved := settled(state, clock)) is not None:
        # At once: every step below would stand on a date that no longer holds.
        return [_Step(state.running_from or state.due, lambda now: moved)]
    remind = clock.working_day_before(state.due, clock.limit(REMIND_POLICY, state.due))
    begun = state.reminded or bool(state.crossed) or (state.running_from is not None and remind <= state.running_from)
    steps = [] if begun else [_Step(remind, lambda now: _due_soon(state.due, now, clock))]
    threshold = next((name for name in LADDER if name not in state.crossed), None)
    if threshold is None:
        return steps
    return [*steps, _Step(_at(threshold, state, clock), lambda now: _overdue(threshold, state.due, now, clock))]


def _at(threshold: str, state: Resolution, clock: WorkingClock) -> datetime:
    """When `threshold` is reached: so many days late, and the step before it had its time, however late it came itself."""
    names = list(LADDER)
    limits = [clock.limit(LADDER[name], state.due) for name in names[: names.index(threshold) + 1]]
    at = clock.working_day_after(state.due, sum(limits))
    return at if state.last_step is None else max(at, clock.working_day_after(state.last_step, limits[-1]))


def _due_soon(due: datetime, now: datetime, clock: WorkingClock) -> ResolutionDueSoon:
    return ResolutionDueSoon(due=due, working_days=clock.working_days_after(now, due), calendar_version=clock.version)


def _overdue(threshold: str, due: datetime, now: datetime, clock: WorkingClock) -> ResolutionOverdue:
    over = clock.working_days_after(due, now)
    return ResolutionOverdue(due=due, working_days=over, threshold=threshold, calendar_version=clock.version)
