"""The demo's register is a partition, the same for one seed, passes the import's own check, and knows nobody real."""

import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

from events.calendar import published
from events.codes import code_list
from services.console.register_csv import read_register
from services.demo.population import HEADER, coordinations, register_rows, stories, write_register
from services.directory import directory
from services.intake.commands import RegisterContact
from services.intake.screen import grounds

SEEDS = (1, 7, 2026)
KINDS = {
    "on_time": 9,
    "late_report": 3,
    "never_reported": 2,
    "returned_granted": 1,
    "return_refused": 1,
    "sent_back": 1,
    "unsigned_overdue": 1,
}


@pytest.fixture(params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def commands(seed: int, tmp_path: Path) -> list[RegisterContact]:
    """The register as the import reads it: everything in it is valid."""
    write_register(register_rows(seed), tmp_path / "register.csv")
    register = read_register(tmp_path / "register.csv")
    assert register.problems == []
    return [row.command for row in register.rows]


def test_dispositions_partition_the_register(commands: list[RegisterContact]) -> None:
    groups = Counter(entry.group for each in commands if (entry := code_list("disposition").get(each.disposition)))
    assert len(commands) == 114
    assert groups == {"answered": 90, "referred": 18, "coordinated": 6}


def test_one_seed_gives_one_register_and_another_seed_another() -> None:
    assert register_rows(5) == register_rows(5)
    assert (stories(5), coordinations(5)) == (stories(5), coordinations(5))
    assert register_rows(5) != register_rows(6)


def test_callers_get_copies_that_they_may_change() -> None:
    register_rows(5)[0]["编号"] = "x"
    assert register_rows(5)[0]["编号"] != "x"


def test_rows_are_in_order_of_time_within_the_half_year(seed: int) -> None:
    rows = register_rows(seed)
    started = [datetime.fromisoformat(row["来电时间"]) for row in rows]
    assert all(tuple(row) == HEADER for row in rows)
    assert started == sorted(set(started))
    assert (started[0].date(), started[-1].date()) == (date(2026, 1, 12), date(2026, 6, 30))
    assert all(8 <= moment.hour <= 20 for moment in started)
    assert len({row["编号"] for row in rows}) == 114


def test_calls_are_spread_as_calls_are(commands: list[RegisterContact], seed: int) -> None:
    assert {each.desk for each in commands} == {desk.code for desk in directory().desks}
    assert {each.region for each in commands} >= {"231002", "231003", "231004", "231005"}
    assert len({each.category for each in commands}) == 21
    assert {each.age_band for each in commands} == {entry.code for entry in code_list("age_band")}
    assert len({each.channel for each in commands}) >= 9
    assert {each.urgency for each in commands} == {"1", "2", "3", "4"}
    assert {each.sex for each in commands} == {"m", "f", "u"}
    off = sum(not published().is_workday(each.started.date()) for each in commands)
    assert 2 <= off <= 30


def test_no_two_entries_tell_the_same(commands: list[RegisterContact]) -> None:
    assert len({each.narrative for each in commands}) == 114
    assert len({each.opinion for each in commands}) >= 60
    assert all(each.opinion and each.result and "{" not in each.narrative for each in commands)


def test_referrals_go_to_the_unit_that_the_matter_is_for_and_go_nine_ways(
    commands: list[RegisterContact], seed: int
) -> None:
    referred = {each.number: each for each in commands if each.disposition == "B1"}
    told = stories(seed)
    assert told.keys() == referred.keys()
    assert Counter(story.kind for story in told.values()) == KINDS
    assert sum(not story.satisfied for story in told.values()) == 1
    for number, story in told.items():
        unit = directory().unit(referred[number].unit or "")
        assert unit is not None
        assert referred[number].category in unit.categories
        assert story.result in code_list("referral_result")
        assert story.measures
        assert all(measure in code_list("measure") for measure in story.measures)
        assert story.closure in code_list("closure_code")
        assert (story.kind == "late_report") == (story.days_late > 0)
        assert (story.kind == "returned_granted") == (story.new_unit is not None)
        assert story.new_unit is None or (story.new_unit != referred[number].unit and directory().unit(story.new_unit))


def test_referrals_run_from_january_to_mid_june_and_over_the_spring_festival(commands: list[RegisterContact]) -> None:
    days = sorted(each.started.date() for each in commands if each.disposition == "B1")
    assert days[0] < date(2026, 1, 20)
    assert date(2026, 6, 1) < days[-1] < date(2026, 6, 16)
    assert any(date(2026, 2, 9) <= day < date(2026, 2, 14) for day in days)


def test_the_coordinated_ones_have_units_measures_and_outcomes(commands: list[RegisterContact], seed: int) -> None:
    coordinated = {each.number for each in commands if each.disposition == "C1"}
    plans = coordinations(seed)
    assert plans.keys() == coordinated
    for plan in plans.values():
        assert len(plan.units) >= 2
        assert all(directory().unit(unit) for unit in plan.units)
        assert all(measure in code_list("measure") for measure in plan.measures)
        assert plan.outcomes
        assert all(outcome.code in code_list("outcome") for outcome in plan.outcomes)
        assert plan.closure in code_list("closure_code")
        assert plan.words
        assert plan.days >= 1


def test_the_worked_story_is_told(commands: list[RegisterContact], seed: int) -> None:
    (number, plan), *others = [(number, plan) for number, plan in coordinations(seed).items() if plan.instruction]
    assert not others
    story = next(each for each in commands if each.number == number)
    assert (story.region, story.category, story.disposition) == ("231003", "12", "C1")
    assert "05" in story.remarks
    assert "上访" in story.narrative
    assert "u09" in plan.units
    assert "u08" in plan.units
    assert [(each.code, each.monthly_yuan) for each in plan.outcomes] == [
        ("benefit", 200),
        ("returned_to_school", None),
    ]
    assert plan.instruction_no
    assert plan.satisfied
    assert plan.closure == "resolved"


def test_one_caller_calls_twice_and_the_second_call_is_answered(commands: list[RegisterContact], seed: int) -> None:
    phones = Counter(each.caller_phone for each in commands if each.caller_phone)
    (twice,) = [phone for phone, times in phones.items() if times > 1]
    first, second = [each for each in commands if each.caller_phone == twice]
    assert (first.disposition, second.disposition) == ("B1", "A1")
    assert stories(seed)[first.number].kind == "late_report"
    assert first.caller_name == second.caller_name
    assert first.desk == second.desk


def test_one_contact_calls_for_a_mandatory_report(commands: list[RegisterContact]) -> None:
    (mandatory,) = [each for each in commands if grounds(each.screen, each.urgency)]
    assert (mandatory.disposition, mandatory.unit, mandatory.urgency) == ("B1", "u01", "1")


def test_nobody_in_it_exists(seed: int) -> None:
    for row in register_rows(seed):
        everything = "".join(row.values())
        assert re.fullmatch(r"(000-0000-0[0-9]{3})?", row["来电人电话"])
        assert not re.search(r"1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}|[1-9][0-9]{16}[0-9Xx]", everything)
        for name in (row["来电人姓名"], row["当事人姓名"]):
            assert re.fullmatch(r"((测试|示例|虚构)小?[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]?)?", name)
