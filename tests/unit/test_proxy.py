"""Entry for a unit that works on paper, and 回避: whoever entered a thing decides on nothing of it. domain.md §4.3 C."""

from datetime import date, datetime

import msgspec
import pytest

from events.commit import Actor
from events.referral import FinalReported, ProgressReported, ReferralSigned
from services.decision import Refused
from services.referral.commands import CloseReferral, ForUnit, RedoReferral
from tests.unit.test_referral import (
    ASK_RETURN,
    COORDINATOR,
    GRANT,
    ISSUED_ON,
    KEY,
    PROGRESS,
    REFUSE,
    SEND_BACK,
    SIGN,
    SIGNED_AT,
    VERIFY,
    Life,
    moment,
    report,
)

COLLEAGUE = Actor(principal="coordinator2", role="coordinator")
REDO = RedoReferral(command_id="rd", referral=KEY, reason="incomplete")
CLOSE = CloseReferral(command_id="cl", referral=KEY)
TYPED = moment("2026-03-04T16:00")


def on_paper(command: ForUnit, **changes: str | None) -> ForUnit:
    return msgspec.structs.replace(command, **({"on_behalf_of": "u07", "method": "paper"} | changes))


REPORT = report(date(2026, 2, 25))


@pytest.fixture
def signed() -> Life:
    life = Life()
    life.decide(on_paper(SIGN), TYPED, COORDINATOR, occurred=SIGNED_AT)
    return life


def test_a_paper_sign_for_counts_from_its_own_day(signed: Life) -> None:
    fact = signed.facts[-1]
    assert isinstance(fact, ReferralSigned)
    assert (fact.method, fact.late, fact.due_report.date()) == ("paper", False, date(2026, 2, 27))


def test_a_paper_report_is_as_late_as_it_came_in_and_not_as_it_was_typed(signed: Life) -> None:
    outcome = signed.decide(on_paper(REPORT), TYPED, COORDINATOR, occurred=moment("2026-02-27T11:00"))
    assert isinstance(outcome, list) and isinstance(outcome[0], FinalReported)
    assert (outcome[0].late, outcome[0].late_working_days, outcome[0].method) == (False, 0, "paper")


def test_what_the_unit_enters_itself_counts_from_its_entry(signed: Life) -> None:
    outcome = signed.decide(REPORT, TYPED, occurred=moment("2026-02-27T11:00"))
    assert isinstance(outcome, list) and isinstance(outcome[0], FinalReported)
    assert (outcome[0].late, outcome[0].method) == (True, None)


def test_nothing_on_paper_was_handled_after_the_paper_came_in(signed: Life) -> None:
    outcome = signed.decide(on_paper(REPORT), TYPED, COORDINATOR, occurred=moment("2026-02-24T11:00"))
    assert outcome == Refused("command.in_the_future", "handled_on")


@pytest.mark.parametrize(
    ("command", "occurred"),
    [(SIGN, ISSUED_ON.replace(hour=9)), (PROGRESS, SIGNED_AT.replace(hour=14)), (REPORT, SIGNED_AT.replace(hour=14))],
)
def test_paper_is_not_back_dated_before_the_step_it_follows(command: ForUnit, occurred: datetime) -> None:
    life = Life()
    if command is not SIGN:
        life.decide(on_paper(SIGN), TYPED, COORDINATOR, occurred=SIGNED_AT)
    outcome = life.decide(on_paper(command), TYPED, COORDINATOR, occurred=occurred)
    assert outcome == Refused("referral.back_dated", "occurred")


@pytest.mark.parametrize("command", [SIGN, PROGRESS, REPORT, ASK_RETURN])
@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"on_behalf_of": None}, "referral.on_behalf_missing", "on_behalf_of"),
        ({"on_behalf_of": "u08"}, "referral.not_its_unit", "on_behalf_of"),
        ({"method": "system"}, "referral.proxy_method_missing", "method"),
        ({"method": "pigeon"}, "code.unknown", "method"),
    ],
)
def test_a_coordinator_names_the_unit_and_how_it_came(
    command: ForUnit, changes: dict[str, str | None], code: str, field: str
) -> None:
    life = Life()
    if command is not SIGN:
        life.decide(SIGN, SIGNED_AT)
    outcome = life.decide(on_paper(command, **changes), SIGNED_AT, COORDINATOR)
    assert isinstance(outcome, Refused) and (outcome.code, outcome.field) == (code, field)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"on_behalf_of": "u08", "method": "system"}, "on_behalf_of"), ({"method": "paper"}, "method")],
)
def test_a_unit_speaks_for_itself_alone_and_through_the_system(
    signed: Life, changes: dict[str, str | None], field: str
) -> None:
    assert signed.decide(on_paper(PROGRESS, **changes), TYPED) == Refused("referral.not_a_proxy", field)


def test_progress_on_paper_says_so(signed: Life) -> None:
    outcome = signed.decide(on_paper(PROGRESS), TYPED, COORDINATOR)
    assert outcome == [ProgressReported(measures=PROGRESS.measures, method="paper")]


def test_whoever_entered_the_report_neither_verifies_nor_sends_back_nor_redoes_nor_closes(signed: Life) -> None:
    signed.decide(on_paper(REPORT), TYPED, COORDINATOR)
    for command in (VERIFY, SEND_BACK, REDO):
        assert signed.decide(command, TYPED, COORDINATOR) == Refused("referral.reporter_may_not_verify")
    assert isinstance(signed.decide(VERIFY, TYPED, COLLEAGUE), list)
    assert signed.decide(CLOSE, TYPED, COORDINATOR) == Refused("referral.reporter_may_not_verify")
    assert isinstance(signed.decide(CLOSE, TYPED, COLLEAGUE), list)


def test_whoever_entered_the_return_request_does_not_decide_on_it(signed: Life) -> None:
    signed.decide(on_paper(ASK_RETURN), TYPED, COORDINATOR, occurred=moment("2026-02-24T09:00"))
    for command in (GRANT, REFUSE):
        assert signed.decide(command, TYPED, COORDINATOR) == Refused("referral.requester_may_not_decide", "referral")
    assert isinstance(signed.decide(GRANT, TYPED, COLLEAGUE), list)
