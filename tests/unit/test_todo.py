"""The work lists: everybody sees what is theirs, most urgent first, with the days of the published calendar."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from events.calendar import published
from events.codes import code_list
from services.meeting import commands as meeting_commands
from services.projections.queries import QueryAnswer, answer
from services.projections.reference import reference
from services.projections.store import Store
from services.referral import commands as referral_commands
from tests.support.read_models import CHINA, UNITS
from tests.support.town import Town

ROLES = ("coordinator", "supervisor", "duty_officer", "unit")


@pytest.fixture(scope="module")
def town() -> Town:
    grown = Town(Random(1988))
    grown.grow(700)
    return grown


@pytest.fixture(scope="module")
def now(town: Town) -> datetime:
    # In the middle of the town's life: some periods are over, others run.
    return town._now - timedelta(days=20)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, town: Town) -> Iterator[Store]:
    opened = Store.open(tmp_path_factory.mktemp("todo"), reference())
    opened.apply(town.commits, "first")
    yield opened
    opened.close()


def rows(store: Store, name: str, **params: Any) -> list[dict[str, Any]]:
    found = asyncio.run(answer(store, name, {"limit": 2000, **params}))
    assert isinstance(found, QueryAnswer), found
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def todo(store: Store, now: datetime, role: str, **params: Any) -> list[dict[str, Any]]:
    return rows(store, "todo", role=role, now=now.isoformat(), **params)


def test_a_unit_sees_its_own_work_and_all_of_it(store: Store, town: Town, now: datetime) -> None:
    for unit in UNITS:
        listed = todo(store, now, "unit", unit=unit)
        assert {row["unit"] for row in listed} == {unit}
        waiting = {
            key
            for key, state in town.referrals.items()
            if state.issued.unit == unit and state.status in ("issued", "signed", "in_handling")
        }
        assert {row["identity"] for row in listed if row["task"] in ("sign", "report")} == waiting != set()


def test_what_is_over_comes_first_and_is_red(store: Store, now: datetime) -> None:
    listed = [row for row in todo(store, now, "unit") if row["due"]]
    over = [datetime.fromisoformat(row["due"]) < now for row in listed]
    assert over == sorted(over, reverse=True) and {True, False} == set(over)
    assert [row["light"] == "red" for row in listed] == over


def test_days_left_are_those_of_the_published_calendar(store: Store, now: datetime) -> None:
    calendar, today = published(), now.astimezone(CHINA).date()
    listed = [row for row in todo(store, now, "unit") if row["due"]]
    for row in listed:
        last = datetime.fromisoformat(row["due"]).astimezone(CHINA).date()
        left = calendar.working_days_between(today, last) - calendar.working_days_between(last, today)
        assert row["working_days"] == left, row
    assert any(row["working_days"] > 0 for row in listed) and any(row["working_days"] < 0 for row in listed)


def test_a_last_working_day_is_yellow(store: Store, now: datetime) -> None:
    for row in todo(store, now, "unit"):
        if row["light"] not in ("red", None) and row["working_days"] <= 1:
            assert row["light"] == "yellow", row


@pytest.mark.parametrize("role", ROLES)
def test_every_next_step_is_a_command_that_exists(role: str, store: Store, now: datetime) -> None:
    from services.intake import commands as intake_commands

    known = {f"intake.{name}" for name in intake_commands.COMMANDS} | {
        f"referral.{name}" for name in referral_commands.COMMANDS
    }
    known |= {f"meeting.{name}" for name in meeting_commands.COMMANDS}
    assert {row["command"] for row in todo(store, now, role)} <= known


def test_every_task_names_a_command() -> None:
    assert all("." in (entry.group or "") for entry in code_list("task"))


def test_a_report_to_the_police_stands_above_everything(store: Store, now: datetime) -> None:
    listed = [row["task"] for row in todo(store, now, "coordinator")]
    reports = listed.count("report_to_police")
    assert reports and listed[:reports] == ["report_to_police"] * reports


def test_a_desk_sees_the_reports_of_its_own_contacts(store: Store, now: datetime) -> None:
    everywhere = {row["identity"] for row in todo(store, now, "duty_officer")}
    desks = [{row["identity"] for row in todo(store, now, "duty_officer", desk=desk)} for desk in ("city", "ningan")]
    assert desks[0] | desks[1] == everywhere and not desks[0] & desks[1]


def test_no_case_is_named_to_a_unit(store: Store, town: Town, now: datetime) -> None:
    listed = todo(store, now, "unit")
    assert not {row["identity"] for row in listed} & town.cases.keys()
    assert not {row["number"] for row in listed} & {each.opened.number for each in town.cases.values()}
