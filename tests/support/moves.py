"""What somebody may do next with a case, a referral or a notice: who sends which command. `turn` varies what is said."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from events.calendar import CHINA
from tests.support.obligations import Life

UNITS = ("u07", "u01", "u09")
RESULTS = ("solved", "partly", "unfounded")
SEND_BACK = ("incomplete", "not_handled", "caller_unsatisfied")
# Who sends it, and its fields beyond the aggregate's id.
Said = tuple[str, dict[str, Any]]
Move = Callable[[Life, int, datetime], Said]


def day(moment: datetime) -> str:
    return moment.astimezone(CHINA).date().isoformat()


def _by(who: str, **fields: Any) -> Move:
    return lambda life, turn, now: (who, fields)


def _coordinator(turn: int) -> str:
    return "coordinator2" if turn % 3 == 0 else "coordinator"


def _unit(**fields: Any) -> Move:
    """The unit itself, or a coordinator for a unit that works on paper; now and then a unit that has no part in it."""

    def said(life: Life, turn: int, now: datetime) -> Said:
        told = {name: each(turn, now) if callable(each) else each for name, each in fields.items()}
        if turn % 5 == 0:
            return _coordinator(turn), told | {"on_behalf_of": life["unit"], "method": "paper"}
        return (UNITS[turn % 3] if turn % 11 == 0 else life["unit"]), told

    return said


def _on_notice(**fields: Any) -> Move:
    def said(life: Life, turn: int, now: datetime) -> Said:
        return (
            (_coordinator(turn), fields | {"on_behalf_of": life["unit"]}) if turn % 5 == 0 else (life["unit"], fields)
        )

    return said


def _office(**fields: Any) -> Move:
    """Two coordinators share the work, so that what one entered the other can judge."""

    def said(life: Life, turn: int, now: datetime) -> Said:
        return _coordinator(turn), {name: each(turn, now) if callable(each) else each for name, each in fields.items()}

    return said


REFERRAL: Mapping[str, Move] = {
    "SignReferral": _unit(),
    "ReportProgress": _unit(measures=["mediated"]),
    "ReportResult": _unit(
        result=lambda turn, now: RESULTS[turn % 3],
        measures=["mediated"],
        handled_on=lambda turn, now: day(now - timedelta(days=turn % 2)),
    ),
    "RequestReturn": _unit(ground="not_competent"),
    "RequestExtension": _unit(reason="complex", working_days=lambda turn, now: 1 + turn % 9),
    "VerifyReport": _office(),
    "SendBackReport": _office(reason=lambda turn, now: SEND_BACK[turn % 3]),
    "RedoReferral": _office(reason="caller_unsatisfied"),
    "GrantReturn": _office(),
    "RefuseReturn": _office(),
    "GrantExtension": lambda life, turn, now: ("supervisor" if turn % 2 else "coordinator", {}),
    "RefuseExtension": _office(),
    "HoldReferral": _office(ground="appraisal"),
    "ResumeReferral": _office(),
    "RevokeReferral": _office(reason="wrong_unit"),
    "TerminateReferral": _office(requested_on=lambda turn, now: day(now)),
    "CloseReferral": _office(),
    "CheckDeadline": _by("coordinator"),
    "DraftNotice": lambda life, turn, now: (
        "supervisor",
        {"unit": life["unit"], "level": turn % 6, "grounds": ["adverse_effect"]},
    ),
}
REFERRAL_NEXT: Mapping[str, tuple[str, ...]] = {
    "issued": ("SignReferral", "SignReferral", "SignReferral", "RevokeReferral", "DraftNotice"),
    "signed": ("ReportProgress", "ReportResult", "RequestReturn", "RequestExtension", "HoldReferral", "DraftNotice"),
    "in_handling": (
        "ReportResult",
        "RequestExtension",
        "GrantExtension",
        "RefuseExtension",
        "HoldReferral",
        "DraftNotice",
    ),
    "on_hold": ("ResumeReferral",),
    "return_requested": ("GrantReturn", "RefuseReturn"),
    "reported": ("VerifyReport", "VerifyReport", "SendBackReport"),
    "verified": ("CloseReferral", "RedoReferral"),
}
SIGNATURES = ({"authority": "joint-meeting-6"}, {"authority_basis": "联席会议制度（示例）第6条"})
NOTICE: Mapping[str, Move] = {
    "SignOffNotice": lambda life, turn, now: (
        "supervisor",
        {"signatory": "协调办公室主任", "method": "paper" if turn % 4 == 0 else "system"} | SIGNATURES[turn % 2],
    ),
    "ServeNotice": _office(method="paper", to="office"),
    "AcknowledgeNotice": _on_notice(),
    "ReplyToNotice": _on_notice(result="planned", measures=["mediated"]),
    "AcceptReply": _by("supervisor"),
    "SendBackReply": _by("supervisor", reason="not_handled"),
    "EscalateNotice": _by("supervisor"),
    "WithdrawNotice": _by("supervisor", reason="ground_gone"),
    "DischargeNotice": _by("supervisor"),
    "CheckNotice": _by("supervisor"),
}
NOTICE_NEXT: Mapping[str, tuple[str, ...]] = {
    "drafted": ("SignOffNotice", "SignOffNotice", "WithdrawNotice"),
    "signed_off": ("ServeNotice",),
    "served": ("AcknowledgeNotice", "ReplyToNotice", "EscalateNotice"),
    "acknowledged": ("ReplyToNotice", "EscalateNotice"),
    "replied": ("AcceptReply", "SendBackReply", "EscalateNotice"),
}


def _callback(life: Life, turn: int, now: datetime) -> Said:
    good = turn % 4 != 1
    answers = {"reached": True, "answered": True, "solved": good, "satisfied": good}
    return "coordinator", {"reached": False} if turn % 4 == 3 else answers


def _request(life: Life, turn: int, now: datetime) -> Said:
    """To one unit, with or without co-units; every third time in the place of an earlier referral."""
    which = turn // 6
    fields: dict[str, Any] = {"unit": UNITS[which % 3]}
    if turn % 2:
        fields["co_units"] = [UNITS[(which + 1) % 3]]
    if turn % 3 == 0 and life["referrals"]:
        fields = {"unit": fields["unit"], "replaces": life["referrals"][which % len(life["referrals"])]}
    return "coordinator", fields


CASE: Mapping[str, Move] = {
    "RequestReferral": _request,
    "RecordCallback": _callback,
    "CloseCase": lambda life, turn, now: ("coordinator", {"code": ("resolved", "explained", "voided")[turn % 3]}),
    "MakeMandatoryReport": lambda life, turn, now: (
        "duty-city",
        {"to": "u01", "method": "phone_110", "made": now.isoformat(), "police_ref": "DEMO-1"},
    ),
    "AcknowledgeMandatoryReport": lambda life, turn, now: (
        "coordinator",
        {"by": "u01", "acknowledged": now.isoformat(), "receipt": "DEMO-2"},
    ),
    "OverrideMandatoryReport": _by("leader", post="值班主任", reason="life_in_danger", explanation="先行救助。"),
    "RecordCoordination": _by("coordinator", units=["u01", "u07"], measures=["benefit_applied"]),
    "RecordOutcome": lambda life, turn, now: (
        "coordinator",
        {"outcome": "returned_to_school", "starts_on": day(now)},
    ),
    "ReviewOutcome": lambda life, turn, now: ("coordinator", {"outcome": "returned_to_school", "holds": turn % 2 == 0}),
    "AnswerCase": _by("coordinator", disposition="A1"),
    "RefuseAcceptance": lambda life, turn, now: (
        "coordinator",
        {"ground": "1", "route": "court", "told": now.isoformat()},
    ),
    "ReopenCase": lambda life, turn, now: ("coordinator", {"reason": "new_facts", "new_facts": "又发生一次。"}),
    "ArchiveCase": _by("coordinator"),
    "AssignOfficer": _by("supervisor", officer="duty-city"),
    "RecordInstruction": _by("leader", instruction_no="示例1号", post="书记", instruction="请协调。"),
    "RecordConsent": _by("coordinator", by="guardian", basis="guardian_consent"),
    "WithdrawConsent": _by("coordinator", by="guardian"),
    "ViewRegistration": _by("duty-city", purpose="callback"),
}
CASE_NEXT: Mapping[str, tuple[str, ...]] = {
    "hindered": ("MakeMandatoryReport", "MakeMandatoryReport", "OverrideMandatoryReport", "CloseCase"),
    "with the police": ("AcknowledgeMandatoryReport", "RequestReferral"),
    "with units": ("RequestReferral", "RecordInstruction", "RecordOutcome", "RecordCoordination", "CloseCase"),
    "open": (
        *("RequestReferral", "RequestReferral", "RecordCallback", "RecordCallback", "CloseCase", "CloseCase"),
        *("RecordCoordination", "RecordOutcome", "ReviewOutcome", "AnswerCase", "RefuseAcceptance", "AssignOfficer"),
        *("RecordConsent", "WithdrawConsent"),
    ),
    "ended": ("ReopenCase", "ArchiveCase", "ReviewOutcome", "CloseCase"),
    "archived": ("ReopenCase", "RequestReferral"),
}


def stage(case: Life, at_units: bool) -> str:
    """Where a case stands, as who works on it sees it."""
    if case.status != "open":
        return case.status
    if case["report"] == "required":
        return "hindered"
    if case["report"] == "made":
        return "with the police"
    return "with units" if at_units else "open"


def choose(moves: Mapping[str, Move], fitting: tuple[str, ...], turn: int) -> str:
    """Mostly what the state calls for, so that lives go on; now and then anything at all."""
    anything = turn % 4 == 3 or not fitting
    among = tuple(moves) if anything else fitting
    return among[(turn // 4) % len(among)]
