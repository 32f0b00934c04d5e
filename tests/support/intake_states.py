"""Every state of a case and of a contact, and one fitting command of each kind: what the tables are made from."""

from datetime import date, timedelta
from typing import Any

import msgspec

from services.command import Command
from services.decision import Already, Refused
from services.intake import commands as c
from services.intake import contact, corrections
from tests.support.intake import (
    CASE,
    CLOSE,
    COORDINATE,
    COORDINATOR,
    KEY,
    MISSED,
    NO,
    NOW,
    REPORT,
    RETURNED,
    SATISFIED,
    STARTED,
    UNSATISFIED,
    VERIFIED,
    YES,
    Life,
    entry,
    env,
    opened,
    refer,
)

OTHER = "Z" * 26
LATER = NOW + timedelta(days=60)
ACKNOWLEDGE = c.AcknowledgeMandatoryReport(command_id="a", case=CASE, by="u01", acknowledged=NOW)
OVERRIDE = c.OverrideMandatoryReport(
    command_id="v", case=CASE, post="值班主任", reason="life_in_danger", explanation="先行救助。"
)
REOPEN = c.ReopenCase(command_id="e", case=CASE, reason="new_facts", new_facts="又发生一次。")
REFUSE = c.RefuseAcceptance(command_id="f", case=CASE, ground="1", route="court", told=NOW)
VOIDED = c.CloseCase(command_id="x", case=CASE, code="voided")
OUTCOME = c.RecordOutcome(command_id="w", case=CASE, outcome="returned_to_school", starts_on=date(2026, 3, 2))
REVIEW = c.ReviewOutcome(command_id="w2", case=CASE, outcome="returned_to_school", holds=True)
ARCHIVE = c.ArchiveCase(command_id="h", case=CASE)
# What later commands look back to.
ON_RECORD: tuple[Command, ...] = (
    OUTCOME,
    c.LinkCases(command_id="lc", case=CASE, other=OTHER, relation="sibling"),
    c.RecordConsent(command_id="rc", case=CASE, by="guardian", basis="guardian_consent"),
)


def lived(*steps: Command, **how: Any) -> Life:
    life = Life(**how)
    for step in steps:
        assert isinstance(life.decide(step), list), step
    return life


def archived() -> Life:
    life = lived(VERIFIED, SATISFIED, CLOSE)
    assert isinstance(life.decide(ARCHIVE, LATER), list)
    return life


CASE_STATES = {
    "triaged, report open": lambda: lived(screen=YES),
    "triaged, report open, the desk keeps the case": lambda: lived(screen=YES, disposition="C1", unit=None),
    "accepted": lambda: lived(disposition="C1", unit=None),
    "accepted, report overridden": lambda: lived(OVERRIDE, screen=YES, disposition="C1", unit=None),
    "accepted, report overridden, then made": lambda: lived(OVERRIDE, REPORT, screen=YES, disposition="C1", unit=None),
    "in_handling": lambda: lived(),
    "in_handling, with outcome, link, consent": lambda: lived(*ON_RECORD),
    "in_handling, report made": lambda: lived(REPORT, screen=YES),
    "awaiting_callback": lambda: lived(VERIFIED),
    "awaiting_callback, called back": lambda: lived(VERIFIED, SATISFIED),
    "awaiting_callback, report unacknowledged": lambda: lived(REPORT, VERIFIED, SATISFIED, screen=YES),
    "answered": lambda: lived(disposition="A1"),
    "not_accepted": lambda: lived(disposition="D1"),
    "closed": lambda: lived(VERIFIED, SATISFIED, CLOSE),
    "closed, with outcome, link, consent": lambda: lived(*ON_RECORD, VERIFIED, SATISFIED, CLOSE),
    "closed, voided": lambda: lived(VOIDED, disposition="C1", unit=None),
    "reopened": lambda: lived(VERIFIED, SATISFIED, CLOSE, REOPEN),
    "archived": archived,
}
CASE_COMMANDS: dict[str, Command] = {
    "OpenCase": opened(),
    "OpenCase, the desk keeps it": opened(disposition="C1", unit=None),
    "OpenCase, answered": opened(disposition="A1", unit=None),
    "OpenCase, not accepted": opened(disposition="D1", unit=None),
    "OpenCase, the police must be told": opened(screen=YES),
    "NoteCorrection": c.NoteCorrection(command_id="nc", case=CASE, field="category", new="01"),
    "MakeMandatoryReport": REPORT,
    "AcknowledgeMandatoryReport": ACKNOWLEDGE,
    "OverrideMandatoryReport": OVERRIDE,
    "AnswerCase": c.AnswerCase(command_id="ac", case=CASE, disposition="A1"),
    "RefuseAcceptance": REFUSE,
    "AssignOfficer": c.AssignOfficer(command_id="ao", case=CASE, officer="duty-city"),
    "RecordInstruction": c.RecordInstruction(
        command_id="l", case=CASE, instruction_no="示例1号", post="书记", instruction="请协调。"
    ),
    "RequestReferral": refer(),
    "NoteReferralOutcome": VERIFIED,
    "NoteReferralOutcome, returned": RETURNED,
    "RecordCoordination": COORDINATE,
    "RecordOutcome": OUTCOME,
    "ReviewOutcome": REVIEW,
    "ReviewOutcome, it no longer holds": msgspec.structs.replace(REVIEW, holds=False),
    "RecordCallback": SATISFIED,
    "RecordCallback, not satisfied": UNSATISFIED,
    "RecordCallback, not reached": MISSED,
    "CloseCase": CLOSE,
    "CloseCase, voided": VOIDED,
    "ReopenCase": REOPEN,
    "ArchiveCase": ARCHIVE,
    "LinkCases": ON_RECORD[1],
    "UnlinkCases": c.UnlinkCases(command_id="uc", case=CASE, other=OTHER, relation="sibling"),
    "NoteCaseLink": c.NoteCaseLink(command_id="nl", case=CASE, other=OTHER, relation="sibling", linked=True),
    "RecordConsent": ON_RECORD[2],
    "WithdrawConsent": c.WithdrawConsent(command_id="wc", case=CASE, by="guardian"),
    "ViewRegistration": c.ViewRegistration(command_id="vr", case=CASE, purpose="callback"),
}


def draft(**changes: Any) -> c.DraftContact:
    command = c.DraftContact(command_id="d", number="96308-2026-001", desk="city", started=STARTED, narrative="未完")
    return msgspec.structs.replace(command, **changes)


def finalise(**changes: Any) -> c.FinaliseContact:
    whole = {name: getattr(entry(**changes), name) for name in entry().__struct_fields__}
    return c.FinaliseContact(**whole)


class Entry:
    """A contact's history; each step is decided and recorded as the service would."""

    def __init__(self, *steps: Command, **around: Any) -> None:
        self.state: contact.Contact | None = None
        self.facts: list[Any] = []
        # It opened case CASE, as long as it is not merged or silent.
        self.around = corrections.Around(**({"own_case": CASE} | around))
        for step in steps:
            assert isinstance(self.decide(step), list), step

    def decide(self, command: Command, earlier_case: str | None = OTHER) -> list[Any] | Already | Refused:
        around = env(actor=COORDINATOR)
        outcome: list[Any] | Already | Refused
        if isinstance(command, (c.DraftContact, c.RegisterContact)):
            outcome = contact.decide(command, self.state, around, None, earlier_case)
        else:
            outcome = corrections.decide(command, self.state, around, self.around)
        if isinstance(outcome, list):
            for fact in outcome:
                self.state = contact.evolve(self.state, fact, KEY)
            self.facts += outcome
        return outcome


MERGED = entry(disposition="G1")
LINK = c.LinkContact(command_id="k", contact=KEY, case=OTHER)
VOID = c.VoidContact(command_id="vo", contact=KEY, reason="entered_twice")
CORRECT = c.CorrectContact(command_id="co", contact=KEY, field="category", value="01", reason="misheard")
UNLINK = c.UnlinkContact(command_id="u", contact=KEY, reason="other_matter")
CONTACT_STATES = {
    "nothing": Entry,
    "draft": lambda: Entry(draft()),
    "draft, void": lambda: Entry(draft(), VOID),
    "finalised, its case goes on": lambda: Entry(entry()),
    "finalised, its case was voided": lambda: Entry(entry(), own_case_voided=True),
    "finalised, linked": lambda: Entry(entry(), LINK),
    "merged": lambda: Entry(MERGED, own_case=None),
    "void": lambda: Entry(entry(), VOID, own_case_voided=True),
}
CONTACT_COMMANDS: dict[str, Command] = {
    "DraftContact": draft(narrative="又记一句"),
    "RegisterContact": entry(screen=NO, narrative="孩子辍学在家半年。"),
    "FinaliseContact": finalise(narrative="孩子辍学在家半年。"),
    "CorrectContact": CORRECT,
    "VoidContact": VOID,
    "LinkContact": LINK,
    "UnlinkContact": UNLINK,
    "UnlinkContact, into another": msgspec.structs.replace(UNLINK, into="Y" * 26),
}
