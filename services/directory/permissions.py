"""Who may send which command: one table and one pure function. domain.md §4.3 "Who".

A role is not enough for everything: that no unit verifies its own report, for one, is decided where the report is.
"""

from events.commit import Actor

# "service:intake" is that service and no other; a bare role is anyone who holds it.
PERMITTED: dict[str, frozenset[str]] = {
    "intake.RegisterContact": frozenset({"duty_officer", "coordinator"}),
    "intake.DraftContact": frozenset({"duty_officer", "coordinator"}),
    "intake.FinaliseContact": frozenset({"duty_officer", "coordinator"}),
    "intake.CorrectContact": frozenset({"duty_officer", "coordinator"}),
    "intake.VoidContact": frozenset({"duty_officer", "coordinator"}),
    "intake.LinkContact": frozenset({"coordinator"}),
    "intake.UnlinkContact": frozenset({"coordinator"}),
    "intake.MakeMandatoryReport": frozenset({"duty_officer", "coordinator", "supervisor"}),
    "intake.AcknowledgeMandatoryReport": frozenset({"duty_officer", "coordinator", "supervisor"}),
    # The desk does not release itself from the duty to report.
    "intake.OverrideMandatoryReport": frozenset({"coordinator", "supervisor", "leader"}),
    "intake.AnswerCase": frozenset({"coordinator"}),
    "intake.RefuseAcceptance": frozenset({"coordinator"}),
    "intake.AssignOfficer": frozenset({"coordinator", "supervisor"}),
    "intake.RecordInstruction": frozenset({"leader", "coordinator"}),
    "intake.RequestReferral": frozenset({"coordinator"}),
    "intake.RecordCoordination": frozenset({"coordinator"}),
    "intake.RecordOutcome": frozenset({"coordinator"}),
    "intake.ReviewOutcome": frozenset({"coordinator"}),
    "intake.RecordCallback": frozenset({"coordinator"}),
    "intake.CloseCase": frozenset({"coordinator"}),
    # Which reason is whose stands in services/intake/closing.py.
    "intake.ReopenCase": frozenset({"coordinator", "supervisor"}),
    "intake.ArchiveCase": frozenset({"coordinator"}),
    "intake.LinkCases": frozenset({"coordinator"}),
    "intake.UnlinkCases": frozenset({"coordinator"}),
    "intake.RecordConsent": frozenset({"duty_officer", "coordinator"}),
    "intake.WithdrawConsent": frozenset({"duty_officer", "coordinator"}),
    "intake.ViewRegistration": frozenset({"coordinator", "duty_officer"}),
    "intake.OpenCase": frozenset({"service:intake"}),
    "intake.NoteReferralOutcome": frozenset({"service:intake"}),
    "intake.NoteCorrection": frozenset({"service:intake"}),
    "intake.NoteCaseLink": frozenset({"service:intake"}),
    "referral.IssueReferral": frozenset({"service:referral"}),
    # The service for dates, a supervisor for what no date shows.
    "referral.DraftNotice": frozenset({"supervisor", "service:referral"}),
    # A unit says these itself; a coordinator enters them for one that works on paper.
    "referral.SignReferral": frozenset({"unit", "coordinator"}),
    "referral.ReportProgress": frozenset({"unit", "coordinator"}),
    "referral.ReportResult": frozenset({"unit", "coordinator"}),
    "referral.RequestReturn": frozenset({"unit", "coordinator"}),
    "referral.RequestExtension": frozenset({"unit", "coordinator"}),
    "referral.AcknowledgeNotice": frozenset({"unit", "coordinator"}),
    "referral.ReplyToNotice": frozenset({"unit", "coordinator"}),
    "referral.VerifyReport": frozenset({"coordinator"}),
    "referral.SendBackReport": frozenset({"coordinator"}),
    "referral.GrantReturn": frozenset({"coordinator"}),
    "referral.RefuseReturn": frozenset({"coordinator"}),
    # Beyond the policy's bounds the supervisor alone: decided where the extension is.
    "referral.GrantExtension": frozenset({"coordinator", "supervisor"}),
    "referral.RefuseExtension": frozenset({"coordinator", "supervisor"}),
    "referral.HoldReferral": frozenset({"coordinator"}),
    "referral.ResumeReferral": frozenset({"coordinator"}),
    "referral.RedoReferral": frozenset({"coordinator"}),
    "referral.RevokeReferral": frozenset({"coordinator"}),
    "referral.TerminateReferral": frozenset({"coordinator"}),
    "referral.CloseReferral": frozenset({"coordinator"}),
    # The case refers it on (intake.RequestReferral with `replaces`); the service carries that out.
    "referral.TransferReferral": frozenset({"service:referral"}),
    "referral.NoteCoUnit": frozenset({"service:referral"}),
    "referral.ChangeLead": frozenset({"service:referral"}),
    "referral.PublishCalendar": frozenset({"coordinator", "supervisor"}),
    "referral.CheckDeadline": frozenset({"coordinator", "supervisor", "service"}),
    "referral.SignOffNotice": frozenset({"supervisor"}),
    "referral.ServeNotice": frozenset({"supervisor", "coordinator"}),
    "referral.AcceptReply": frozenset({"supervisor"}),
    "referral.SendBackReply": frozenset({"supervisor"}),
    "referral.EscalateNotice": frozenset({"supervisor", "service:referral"}),
    "referral.WithdrawNotice": frozenset({"supervisor"}),
    "referral.CheckNotice": frozenset({"coordinator", "supervisor", "service"}),
    "referral.UploadPart": frozenset({"unit", "coordinator"}),
    "referral.AttachFile": frozenset({"unit", "coordinator"}),
    "referral.ViewFile": frozenset({"coordinator", "supervisor"}),
    "referral.ReadFile": frozenset({"coordinator", "supervisor"}),
    # The service discharges what has ended with its referral.
    "referral.DischargeNotice": frozenset({"supervisor", "service:referral"}),
    "publication.GenerateBriefing": frozenset({"coordinator"}),
    # Whoever generated it reviews none of it: decided where the briefing is.
    "publication.ReviewBriefing": frozenset({"supervisor", "coordinator"}),
    "publication.IssueBriefing": frozenset({"supervisor"}),
    "publication.CorrectBriefing": frozenset({"coordinator"}),
    "publication.WithdrawBriefing": frozenset({"supervisor"}),
    "meeting.PlanMeeting": frozenset({"coordinator"}),
    "meeting.SendNotification": frozenset({"coordinator"}),
    "meeting.ProposeAgendaItem": frozenset({"coordinator", "supervisor"}),
    "meeting.WithdrawAgendaItem": frozenset({"coordinator"}),
    "meeting.FreezeAgenda": frozenset({"coordinator"}),
    "meeting.RecordAttendance": frozenset({"coordinator"}),
    "meeting.RecordDiscussion": frozenset({"coordinator"}),
    "meeting.AdoptResolution": frozenset({"coordinator"}),
    "meeting.DraftMinutes": frozenset({"coordinator"}),
    # Who drafts them does not sign them.
    "meeting.SignMinutes": frozenset({"supervisor", "leader"}),
    "meeting.DistributeMinutes": frozenset({"coordinator", "supervisor"}),
    "meeting.CloseMeeting": frozenset({"coordinator", "supervisor"}),
    "meeting.CancelMeeting": frozenset({"coordinator", "supervisor"}),
    "meeting.NoteResolution": frozenset({"service:meeting"}),
    "meeting.NoteCooperation": frozenset({"service:meeting"}),
    "meeting.ReportResolutionProgress": frozenset({"unit", "coordinator"}),
    "meeting.ReportResolution": frozenset({"unit", "coordinator"}),
    # Never by who reported, or entered the report: decided where the resolution is.
    "meeting.DischargeResolution": frozenset({"coordinator", "supervisor"}),
    "meeting.SendBackResolution": frozenset({"coordinator", "supervisor"}),
    # Once overdue, the supervisor alone: decided where the resolution is.
    "meeting.ExtendResolution": frozenset({"coordinator", "supervisor"}),
    "meeting.CarryOverResolution": frozenset({"coordinator", "supervisor"}),
    "meeting.CheckResolution": frozenset({"coordinator", "supervisor", "service"}),
}


def of_units(service: str) -> tuple[str, ...]:
    """The verbs of a service that a unit may send."""
    return tuple(
        command.partition(".")[2]
        for command, permitted in PERMITTED.items()
        if command.startswith(f"{service}.") and "unit" in permitted
    )


def allow(actor: Actor, command: str) -> bool:
    """Whether `actor` may send `command`, written `service.Verb`. What is not in the table is allowed to nobody."""
    if (actor.role == "unit") != (actor.unit is not None):
        # Someone speaks for a unit, or a unit for nobody: no such actor comes out of the directory.
        return False
    permitted = PERMITTED.get(command, frozenset())
    if actor.role == "service" and f"service:{actor.principal}" in permitted:
        return True
    return actor.role in permitted and ":" not in actor.role
