"""What one referral's facts ask of another: whose commands they are, and that each is sent once. domain.md §2.4, §4.3 C."""

from datetime import date

import msgspec
import pytest

from events.case import ReferralRequested
from events.referral import FinalReported, LeadChanged, ReferralFact, ReferralIssued
from services.ledger import History, Stored
from services.referral import referral
from services.referral.commands import ChangeLead, NoteCoUnit, TransferReferral
from services.referral.following import CoUnitStep, issuing, led_by, noting, transferring
from tests.support.commits import commit_after
from tests.unit.test_co_units import AS_CO, CO, LEAD, issued
from tests.unit.test_referral import ISSUED_ON, KEY, Life

REQUESTED = ReferralRequested(
    referral=KEY, unit="u07", contact_type="complaint", category="05", region="231003", age_band="6-13", urgency="3",
    asks=("handle",), lead=LEAD,
)  # fmt: skip
REPORTED = FinalReported(result="solved", measures=(), handled_on=date(2026, 2, 13), late=True)


def stored(fact: ReferralFact) -> Stored:
    history = History(f"ledger.referral.u08.{CO}", ())
    commit = commit_after(history, "c", n=3, facts=(fact,))
    return Stored(seq=9, subject=history.subject, raw=b"", hash="0" * 64, commit=commit)


def co_unit() -> referral.Referral:
    """A co-unit's referral, just issued."""
    fact = issued(AS_CO, "u01")
    assert isinstance(fact, ReferralIssued)
    return referral.evolve(None, fact, "referral", ISSUED_ON)


def test_a_referral_is_issued_as_the_case_asked_for_it_and_under_the_case_s_id() -> None:
    command = issuing(REQUESTED, REQUESTED.lead)
    asked = {name: getattr(REQUESTED, name) for name in REQUESTED.__struct_fields__ if name != "replaces"}
    assert {name: getattr(command, name) for name in asked} == asked
    assert command.command_id == f"issue:{KEY}"
    assert issuing(REQUESTED, None).lead is None


def test_what_replaces_a_referral_ends_it() -> None:
    assert transferring(KEY, LEAD) == TransferReferral(command_id=f"transfer:{LEAD}", referral=KEY, to=LEAD)


def test_the_co_units_that_were_not_released_go_on_with_the_new_lead() -> None:
    state = Life().state
    assert state is not None
    old = msgspec.structs.replace(state, co_units={CO: "joined", LEAD: "released", "B" * 26: "reported"})
    new = "N" * 26
    assert led_by(new, old) == [
        ChangeLead(command_id=f"lead:{new}:{co}", referral=co, lead=new) for co in ("B" * 26, CO)
    ]


def note(step: str, result: str | None = None, late: bool = False) -> NoteCoUnit:
    return NoteCoUnit(
        command_id=f"co:{CO}:3:{step}", referral=LEAD, co=CO, unit="u07", step=step, result=result, late=late
    )


def test_a_lead_is_told_of_a_co_unit_s_report_once_a_commit() -> None:
    assert noting(stored(REPORTED), co_unit(), REPORTED) == [note("reported", "solved", True)]


@pytest.mark.parametrize(
    ("result", "told"), [(None, [note("joined")]), ("solved", [note("joined"), note("reported", "solved")])]
)
def test_a_new_lead_is_told_what_was_reported_before_it_came(result: str | None, told: list[NoteCoUnit]) -> None:
    fact: CoUnitStep = LeadChanged(lead=LEAD, lead_unit="u01")
    assert noting(stored(fact), msgspec.structs.replace(co_unit(), result=result), fact) == told


def test_a_report_that_comes_again_tells_nothing_but_itself() -> None:
    state = msgspec.structs.replace(co_unit(), result="partly")
    assert noting(stored(REPORTED), state, REPORTED) == [note("reported", "solved", True)]
