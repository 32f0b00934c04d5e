"""The life of a supervision notice, as sentences of the specification. domain.md §4.3 D."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from events.calendar import CHINA, published
from events.commit import Actor, derive_id
from events.notice import (
    NoticeAcknowledged,
    NoticeDischarged,
    NoticeDrafted,
    NoticeEscalated,
    NoticeFact,
    NoticeServed,
    NoticeSignedOff,
    NoticeWithdrawn,
    NumberAssigned,
    ReminderIssued,
    ReplyAccepted,
    ReplyDueRecomputed,
    ReplyOverdue,
    ReplyReceived,
    ReplySentBack,
)
from events.referral import Duty
from services.command import Command
from services.decision import Already, DamagedHistory, Env, Refused
from services.referral import notice, notice_draft, notice_history, referral, series, supervision
from services.referral.commands import (
    AcceptReply,
    AcknowledgeNotice,
    CheckDeadline,
    CheckNotice,
    DischargeNotice,
    DraftNotice,
    EscalateNotice,
    IssueReferral,
    ReplyToNotice,
    ReportResult,
    SendBackReply,
    ServeNotice,
    SignOffNotice,
    SignReferral,
    VerifyReport,
    WithdrawNotice,
)
from services.working_clock import WorkingClock

CLOCK = WorkingClock()
REFERRAL, KEY, NEXT = "R" * 26, "N" * 26, "X" * 26
UNIT = Actor(principal="u07", role="unit", unit="u07")
STRANGER = Actor(principal="u01", role="unit", unit="u01")
SUPERVISOR = Actor(principal="supervisor", role="supervisor")
COORDINATOR = Actor(principal="coordinator", role="coordinator")
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
        actor = COORDINATOR if isinstance(command, VerifyReport) else UNIT
        outcome = referral.decide(command, state, env(now, actor), CLOCK, duty, "青转〔2026〕1号")
        assert isinstance(outcome, list), outcome
        for fact in outcome:
            state = referral.evolve(state, fact, "u07", now)
    assert state is not None
    return state


SIGN = (SignReferral(command_id="s", referral=REFERRAL), SIGNED)
CHECKED = (CheckDeadline(command_id="c", referral=REFERRAL), URGED)


REPORT = ReportResult(
    command_id="p", referral=REFERRAL, result="solved", measures=("mediated",), handled_on=date(2026, 3, 9)
)
VERIFY = VerifyReport(command_id="v", referral=REFERRAL)


def draft(level: int = 2, now: datetime = URGED, state: referral.Referral | None = None, **by_hand: Any) -> Any:
    others = by_hand.pop("others", ())
    command = DraftNotice(command_id="d", referral=REFERRAL, unit="u07", level=level, **by_hand)
    actor = SUPERVISOR if by_hand else SERVICE
    state = state or referral_after(SIGN, CHECKED)
    return notice.draft(command, state, env(now, actor), CLOCK, "青催〔2026〕1号", others)


class Life:
    """A notice's history; each step is decided and recorded as the service would."""

    def __init__(self, level: int = 2, now: datetime = URGED) -> None:
        self.facts: list[NoticeFact] = []
        self.state: notice.Notice | None = None
        self.now = now
        if level in (0, 1, 2, 3):
            facts = draft(level, now=ISSUED if level == 0 else now)
        else:
            facts = draft(level, now=now, grounds=("adverse_effect",))
        self.record(facts)

    def record(self, facts: list[NoticeFact], occurred: datetime | None = None) -> None:
        for fact in facts:
            self.state = notice.evolve(self.state, fact, occurred or self.now)
        self.facts += facts

    @property
    def status(self) -> str:
        assert self.state is not None
        return self.state.status

    @property
    def reply_due(self) -> datetime:
        assert self.state is not None
        return self.state.reply_due

    def decide(
        self,
        command: Command,
        actor: Actor,
        occurred: datetime | None = None,
        now: datetime | None = None,
        previous: notice.Notice | None = None,
    ) -> Any:
        at = env(now or self.now, actor, occurred)
        outcome = notice.decide(command, self.state, at, CLOCK, "青督〔2026〕1号", previous)
        if isinstance(outcome, list):
            self.record(outcome, at.occurred)
        return outcome

    def after(self, *steps: tuple[Command, Actor]) -> "Life":
        for command, actor in steps:
            outcome = self.decide(command, actor)
            assert isinstance(outcome, list), outcome
        return self


SIGN_OFF = SignOffNotice(
    command_id="o", notice=KEY, signatory="协调办公室主任", authority_basis="联席会议制度（示例）第6条"
)
ON_PAPER = msgspec.structs.replace(SIGN_OFF, method="paper")
SERVE = ServeNotice(command_id="s", notice=KEY, method="paper", to="office")
ACKNOWLEDGE = AcknowledgeNotice(command_id="a", notice=KEY)
REPLY = ReplyToNotice(command_id="r", notice=KEY, result="planned", measures=("mediated",))
ACCEPT = AcceptReply(command_id="c", notice=KEY)
SEND_BACK = SendBackReply(command_id="b", notice=KEY, reason="not_handled")
WITHDRAW = WithdrawNotice(command_id="w", notice=KEY, reason="ground_gone")
CHECK = CheckNotice(command_id="k", notice=KEY)
DISCHARGE = DischargeNotice(command_id="x", notice=KEY)
ESCALATE = EscalateNotice(command_id="e", notice=KEY)


def names(outcome: Any) -> list[str] | str:
    """Facts by their names, a refusal by its code."""
    if isinstance(outcome, Refused):
        return outcome.code
    return "already" if isinstance(outcome, Already) else [type(fact).__name__ for fact in outcome]


# Every state of a notice and how it comes about; the reply is due on Friday the 13th.
STATES: dict[str, tuple[tuple[Command, Actor], ...] | None] = {
    "none": None,
    "drafted": (),
    "signed_off": ((ON_PAPER, SUPERVISOR),),
    "served": ((SIGN_OFF, SUPERVISOR),),
    "acknowledged": ((SIGN_OFF, SUPERVISOR), (ACKNOWLEDGE, UNIT)),
    "replied": ((SIGN_OFF, SUPERVISOR), (REPLY, UNIT)),
    "accepted": ((SIGN_OFF, SUPERVISOR), (REPLY, UNIT)),
    "discharged": ((SIGN_OFF, SUPERVISOR), (REPLY, UNIT), (ACCEPT, SUPERVISOR)),
    "ended": ((SIGN_OFF, SUPERVISOR), (DISCHARGE, SERVICE)),
    "ended unsigned": ((DISCHARGE, SERVICE),),
    "withdrawn": ((SIGN_OFF, SUPERVISOR), (WITHDRAW, SUPERVISOR)),
}


def life_in(state: str, level: int = 2) -> Life:
    steps = STATES[state]
    assert steps is not None
    life = Life(level).after(*steps)
    if state == "accepted":
        life.record([ReplyAccepted()])
    return life


SENT, DONE = ["NoticeSignedOff", "NoticeServed"], ["ReplyAccepted", "NoticeDischarged"]
ESCALATED = ["NoticeEscalated", "NoticeDrafted"]
WAITING = ("drafted", "signed_off", "served", "acknowledged")
# command -> (who sends it, state -> what comes of it); "*" is every state that is not named.
TABLE: dict[str, tuple[Command, Actor, dict[str, list[str] | str]]] = {
    "SignOffNotice": (
        SIGN_OFF,
        SUPERVISOR,
        {"drafted": SENT, "ended unsigned": "notice.discharged", "*": "already"},
    ),
    "ServeNotice": (
        SERVE,
        COORDINATOR,
        {
            "drafted": "notice.not_signed_off",
            "signed_off": ["NoticeServed"],
            "ended unsigned": "notice.discharged",
            "*": "already",
        },
    ),
    "AcknowledgeNotice": (
        ACKNOWLEDGE,
        UNIT,
        {
            **dict.fromkeys(("drafted", "signed_off"), "notice.not_served"),
            "served": ["NoticeAcknowledged"],
            **dict.fromkeys(("ended", "ended unsigned"), "notice.discharged"),
            "*": "already",
        },
    ),
    "ReplyToNotice": (
        REPLY,
        UNIT,
        {
            **dict.fromkeys(("drafted", "signed_off"), "notice.not_served"),
            "served": ["ReplyReceived"],
            "acknowledged": ["ReplyReceived"],
            **dict.fromkeys(("discharged", "ended", "ended unsigned"), "notice.discharged"),
            "*": "notice.not_in_this_state",
        },
    ),
    "AcceptReply": (
        ACCEPT,
        SUPERVISOR,
        {
            **dict.fromkeys(WAITING, "notice.not_replied"),
            "replied": DONE,
            "accepted": ["NoticeDischarged"],
            "discharged": "already",
            **dict.fromkeys(("ended", "ended unsigned"), "notice.discharged"),
        },
    ),
    "SendBackReply": (
        SEND_BACK,
        SUPERVISOR,
        {
            **dict.fromkeys(WAITING, "notice.not_replied"),
            "replied": ["ReplySentBack"],
            "accepted": "notice.reply_accepted",
            **dict.fromkeys(("discharged", "ended", "ended unsigned"), "notice.discharged"),
        },
    ),
    "WithdrawNotice": (
        WITHDRAW,
        SUPERVISOR,
        {
            "accepted": "notice.reply_accepted",
            **dict.fromkeys(("discharged", "ended", "ended unsigned"), "notice.discharged"),
            "withdrawn": "already",
            "*": ["NoticeWithdrawn"],
        },
    ),
    "EscalateNotice": (
        ESCALATE,
        SUPERVISOR,
        {
            **dict.fromkeys(("drafted", "signed_off"), "notice.not_served"),
            "accepted": "notice.reply_accepted",
            **dict.fromkeys(("discharged", "ended", "ended unsigned"), "notice.discharged"),
            "*": ESCALATED,
        },
    ),
    "CheckNotice": (
        CHECK,
        SERVICE,
        {"served": ["ReplyOverdue"], "acknowledged": ["ReplyOverdue"], "*": "already"},
    ),
    "DischargeNotice": (
        DISCHARGE,
        SUPERVISOR,
        {
            **dict.fromkeys(WAITING, "notice.not_replied"),
            "replied": DONE,
            "accepted": ["NoticeDischarged"],
            **dict.fromkeys(("discharged", "ended", "ended unsigned"), "already"),
        },
    ),
    "DischargeNotice by the service": (
        DISCHARGE,
        SERVICE,
        {**dict.fromkeys(("discharged", "ended", "ended unsigned", "withdrawn"), "already"), "*": ["NoticeDischarged"]},
    ),
}
AFTER_THE_REPLY_WAS_DUE = moment("2026-03-16T09:00")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("row", TABLE)
def test_every_command_in_every_state(row: str, state: str) -> None:
    command, actor, expected = TABLE[row]
    if state == "none":
        if not isinstance(command, EscalateNotice):
            outcome = notice.decide(command, None, env(URGED, actor), CLOCK)
            assert names(outcome) == "notice.not_found"
        return
    life = life_in(state)
    if isinstance(command, EscalateNotice):
        outcome = escalated(life, AFTER_THE_REPLY_WAS_DUE)
    else:
        outcome = life.decide(command, actor, now=AFTER_THE_REPLY_WAS_DUE)
    wanted = expected.get(state, "notice.withdrawn" if state == "withdrawn" else expected.get("*"))
    if row in ("CheckNotice", "DischargeNotice by the service"):
        wanted = expected.get(state, expected["*"])
    assert names(outcome) == wanted


def test_the_table_names_every_state_that_a_notice_can_be_in() -> None:
    folded = {life_in(name).status for name in STATES if name != "none"}
    assert folded == {*notice_history.OPEN, "discharged", "withdrawn"}


def escalated(life: Life, now: datetime, actor: Actor = SUPERVISOR, **more: Any) -> Any:
    assert life.state is not None
    command = msgspec.structs.replace(ESCALATE, **{key: more.pop(key) for key in ("form",) if key in more})
    state = more.pop("referral", None) or referral_after(SIGN, CHECKED)
    return notice.escalate(command, life.state, state, env(now, actor), CLOCK, NEXT, **more)


# What the standing rule sends


def test_an_urge_is_signed_off_by_the_standing_rule_and_served_at_once() -> None:
    drafted, signed, sent = draft(1)
    assert isinstance(drafted, NoticeDrafted) and isinstance(signed, NoticeSignedOff)
    assert signed.authority_kind == "standing_rule" and signed.doc_no == "青催〔2026〕1号"
    assert isinstance(sent, NoticeServed) and (sent.method, sent.to) == ("system", "post")


def test_a_reminder_goes_out_before_the_due_day_without_number_or_ground() -> None:
    drafted, issued, sent = draft(0, now=moment("2026-03-06T09:00"))
    assert isinstance(drafted, NoticeDrafted) and drafted.grounds == () and drafted.working_days_over == 0
    assert isinstance(issued, ReminderIssued) and issued.authority == "standing-urge"
    assert isinstance(sent, NoticeServed) and sent.reply_due is None


@pytest.mark.parametrize(
    ("now", "reported"), [(URGED, False), (moment("2026-03-06T09:00"), True)], ids=["the date has passed", "reported"]
)
def test_nobody_is_reminded_of_what_is_past_or_done(now: datetime, reported: bool) -> None:
    early = msgspec.structs.replace(REPORT, handled_on=date(2026, 3, 4))
    state = referral_after(SIGN, (early, moment("2026-03-05T09:00"))) if reported else referral_after(SIGN)
    assert draft(0, now=now, state=state) == Refused("notice.nothing_to_remind_of", "referral")


def test_the_last_moment_is_still_one_to_remind_of() -> None:
    last = moment("2026-03-09T23:59:59.999999")
    assert isinstance(draft(0, now=last, state=referral_after(SIGN)), list)
    assert names(draft(0, now=last + timedelta(microseconds=1), state=referral_after(SIGN))) == (
        "notice.nothing_to_remind_of"
    )


def test_a_reminder_asks_for_no_reply_and_is_not_escalated() -> None:
    life = Life(0)
    assert life.decide(REPLY, UNIT) == Refused("notice.no_reply_asked", "notice")
    assert escalated(life, AFTER_THE_REPLY_WAS_DUE) == Refused("notice.no_reply_asked", "notice")
    assert names(life.decide(ACKNOWLEDGE, UNIT)) == ["NoticeAcknowledged"]


def test_a_standing_rule_that_is_out_of_force_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = supervision.standing_rule(1)
    ended = msgspec.structs.replace(rule.entry, valid_to=date(2026, 1, 1))
    lapsed = msgspec.structs.replace(rule, entry=ended)
    monkeypatch.setattr(supervision, "authorities", lambda: {lapsed.code: lapsed})
    monkeypatch.setattr(supervision, "standing_rule", lambda level: lapsed)
    assert names(draft(1)) == "notice.authority_not_in_force"


# Drafts


def test_above_the_urge_a_notice_waits_for_a_signature() -> None:
    assert [names(draft(level)) for level in (2, 3)] == [["NoticeDrafted"]] * 2


def test_a_draft_says_what_is_overdue_and_until_when_to_reply() -> None:
    drafted = draft()[0]
    assert isinstance(drafted, NoticeDrafted)
    assert drafted.grounds == ("report_overdue",) and drafted.working_days_over == 1
    assert drafted.reply_due.date() == date(2026, 3, 13) and not drafted.provisional
    assert draft(now=moment("2026-12-29T09:00"))[0].provisional


def test_an_unsigned_referral_is_supervised_for_its_signature() -> None:
    (drafted,) = draft(2, moment("2026-03-12T09:00"), referral_after())
    assert drafted.grounds == ("sign_overdue",)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_what_is_not_overdue_is_not_supervised_by_the_rule(level: int) -> None:
    last = moment("2026-03-09T23:59:59.999999")
    assert draft(level, now=last) == Refused("notice.referral_not_overdue", "referral")
    reported = referral_after(SIGN, CHECKED, (REPORT, URGED))
    assert draft(level, state=reported) == Refused("notice.referral_not_overdue", "referral")


def test_a_supervisor_drafts_for_what_no_date_shows() -> None:
    reported = referral_after(SIGN, (REPORT, moment("2026-03-09T10:00")))
    (drafted,) = draft(2, state=reported, grounds=("perfunctory",), demands=("correct_report",))
    assert (drafted.grounds, drafted.demands) == (("perfunctory",), ("correct_report",))
    assert drafted.working_days_over == 0


@pytest.mark.parametrize(
    ("by_hand", "code"),
    [
        ({"level": 1, "grounds": ("perfunctory",)}, "notice.by_standing_rule"),
        ({"level": 0, "grounds": ("unsolved",)}, "notice.by_standing_rule"),
        ({"demands": ("handle",)}, "notice.ground_missing"),
        ({"grounds": ("boredom",)}, "code.unknown"),
        ({"grounds": ("unsolved",), "demands": ("jump",)}, "code.unknown"),
        ({"grounds": ("perfunctory",)}, "notice.ground_not_on_record"),
        ({"grounds": ("refused_receipt",)}, "notice.ground_not_on_record"),
        ({"grounds": ("sign_overdue",)}, "notice.ground_not_on_record"),
        ({"grounds": ("unsolved", "report_overdue"), "now": moment("2026-03-06T09:00")}, "notice.ground_not_on_record"),
        ({"grounds": ("unsolved",), "form": "talk"}, "notice.form_not_of_level"),
        ({"grounds": ("unsolved",), "level": 4, "form": "tea"}, "code.unknown"),
    ],
)
def test_what_a_supervisor_may_not_draft(by_hand: dict[str, Any], code: str) -> None:
    assert names(draft(**by_hand)) == code


@pytest.mark.parametrize(
    ("ground", "borne_out"),
    [("sign_overdue", True), ("refused_receipt", True), ("report_overdue", False), ("perfunctory", False)],
)
def test_an_unsigned_referral_bears_out_that_it_is_not_signed_and_nothing_else(ground: str, borne_out: bool) -> None:
    outcome = draft(2, moment("2026-03-12T09:00"), referral_after(), grounds=(ground,))
    refused = Refused("notice.ground_not_on_record", "grounds", {"ground": ground})
    assert (outcome[0].grounds == (ground,)) if borne_out else (outcome == refused)


def test_a_signature_is_not_overdue_while_its_date_runs() -> None:
    outcome = draft(2, moment("2026-03-02T10:00"), referral_after(), grounds=("sign_overdue",))
    assert names(outcome) == "notice.ground_not_on_record"


def test_only_an_overdue_report_bears_out_that_it_is_overdue() -> None:
    assert draft(2, grounds=("report_overdue",))[0].grounds == ("report_overdue",)


def test_a_notice_s_id_follows_from_its_referral_its_level_and_its_turn() -> None:
    # For ever: the id is in the ledger's subjects, and the same step asked for twice must meet itself.
    assert notice_draft.notice_id(REFERRAL, 2, 1) == derive_id("notice", REFERRAL, "2", "1")


@pytest.mark.parametrize("by_hand", [{}, {"grounds": ("unsolved",)}], ids=["the rule", "a supervisor"])
def test_what_has_ended_is_not_supervised(by_hand: dict[str, Any]) -> None:
    ended = referral_after(SIGN, CHECKED, (REPORT, URGED), (VERIFY, URGED))
    assert names(draft(2, state=ended, **by_hand)) == "notice.referral_ended"


@pytest.mark.parametrize("by_hand", [{}, {"grounds": ("unsolved",)}], ids=["the rule", "a supervisor"])
def test_one_open_notice_a_referral_and_level(by_hand: dict[str, Any]) -> None:
    open_one = life_in("served").state
    assert names(draft(2, others=(open_one,), **by_hand)) == "notice.already_open"


def test_nobody_climbs_past_a_notice_that_stands() -> None:
    standing = life_in("served").state
    assert names(draft(3, others=(standing,), grounds=("unsolved",))) == "notice.escalate_instead"
    assert names(draft(3, grounds=("unsolved",))) == ["NoticeDrafted"]


def test_level_four_is_a_talk_unless_it_is_listed() -> None:
    forms = [draft(4, grounds=("unsolved",), form=form)[0].form for form in (None, "listed")]
    assert forms == ["talk", "listed"]


# The mandate


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"authority_basis": "  "}, "notice.authority_basis_missing"),
        ({"authority_basis": None}, "notice.authority_basis_missing"),
        ({"signatory": "\u3000"}, "notice.signatory_missing"),
        ({"authority_basis": "请联系000000000001"}, "notice.personal_data"),
        ({"signatory": "主任00000000000"}, "notice.personal_data"),
        ({"authority_basis": "领导说的"}, "notice.authority_unknown"),
        ({"authority": "nobody"}, "notice.authority_unknown"),
        ({"authority": "joint-meeting-6", "authority_basis": "另一项规定"}, "notice.authority_unknown"),
        ({"authority": "leader-instruction", "authority_basis": None}, "notice.authority_number_malformed"),
        (
            {"authority": "leader-instruction", "authority_basis": "青批〔2026〕03号"},
            "notice.authority_number_malformed",
        ),
        ({"authority_basis": "青批〔2027〕3号"}, "notice.authority_not_in_force"),
        ({"authority": "joint-meeting-2012-5", "authority_basis": None}, "notice.authority_not_in_force"),
        ({"authority": "standing-urge", "authority_basis": None}, "notice.authority_not_for_level"),
        ({"authority": "joint-meeting-9", "authority_basis": None}, "notice.authority_not_for_level"),
        ({"method": "pigeon"}, "code.unknown"),
    ],
)
def test_a_notice_has_a_mandate_and_a_post_and_nobody_s_number(changes: dict[str, Any], code: str) -> None:
    assert names(Life().decide(msgspec.structs.replace(SIGN_OFF, **changes), SUPERVISOR)) == code


@pytest.mark.parametrize(
    ("changes", "kind", "label"),
    [
        ({}, "committee_mandate", "青少年维权工作联席会议制度（示例）第6条"),
        (
            {"authority": "joint-meeting-6", "authority_basis": None},
            "committee_mandate",
            "青少年维权工作联席会议制度（示例）第6条",
        ),
        ({"authority_basis": "市委办〔2026〕12号（20260302）"}, "leader_instruction", "市委办〔2026〕12号（20260302）"),
        ({"authority_basis": "青批〔2026〕3号"}, "leader_instruction", "青批〔2026〕3号"),
        (
            {"authority": "meeting-resolution", "authority_basis": "联席会议纪要〔2026〕2号第3项"},
            "meeting_resolution",
            "联席会议纪要〔2026〕2号第3项",
        ),
    ],
)
def test_a_mandate_is_named_by_code_by_name_or_by_the_number_of_a_document(
    changes: dict[str, Any], kind: str, label: str
) -> None:
    signed = Life().decide(msgspec.structs.replace(SIGN_OFF, **changes), SUPERVISOR)[0]
    assert isinstance(signed, NoticeSignedOff)
    assert (signed.authority_kind, signed.authority_basis) == (kind, label)


def test_a_mandate_is_in_force_on_its_first_and_its_last_day() -> None:
    days = [date(2012, 5, 31), date(2012, 6, 1), date(2015, 12, 31), date(2016, 1, 1)]
    outcomes = [supervision.basis(2, "joint-meeting-2012-5", None, day) for day in days]
    assert [isinstance(each, supervision.Basis) for each in outcomes] == [False, True, True, False]


def test_nothing_is_no_mandate() -> None:
    for label in (None, "", "\u3000"):
        assert supervision.basis(2, None, label, date(2026, 3, 2)) == Refused(
            "notice.authority_basis_missing", "authority_basis"
        )


def test_a_refused_mandate_says_which_field_is_wrong() -> None:
    fields = [supervision.basis(2, code, label, date(2026, 3, 2)) for code, label in (("no", None), (None, "no"))]
    assert [each.field for each in fields if isinstance(each, Refused)] == ["authority", "authority_basis"]


def test_no_rule_sends_what_a_person_has_to_sign() -> None:
    for level in range(2, 6):
        with pytest.raises(LookupError):
            supervision.standing_rule(level)


def test_every_level_has_a_mandate_in_force_today() -> None:
    for level in range(6):
        in_force = [each for each in supervision.authorities().values() if each.entry.valid_on(date(2026, 3, 2))]
        assert any(level in each.rule.levels for each in in_force), level


# Served, acknowledged, replied


def test_what_goes_on_paper_is_served_when_somebody_has_it_and_the_reply_counts_from_there() -> None:
    life = Life()
    assert names(life.decide(ON_PAPER, SUPERVISOR)) == ["NoticeSignedOff"]
    (sent,) = life.decide(SERVE, COORDINATOR, now=moment("2026-03-12T15:00"))
    assert isinstance(sent, NoticeServed) and (sent.method, sent.to) == ("paper", "office")
    assert life.state is not None and life.state.reply_due.date() == date(2026, 3, 17)


@pytest.mark.parametrize("changes", [{"method": "pigeon"}, {"to": "张三"}], ids=["means", "post"])
def test_means_and_post_of_service_are_codes(changes: dict[str, str]) -> None:
    assert names(life_in("signed_off").decide(msgspec.structs.replace(SERVE, **changes), COORDINATOR)) == "code.unknown"


def test_a_notice_goes_from_draft_to_discharge() -> None:
    life = Life()
    for command, actor in ((SIGN_OFF, SUPERVISOR), (ACKNOWLEDGE, UNIT), (REPLY, UNIT)):
        assert life.decide(ACCEPT, SUPERVISOR) == Refused("notice.not_replied", "notice")
        assert isinstance(life.decide(command, actor), list)
    assert life.decide(ACCEPT, SUPERVISOR) == [ReplyAccepted(), NoticeDischarged(reason="reply_accepted")]


def test_a_reply_that_is_sent_back_is_owed_again_by_a_new_date() -> None:
    life = life_in("replied")
    (back,) = life.decide(SEND_BACK, SUPERVISOR, now=AFTER_THE_REPLY_WAS_DUE)
    assert isinstance(back, ReplySentBack) and back.reply_due.date() == date(2026, 3, 19)
    assert life.state is not None and (life.state.status, life.state.reply_due) == ("served", back.reply_due)
    assert names(life.decide(REPLY, UNIT, now=AFTER_THE_REPLY_WAS_DUE)) == ["ReplyReceived"]


def test_a_reply_is_sent_back_for_a_reason_of_the_list_alone() -> None:
    assert names(life_in("replied").decide(msgspec.structs.replace(SEND_BACK, reason="bad"), SUPERVISOR)) == (
        "code.unknown"
    )


@pytest.mark.parametrize(("at", "late"), [("2026-03-13T23:59:59.999999", False), ("2026-03-14T00:00", True)])
def test_a_late_reply_is_taken_and_flagged(at: str, late: bool) -> None:
    (reply,) = life_in("served").decide(REPLY, UNIT, now=moment(at))
    assert isinstance(reply, ReplyReceived) and reply.late is late


@pytest.mark.parametrize("changes", [{"result": "magic"}, {"measures": ("magic",)}])
def test_a_reply_is_coded(changes: dict[str, Any]) -> None:
    assert names(life_in("served").decide(msgspec.structs.replace(REPLY, **changes), UNIT)) == "code.unknown"


@pytest.mark.parametrize("command", [ACKNOWLEDGE, REPLY])
def test_a_coordinator_enters_what_a_unit_did_on_paper_and_names_the_unit(command: Any) -> None:
    life = life_in("served")
    outcomes = [
        names(life.decide(msgspec.structs.replace(command, on_behalf_of=unit), actor))
        for unit, actor in ((None, COORDINATOR), ("u01", COORDINATOR), ("u01", UNIT))
    ]
    assert outcomes == ["notice.on_behalf_of_missing", "notice.on_behalf_of_another", "notice.not_a_proxy"]
    assert isinstance(life.decide(msgspec.structs.replace(command, on_behalf_of="u07"), COORDINATOR), list)


@pytest.mark.parametrize("command", [ACKNOWLEDGE, REPLY, CHECK])
def test_another_unit_finds_no_notice(command: Command) -> None:
    assert Life(1).decide(command, STRANGER) == Refused("notice.not_found", "notice")


@pytest.mark.parametrize(
    ("occurred", "code"),
    [(URGED + timedelta(minutes=6), "command.in_the_future"), (SIGNED, "notice.back_dated")],
)
def test_no_step_happens_before_the_one_before_it_or_in_the_future(occurred: datetime, code: str) -> None:
    assert Life(1).decide(ACKNOWLEDGE, UNIT, occurred) == Refused(code, "occurred")


def test_the_last_step_is_the_latest_one_whatever_clock_dated_it() -> None:
    drafted, *_ = draft(2)
    untimed = notice.evolve(None, drafted)
    signed = Life().decide(ON_PAPER, SUPERVISOR)[0]
    assert notice.evolve(untimed, signed, URGED).since == URGED
    ahead = notice.evolve(None, drafted, URGED + timedelta(minutes=2))
    assert notice.evolve(ahead, signed, URGED).since == URGED + timedelta(minutes=2)


def test_a_step_may_fall_on_the_moment_of_the_one_before_it() -> None:
    life = life_in("served")
    assert life.state is not None and life.state.since is not None
    same = life.state.since
    assert names(life.decide(ACKNOWLEDGE, UNIT, same, now=same + timedelta(hours=1))) == ["NoticeAcknowledged"]


@pytest.mark.parametrize(("state", "command"), [("signed_off", SERVE), ("replied", SEND_BACK)])
def test_a_reply_that_is_due_in_a_year_without_a_calendar_is_provisional(state: str, command: Command) -> None:
    for now, provisional in ((moment("2026-12-30T09:00"), True), (AFTER_THE_REPLY_WAS_DUE, False)):
        (fact,) = life_in(state).decide(command, SUPERVISOR, now=now)
        assert fact.provisional is provisional


def test_a_reminder_has_no_reply_whose_date_could_be_provisional() -> None:
    sent = draft(0, now=moment("2026-03-06T09:00"))[-1]
    assert (sent.reply_due, sent.provisional) == (None, False)


def test_what_a_notice_knows_nothing_of_is_not_decided_on_it() -> None:
    outcome = life_in("served").decide(ESCALATE, SUPERVISOR)
    assert outcome == Refused("notice.not_in_this_state", "notice", {"status": "served"})


def test_a_post_does_not_reply_before_it_was_served() -> None:
    outcome = life_in("drafted").decide(REPLY, UNIT)
    assert isinstance(outcome, Refused) and outcome.field == "notice"


def test_an_escalation_asks_for_what_the_list_knows() -> None:
    life = life_in("served")
    command = msgspec.structs.replace(ESCALATE, demands=("jump",))
    assert life.state is not None
    outcome = notice.escalate(
        command, life.state, referral_after(SIGN, CHECKED), env(AFTER_THE_REPLY_WAS_DUE, SUPERVISOR), CLOCK, NEXT
    )
    assert outcome == Refused("code.unknown", "demands", {"list": "demand"})


def test_a_paper_of_yesterday_may_be_entered_today() -> None:
    life = life_in("signed_off")
    life.decide(SERVE, COORDINATOR, URGED + timedelta(hours=1), now=moment("2026-03-12T09:00"))
    assert life.state is not None and life.state.reply_due.date() == date(2026, 3, 13)


# Overdue replies


def test_an_overdue_reply_is_recorded_once_for_each_date() -> None:
    life = life_in("served")
    due = moment("2026-03-13T23:59:59.999999")
    assert life.decide(CHECK, SERVICE, now=due) == Already()
    assert life.decide(CHECK, SERVICE, now=moment("2026-03-14T00:00")) == [ReplyOverdue(reply_due=due)]
    assert life.decide(CHECK, SERVICE, now=moment("2026-03-20T09:00")) == Already()
    life.decide(REPLY, UNIT, now=moment("2026-03-20T09:00"))
    life.decide(SEND_BACK, SUPERVISOR, now=moment("2026-03-20T10:00"))
    assert names(life.decide(CHECK, SERVICE, now=moment("2026-03-26T09:00"))) == ["ReplyOverdue"]


@pytest.mark.parametrize("level", range(6))
@pytest.mark.parametrize("state", [name for name in STATES if name != "none"])
def test_a_notice_wakes_when_checking_records_something_and_never_else(state: str, level: int) -> None:
    basis = msgspec.structs.replace(SIGN_OFF, authority="meeting-resolution", authority_basis="会议〔2026〕1号")
    life = Life(level)
    for command, actor in STATES[state] or ():
        method = getattr(command, "method", None)
        life.decide(msgspec.structs.replace(basis, method=method) if method else command, actor)
    wake = notice.next_wake(life.state, CLOCK)
    if wake is None:
        assert life.decide(CHECK, SERVICE, now=moment("2027-03-01T09:00")) == Already()
        return
    assert life.decide(CHECK, SERVICE, now=wake - timedelta(microseconds=1)) == Already()
    assert names(life.decide(CHECK, SERVICE, now=wake)) == ["ReplyOverdue"]
    assert notice.next_wake(life.state, CLOCK) is None


NEW_YEAR = {date(2027, 1, day): ("元旦", False) for day in (1, 4)}
PUBLISHED = WorkingClock(published().with_year(2027, "通知", NEW_YEAR))
DECEMBER = moment("2026-12-29T09:00")


@pytest.fixture
def provisional() -> Life:
    """A notice that was served when nobody knew the days of the year that its reply date reaches into."""
    life = life_in("signed_off")
    life.decide(SERVE, SUPERVISOR, now=DECEMBER)
    assert life.state is not None and life.state.provisional
    # Three working days: 30 and 31 December, and 1 January as long as nobody says that it is a holiday.
    assert life.state.reply_due.date() == date(2027, 1, 1)
    return life


def settle(life: Life, clock: WorkingClock, now: datetime = DECEMBER) -> Any:
    outcome = notice.decide(CHECK, life.state, env(now, SERVICE), clock)
    for fact in outcome if isinstance(outcome, list) else ():
        life.state = notice.evolve(life.state, fact, now)
    return outcome


def test_a_provisional_reply_date_is_recomputed_once_when_its_year_is_published(provisional: Life) -> None:
    assert provisional.state is not None
    old = provisional.state.reply_due
    assert settle(provisional, CLOCK) == Already()
    assert notice.next_wake(provisional.state, PUBLISHED) == DECEMBER
    new = moment("2027-01-05T23:59:59.999999")
    assert settle(provisional, PUBLISHED) == [
        ReplyDueRecomputed(old=old, new=new, cause="calendar_published", calendar_version=PUBLISHED.version)
    ]
    assert settle(provisional, PUBLISHED) == Already()
    # From then on it waits for the new date alone.
    assert notice.next_wake(provisional.state, PUBLISHED) == new + timedelta(microseconds=1)


def test_a_provisional_reply_date_that_stays_is_confirmed(provisional: Life) -> None:
    as_it_was = WorkingClock(published().with_year(2027, "通知", {}))
    (fact,) = settle(provisional, as_it_was)
    assert fact.old == fact.new and not fact.provisional


def test_an_amended_year_moves_a_reply_date_that_was_not_provisional() -> None:
    life = life_in("served")
    assert life.state is not None and not life.state.provisional
    old, now = life.state.reply_due, URGED
    days = {day: ("-", work) for day, work in published().days_of(2026).items()} | {old.date(): ("-", False)}
    clock = WorkingClock(published().amend(2026, "调整通知", days))
    (fact,) = settle(life, clock, now)
    assert (fact.old, fact.cause) == (old, "calendar_amended") and fact.new > old
    assert settle(life, clock, now) == Already()


def test_a_reply_date_that_was_missed_stays_as_it_was_missed(provisional: Life) -> None:
    provisional.decide(CHECK, SERVICE, now=moment("2027-01-02T00:00"))
    assert provisional.state is not None and provisional.state.reply_overdue
    assert settle(provisional, PUBLISHED, moment("2027-01-02T09:00")) == Already()


def test_a_date_that_was_recorded_without_its_count_is_left_alone(provisional: Life) -> None:
    assert provisional.state is not None
    provisional.state = msgspec.structs.replace(provisional.state, counted=None)
    assert settle(provisional, PUBLISHED) == Already()


def test_what_is_not_there_has_nothing_to_wake_for() -> None:
    assert notice.next_wake(None, CLOCK) is None


# Escalation


def test_a_notice_is_escalated_only_after_its_reply_was_due() -> None:
    life = life_in("acknowledged")
    assert escalated(life, moment("2026-03-13T23:59:59.999999")) == Refused("notice.reply_not_due", "notice")
    step, drafted = escalated(life, moment("2026-03-14T00:00"))
    assert step == NoticeEscalated(to=NEXT, level=3)
    assert (drafted.level, drafted.escalated_from, drafted.grounds) == (3, KEY, ("report_overdue",))


def test_a_notice_is_escalated_once_while_the_next_one_stands() -> None:
    life = life_in("served")
    step, drafted = escalated(life, AFTER_THE_REPLY_WAS_DUE)
    life.record([step])
    standing = notice.evolve(None, drafted)
    assert escalated(life, AFTER_THE_REPLY_WAS_DUE, others=(standing,)) == Already()
    assert names(escalated(life, AFTER_THE_REPLY_WAS_DUE)) == ESCALATED
    assert names(life.decide(REPLY, UNIT, now=AFTER_THE_REPLY_WAS_DUE)) == ["ReplyReceived"]


def test_what_time_does_to_a_notice_leaves_room_for_a_paper_of_the_day_before() -> None:
    life = life_in("served")
    life.record([ReplyOverdue(reply_due=life.reply_due)], AFTER_THE_REPLY_WAS_DUE)
    life.record([NoticeEscalated(to=NEXT, level=3)], AFTER_THE_REPLY_WAS_DUE)
    (reply,) = life.decide(REPLY, UNIT, moment("2026-03-12T09:00"), now=moment("2026-03-17T09:00"))
    assert isinstance(reply, ReplyReceived) and not reply.late


def test_clocks_may_differ_by_five_minutes() -> None:
    assert names(life_in("served").decide(ACKNOWLEDGE, UNIT, URGED + timedelta(minutes=5))) == ["NoticeAcknowledged"]


def test_a_notice_is_not_escalated_into_one_that_is_open() -> None:
    outcome = escalated(life_in("served"), AFTER_THE_REPLY_WAS_DUE, others=(Life(3).state,))
    assert outcome == Refused("notice.already_open", "notice")


def test_a_notice_is_not_escalated_once_its_referral_has_ended() -> None:
    ended = referral_after(SIGN, CHECKED, (REPORT, URGED), (VERIFY, URGED))
    outcome = escalated(life_in("served"), AFTER_THE_REPLY_WAS_DUE, referral=ended)
    assert outcome == Refused("notice.referral_ended", "notice")


def test_above_the_joint_meeting_there_is_nothing() -> None:
    assert escalated(Life(5), AFTER_THE_REPLY_WAS_DUE) == Refused("notice.highest_level", "notice")


def test_a_form_belongs_to_level_four() -> None:
    assert escalated(life_in("served"), AFTER_THE_REPLY_WAS_DUE, form="talk") == Refused(
        "notice.form_not_of_level", "form"
    )


def test_the_policy_drafts_ahead_but_the_signature_waits_for_the_date_of_the_level_below() -> None:
    before = life_in("served")
    _, drafted = escalated(before, URGED, SERVICE)
    life = Life(3)
    life.state = notice.evolve(None, drafted, URGED)
    assert life.decide(SIGN_OFF, SUPERVISOR, previous=before.state) == Refused(
        "notice.previous_level_running", "notice"
    )
    assert names(life.decide(SIGN_OFF, SUPERVISOR, now=AFTER_THE_REPLY_WAS_DUE, previous=before.state)) == SENT


@pytest.mark.parametrize(
    ("state", "signed"), [("drafted", False), ("signed_off", False), ("withdrawn", True), ("discharged", True)]
)
def test_a_level_below_that_is_not_sent_holds_up_the_signature_and_one_that_is_closed_does_not(
    state: str, signed: bool
) -> None:
    outcome = Life(3).decide(SIGN_OFF, SUPERVISOR, now=AFTER_THE_REPLY_WAS_DUE, previous=life_in(state).state)
    assert isinstance(outcome, list) is signed


def test_the_last_moment_of_the_level_below_is_still_its_own() -> None:
    below = life_in("served").state
    assert below is not None
    for late, signed in ((timedelta(), False), (timedelta(microseconds=1), True)):
        outcome = Life(3).decide(SIGN_OFF, SUPERVISOR, now=below.reply_due + late, previous=below)
        assert isinstance(outcome, list) is signed


def test_the_policy_drafts_nothing_for_what_is_reported() -> None:
    reported = referral_after(SIGN, CHECKED, (REPORT, URGED))
    outcome = escalated(life_in("served"), AFTER_THE_REPLY_WAS_DUE, SERVICE, referral=reported)
    assert outcome == Refused("notice.referral_not_overdue", "notice")


# Withdrawn and discharged


def test_what_is_withdrawn_keeps_its_number() -> None:
    life = life_in("served")
    assert life.decide(WITHDRAW, SUPERVISOR) == [NoticeWithdrawn(reason="ground_gone")]
    assert life.state is not None and (life.state.doc_no, life.state.open) == ("青督〔2026〕1号", False)
    assert names(life_in("served").decide(msgspec.structs.replace(WITHDRAW, reason="whim"), SUPERVISOR)) == (
        "code.unknown"
    )


@pytest.mark.parametrize("level", range(6))
def test_what_ends_with_its_referral_was_not_accepted_by_anyone(level: int) -> None:
    life = Life(level)
    assert life.decide(DISCHARGE, SERVICE) == [NoticeDischarged(reason="referral_ended")]


def test_a_newer_date_takes_the_place_of_an_urge() -> None:
    superseding = msgspec.structs.replace(DISCHARGE, reason="superseded")
    assert Life(1).decide(superseding, SERVICE) == [NoticeDischarged(reason="superseded")]


@pytest.mark.parametrize(
    "fact",
    [
        NoticeDischarged(reason="reply_accepted"),
        NoticeDischarged(reason="because"),
        NoticeServed(method="system"),
        ReplyAccepted(),
        ReplySentBack(reason="other", reply_due=URGED, calendar_version="1"),
        ReplyOverdue(reply_due=URGED),
        NoticeEscalated(to=NEXT, level=3),
        ReminderIssued(authority="standing-urge", authority_basis="x"),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_a_fact_that_cannot_follow_is_damage(fact: Any) -> None:
    # A served urge: its reply is due later, and the level above it is 2.
    with pytest.raises(DamagedHistory):
        notice.evolve(Life(1).state, fact)


# fact -> the states of a notice of level 2 that it may follow in; in every other it is damage.
REPLY_DUE = moment("2026-03-13T23:59:59.999999")
OPEN_STATES = {"drafted", "signed_off", "served", "acknowledged", "replied", "accepted"}
MAY_FOLLOW: list[tuple[Any, set[str]]] = [
    (draft()[0], set()),
    (NoticeSignedOff(doc_no="7", signatory="主任", authority_basis="规定"), {"drafted"}),
    (ReminderIssued(authority="standing-urge", authority_basis="规定"), set()),
    (NoticeServed(method="system"), {"signed_off"}),
    (NoticeAcknowledged(), {"served"}),
    (ReplyReceived(result="solved", measures=("mediated",)), {"served", "acknowledged"}),
    (ReplyOverdue(reply_due=REPLY_DUE), {"served", "acknowledged"}),
    # Its date is not provisional: no calendar that is published moves it.
    (ReplyDueRecomputed(old=REPLY_DUE, new=URGED, cause="calendar_published", calendar_version="2"), set()),
    (ReplyAccepted(), {"replied"}),
    (ReplySentBack(reason="other", reply_due=URGED, calendar_version="1"), {"replied"}),
    (NoticeEscalated(to=NEXT, level=3), OPEN_STATES),
    (NoticeEscalated(to=NEXT, level=4), set()),
    (NoticeWithdrawn(reason="ground_gone"), OPEN_STATES - {"accepted"}),
    (NoticeDischarged(reason="reply_accepted"), {"replied", "accepted"}),
    (NoticeDischarged(reason="referral_ended"), OPEN_STATES),
    (NoticeDischarged(reason="superseded"), OPEN_STATES),
]


@pytest.mark.parametrize("state", [name for name in STATES if name != "none"])
@pytest.mark.parametrize(("fact", "states"), MAY_FOLLOW, ids=[type(fact).__name__ for fact, _ in MAY_FOLLOW])
def test_what_may_follow_in_each_state(fact: Any, states: set[str], state: str) -> None:
    life = life_in(state)
    if state in states:
        assert isinstance(notice.evolve(life.state, fact), notice.Notice)
        return
    with pytest.raises(DamagedHistory):
        notice.evolve(life.state, fact)


@pytest.mark.parametrize(
    "fact",
    [
        NoticeSignedOff(doc_no="7", signatory="主任", authority_basis="规定"),
        ReminderIssued(authority="a", authority_basis="b"),
    ],
    ids=["signed off", "reminded"],
)
def test_a_reminder_is_never_signed_off_and_what_is_signed_off_is_no_reminder(fact: Any) -> None:
    levels = [level for level in range(6) if _follows(Life(level).facts[0], fact)]
    assert levels == ([0] if isinstance(fact, ReminderIssued) else [1, 2, 3, 4, 5])


def _follows(drafted: NoticeFact, fact: Any) -> bool:
    try:
        notice.evolve(notice.evolve(None, drafted), fact)
    except DamagedHistory:
        return False
    return True


def test_a_clock_that_ran_ahead_back_dates_nobody_s_now() -> None:
    life = life_in("served")
    assert names(life.decide(ACKNOWLEDGE, UNIT, now=URGED - timedelta(minutes=2))) == ["NoticeAcknowledged"]


def test_a_notice_begins_with_its_draft() -> None:
    with pytest.raises(DamagedHistory):
        notice.evolve(None, NoticeAcknowledged())


def test_a_reply_discharged_before_acceptance_was_a_fact_is_still_read() -> None:
    life = life_in("replied")
    life.record([NoticeDischarged(reason="reply_accepted")])
    assert life.state is not None and life.state.status == "discharged"


# Numbers


def test_numbers_have_no_gap_and_none_is_given_twice() -> None:
    last = 0
    for number in (1, 2, 3):
        last = series.evolve(last, NumberAssigned(number=number, to=KEY))
    for wrong in (2, 3, 5):
        with pytest.raises(DamagedHistory, match=f"^number {wrong} cannot follow 3$"):
            series.evolve(last, NumberAssigned(number=wrong, to=KEY))
    assert series.series_name("notice", 2027) != series.series_name("notice", 2026)
    assert series.written("notice", 2026, 7) == "青督〔2026〕7号"


def test_each_kind_of_notice_has_a_series_of_its_own_and_a_reminder_none() -> None:
    written = {kind: series.written(kind, 2026, 1) for kind in series.WRITTEN}
    assert len(set(written.values())) == len(written) == 7
    assert "remind" not in written
