"""What came of a case in the child's life, and whether it lasts. Pure. domain.md §4.3 B, OutcomeRecorded."""

from datetime import date, datetime, time

from events.calendar import CHINA
from events.case import CaseFact, CaseReopened, OutcomeRecorded, OutcomeReviewed
from events.codes import code_list
from services.decision import Env, Refused, unknown_code
from services.intake.case_state import OPEN, Case
from services.intake.commands import RecordOutcome, ReviewOutcome
from services.working_clock import WorkingClock

BENEFIT = "benefit"
# A period in days depends on the day alone, whatever its hour.
_NOON = time(12, tzinfo=CHINA)


def review_day(outcome: str, start: date, clock: WorkingClock) -> date | None:
    """The day on which it is asked whether an outcome still holds; None when the list names no policy for it."""
    entry = code_list("outcome").get(outcome)
    policy = entry.extra.get("review") if entry else None
    return clock.until(policy, datetime.combine(start, _NOON)).date() if policy else None


def record(command: RecordOutcome, env: Env) -> list[CaseFact] | Refused:
    """An outcome, with the day on which it is to be reviewed: the sender's, else the policy's of its code."""
    refusal = unknown_code("outcome", command.outcome, "outcome")
    if refusal is not None:
        return refusal
    if command.monthly_yuan is not None and command.outcome != BENEFIT:
        return Refused("case.amount_without_benefit", "monthly_yuan")
    if command.starts_on is not None and command.review_on is not None and command.review_on < command.starts_on:
        return Refused("case.review_before_start", "review_on")
    start = command.starts_on or env.occurred.astimezone(CHINA).date()
    return [
        OutcomeRecorded(
            outcome=command.outcome,
            monthly_yuan=command.monthly_yuan,
            starts_on=command.starts_on,
            review_on=command.review_on or review_day(command.outcome, start, env.clock),
        )
    ]


def review(command: ReviewOutcome, state: Case, env: Env) -> list[CaseFact] | Refused:
    """A review. An outcome that did not last takes a case that had ended back to work."""
    if command.outcome not in state.outcomes:
        return Refused("case.no_such_outcome", "outcome")
    today = env.occurred.astimezone(CHINA).date()
    if command.next_review_on is not None and (not command.holds or command.next_review_on <= today):
        return Refused("case.next_review_impossible", "next_review_on")
    reviewed = OutcomeReviewed(
        outcome=command.outcome, holds=command.holds, reviewed_on=today, next_review_on=command.next_review_on
    )
    lapsed = not command.holds and state.status not in OPEN
    return [CaseReopened(reason="outcome_lapsed"), reviewed] if lapsed else [reviewed]
