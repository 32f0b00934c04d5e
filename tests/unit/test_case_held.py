"""Who holds a case, what comes to light later, and what the codes of a case must be. domain.md §4.3 B, §5."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from events.case import (
    CaseNotAccepted,
    CaseOpened,
    CaseReopened,
    ConsentRecorded,
    ConsentWithdrawn,
    MandatoryReportAcknowledged,
    MandatoryReportMade,
    MandatoryReportOverridden,
    MandatoryReportRequired,
    ReferralRequested,
    RegistrationViewed,
    TriageCorrected,
)
from events.commit import derive_id
from services.decision import DamagedHistory, Refused
from services.intake import case
from services.intake.case_state import Case, holder
from services.intake.commands import AssignOfficer, LinkCases, RecordConsent, ViewRegistration
from services.intake.screen import grounds
from services.working_clock import WorkingClock
from tests.support.intake import (
    CASE,
    CLOSE,
    COORDINATE,
    NOW,
    REFERRAL,
    REPORT,
    RETURNED,
    SATISFIED,
    STARTED,
    VERIFIED,
    YES,
    Life,
    env,
    opened,
    refer,
)
from tests.support.intake_states import ACKNOWLEDGE, ARCHIVE, OTHER, lived

CLOCK = WorkingClock()

OFFICER = AssignOfficer(command_id="ao", case=CASE, officer="officer-1")
CONSENT = RecordConsent(
    command_id="rc", case=CASE, by="guardian", basis="guardian_consent", units=("u01",), purposes=("handling",)
)


def state(life: Life) -> Case:
    assert life.state is not None
    return life.state


@pytest.mark.parametrize(
    ("life", "who"),
    [
        (lived(screen=YES), "desk"),
        (lived(), "unit"),
        (lived(disposition="C1", unit=None), "coordinator"),
        (lived(OFFICER, disposition="C1", unit=None), "officer"),
        (lived(OFFICER), "unit"),
        (lived(VERIFIED), "coordinator"),
        (lived(disposition="A1", unit=None), None),
    ],
    ids=["report open", "referred", "accepted", "assigned", "assigned and referred", "to call back", "answered"],
)
def test_each_open_case_has_someone_who_has_to_act(life: Life, who: str | None) -> None:
    assert holder(state(life)) == who


def test_a_triaged_case_without_an_open_report_is_lost_and_shows_it() -> None:
    assert holder(msgspec.structs.replace(state(lived(screen=YES)), report_made=True)) is None


def test_the_unit_that_is_complained_of_holds_nothing() -> None:
    life = lived()
    triaged = state(life).triaged
    assert triaged is not None
    complained = msgspec.structs.replace(state(life), triaged=msgspec.structs.replace(triaged, suspect_unit="u07"))
    assert holder(complained) == "coordinator"


def test_what_comes_to_light_later_calls_for_a_report_of_its_own() -> None:
    life = lived(REPORT, ACKNOWLEDGE, screen=YES)
    later = case.evolve(life.state, MandatoryReportRequired(grounds=(7,), due=NOW))
    assert (later.report_grounds, later.report_open, later.report_acknowledged) == ((4, 7), True, False)
    overridden = case.evolve(later, MandatoryReportOverridden(post="分管领导", reason="life_in_danger"))
    again = case.evolve(overridden, MandatoryReportRequired(grounds=(8,), due=NOW))
    assert overridden.report_overridden and not again.report_overridden


@pytest.mark.parametrize(
    ("life", "fact"),
    [
        (lived(screen=YES), MandatoryReportRequired(grounds=(4,), due=NOW)),
        (lived(VERIFIED, SATISFIED, CLOSE), MandatoryReportRequired(grounds=(4,), due=NOW)),
        (lived(screen=YES), MandatoryReportAcknowledged(by="u01", acknowledged=NOW)),
        (lived(), MandatoryReportOverridden(post="p", reason="life_in_danger")),
        (lived(), MandatoryReportMade(to="u01", method="phone_110", made=NOW, police_ref="DEMO-1")),
        (lived(), CaseReopened(reason="new_facts")),
        (lived(), ConsentWithdrawn(by="guardian")),
        (lived(), TriageCorrected(field="narrative", new="x")),
        (None, RegistrationViewed(purpose="handling", fields=("registration_form",))),
    ],
)  # fmt: skip
def test_a_report_a_consent_or_a_reopening_that_nothing_calls_for_is_damage(life: Life | None, fact: Any) -> None:
    with pytest.raises(DamagedHistory, match=f"^{type(fact).__name__} cannot follow in case of contact [?C]+$"):
        case.evolve(life.state if life else None, fact)


def test_nothing_follows_an_entry_that_was_not_triaged() -> None:
    fact = CaseOpened(contact=CASE, number="n", desk="city", channel="01", started=STARTED)
    for following in (RegistrationViewed(purpose="handling", fields=()), CaseReopened(reason="redo")):
        with pytest.raises(DamagedHistory):
            case.evolve(case.evolve(None, fact), following)


@pytest.mark.parametrize(
    "fact", [ConsentRecorded(by="guardian", basis="guardian_consent"), ConsentWithdrawn(by="guardian")]
)
def test_an_archived_case_takes_no_consent_and_gives_none_up(fact: Any) -> None:
    archived = msgspec.structs.replace(state(lived()), status="archived", consents=("guardian",))
    with pytest.raises(DamagedHistory):
        case.evolve(archived, fact)


def test_each_time_a_case_comes_back_is_counted_and_it_is_called_back_about_anew() -> None:
    life = lived(VERIFIED, SATISFIED, CLOSE)
    again = case.evolve(life.state, CaseReopened(reason="new_facts"))
    assert (again.reopened, again.called_back, again.closed_as, again.appeal_until) == (1, None, None, None)
    closed = msgspec.structs.replace(again, status="closed")
    assert case.evolve(closed, CaseReopened(reason="new_facts")).reopened == 2


def test_what_ends_says_until_when_the_caller_can_come_back_on_it() -> None:
    for disposition in ("A1", "D1"):
        assert state(lived(disposition=disposition, unit=None)).appeal_until == CLOCK.until(
            "AP", STARTED if disposition == "D1" else NOW
        )


def test_the_archive_is_open_the_moment_after_the_window_and_not_in_its_last() -> None:
    life = lived(disposition="A1", unit=None)
    until = state(life).appeal_until
    assert until is not None
    assert isinstance(life.decide(ARCHIVE, until), Refused)
    assert isinstance(life.decide(ARCHIVE, until + timedelta(microseconds=1)), list)


def test_a_refusal_that_waited_for_the_report_is_made_then_and_its_ground_is_still_unstated() -> None:
    outcome = lived(screen=YES, disposition="D1", unit=None).decide(REPORT)
    assert isinstance(outcome, list)
    refused = outcome[-1]
    assert isinstance(refused, CaseNotAccepted)
    assert (refused.ground, refused.appeal_until) == ("9", CLOCK.until("AP", NOW))


def test_a_case_that_is_not_accepted_at_once_says_when_the_caller_was_told() -> None:
    refused = lived(disposition="D1", unit=None).facts[-1]
    assert isinstance(refused, CaseNotAccepted) and refused.told == STARTED


def test_a_case_knows_the_unit_that_its_contact_complains_of() -> None:
    facts = case.decide(msgspec.structs.replace(opened(), suspect_unit="u01"), None, env())
    assert isinstance(facts, list) and case.fold(facts) is not None
    assert case.fold(facts).suspect_unit == "u01"


def test_a_referral_s_id_follows_from_its_command_and_a_co_unit_s_from_its_unit_as_well() -> None:
    around = msgspec.structs.replace(env(), new_id=lambda purpose: derive_id("c", purpose))
    life = lived(disposition="C1", unit=None)
    outcome = case.decide(msgspec.structs.replace(refer(), co_units=("u07",)), life.state, around)
    assert isinstance(outcome, list)
    ids = [each.referral for each in outcome if isinstance(each, ReferralRequested)]
    assert ids == [derive_id("c", "referral"), derive_id("c", "co-u07")]


@pytest.mark.parametrize("screen", ["nnnunnnnn", "nnnnnnnnn"])
def test_an_unknown_answer_counts_where_life_is_in_danger_alone(screen: str) -> None:
    assert grounds(screen, "1") == ((4,) if "u" in screen else ())
    assert grounds(screen, "2") == ()
    assert grounds("nnnynnnnn", "1") == grounds("nnnynnnnn", "2") == (4,)


@pytest.mark.parametrize(
    ("command", "list_name", "field"),
    [
        (LinkCases(command_id="l", case=CASE, other=OTHER, relation="whim"), "relation", "relation"),
        (ViewRegistration(command_id="v", case=CASE, purpose="whim"), "view_purpose", "purpose"),
        (msgspec.structs.replace(CONSENT, by="whim"), "consent_giver", "by"),
        (msgspec.structs.replace(CONSENT, basis="whim"), "consent_basis", "basis"),
        (msgspec.structs.replace(CONSENT, purposes=("whim",)), "view_purpose", "purposes"),
        (msgspec.structs.replace(COORDINATE, measures=("whim",)), "measure", "measures"),
        (msgspec.structs.replace(refer(), asks=("whim",)), "ask", "asks"),
    ],
)  # fmt: skip
def test_what_is_written_on_a_case_is_a_code_of_its_list(command: Any, list_name: str, field: str) -> None:
    assert lived().decide(command) == Refused("code.unknown", field, {"list": list_name})


def test_a_view_says_what_was_shown() -> None:
    assert lived().decide(ViewRegistration(command_id="v", case=CASE, purpose="handling")) == [
        RegistrationViewed(purpose="handling", fields=("registration_form",))
    ]


def test_a_police_receipt_is_kept() -> None:
    outcome = lived(REPORT, screen=YES).decide(msgspec.structs.replace(ACKNOWLEDGE, receipt="DEMO-2"))
    assert isinstance(outcome, list)
    assert [each.receipt for each in outcome if isinstance(each, MandatoryReportAcknowledged)] == ["DEMO-2"]


def test_a_referral_that_is_open_for_another_unit_does_not_end_with_the_first() -> None:
    life = lived()
    life.decide(refer("u01"))
    life.decide(RETURNED)
    assert (state(life).status, state(life).handled) == ("in_handling", False)
    assert set(state(life).open_referrals.values()) == {"u01"}
    assert state(life).returned == (REFERRAL,)
