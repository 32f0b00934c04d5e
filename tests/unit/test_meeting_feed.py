"""What calls for a joint meeting, and why: each reason by itself, the gravest first, and never a case. domain.md §1 row 32."""

from random import Random
from typing import Any

import duckdb
import pytest

from services.projections.model import models
from services.projections.reference import reference
from services.projections.store import Store
from tests.support.read_models import UNITS
from tests.support.town import Town
from tests.unit.test_read_models import rows

DAY = "2026-03-02T09:00:00+08:00"
TYPES = {
    "status": "varchar", "case_id": "varchar", "referral_no": "varchar", "unit": "varchar", "ended": "timestamptz",
    "designated": "boolean", "return_requested": "timestamptz", "signed": "timestamptz", "times_sent_back": "bigint",
    "sign_overdue": "boolean", "overdue_working_days": "bigint", "due_sign": "timestamptz", "due_report": "timestamptz",
    "co_outstanding": "bigint", "reminded": "boolean", "category": "varchar", "region": "varchar",
    "matter_zh": "varchar", "matter_en": "varchar", "last_seq": "bigint", "open_referrals": "bigint", "level": "bigint",
    "drafted": "timestamptz", "reply_overdue": "boolean", "reply_due": "timestamptz", "resolution_no": "varchar",
    "lead": "varchar", "due": "timestamptz", "adopted": "timestamptz", "carried_to": "varchar", "title": "varchar",
    "meeting": "varchar", "number": "varchar", "withdrawn": "boolean",
}  # fmt: skip
REFERRAL: dict[str, Any] = {
    "case_id": "C1", "referral_no": "R1", "unit": "u07", "status": "signed", "ended": None, "designated": False,
    "return_requested": DAY, "signed": DAY, "times_sent_back": 0, "sign_overdue": False, "overdue_working_days": 0,
    "due_sign": DAY, "due_report": DAY, "co_outstanding": 0, "reminded": False, "category": "05", "region": "231003",
    "matter_zh": "事项", "matter_en": "matter", "last_seq": 1,
}  # fmt: skip
CASE: dict[str, Any] = {"case_id": "C1", "status": "in_handling", "open_referrals": 0}
NOTICE: dict[str, Any] = {
    "level": 2, "status": "served", "referral_no": "R1", "unit": "u07", "drafted": DAY, "reply_overdue": False,
    "reply_due": DAY, "last_seq": 2,
}  # fmt: skip
RESOLUTION: dict[str, Any] = {
    "resolution_no": "S1", "lead": "u08", "due": DAY, "adopted": DAY, "status": "in_progress",
    "overdue_working_days": 0, "carried_to": None, "title": "议定", "meeting": "M1", "last_seq": 3,
}  # fmt: skip
MEETING: dict[str, Any] = {"meeting": "M2", "status": "notified"}
ITEM: dict[str, Any] = {"meeting": "M2", "number": "S1", "withdrawn": False}
SHAPES = {
    "referral_ledger": REFERRAL, "case_board": CASE, "supervision_ledger": NOTICE, "resolutions": RESOLUTION,
    "meeting": MEETING, "meeting_items": ITEM,
}  # fmt: skip


def feed(column: str | None = None, **tables: list[dict[str, Any]]) -> dict[str, Any]:
    """number -> (why, whys, kind), or one column, over these rows."""
    with duckdb.connect() as plain:
        for name, shape in SHAPES.items():
            plain.execute(f"create table {name} ({', '.join(f'{each} {TYPES[each]}' for each in shape)})")
            for row in tables.get(name, [shape] if name in ("referral_ledger", "case_board", "meeting") else []):
                places = ", ".join("?" for _ in shape)
                plain.execute(f"insert into {name} values ({places})", [(shape | row)[each] for each in shape])
        if column is not None:
            plain_select = f"select number, {column} from ({models()['meeting_agenda_feed'].select})"
            return dict(plain.execute(plain_select).fetchall())
        select = f"select number, why, whys, kind from ({models()['meeting_agenda_feed'].select})"
        return {number: (why, whys, kind) for number, why, whys, kind in plain.execute(select).fetchall()}


def of_referral(**row: Any) -> dict[str, Any]:
    return feed(referral_ledger=[row])


@pytest.mark.parametrize(
    ("row", "why", "kind"),
    [
        ({}, None, None),
        ({"overdue_working_days": 1}, "referral_overdue", "overdue"),
        ({"overdue_working_days": 1, "status": "reported"}, None, None),
        ({"overdue_working_days": 1, "status": "on_hold"}, None, None),
        ({"status": "issued", "sign_overdue": True}, "referral_overdue", "overdue"),
        ({"status": "signed", "sign_overdue": True}, None, None),
        ({"status": "returned"}, "returned", "stuck"),
        ({"designated": True}, "designated", "stuck"),
        ({"designated": True, "status": "closed"}, None, None),
        ({"times_sent_back": 1}, None, None),
        ({"times_sent_back": 2}, "sent_back_twice", "stuck"),
        ({"co_outstanding": 1}, None, None),
        ({"co_outstanding": 1, "reminded": True}, "co_units_waiting", "cross_sector"),
        ({"co_outstanding": 1, "status": "reported"}, "co_units_waiting", "cross_sector"),
        ({"co_outstanding": 1, "status": "closed"}, None, None),
    ],
)
def test_a_referral_comes_up_for_a_reason(row: dict[str, Any], why: str | None, kind: str | None) -> None:
    found = of_referral(**row)
    assert found == ({"R1": (why, [why], kind)} if why else {})


def test_a_returned_matter_that_another_unit_has_is_not_stuck() -> None:
    returned = [{"status": "returned"}]
    assert feed(referral_ledger=returned, case_board=[{"open_referrals": 1}]) == {}
    assert feed(referral_ledger=returned, case_board=[{"status": "closed"}]) == {}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({}, None),
        ({"reply_overdue": True}, "notice_unanswered"),
        ({"reply_overdue": True, "status": "replied"}, None),
        ({"reply_overdue": True, "level": 0}, None),
        ({"level": 5}, "put_before_meeting"),
        ({"level": 5, "status": "discharged"}, None),
    ],
)
def test_a_notice_brings_up_the_matter_that_it_is_about(row: dict[str, Any], why: str | None) -> None:
    found = feed(supervision_ledger=[row])
    assert {number: each[0] for number, each in found.items()} == ({"R1": why} if why else {})


@pytest.mark.parametrize(
    ("row", "items", "why"),
    [
        ({}, [], None),
        ({"overdue_working_days": 1}, [], "resolution_overdue"),
        ({"overdue_working_days": 1, "status": "reported"}, [], None),
        ({"status": "carried_over", "carried_to": "M2"}, [], "carried_over"),
        ({"status": "carried_over", "carried_to": "M2"}, [{}], None),
        ({"status": "carried_over", "carried_to": "M2"}, [{"withdrawn": True}], "carried_over"),
        ({"status": "carried_over", "carried_to": "M3"}, [{}], None),
        ({"status": "carried_over", "carried_to": "M2"}, [{"meeting": "M1"}], "carried_over"),
    ],
)
def test_a_resolution_comes_up_overdue_or_carried_over(
    row: dict[str, Any], items: list[dict[str, Any]], why: str | None
) -> None:
    found = feed(resolutions=[row], meeting_items=items)
    assert {number: each[0] for number, each in found.items()} == ({"S1": why} if why else {})


@pytest.mark.parametrize(
    ("status", "for_meeting"), [("planned", "M2"), ("notified", "M2"), ("agenda_frozen", None), ("cancelled", None)]
)
def test_what_a_meeting_cannot_take_any_more_is_for_any_other(status: str, for_meeting: str | None) -> None:
    carried = {"status": "carried_over", "carried_to": "M2"}
    found = feed(resolutions=[carried], meeting=[{"status": status}], column="for_meeting")
    assert found == {"S1": for_meeting}
    # A cancelled meeting had it on its agenda in vain.
    again = feed(resolutions=[carried], meeting=[{"status": "cancelled"}], meeting_items=[{}], column="for_meeting")
    assert again == {"S1": None}


def test_a_matter_with_several_reasons_is_one_row_under_the_gravest() -> None:
    found = feed(
        referral_ledger=[{"overdue_working_days": 6, "times_sent_back": 2}],
        supervision_ledger=[{"level": 5}, {"level": 3, "reply_overdue": True}],
    )
    whys = ["notice_unanswered", "put_before_meeting", "referral_overdue", "sent_back_twice"]
    assert found == {"R1": ("put_before_meeting", whys, "stuck")}


def test_no_case_stands_in_the_feed_on_the_agenda_or_among_the_resolutions(tmp_path: Any) -> None:
    town = Town(Random(1971))
    town.grow(600)
    store = Store.open(tmp_path / "models", reference())
    store.apply(town.commits, "first")
    cases = {*town.cases, *(each.opened.number for each in town.cases.values()), *town.entries}
    for query in ("meeting_agenda_feed", "meeting", "meeting_items", "resolutions"):
        found = rows(store, query)
        assert found, query
        said = {str(value) for row in found for value in row.values()}
        assert not said & cases
    store.close()


def test_the_work_lists_lead_from_one_step_of_a_meeting_to_the_next(tmp_path: Any) -> None:
    town = Town(Random(1971))
    town.grow(600)
    store = Store.open(tmp_path / "models", reference())
    store.apply(town.commits, "first")
    tasks = {
        "planned": "notify_meeting", "notified": "freeze_agenda", "agenda_frozen": "hold_meeting", "held": "draft_minutes",
        "minutes_signed": "distribute_minutes",
    }  # fmt: skip

    def listed(role: str, **more: Any) -> dict[str, str]:
        found = rows(store, "todo", role=role, now=town.now.isoformat(), limit=2000, **more)
        return {row["identity"]: row["task"] for row in found}

    office, chair = listed("coordinator"), listed("supervisor")
    for key, state in town.office.meetings.items():
        assert office.get(key) == (
            tasks.get(state.status)
            or ("close_meeting" if state.status == "in_follow_up" and not state.unsettled else None)
        )
        assert (chair.get(key) == "sign_minutes") == (state.status == "minutes_drafted")
    for unit in UNITS:
        own = listed("unit", unit=unit)
        waiting = {
            key
            for key, each in town.office.resolutions.items()
            if each.adopted.lead == unit and each.status in ("adopted", "in_progress")
        }
        assert {key for key, task in own.items() if task == "report_resolution"} == waiting
    judged = {key for key, each in town.office.resolutions.items() if each.status == "reported"}
    assert {key for key, task in office.items() if task == "discharge_resolution"} == judged
    late = {
        key
        for key, each in town.office.resolutions.items()
        if each.status in ("adopted", "in_progress") and each.due < town.now
    }
    assert {key for key, task in chair.items() if task == "chase_resolution"} == late
    store.close()
