"""Drafts, corrections, voids and links of a contact. domain.md §4.3 A."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from events.codes import code_list
from events.commit import Actor
from events.contact import (
    ContactCorrected,
    ContactDrafted,
    ContactFinalised,
    ContactLinkedToCase,
    ContactUnlinkedFromCase,
    ContactVoided,
)
from services.decision import Already, DamagedHistory, Refused
from services.intake import contact, corrections
from services.intake.commands import CorrectContact
from services.projections.documents.blocks import Provenance
from services.projections.documents.registration import registration_document
from tests.support.intake import CASE, CLOSE, KEY, NOW, SILENT, STARTED, YES, entry, env
from tests.support.intake_states import CORRECT, LINK, MERGED, OTHER, UNLINK, VOID, Entry, draft, finalise


def correct(field: str, value: str, reason: str = "misheard") -> CorrectContact:
    return CorrectContact(command_id="c", contact=KEY, field=field, value=value, reason=reason)


def test_a_draft_takes_the_number_and_decides_nothing() -> None:
    drafted = Entry(draft(category="05"))
    assert [type(fact) for fact in drafted.facts] == [ContactDrafted]
    assert drafted.state.status == "draft" and drafted.state.finalised is None


def test_another_draft_of_the_same_contact_takes_the_place_of_the_one_before() -> None:
    drafted = Entry(draft(sex="f"), draft(sex="m"))
    assert drafted.state.drafted == drafted.facts[-1] and drafted.state.drafted.sex == "m"


def test_a_draft_goes_on_until_it_is_finalised() -> None:
    drafted = Entry(draft(), draft(narrative="又记一句"), finalise())
    assert drafted.state.status == "finalised"
    assert drafted.decide(finalise()) == Already()


def test_the_same_draft_again_is_unchanged_and_another_call_does_not_get_its_number() -> None:
    drafted = Entry(draft())
    assert drafted.decide(draft()) == Already()
    other = draft(started=STARTED + timedelta(minutes=1))
    assert drafted.decide(other) == Refused("contact.number_taken", "number")


def test_a_draft_may_lack_a_code_and_holds_no_wrong_one() -> None:
    assert Entry().decide(draft(category="zz")) == Refused("code.unknown", "category", {"list": "category"})
    assert Entry().decide(draft(region="231001")) == Refused("contact.statistical_region", "region")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"disposition": "D1", "ground": "1"}, "contact.route_missing"),
        ({"disposition": "D1", "ground": "1", "route": "moon"}, "code.unknown"),
        ({"ground": "1", "route": "court"}, "contact.ground_without_refusal"),
        ({"suspect_unit": "u99"}, "unit.unknown"),
        ({"disposition": "B1", "unit": "u07", "suspect_unit": "u07"}, "contact.suspect_unit"),
        ({"into": OTHER}, "contact.into_without_merge"),
    ],
)
def test_an_entry_that_sends_the_caller_wrong_is_refused(changes: dict[str, Any], code: str) -> None:
    outcome = Entry().decide(entry(**changes))
    assert isinstance(outcome, Refused) and outcome.code == code


def test_a_contact_that_is_not_accepted_says_why_and_where_to_go() -> None:
    facts = Entry(entry(disposition="D1", ground="1", route="court")).facts
    assert [(f.ground, f.route) for f in facts if isinstance(f, ContactFinalised)] == [("1", "court")]


def test_fields_that_came_in_later_do_not_change_the_digest_of_an_older_entry() -> None:
    older = msgspec.json.encode(msgspec.structs.replace(entry(), command_id="0")).decode()
    text = older.replace(',"suspect_unit":null,"ground":null,"route":null,"into":null', "")
    assert contact.canonical(entry()) == text != older


def test_a_correction_keeps_the_digest_of_what_stood_there() -> None:
    corrected = Entry(entry(), CORRECT)
    assert corrected.facts[-1] == ContactCorrected(
        field="category", reason="misheard", old_digest=env().keyed_digest("05"), new="01"
    )
    assert corrected.state.value("category") == "01" and corrected.state.registered.category == "05"
    assert corrected.decide(CORRECT) == Already()


def test_the_printed_form_shows_what_stands_now() -> None:
    facts = [
        {"occurred": STARTED, "actor": "duty-city", "fact": msgspec.to_builtins(fact)}
        for fact in Entry(entry(), CORRECT).facts
    ]
    origin = Provenance(
        position=1, head_hash="0" * 64, as_of="-", code="-", figures_digest="-", command="-", simulated=True
    )
    printed = str(registration_document({}, facts, origin, "zh").blocks)
    categories = code_list("category")
    assert categories.zh("01") in printed and categories.zh("05") not in printed


def test_a_personal_value_is_never_in_the_fact_of_its_correction() -> None:
    life = Entry(entry(), plain={"child_name": "虚构乙"})
    outcome = life.decide(correct("child_name", "虚构丙"))
    assert outcome == [ContactCorrected(field="child_name", reason="misheard", old_digest=env().keyed_digest("虚构乙"))]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("number", "96308-2026-002", "contact.field_not_correctable"),
        ("disposition", "B1", "contact.field_not_correctable"),
        ("started", "2026-03-02T09:00:00+08:00", "contact.field_not_correctable"),
        ("category", "", "contact.field_required"),
        ("category", "zz", "code.unknown"),
        ("category", "90", "contact.half_non_substantive"),
        ("region", "231024", "code.not_in_use"),
        ("region", "231001", "contact.statistical_region"),
        ("screen", "yes", "command.bad_value"),
        ("suspect_unit", "u99", "unit.unknown"),
        ("caller_phone", "not a phone", "command.bad_value"),
        ("child_age", "121", "command.bad_value"),
        ("narrative", " ", "contact.content_missing"),
        ("opinion", "", "contact.opinion_missing"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(field: str, value: str, code: str) -> None:
    outcome = Entry(entry()).decide(correct(field, value))
    assert isinstance(outcome, Refused) and outcome.code == code


def test_a_correction_names_its_reason() -> None:
    outcome = Entry(entry()).decide(correct("category", "01", reason="whim"))
    assert outcome == Refused("code.unknown", "reason", {"list": "correction_reason"})


def test_a_field_that_may_be_empty_can_be_emptied() -> None:
    life = Entry(entry(heard_from="card"), correct("heard_from", ""))
    assert life.state.value("heard_from") is None


def test_a_merged_contact_in_which_harm_comes_to_light_is_not_just_corrected() -> None:
    assert Entry(MERGED, own_case=None).decide(correct("screen", YES)) == Refused(
        "contact.mandatory_report_open", "value"
    )
    assert isinstance(Entry(entry()).decide(correct("screen", YES)), list)


def test_no_correction_puts_a_person_into_a_silent_call() -> None:
    silent = Entry(entry(**SILENT, narrative="", opinion=""), own_case=None)
    assert silent.decide(correct("caller_name", "测试甲")) == Refused(
        "contact.personal_data_in_non_substantive", "value"
    )


def test_a_county_s_duty_officer_corrects_the_own_desk_s_entries_alone() -> None:
    officer = Actor(principal="duty-ningan", role="duty_officer")
    outcome = corrections.decide(CORRECT, Entry(entry()).state, env(actor=officer), corrections.Around())
    assert outcome == Refused("contact.other_desk", "contact")


def test_a_void_contact_keeps_its_number() -> None:
    void = Entry(entry(), VOID, own_case_voided=True)
    assert void.facts[-1] == ContactVoided(reason="entered_twice")
    assert void.decide(entry()) == Refused("contact.voided", "number")


def test_a_contact_is_not_voided_while_a_case_depends_on_it_or_is_about_to() -> None:
    for around in ({"own_case": CASE}, {"own_case": None}):
        assert Entry(entry(), **around).decide(VOID) == Refused("contact.case_depends", "contact")
    silent = entry(**SILENT, narrative="", opinion="")
    assert isinstance(Entry(silent, own_case=None).decide(VOID), list)


def test_the_same_facts_again_are_linked_to_the_case_in_hand() -> None:
    linked = [fact for fact in Entry(MERGED, own_case=None).facts if isinstance(fact, ContactLinkedToCase)]
    assert linked == [ContactLinkedToCase(case=OTHER, relation="same_matter")]
    assert Entry(entry()).decide(msgspec.structs.replace(LINK, case=CASE)) == Refused("contact.own_case", "case")


def test_a_merged_contact_always_belongs_to_a_case() -> None:
    merged = Entry(MERGED, own_case=None)
    assert merged.decide(UNLINK) == Refused("contact.merged_needs_a_case", "into")
    assert isinstance(merged.decide(msgspec.structs.replace(UNLINK, into=CASE)), list)
    assert merged.state.linked_to == CASE


def test_nothing_is_joined_to_a_case_that_was_voided() -> None:
    life = Entry(entry(), target_voided=True)
    assert life.decide(LINK) == Refused("case.voided", "case")


def test_a_contact_that_is_joined_to_a_case_is_taken_from_it_before_it_goes_elsewhere() -> None:
    life = Entry(entry(), LINK)
    assert life.decide(msgspec.structs.replace(LINK, case="Y" * 26)) == Refused("contact.linked", "contact")
    assert life.decide(VOID) == Refused("contact.linked", "contact")


def test_a_silent_call_has_no_matter_to_join() -> None:
    silent = Entry(entry(**SILENT, narrative="", opinion=""), own_case=None)
    assert silent.decide(LINK) == Refused("contact.nothing_to_link", "contact")


def test_a_contact_is_taken_from_a_case_for_a_listed_reason_and_goes_to_no_case_of_its_own_or_void() -> None:
    life, into = Entry(entry(), LINK), msgspec.structs.replace
    assert life.decide(into(UNLINK, reason="whim")) == Refused("code.unknown", "reason", {"list": "unlink_reason"})
    assert life.decide(into(UNLINK, into=CASE)) == Refused("contact.own_case", "into")
    life.around = corrections.Around(own_case=CASE, target_voided=True)
    assert life.decide(into(UNLINK, into="Y" * 26)) == Refused("case.voided", "into")


def test_a_contact_without_a_case_of_its_own_may_leave_the_case_that_it_was_joined_to() -> None:
    life = Entry(entry(), LINK, own_case=None)
    assert life.decide(UNLINK) == [ContactUnlinkedFromCase(case=OTHER, reason="other_matter")]


def test_a_void_names_a_listed_reason() -> None:
    outcome = Entry(draft()).decide(msgspec.structs.replace(VOID, reason="whim"))
    assert outcome == Refused("code.unknown", "reason", {"list": "void_reason"})


def test_a_correction_from_the_future_is_refused_and_one_at_the_edge_is_not() -> None:
    life = Entry(entry())
    edge = NOW + contact.AHEAD_MAX
    for occurred, refused in ((edge, False), (edge + timedelta(microseconds=1), True)):
        outcome = corrections.decide(CORRECT, life.state, env(occurred=occurred), life.around)
        assert (outcome == Refused("command.in_the_future", "occurred")) is refused


@pytest.mark.parametrize(("field", "value", "earlier"), [("sex", "m", None), ("caller_phone", "000-0000-0002", OTHER)])
def test_only_a_corrected_phone_number_makes_a_contact_a_repeat(field: str, value: str, earlier: str | None) -> None:
    outcome = Entry(entry(), earlier=OTHER).decide(correct(field, value))
    assert isinstance(outcome, list) and outcome[0].repeat_of == earlier


def test_the_digest_of_an_emptied_or_new_field_is_that_of_what_stood_there() -> None:
    life = Entry(entry())
    outcome = life.decide(correct("remarks", "补记"))
    assert isinstance(outcome, list) and outcome[0].old_digest == env().keyed_digest("")
    assert outcome[0].new is None
    assert life.decide(correct("heard_from", "")) == Already()


def test_words_of_a_silent_call_can_be_corrected_and_personal_fields_emptied() -> None:
    silent = Entry(entry(**SILENT, narrative="", opinion=""), own_case=None, plain={"caller_name": "测试甲"})
    assert isinstance(silent.decide(correct("narrative", "无人说话。")), list)
    assert isinstance(silent.decide(correct("caller_name", "")), list)


def test_a_draft_keeps_every_code_that_was_given() -> None:
    given = {
        "channel": "01", "caller_role": "parent", "contact_type": "help", "category": "05", "region": "231003",
        "age_band": "6-13", "sex": "f", "urgency": "3",
    }  # fmt: skip
    fact = Entry(draft(**given)).facts[0]
    assert {name: getattr(fact, name) for name in given} == given


def test_a_correction_names_a_unit_of_the_directory() -> None:
    life = Entry(entry())
    assert life.decide(correct("suspect_unit", "u99")) == Refused("unit.unknown", "value")
    assert isinstance(life.decide(correct("suspect_unit", "u01")), list)


def test_a_code_of_a_correction_was_in_use_on_the_day_of_the_contact_in_china() -> None:
    # 00:30 on 1 January 2016 in China: the county had become a city.
    life = Entry(entry(started=datetime(2015, 12, 31, 16, 30, tzinfo=UTC)))
    outcome = life.decide(correct("region", "231024"))
    assert outcome == Refused("code.not_in_use", "value", {"list": "region", "day": "2016-01-01"})


def test_an_urgent_danger_that_a_correction_shows_is_not_left_without_a_case() -> None:
    merged = Entry(entry(disposition="G1", urgency="1"), own_case=None)
    assert merged.decide(correct("screen", "nnnunnnnn")) == Refused("contact.mandatory_report_open", "value")
    calm = Entry(entry(disposition="G1"), own_case=None)
    assert isinstance(calm.decide(correct("screen", "nnnunnnnn")), list)


def test_a_correction_leaves_no_contact_half_non_substantive() -> None:
    for field, value in (("category", "90"), ("contact_type", "non_substantive")):
        assert Entry(entry()).decide(correct(field, value)) == Refused("contact.half_non_substantive", "value")


def test_the_opinion_of_a_finalised_contact_is_not_emptied_and_is_reworded() -> None:
    life = Entry(entry())
    assert life.decide(correct("opinion", " ")) == Refused("contact.opinion_missing", "value")
    assert isinstance(life.decide(correct("opinion", "改写。")), list)


def test_a_silent_call_does_not_become_half_of_a_call() -> None:
    silent = Entry(entry(**SILENT, narrative="", opinion=""), own_case=None)
    assert silent.decide(correct("category", "05")) == Refused("contact.half_non_substantive", "value")


def test_what_is_no_correction_is_not_decided_here() -> None:
    life = Entry(entry())
    assert corrections.decide(CLOSE, life.state, env(), life.around) == Refused("command.unknown_verb")


def test_a_county_s_duty_officer_corrects_the_own_desk_s_entry() -> None:
    officer = Actor(principal="duty-city", role="duty_officer")
    life, own = Entry(entry(desk="ningan")), Actor(principal="duty-ningan", role="duty_officer")
    for actor in (officer, own):
        assert isinstance(corrections.decide(CORRECT, life.state, env(actor=actor), life.around), list)


def test_a_history_that_corrects_a_draft_or_uses_a_void_number_is_damage() -> None:
    drafted, void = Entry(draft()), Entry(draft(), VOID)
    with pytest.raises(DamagedHistory):
        contact.evolve(drafted.state, ContactCorrected(field="sex", reason="misheard", old_digest="0" * 64), KEY)
    with pytest.raises(DamagedHistory):
        contact.evolve(void.state, Entry(entry()).facts[0], KEY)
