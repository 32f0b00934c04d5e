"""The subject of a timer names one aggregate, and nothing that is not one."""

import pytest

from events import subjects

REFERRAL = subjects.referral("u07", "R" * 26)
NOTICE = subjects.notice("u07", "N" * 26)


@pytest.mark.parametrize("aggregate", [REFERRAL, NOTICE])
def test_a_timer_leads_back_to_its_aggregate(aggregate: str) -> None:
    assert subjects.parse_timer(subjects.timer_at(aggregate)) == (False, aggregate)
    assert subjects.parse_timer(subjects.timer_due(aggregate)) == (True, aggregate)


@pytest.mark.parametrize(
    "subject",
    [
        "timer.due.referral.u07", "timer.due.referral.u07.X.Y", "timer.due.referral.*.X", "timer.due.referral.u07.>",
        "timer.due.series.S", "timer.due.person.u07.X", "timer.now.referral.u07.X", "timer.referral.u07.X", "timer",
        "ledger.referral.u07.X", "timer.due.referral.u07.X\n", "timer.due.referral..X", "",
    ],
)  # fmt: skip
def test_what_names_no_aggregate_is_refused(subject: str) -> None:
    with pytest.raises(subjects.BadToken):
        subjects.parse_timer(subject)


@pytest.mark.parametrize("aggregate", [subjects.series("referral-2026"), "ledger.referral.u07.>", "partner.u07.X"])
def test_nothing_else_has_a_timer(aggregate: str) -> None:
    with pytest.raises(subjects.BadToken):
        subjects.timer_at(aggregate)
