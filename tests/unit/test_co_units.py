"""首接负责制: the first receiver leads, the others report to it, and each sees no more than that. domain.md §2.4, §5."""

from datetime import date

import msgspec
import pytest

from events.case import CaseOpened, CaseTriaged, ReferralRequested
from events.codes import code_list
from events.commit import derive_id
from events.referral import CoUnitNoted, Duty, FinalReported, LeadChanged, ReferralIssued, ReportSentBack, ReturnGranted
from services.decision import Already, DamagedHistory, Refused
from services.intake import case as cases
from services.intake.commands import RequestReferral
from services.referral import referral
from services.referral.commands import ChangeLead, IssueReferral, NoteCoUnit
from services.referral.following import CoUnitStep, co_step
from tests.unit.test_referral import CLOCK, COORDINATOR, DUTY, ISSUED_ON, KEY, SIGN, SIGNED_AT, Life, env, issue, report

LEAD, CO = "L" * 26, "C" * 26
JOINED = NoteCoUnit(command_id="j", referral=KEY, co=CO, unit="u08", step="joined")


def issued(command: IssueReferral, lead_unit: str | None = None, duty: Duty = DUTY) -> ReferralIssued | Refused:
    outcome = referral.decide(command, None, env(ISSUED_ON, COORDINATOR), CLOCK, duty, "1", lead_unit)
    if isinstance(outcome, Refused):
        return outcome
    assert isinstance(outcome, list) and isinstance(outcome[0], ReferralIssued)
    return outcome[0]


AS_CO = msgspec.structs.replace(issue(), lead=LEAD, asks=("verify_facts",))


def test_a_co_unit_s_referral_names_its_lead_and_what_is_asked_of_it() -> None:
    fact = issued(AS_CO, "u01")
    assert isinstance(fact, ReferralIssued)
    assert (fact.role, fact.lead, fact.lead_unit) == ("co", LEAD, "u01")
    assert (fact.disclosure_profile, fact.age_band) == ("co_unit", "unknown")
    assert fact.matter_zh.startswith("协办：") and "青少年" not in fact.matter_zh


def test_what_a_co_unit_assists_with_is_listed() -> None:
    fact = issued(msgspec.structs.replace(AS_CO, asks=("verify_facts", "handle")), "u01")
    assert isinstance(fact, ReferralIssued)
    codes = code_list("ask")
    assert fact.matter_zh == f"协办：{codes.zh('verify_facts')}、{codes.zh('handle')}"
    assert fact.matter_en == f"To assist: {codes.en('verify_facts')}, {codes.en('handle')}"


def test_a_lead_s_referral_names_nobody_else() -> None:
    fact = issued(issue())
    assert isinstance(fact, ReferralIssued)
    assert (fact.role, fact.lead, fact.lead_unit, fact.disclosure_profile) == ("lead", None, None, "lead_unit")


def test_there_is_no_co_unit_without_a_lead() -> None:
    assert issued(AS_CO, None) == Refused("referral.lead_not_found", "lead")


@pytest.mark.parametrize("part", ["leader", "department", "post"])
def test_no_referral_is_issued_unless_all_three_responsibilities_are_named(part: str) -> None:
    duty = msgspec.structs.replace(DUTY, **{part: "　"})
    assert issued(issue(), duty=duty) == Refused("referral.duty_missing", "unit")


def step(which: str, co: str = CO) -> NoteCoUnit:
    return NoteCoUnit(command_id=which, referral=KEY, co=co, unit="u08", step=which)


def test_the_lead_hears_each_step_of_a_co_unit_once() -> None:
    life = Life()
    heard = []
    for each in ("reported", "joined", "joined", "reported", "reported", "sent_back", "reported", "released"):
        outcome = life.decide(step(each), SIGNED_AT, COORDINATOR)
        heard += [fact.step for fact in outcome if isinstance(fact, CoUnitNoted)] if isinstance(outcome, list) else []
    assert heard == ["joined", "reported", "sent_back", "reported", "released"]


@pytest.mark.parametrize(
    ("steps", "outstanding"),
    [((), 0), (("joined",), 1), (("joined", "reported"), 0), (("joined", "reported", "sent_back"), 1),
     (("joined", "released"), 0)],
)  # fmt: skip
def test_the_lead_may_report_before_its_co_units_and_it_shows(steps: tuple[str, ...], outstanding: int) -> None:
    life = Life()
    life.decide(SIGN, SIGNED_AT)
    for each in steps:
        life.decide(step(each), SIGNED_AT, COORDINATOR)
    outcome = life.decide(report(date(2026, 2, 13)), SIGNED_AT)
    assert isinstance(outcome, list) and isinstance(outcome[0], FinalReported)
    assert outcome[0].co_outstanding == outstanding


def test_a_co_unit_has_no_co_units() -> None:
    fact = issued(AS_CO, "u01")
    assert isinstance(fact, ReferralIssued)
    state = referral.evolve(None, fact, "referral", ISSUED_ON)
    assert referral.decide(JOINED, state, env(SIGNED_AT, COORDINATOR), CLOCK) == Already()
    with pytest.raises(DamagedHistory):
        referral.evolve(state, CoUnitNoted(co=CO, unit="u08", step="joined"), "referral", SIGNED_AT)


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (
            FinalReported(result="solved", measures=(), handled_on=date(2026, 2, 13), late=True),
            ("reported", "solved", True),
        ),
        (ReportSentBack(reason="incomplete", due_report=SIGNED_AT), ("sent_back", None, False)),
        (ReturnGranted(ground="not_competent"), ("released", None, False)),
    ],
)
def test_what_the_lead_is_told(fact: CoUnitStep, said: tuple[str, str | None, bool]) -> None:
    assert co_step(fact) == said


TRIAGED = CaseTriaged(
    screen="nnnnnnnnn", contact_type="complaint", category="05", region="231003", age_band="6-13", sex="m", urgency="3"
)
ASK = RequestReferral(command_id="a", case=KEY, unit="u01", co_units=("u02", "u03"), co_asks=("verify_facts",))


def refer(command: RequestReferral, open_referrals: dict[str, str] | None = None) -> object:
    opened = CaseOpened(contact=KEY, number="1", desk="city", channel="01", started=ISSUED_ON)
    state = cases.Case(opened=opened, status="accepted", triaged=TRIAGED, open_referrals=open_referrals or {})
    asked = msgspec.structs.replace(
        env(ISSUED_ON, COORDINATOR),
        units=frozenset({"u01", "u02", "u03"}),
        new_id=lambda purpose: derive_id("test", purpose),
    )
    return cases.decide(command, state, asked)


def test_a_case_asks_one_referral_of_the_lead_and_of_each_co_unit() -> None:
    outcome = refer(ASK)
    assert isinstance(outcome, list)
    lead, *assisting = outcome
    assert isinstance(lead, ReferralRequested) and (lead.unit, lead.lead) == ("u01", None)
    assert [(each.unit, each.lead, each.asks) for each in assisting] == [
        ("u02", lead.referral, ("verify_facts",)),
        ("u03", lead.referral, ("verify_facts",)),
    ]
    assert len({each.referral for each in outcome}) == 3


@pytest.mark.parametrize(
    ("changes", "open_referrals", "code", "field"),
    [
        ({"co_units": ("u99",)}, {}, "unit.unknown", "co_units"),
        ({"co_units": ("u01",)}, {}, "case.already_referred_there", "unit"),
        ({"co_units": ("u02", "u02")}, {}, "case.already_referred_there", "co_units"),
        ({}, {LEAD: "u03"}, "case.already_referred_there", "co_units"),
        ({"co_asks": ("juggle",)}, {}, "code.unknown", "co_asks"),
    ],
)
def test_a_unit_is_asked_once(
    changes: dict[str, object], open_referrals: dict[str, str], code: str, field: str
) -> None:
    outcome = refer(msgspec.structs.replace(ASK, **changes), open_referrals)
    assert isinstance(outcome, Refused) and (outcome.code, outcome.field) == (code, field)


def test_a_case_transfers_an_open_referral_on_by_replacing_it() -> None:
    outcome = refer(RequestReferral(command_id="t", case=KEY, unit="u02", replaces=LEAD), {LEAD: "u01"})
    assert isinstance(outcome, list) and outcome[0].replaces == LEAD


def test_a_co_unit_follows_the_lead_that_stands_in_the_first_one_s_place() -> None:
    fact = issued(AS_CO, "u01")
    assert isinstance(fact, ReferralIssued)
    state, told = referral.evolve(None, fact, "referral", ISSUED_ON), env(SIGNED_AT, COORDINATOR)
    change = ChangeLead(command_id="l", referral=KEY, lead=CO)
    assert referral.decide(change, state, told, CLOCK) == Refused("referral.lead_not_found", "lead")
    outcome = referral.decide(change, state, told, CLOCK, lead_unit="u03")
    assert outcome == [LeadChanged(lead=CO, lead_unit="u03")]
    after = referral.evolve(state, outcome[0], "referral", SIGNED_AT)
    assert after.lead == CO and referral.decide(change, after, told, CLOCK, lead_unit="u03") == Already()
    with pytest.raises(DamagedHistory):
        referral.evolve(Life().state, outcome[0], "referral", SIGNED_AT)
