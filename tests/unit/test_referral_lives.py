"""Random lives of a referral: whatever comes in whatever order, the due date is the one that a plain recount gives."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from events.referral import DueRecomputed, ExtensionGranted, ReferralFact, ReferralOverdue, ReferralResumed
from services.referral.referral import evolve, next_wake
from services.referral.referral_history import ENDED
from tests.unit.test_referral import CLOCK, ISSUED_ON, Life
from tests.unit.test_referral_states import SENT

# What may come, the longer roads more often.
VERBS = st.sampled_from(
    [verb for verb in SENT if verb not in ("IssueReferral", "RevokeReferral", "TransferReferral", "TerminateReferral")]
    + ["SignReferral", "RequestExtension", "GrantExtension", "HoldReferral", "ResumeReferral", "CheckDeadline"] * 2
)
STEPS = st.lists(st.tuples(VERBS, st.integers(0, 5 * 24 * 60)), max_size=25)


def live(steps: list[tuple[str, int]]) -> tuple[Life, list[tuple[ReferralFact, datetime, str]]]:
    life, now = Life(), ISSUED_ON
    told: list[tuple[ReferralFact, datetime, str]] = [(life.facts[0], now, "coordinator")]
    for verb, minutes in steps:
        now += timedelta(minutes=minutes)
        command, actor = SENT[verb]
        outcome = life.decide(command, now, actor)
        told += [(fact, now, actor.principal) for fact in outcome] if isinstance(outcome, list) else []
    return life, told


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_what_is_recorded_folds_to_what_was_decided_on(steps: list[tuple[str, int]]) -> None:
    life, told = live(steps)
    state = None
    for fact, when, who in told:
        state = evolve(state, fact, who, when)
    assert state == life.state


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_a_due_date_is_its_period_and_moves_by_a_reason_alone(steps: list[tuple[str, int]]) -> None:
    life, told = live(steps)
    assert life.state is not None
    due = life.state.due_report or life.state.due_sign
    assert life.state.counted is not None and CLOCK.end(life.state.counted)[0] == due
    facts = [fact for fact, _, _ in told]
    reasons = [type(fact) for fact in facts if isinstance(fact, ExtensionGranted | ReferralResumed)]
    moved = [fact for fact in facts if isinstance(fact, DueRecomputed)]
    assert [{"extension": ExtensionGranted, "hold": ReferralResumed}[fact.cause] for fact in moved] == reasons
    assert all(fact.new >= fact.old for fact in moved)


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_no_threshold_is_crossed_twice_on_one_due_date(steps: list[tuple[str, int]]) -> None:
    life, told = live(steps)
    crossed = [
        (fact.due, fact.threshold, fact.working_days) for fact, _, _ in told if isinstance(fact, ReferralOverdue)
    ]
    assert len({(due, name) for due, name, _ in crossed}) == len(crossed)
    assert all(days >= 1 for _, _, days in crossed)
    if life.state is not None and life.state.status in ENDED:
        assert next_wake(life.state, CLOCK) is None
