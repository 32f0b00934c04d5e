"""The life of a contact, as sentences of the specification. domain.md §4.3 A."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from events.commit import Actor, derive_id
from events.contact import ContactFinalised, ContactRegistered, ResultRecorded
from services.decision import Already, DamagedHistory, Refused
from services.directory import directory
from services.intake import contact
from services.intake.screen import grounds
from services.referral.referral import CHINA
from tests.support.intake import KEY, NOW, SILENT, STARTED, YES, entry, env, register


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
        # A merged contact opens no case: its report to the police would be lost.
        ({"screen": YES, "disposition": "G1"}, "contact.mandatory_report_open"),
        ({"region": "231024"}, "code.not_in_use"),
        ({"region": "231001"}, "contact.statistical_region"),
        ({"started": datetime(1999, 12, 31, 23, 59, tzinfo=CHINA)}, "contact.too_long_ago"),
        ({"started": datetime(1, 1, 1, tzinfo=CHINA)}, "contact.too_long_ago"),
        ({"ended": NOW + timedelta(minutes=6)}, "contact.in_the_future"),
        ({"narrative": " \n"}, "contact.content_missing"),
        ({"opinion": "\t"}, "contact.opinion_missing"),
        ({"disposition": "H1", "caller_name": "", "caller_phone": ""}, "contact.half_non_substantive"),
        ({"category": "90"}, "contact.half_non_substantive"),
        ({"contact_type": "non_substantive"}, "contact.half_non_substantive"),
        (SILENT | {"child_age": 9}, "contact.personal_data_in_non_substantive"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(changes: dict[str, Any], code: str) -> None:
    outcome = register(**changes)
    assert isinstance(outcome, Refused) and outcome.code == code


def test_a_code_is_valid_on_the_day_of_the_contact_in_china_not_on_the_day_it_is_typed() -> None:
    last = datetime(2015, 12, 31, 15, 59, tzinfo=UTC)
    assert isinstance(register(started=last, region="231024"), list)
    assert register(started=last, region="231086") == Refused(
        "code.not_in_use", "region", {"list": "region", "day": "2015-12-31"}
    )
    assert isinstance(register(started=last + timedelta(minutes=1), region="231086"), list)


def test_a_silent_call_is_registered_without_words() -> None:
    assert isinstance(register(**SILENT, narrative="", opinion=""), list)


@pytest.mark.parametrize(
    ("occurred", "code"),
    [(NOW + timedelta(minutes=6), "command.in_the_future"), (STARTED - timedelta(minutes=6), "contact.back_dated")],
)
def test_a_contact_is_entered_between_its_beginning_and_now(occurred: datetime, code: str) -> None:
    assert contact.decide(entry(), None, env(occurred=occurred), None, None) == Refused(code, "occurred")


def test_a_county_s_duty_officer_registers_at_the_own_desk_and_the_city_s_at_any() -> None:
    for name, desk, taken in (
        ("duty-ningan", "ningan", True),
        ("duty-ningan", "city", False),
        ("duty-city", "ningan", True),
    ):
        around = env(actor=Actor(principal=name, role="duty_officer"))
        outcome = contact.decide(entry(desk=desk), None, around, None, None)
        assert isinstance(outcome, list) if taken else outcome == Refused("contact.other_desk", "desk")


def test_every_duty_officer_of_the_directory_bears_the_name_of_the_desk() -> None:
    officers = [each for each in directory().principals if each.role == "duty_officer"]
    assert {each.name for each in officers} == {f"duty-{each.desk}" for each in officers} >= {contact.CITY_DUTY}


def test_what_is_on_record_of_a_contact_is_content_and_opinion_once_and_then_the_disposition() -> None:
    facts = register(result="已答复")
    assert isinstance(facts, list) and contact.fold(KEY, facts) is not None
    for place in range(len(facts) - 1):
        for broken in ([*facts[: place + 1], *facts[place:]], [*facts[:place], *facts[place + 1 :]]):
            if isinstance(facts[place], ResultRecorded) and len(broken) < len(facts):
                continue  # a result may be missing
            with pytest.raises(DamagedHistory):
                contact.fold(KEY, broken)


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


def test_a_contact_s_id_follows_from_its_desk_and_number() -> None:
    # For ever: it is in the subject of every ledger, and the same number twice must meet itself.
    assert contact.contact_id("city", "96308-2026-001") == derive_id("contact", "city", "96308-2026-001")


def test_what_is_sealed_is_what_was_typed_and_nothing_that_was_left_empty() -> None:
    assert contact.personal(entry(child_age=9)) == {
        "caller_name": "测试甲",
        "caller_phone": "000-0000-0001",
        "child_age": "9",
        "narrative": "孩子辍学在家。",
        "opinion": "电话解答。",
    }


def test_an_entry_keeps_what_was_entered() -> None:
    given = {
        "ended": STARTED + timedelta(minutes=9), "disposition": "B1", "unit": "u07",
        "suspect_unit": "u01",
    }  # fmt: skip
    command = entry(**given, confidentiality="withhold_all")
    outcome = contact.decide(command, None, env(), KEY, None)
    assert isinstance(outcome, list)
    registered, _, opinion, finalised = outcome
    assert (registered.ended, registered.confidentiality) == (command.ended, command.confidentiality)
    assert registered.repeat_of == KEY
    assert (opinion.unit, finalised.unit, finalised.suspect_unit) == ("u07", "u07", "u01")


@pytest.mark.parametrize(
    "changes",
    [
        {"started": contact.EARLIEST, "region": "231003"},
        {"ended": STARTED},
        {"ended": NOW + contact.AHEAD_MAX},
    ],
    ids=["the first day", "a call of no length", "a clock that runs ahead"],
)
def test_the_edges_of_what_is_possible_are_possible(changes: dict[str, Any]) -> None:
    outcome = register(**changes)
    assert not (isinstance(outcome, Refused) and outcome.code.startswith("contact."))


def test_an_entry_that_happened_at_the_edge_of_our_clock_is_taken() -> None:
    for late, refused in ((timedelta(), False), (timedelta(microseconds=1), True)):
        outcome = contact.decide(entry(), None, env(occurred=NOW + contact.AHEAD_MAX + late), None, None)
        assert (outcome == Refused("command.in_the_future", "occurred")) is refused


@pytest.mark.parametrize("changes", [{"ground": "1"}, {"route": "court"}])
def test_one_half_of_a_refusal_is_none_where_the_contact_was_accepted(changes: dict[str, Any]) -> None:
    assert register(**changes) == Refused("contact.ground_without_refusal", "ground")


def test_when_an_entry_was_sent_and_what_its_sender_had_seen_is_no_part_of_it() -> None:
    again = entry(command_id="other", occurred=STARTED, seen=4)
    assert contact.canonical(again) == contact.canonical(entry())
