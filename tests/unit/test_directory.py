"""The network is the one that the report describes, everyone in it can be found, and each role may do its own."""

import msgspec
import pytest

from events import subjects
from events.codes import code_list
from events.commit import Actor
from services.directory import PERMITTED, Desk, Directory, Unit, allow, directory
from services.intake.commands import COMMANDS as INTAKE
from services.meeting.commands import COMMANDS as MEETING
from services.publication.commands import COMMANDS as PUBLICATION
from services.referral.commands import COMMANDS as REFERRAL

NETWORK = directory()


def actor(name):
    principal = NETWORK.principal(name)
    return Actor(principal=principal.name, role=principal.role, unit=principal.unit)


def test_the_report_s_network_is_complete():
    assert [unit.code for unit in NETWORK.units] == [f"u{n:02}" for n in range(1, 29)]
    assert {desk.code: desk.region for desk in NETWORK.desks} == {
        "city": "231000",
        "suifenhe": "231081",
        "hailin": "231083",
        "ningan": "231084",
        "muling": "231085",
        "dongning": "231086",
        "linkou": "231025",
    }
    sectors = {unit.sector for unit in NETWORK.units}
    eight = {entry.code for entry in code_list("sector") if entry.extra.get("post")}
    assert {code_list("sector").current(code) for code in eight} <= sectors


def test_units_speak_in_codes_of_the_lists_and_every_category_has_a_unit():
    for unit in NETWORK.units:
        assert code_list("sector").get(unit.sector).valid_to is None
        assert unit.region in code_list("region")
        assert set(unit.categories) <= {entry.code for entry in code_list("category")}
        assert unit.leader and unit.department and unit.post and unit.en.isascii()
        assert all(title and title.isascii() for title in (unit.leader_en, unit.department_en, unit.post_en))
    handled = {category for unit in NETWORK.units for category in unit.categories}
    assert {entry.code for entry in code_list("category")} - handled == {"90", "99"}


def test_a_unit_is_found_by_its_code_its_names_or_a_short_name():
    for text in ("u08", "U08", "市教育局", "教育局", "City Education Bureau", " 教育局 "):
        assert NETWORK.find_unit(text).code == "u08", text
    assert NETWORK.find_unit("工商局").code == NETWORK.find_unit("质监局").code
    assert NETWORK.find_unit("没有这个单位") is None
    assert NETWORK.unit("市教育局") is None and NETWORK.unit("u99") is None


def test_a_desk_is_found_by_its_code_or_names():
    assert NETWORK.find_desk("海林").code == NETWORK.find_desk("hailin").code == "hailin"
    assert NETWORK.find_desk("nowhere") is None and NETWORK.desk("nowhere") is None


def test_every_region_is_served_by_exactly_one_desk():
    served = [region for desk in NETWORK.desks for region in NETWORK.regions_of(desk.code)]
    assert sorted(served) == sorted(entry.code for entry in code_list("region"))
    assert NETWORK.regions_of("dongning") == ("231086", "231024")
    assert {"231003", "231003100"} <= set(NETWORK.regions_of("city"))
    assert NETWORK.regions_of("nowhere") == ()


def test_principals_are_services_people_desks_and_units():
    names = {principal.name: principal for principal in NETWORK.principals}
    people = {"coordinator", "coordinator2", "supervisor", "auditor", "leader"}
    desks = {f"duty-{desk.code}" for desk in NETWORK.desks}
    units = {unit.code for unit in NETWORK.units}
    assert (
        names.keys()
        == {"intake", "referral", "meeting", "publication", "projections", "admin"} | people | desks | units
    )
    for name, principal in names.items():
        assert subjects.token(name) == name and principal.role in code_list("role")
        assert (principal.account == "partners") == (name in units) == (principal.unit == name)
        assert (principal.account == "core") == (principal.role in ("service", "admin"))
        assert (principal.desk is not None) == (name in desks)
    assert names["duty-hailin"].desk == "hailin"


def test_a_directory_in_which_a_name_means_two_is_refused():
    desk = Desk(code="city", zh="甲台", en="A", region="231000")
    units = tuple(
        Unit(
            code=code, zh="同名局", en=code, sector="police", region="231000", leader="-", department="-", post="-",
            leader_en="-", department_en="-", post_en="-", categories=(),
        )
        for code in ("u01", "u02")
    )  # fmt: skip
    with pytest.raises(ValueError, match="stands for both"):
        Directory((desk,), units, ())
    officer = NETWORK.principal("u01")
    assert officer is not None
    with pytest.raises(ValueError, match="share a name"):
        Directory((desk,), (units[0],), (officer,))


def test_a_directory_in_which_one_title_is_called_two_things_is_refused():
    assert NETWORK.titles["分管副局长"] == "Deputy director in charge"
    one, other, *_ = NETWORK.units
    other = msgspec.structs.replace(other, leader=one.leader, leader_en="Somebody else")
    with pytest.raises(ValueError, match="is called both"):
        Directory((), (one, other), ())


def test_no_unit_has_everybodys_feed_for_its_own():
    everybody = msgspec.structs.replace(NETWORK.units[0], code=subjects.EVERY_UNIT)
    assert subjects.partner_all().startswith(subjects.partner(everybody.code).removesuffix(">"))
    with pytest.raises(ValueError, match="no unit may be called all"):
        Directory((), (everybody,), ())


def test_the_table_names_every_command_and_no_other():
    services = {"intake": INTAKE, "referral": REFERRAL, "meeting": MEETING, "publication": PUBLICATION}
    commands = {f"{service}.{verb}" for service, verbs in services.items() for verb in verbs}
    assert commands == PERMITTED.keys()
    roles = {permitted.split(":")[0] for each in PERMITTED.values() for permitted in each}
    assert roles <= {entry.code for entry in code_list("role")}


# verb -> the principals (of those below) that may send it
PRINCIPALS = (
    "intake", "referral", "meeting", "publication", "projections", "admin", "coordinator", "supervisor", "auditor", "leader",
    "duty-city", "u01",
)  # fmt: skip
MAY = {
    "RegisterContact": "duty-city coordinator",
    "DraftContact": "duty-city coordinator",
    "FinaliseContact": "duty-city coordinator",
    "CorrectContact": "duty-city coordinator",
    "VoidContact": "duty-city coordinator",
    "LinkContact": "coordinator",
    "UnlinkContact": "coordinator",
    "MakeMandatoryReport": "duty-city coordinator supervisor",
    "AcknowledgeMandatoryReport": "duty-city coordinator supervisor",
    "OverrideMandatoryReport": "coordinator supervisor leader",
    "AnswerCase": "coordinator",
    "RefuseAcceptance": "coordinator",
    "AssignOfficer": "coordinator supervisor",
    "ReviewOutcome": "coordinator",
    "ReopenCase": "coordinator supervisor",
    "ArchiveCase": "coordinator",
    "LinkCases": "coordinator",
    "UnlinkCases": "coordinator",
    "RecordConsent": "coordinator duty-city",
    "WithdrawConsent": "coordinator duty-city",
    "NoteCorrection": "intake",
    "NoteCaseLink": "intake",
    "RecordInstruction": "leader coordinator",
    "RequestReferral": "coordinator",
    "RecordCoordination": "coordinator",
    "RecordOutcome": "coordinator",
    "RecordCallback": "coordinator",
    "CloseCase": "coordinator",
    "ViewRegistration": "coordinator duty-city",
    "OpenCase": "intake",
    "NoteReferralOutcome": "intake",
    "IssueReferral": "referral",
    "DraftNotice": "supervisor referral",
    "SignReferral": "u01 coordinator",
    "ReportProgress": "u01 coordinator",
    "ReportResult": "u01 coordinator",
    "RequestReturn": "u01 coordinator",
    "RequestExtension": "u01 coordinator",
    "GrantExtension": "coordinator supervisor",
    "RefuseExtension": "coordinator supervisor",
    "HoldReferral": "coordinator",
    "ResumeReferral": "coordinator",
    "RedoReferral": "coordinator",
    "RevokeReferral": "coordinator",
    "TerminateReferral": "coordinator",
    "CloseReferral": "coordinator",
    "TransferReferral": "referral",
    "NoteCoUnit": "referral",
    "ChangeLead": "referral",
    "PublishCalendar": "coordinator supervisor",
    "AcknowledgeNotice": "u01 coordinator",
    "ReplyToNotice": "u01 coordinator",
    "UploadPart": "u01 coordinator",
    "AttachFile": "u01 coordinator",
    "ViewFile": "coordinator supervisor",
    "ReadFile": "coordinator supervisor",
    "VerifyReport": "coordinator",
    "SendBackReport": "coordinator",
    "GrantReturn": "coordinator",
    "RefuseReturn": "coordinator",
    "CheckDeadline": "coordinator supervisor intake referral meeting publication projections",
    "SignOffNotice": "supervisor",
    "ServeNotice": "supervisor coordinator",
    "AcceptReply": "supervisor",
    "SendBackReply": "supervisor",
    "EscalateNotice": "supervisor referral",
    "WithdrawNotice": "supervisor",
    "CheckNotice": "coordinator supervisor intake referral meeting publication projections",
    "DischargeNotice": "supervisor referral",
    "GenerateBriefing": "coordinator",
    "ReviewBriefing": "supervisor coordinator",
    "IssueBriefing": "supervisor",
    "CorrectBriefing": "coordinator",
    "WithdrawBriefing": "supervisor",
    "PlanMeeting": "coordinator",
    "SendNotification": "coordinator",
    "ProposeAgendaItem": "coordinator supervisor",
    "WithdrawAgendaItem": "coordinator",
    "FreezeAgenda": "coordinator",
    "RecordAttendance": "coordinator",
    "RecordDiscussion": "coordinator",
    "AdoptResolution": "coordinator",
    "DraftMinutes": "coordinator",
    "SignMinutes": "supervisor leader",
    "DistributeMinutes": "coordinator supervisor",
    "CloseMeeting": "coordinator supervisor",
    "CancelMeeting": "coordinator supervisor",
    "NoteResolution": "meeting",
    "NoteCooperation": "meeting",
    "ReportResolutionProgress": "u01 coordinator",
    "ReportResolution": "u01 coordinator",
    "DischargeResolution": "coordinator supervisor",
    "SendBackResolution": "coordinator supervisor",
    "ExtendResolution": "coordinator supervisor",
    "CarryOverResolution": "coordinator supervisor",
    "CheckResolution": "coordinator supervisor intake referral meeting publication projections",
}


@pytest.mark.parametrize("command", sorted(PERMITTED))
def test_who_may_send(command):
    allowed = {name for name in PRINCIPALS if allow(actor(name), command)}
    assert allowed == set(MAY[command.split(".")[1]].split())


def test_what_is_not_in_the_table_is_allowed_to_nobody():
    for command in ("intake.DropEverything", "SignReferral", "", "referral.RegisterContact", "intake.*"):
        assert not any(allow(actor(principal.name), command) for principal in NETWORK.principals)


def test_an_actor_that_the_directory_never_makes_is_refused():
    assert not allow(Actor(principal="u01", role="unit"), "referral.SignReferral")
    assert not allow(Actor(principal="coordinator", role="coordinator", unit="u01"), "referral.VerifyReport")
    assert not allow(Actor(principal="x", role="service:referral"), "referral.IssueReferral")
