"""The life of a supervision notice, as sentences of the specification. domain.md §4.3 D."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from events.calendar import CHINA
from events.commit import Actor
from events.notice import NoticeAcknowledged, NoticeDischarged, NoticeDrafted, NoticeFact, NumberAssigned
from events.referral import Duty
from services.command import Command
from services.decision import Already, DamagedHistory, Env, Refused
from services.referral import notice, referral, series
from services.referral.commands import (
    AcknowledgeNotice,
    CheckDeadline,
    DischargeNotice,
    DraftNotice,
    IssueReferral,
    ReplyToNotice,
    ReportResult,
    SignOffNotice,
    SignReferral,
)
from services.referral.working_clock import WorkingClock

CLOCK = WorkingClock()
REFERRAL, KEY = "R" * 26, "N" * 26
UNIT = Actor(principal="u07", role="unit", unit="u07")
STRANGER = Actor(principal="u01", role="unit", unit="u01")
SUPERVISOR = Actor(principal="supervisor", role="supervisor")
SERVICE = Actor(principal="referral", role="service")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


# Issued and signed on a Monday, to be reported until Monday the 9th; the next working day is Tuesday the 10th.
ISSUED, SIGNED, URGED = moment("2026-03-02T09:00"), moment("2026-03-02T10:00"), moment("2026-03-10T09:00")


def env(now: datetime, actor: Actor, occurred: datetime | None = None) -> Env:
    return Env(now=now, occurred=occurred or now, actor=actor, new_id=lambda purpose: KEY)


def referral_after(*commands: tuple[Command, datetime]) -> referral.Referral:
    duty = Duty(leader="分管副局长", department="基础教育科", post="科长")
    opening = IssueReferral(
        command_id="i", referral=REFERRAL, unit="u07", contact_type="complaint", category="05", region="231003",
        age_band="6-13", urgency="3", asks=("handle",),
    )  # fmt: skip
    state: referral.Referral | None = None
    for command, now in ((opening, ISSUED), *commands):
        outcome = referral.decide(command, state, env(now, UNIT), CLOCK, duty, "青转〔2026〕1号")
        assert isinstance(outcome, list), outcome
        for fact in outcome:
            state = referral.evolve(state, fact, "u07", now)
    assert state is not None
    return state


SIGN = (SignReferral(command_id="s", referral=REFERRAL), SIGNED)
CHECKED = (CheckDeadline(command_id="c", referral=REFERRAL), URGED)


def draft(level: int = 2, now: datetime = URGED, state: referral.Referral | None = None) -> Any:
    command = DraftNotice(command_id="d", referral=REFERRAL, unit="u07", level=level)
    return notice.draft(command, state or referral_after(SIGN, CHECKED), env(now, SERVICE), CLOCK, "青催〔2026〕1号")


class Life:
    """A notice's history; each step is decided and recorded as the service would."""

    def __init__(self, level: int = 2) -> None:
        self.facts: list[NoticeFact] = []
        self.state: notice.Notice | None = None
        self.record(draft(level))

    def record(self, facts: list[NoticeFact]) -> None:
        for fact in facts:
            self.state = notice.evolve(self.state, fact)
        self.facts += facts

    def decide(self, command: Command, actor: Actor, occurred: datetime | None = None) -> Any:
        outcome = notice.decide(command, self.state, env(URGED, actor, occurred), "青督〔2026〕1号")
        if isinstance(outcome, list):
            self.record(outcome)
        return outcome


SIGN_OFF = SignOffNotice(
    command_id="o", notice=KEY, signatory="协调办公室主任", authority_basis="联席会议制度（示例）第6条"
)
ACKNOWLEDGE = AcknowledgeNotice(command_id="a", notice=KEY)
REPLY = ReplyToNotice(command_id="r", notice=KEY, result="planned", measures=("mediated",))
DISCHARGE = DischargeNotice(command_id="x", notice=KEY)


def test_an_urge_is_signed_off_by_the_standing_rule_and_served_at_once() -> None:
    assert [type(fact).__name__ for fact in draft(1)] == ["NoticeDrafted", "NoticeSignedOff", "NoticeServed"]
    assert [type(fact).__name__ for fact in draft(2)] == ["NoticeDrafted"]


def test_a_draft_says_what_is_overdue_and_until_when_to_reply() -> None:
    drafted = draft()[0]
    assert isinstance(drafted, NoticeDrafted)
    assert drafted.grounds == ("report_overdue",) and drafted.working_days_over == 1
    assert drafted.reply_due.date() == date(2026, 3, 13) and not drafted.provisional
    assert draft(now=moment("2026-12-29T09:00"))[0].provisional


def test_an_unsigned_referral_is_supervised_for_its_signature() -> None:
    (drafted,) = draft(2, moment("2026-03-12T09:00"), referral_after())
    assert drafted.grounds == ("sign_overdue",)


def test_what_is_not_overdue_is_not_supervised() -> None:
    last = moment("2026-03-09T23:59:59.999999")
    assert draft(now=last) == Refused("notice.referral_not_overdue", "referral")
    report = ReportResult(
        command_id="r", referral=REFERRAL, result="solved", measures=("mediated",), handled_on=date(2026, 3, 9)
    )
    reported = referral_after(SIGN, CHECKED, (report, URGED))
    assert draft(state=reported) == Refused("notice.referral_not_overdue", "referral")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"authority_basis": "  "}, "notice.authority_basis_missing"),
        ({"signatory": "\u3000"}, "notice.signatory_missing"),
        ({"authority_basis": "请联系000000000001"}, "notice.personal_data"),
        ({"signatory": "主任00000000000"}, "notice.personal_data"),
    ],
)
def test_a_notice_has_a_mandate_and_a_post_and_nobody_s_number(changes: dict[str, str], code: str) -> None:
    outcome = Life().decide(msgspec.structs.replace(SIGN_OFF, **changes), SUPERVISOR)
    assert isinstance(outcome, Refused) and outcome.code == code


def test_the_number_of_a_document_and_a_date_may_stand_in_a_mandate() -> None:
    dated = msgspec.structs.replace(SIGN_OFF, authority_basis="市委办〔2026〕12号（20260302）")
    assert isinstance(Life().decide(dated, SUPERVISOR), list)


def test_before_it_is_served_nobody_acknowledges_or_replies() -> None:
    for command in (ACKNOWLEDGE, REPLY):
        assert Life().decide(command, UNIT) == Refused("notice.not_served", "notice")


def test_a_notice_goes_from_draft_to_discharge() -> None:
    life = Life()
    for command, actor in ((SIGN_OFF, SUPERVISOR), (ACKNOWLEDGE, UNIT), (REPLY, UNIT)):
        assert life.decide(DISCHARGE, SUPERVISOR) == Refused("notice.not_replied", "notice")
        assert isinstance(life.decide(command, actor), list)
    assert life.decide(DISCHARGE, SUPERVISOR) == [NoticeDischarged(reason="reply_accepted")]
    assert life.decide(DISCHARGE, SUPERVISOR) == life.decide(SIGN_OFF, SUPERVISOR) == Already()


def test_what_ends_with_its_referral_was_not_accepted_by_anyone() -> None:
    life = Life(1)
    life.decide(REPLY, UNIT)
    assert life.decide(DISCHARGE, SERVICE) == [NoticeDischarged(reason="referral_ended")]


def test_a_notice_that_ended_unseen_was_never_acknowledged() -> None:
    life = Life(1)
    life.decide(DISCHARGE, SERVICE)
    for command in (ACKNOWLEDGE, REPLY):
        assert life.decide(command, UNIT) == Refused("notice.discharged", "notice")


def test_another_unit_finds_no_notice() -> None:
    for command in (ACKNOWLEDGE, REPLY):
        assert Life(1).decide(command, STRANGER) == Refused("notice.not_found", "notice")


@pytest.mark.parametrize(
    ("occurred", "code"),
    [(URGED + timedelta(minutes=6), "command.in_the_future"), (SIGNED, "notice.back_dated")],
)
def test_nothing_of_a_notice_happens_before_the_deadline_was_missed_or_in_the_future(
    occurred: datetime, code: str
) -> None:
    assert Life(1).decide(ACKNOWLEDGE, UNIT, occurred) == Refused(code, "occurred")


def test_a_fact_that_cannot_follow_is_damage() -> None:
    with pytest.raises(DamagedHistory):
        notice.evolve(None, NoticeAcknowledged())
    for reason in ("reply_accepted", "because"):
        with pytest.raises(DamagedHistory):
            notice.evolve(Life(1).state, NoticeDischarged(reason=reason))


def test_numbers_have_no_gap_and_none_is_given_twice() -> None:
    last = 0
    for number in (1, 2, 3):
        last = series.evolve(last, NumberAssigned(number=number, to=KEY))
    for wrong in (2, 3, 5):
        with pytest.raises(DamagedHistory):
            series.evolve(last, NumberAssigned(number=wrong, to=KEY))
    assert series.series_name("notice", 2027) != series.series_name("notice", 2026)
    assert series.written("notice", 2026, 7) == "青督〔2026〕7号"
