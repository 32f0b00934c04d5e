"""The life of a contact and of a case, as sentences of the specification. domain.md §4.3 A, B."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from events.case import (
    CaseAccepted,
    CaseAnswered,
    CaseClosed,
    CaseFact,
    CaseOpened,
    CaseTriaged,
    MandatoryReportMade,
    MandatoryReportRequired,
    ReferralRequested,
)
from events.commit import Actor
from events.contact import ContactFinalised, ContactRegistered
from services.command import Command
from services.decision import Already, DamagedHistory, Env, Refused
from services.intake import case, contact
from services.intake.commands import (
    CloseCase,
    MakeMandatoryReport,
    NoteReferralOutcome,
    OpenCase,
    RecordCallback,
    RecordCoordination,
    RecordInstruction,
    RecordOutcome,
    RegisterContact,
    RequestReferral,
    ViewRegistration,
)
from services.intake.screen import grounds
from services.referral.referral import CHINA

KEY, CASE, REFERRAL = "C" * 26, "K" * 26, "R" * 26
NOW = datetime(2026, 3, 2, 17, 30, tzinfo=CHINA)
STARTED = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
COORDINATOR = Actor(principal="coordinator", role="coordinator")
NO, YES = "n" * 9, "nnnynnnnn"


def env(now: datetime = NOW, occurred: datetime | None = None) -> Env:
    return Env(
        now=now,
        occurred=occurred or now,
        actor=COORDINATOR,
        new_id=lambda purpose: REFERRAL,
        keyed_digest=lambda text: f"{hash(text) & (2**256 - 1):064x}",
        units=frozenset({"u01", "u07"}),
    )


def entry(**changes: Any) -> RegisterContact:
    command = RegisterContact(
        command_id="r",
        number="96308-2026-001",
        desk="city",
        channel="01",
        started=STARTED,
        caller_role="parent",
        contact_type="help",
        category="05",
        region="231003",
        age_band="6-13",
        sex="f",
        urgency="3",
        screen=NO,
        disposition="A1",
        caller_name="测试甲",
        caller_phone="000-0000-0001",
        narrative="孩子辍学在家。",
        opinion="电话解答。",
    )
    return msgspec.structs.replace(command, **changes)


def register(**changes: Any) -> list[Any] | Already | Refused:
    return contact.decide(entry(**changes), None, env(), None, None)


def test_an_entry_is_registered_and_finalised_with_one_primary_disposition() -> None:
    facts = register()
    assert isinstance(facts, list)
    assert isinstance(facts[0], ContactRegistered) and isinstance(facts[-1], ContactFinalised)
    assert [fact.primary_disposition for fact in facts if isinstance(fact, ContactFinalised)] == ["A1"]


def test_no_fact_of_a_contact_holds_what_was_typed_freely() -> None:
    facts = register(result="已答复", remarks="备注", child_name="虚构乙", duty_officer="值班员丙")
    written = msgspec.json.encode(facts).decode()
    for personal in contact.personal(entry(result="已答复", remarks="备注", child_name="虚构乙")).values():
        assert personal not in written


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"channel": "77"}, "code.unknown"),
        ({"category": "zz"}, "code.unknown"),
        ({"disposition": "Z9"}, "code.unknown"),
        ({"started": NOW + timedelta(minutes=6)}, "contact.in_the_future"),
        ({"ended": STARTED - timedelta(minutes=1)}, "contact.ends_before_it_starts"),
        ({"narrative": ""}, "contact.content_missing"),
        ({"opinion": ""}, "contact.opinion_missing"),
        ({"disposition": "B1"}, "contact.unit_missing"),
        ({"disposition": "B1", "unit": "u99"}, "unit.unknown"),
        ({"disposition": "G1"}, "contact.nothing_to_merge_into"),
        ({"disposition": "H1", "category": "90"}, "contact.personal_data_in_non_substantive"),
        ({"screen": YES}, "contact.mandatory_report_open"),
        ({"screen": YES, "disposition": "D1"}, "contact.mandatory_report_open"),
        ({"screen": "nnnunnnnn", "urgency": "1"}, "contact.mandatory_report_open"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(changes: dict[str, Any], code: str) -> None:
    outcome = register(**changes)
    assert isinstance(outcome, Refused) and outcome.code == code


def test_a_clock_may_run_a_little_ahead() -> None:
    assert isinstance(register(started=NOW + timedelta(minutes=5)), list)


def test_the_same_entry_again_is_unchanged_and_another_under_its_number_is_refused() -> None:
    facts = register()
    assert isinstance(facts, list)
    state = contact.fold(KEY, facts)
    again = msgspec.structs.replace(entry(), command_id="another")
    assert contact.decide(again, state, env(), None, None) == Already()
    changed = contact.decide(entry(narrative="另一件事。"), state, env(), None, None)
    assert changed == Refused("contact.number_taken", "number")


def test_unknown_counts_as_yes_only_where_danger_is_going_on() -> None:
    assert grounds("unnnnnnnn", "1") == (1,)
    assert grounds("unnnnnnnn", "3") == ()
    assert grounds("nnnnnnnny", "4") == (9,)


def opened(disposition: str = "B1", unit: str | None = "u07", screen: str = NO) -> OpenCase:
    return OpenCase(
        command_id="o",
        contact=KEY,
        number="n",
        desk="city",
        channel="01",
        started=STARTED,
        contact_type="help",
        category="05",
        region="231003",
        age_band="6-13",
        sex="f",
        urgency="3",
        screen=screen,
        disposition=disposition,
        unit=unit,
    )


class Life:
    """A case's history; each step is decided and recorded as the service would."""

    def __init__(self, **how: Any) -> None:
        self.state: case.Case | None = None
        self.facts: list[CaseFact] = []
        self.planned = (how.get("disposition", "B1"), how.get("unit", "u07"))
        self.decide(opened(**how))

    def decide(self, command: Command, now: datetime = NOW) -> list[CaseFact] | Already | Refused:
        outcome = case.decide(command, self.state, env(now), self.planned)
        if isinstance(outcome, list):
            for fact in outcome:
                self.state = case.evolve(self.state, fact)
            self.facts += outcome
        return outcome

    @property
    def status(self) -> str:
        assert self.state is not None
        return self.state.status


VERIFIED = NoteReferralOutcome(command_id="n", case=CASE, referral=REFERRAL, outcome="verified", result="solved")
RETURNED = NoteReferralOutcome(command_id="n2", case=CASE, referral=REFERRAL, outcome="return_granted")
SATISFIED = RecordCallback(command_id="b", case=CASE, reached=True, answered=True, solved=True, satisfied=True)
UNSATISFIED = RecordCallback(command_id="b", case=CASE, reached=True, answered=True, solved=False, satisfied=False)
MISSED = RecordCallback(command_id="m", case=CASE, reached=False)
CLOSE = CloseCase(command_id="x", case=CASE, code="resolved")
COORDINATE = RecordCoordination(command_id="z", case=CASE, units=("u01", "u07"), measures=("benefit_applied",))
REPORT = MakeMandatoryReport(
    command_id="p", case=CASE, to="u01", method="phone_110", made=STARTED + timedelta(minutes=10), police_ref="DEMO-1"
)


def refer(unit: str = "u01", replaces: str | None = None) -> RequestReferral:
    return RequestReferral(command_id="q", case=CASE, unit=unit, replaces=replaces)


@pytest.mark.parametrize(
    ("disposition", "status"),
    [
        ("A1", "answered"),
        ("A2", "answered"),
        ("D1", "not_accepted"),
        ("E1", "answered"),
        ("F1", "answered"),
        ("B1", "in_handling"),
        ("C1", "accepted"),
    ],
)
def test_a_case_goes_where_its_disposition_sends_it(disposition: str, status: str) -> None:
    assert Life(disposition=disposition).status == status


def test_a_referred_case_asks_for_its_referral_at_once() -> None:
    requested = [fact for fact in Life().facts if isinstance(fact, ReferralRequested)]
    assert [(fact.unit, fact.referral) for fact in requested] == [("u07", REFERRAL)]


def test_a_mandatory_report_holds_the_case_until_it_is_made() -> None:
    life = Life(screen=YES)
    required = life.facts[-1]
    assert isinstance(required, MandatoryReportRequired)
    assert required.grounds == (4,) and required.due == STARTED + timedelta(minutes=30)
    for command in (refer(), COORDINATE, CLOSE, SATISFIED):
        assert life.decide(command) == Refused("case.mandatory_report_open", "case")
    outcome = life.decide(REPORT)
    assert isinstance(outcome, list)
    assert [type(fact) for fact in outcome] == [MandatoryReportMade, CaseAccepted, ReferralRequested]
    assert life.decide(REPORT) == Already()


def test_a_report_is_made_after_the_call_and_not_in_the_future() -> None:
    life = Life(screen=YES)
    late = msgspec.structs.replace(REPORT, made=NOW + timedelta(minutes=1))
    assert life.decide(late) == Refused("case.report_time_impossible", "made")
    assert Life().decide(REPORT) == Refused("case.no_report_required", "case")


def test_a_case_is_closed_after_its_referral_was_verified_and_the_caller_called_back() -> None:
    life = Life()
    assert life.decide(CLOSE) == Refused("case.referral_open", "case")
    assert life.decide(SATISFIED) == Refused("case.referral_open", "case")
    life.decide(VERIFIED)
    assert life.status == "awaiting_callback"
    assert life.decide(CLOSE) == Refused("case.callback_missing", "case")
    life.decide(SATISFIED)
    assert life.decide(CLOSE) == [CaseClosed(code="resolved")]
    assert life.decide(refer()) == Refused("case.not_open", "case", {"status": "closed"})


def test_an_unsatisfied_caller_sends_the_case_back_to_work() -> None:
    life = Life()
    life.decide(VERIFIED)
    life.decide(UNSATISFIED)
    assert life.status == "in_handling"
    assert life.decide(CLOSE) == Refused("case.callback_missing", "case")
    assert life.decide(SATISFIED) == Refused("case.nothing_done_yet", "case")
    assert isinstance(life.decide(refer()), list)


def test_three_misses_on_three_days_close_the_case_as_unreachable() -> None:
    life = Life()
    life.decide(VERIFIED)
    for hours in (0, 1, 24):
        life.decide(MISSED, NOW + timedelta(hours=hours))
    assert life.status == "awaiting_callback"
    outcome = life.decide(MISSED, NOW + timedelta(days=2))
    assert isinstance(outcome, list) and outcome[-1] == CaseClosed(code="unreachable")


def test_a_callback_that_reached_the_caller_has_three_answers() -> None:
    life = Life()
    life.decide(VERIFIED)
    unanswered = RecordCallback(command_id="b", case=CASE, reached=True, answered=True)
    assert life.decide(unanswered) == Refused("case.callback_answers_missing", "satisfied")


def test_after_a_granted_return_the_case_is_referred_anew_and_says_what_it_replaces() -> None:
    life = Life()
    life.decide(RETURNED)
    assert life.status == "accepted"
    assert life.decide(refer("u01", replaces=CASE)) == Refused("case.nothing_to_replace", "replaces")
    outcome = life.decide(refer("u01", replaces=REFERRAL))
    assert isinstance(outcome, list) and isinstance(outcome[0], ReferralRequested)
    assert outcome[0].replaces == REFERRAL


def test_one_unit_has_one_open_referral_of_a_case() -> None:
    assert Life().decide(refer("u07")) == Refused("case.already_referred_there", "unit")


def test_what_a_referral_became_is_noted_once() -> None:
    life = Life()
    life.decide(VERIFIED)
    assert life.decide(VERIFIED) == Already()


def test_coordination_names_units_of_the_directory_and_leads_to_a_callback() -> None:
    life = Life(disposition="C1", unit=None)
    stranger = msgspec.structs.replace(COORDINATE, units=("u01", "u99"))
    assert life.decide(stranger) == Refused("unit.unknown", "units")
    life.decide(
        RecordInstruction(command_id="l", case=CASE, instruction_no="示例1号", post="书记", instruction="请协调。")
    )
    life.decide(COORDINATE)
    life.decide(
        RecordOutcome(command_id="w", case=CASE, outcome="benefit", monthly_yuan=200, starts_on=date(2026, 4, 1))
    )
    assert life.status == "awaiting_callback"
    life.decide(SATISFIED)
    assert life.decide(CLOSE) == [CaseClosed(code="resolved")]


def test_every_view_of_the_form_is_a_fact_of_its_own_even_on_a_closed_case() -> None:
    life = Life(disposition="A1")
    view = ViewRegistration(command_id="v", case=CASE, purpose="callback")
    assert isinstance(life.decide(view), list) and isinstance(life.decide(view), list)


def test_opening_twice_adds_nothing() -> None:
    assert Life().decide(opened()) == Already()


def test_a_fact_that_cannot_follow_is_damage() -> None:
    life = Life(disposition="A1")
    with pytest.raises(DamagedHistory):
        case.evolve(life.state, CaseClosed(code="resolved"))
    with pytest.raises(DamagedHistory):
        case.evolve(life.state, CaseAnswered(disposition="A1"))
    with pytest.raises(DamagedHistory):
        case.evolve(None, CaseAccepted(disposition="B1"))
    opening, triage = life.facts[:2]
    assert isinstance(opening, CaseOpened) and isinstance(triage, CaseTriaged)
    with pytest.raises(DamagedHistory):
        case.evolve(case.fold([opening, triage]), triage)
