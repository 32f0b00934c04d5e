"""Every read model: it says what it is, counts what the deciders would, and is the same however it was computed."""

import asyncio
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events import subjects
from events.calendar import published
from events.publication import CalendarPublished, Holiday, digest_of
from services.broker.configuration import MAX_PAYLOAD
from services.decision import Refused
from services.intake.case_state import holder
from services.projections.model import BadModel, load, materialised, models, parse, texts
from services.projections.queries import PAGE_BYTES, QueryAnswer, answer, queries
from services.projections.rebuild import rebuild
from services.projections.refresh import over
from services.projections.store import Store
from tests.support.read_models import REFERENCE, Held
from tests.support.town import Town

# A store on disk for each example: few examples, each with a long history.
FEW = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
seeds = st.integers(min_value=0, max_value=2**32)


def open_store(folder: Path) -> Store:
    return Store.open(folder, REFERENCE)


def ask(store: Store, name: str, as_of: int | None = None, **params: Any) -> QueryAnswer | Refused:
    return asyncio.run(answer(store, name, params, as_of))


def rows(store: Store, name: str, as_of: int | None = None, **params: Any) -> list[dict[str, Any]]:
    found = ask(store, name, as_of, **params)
    assert isinstance(found, QueryAnswer), found
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def table(store: Store, name: str) -> list[tuple[Any, ...]]:
    # As text: the client library writes no time zones without a further package.
    with store.reading() as cursor:
        return sorted(cursor.execute(f"{over([name])}select t::varchar from {name} as t").fetchall())


def told(moment: datetime | None) -> str | None:
    """A moment as a query answers it."""
    return None if moment is None else moment.isoformat()


def feed(store: Store, commits: list[Held], rng: Random, until: int | None = None) -> None:
    """Apply in batches of every size."""
    at, end = 0, until or len(commits)
    while at < end:
        size = rng.choice((1, 5, 40, 60))
        store.apply(commits[at : min(at + size, end)], "first")
        at = min(at + size, end)


@pytest.fixture
def town() -> Town:
    town = Town(Random(1955))
    town.grow(500)
    return town


@pytest.fixture
def store(tmp_path: Path, town: Town) -> Any:
    opened = open_store(tmp_path / "read-models")
    opened.apply(town.commits, "first")
    yield opened
    opened.close()


@pytest.mark.parametrize("name", sorted(texts("models")))
def test_a_model_states_its_grain_readers_columns_and_laws(name: str, store: Store) -> None:
    model = models()[name]
    assert model.grain.endswith(".") and model.title and model.checks
    with store.reading() as cursor:
        described = cursor.execute(f"{over([name])}select * from {name} limit 0").description
    assert [column.name for column in model.columns] == [each[0] for each in described or ()]
    assert all(column.zh and column.en for column in model.columns)
    assert described is not None and described[-1][0] == "last_seq"


@pytest.mark.parametrize("name", sorted(texts("models")))
def test_a_model_is_the_same_each_time_it_is_computed(name: str, tmp_path: Path, town: Town, store: Store) -> None:
    again = open_store(tmp_path / "again")
    feed(again, town.commits, Random(7))
    assert table(again, name) == table(store, name) != []
    again.close()


@FEW
@given(seed=seeds)
def test_incremental_equals_rebuild_and_no_law_breaks(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    rng = Random(seed)
    town = Town(rng)
    town.grow(rng.choice((1, 30, 250)))
    store = open_store(tmp_path_factory.mktemp("models"))
    feed(store, town.commits, rng)
    assert store.state().frozen == {}
    report = asyncio.run(rebuild(store))
    assert report.differences == {} and report.equal and report.commits == len(town.commits)
    assert store.state().frozen == {}
    store.close()


def noted(row: dict[str, Any]) -> tuple[Any, ...]:
    """What the read model says of a notice that its folded state says too."""
    due = datetime.fromisoformat(row["reply_due"])
    provisional, rose, ended = row["reply_provisional"], row["escalated_to"], row["discharge_reason"]
    return row["status"], row["doc_no"], row["reply_overdue"], due, provisional, rose, ended


def resolved(row: dict[str, Any]) -> tuple[Any, ...]:
    """What the read model says of a resolution that its folded state says too."""
    over = row["overdue_working_days"] > 0
    return (
        row["status"], row["lead"], row["due"], row["provisional"], row["reminded"], over, row["times_sent_back"],
        row["result"], row["carried_to"],
    )  # fmt: skip


@FEW
@given(seed=seeds)
def test_states_are_those_that_the_deciders_fold(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    rng = Random(seed)
    town = Town(rng)
    town.grow(250)
    store = open_store(tmp_path_factory.mktemp("models"))
    feed(store, town.commits, rng)
    board = {row["case_id"]: row for row in rows(store, "case_board")}
    assert {key: row["status"] for key, row in board.items()} == {key: each.status for key, each in town.cases.items()}
    assert {key: row["open_referrals"] for key, row in board.items()} == {
        key: len(each.open_referrals) for key, each in town.cases.items()
    }
    for key, row in board.items():
        case = town.cases[key]
        assert (row["mandatory"], row["mandatory_made"], row["mandatory_acknowledged"]) == (
            bool(case.report_grounds),
            case.report_made,
            case.report_acknowledged,
        )
        assert (row["holder"], row["officer"], row["redone"], row["reopened"]) == (
            holder(case),
            case.officer,
            case.redone,
            case.reopened,
        )
        assert (row["suspect_unit"], row["category"], row["urgency"]) == (
            case.suspect_unit,
            case.triaged.category,
            case.triaged.urgency,
        )
        reviews = [day for day in case.outcomes.values() if day and case.status != "archived"]
        assert row["review_due"] == (min(reviews).isoformat() if reviews else None)
        assert row["links"] == len({other for other, _ in case.links})
        assert row["linked_contacts"] == sum(each.linked_to == key for each in town.entries.values())
    for row in rows(store, "referral_ledger"):
        state = town.referrals[row["referral"]]
        assert (row["status"], row["times_sent_back"], row["designated"], row["sign_overdue"]) == (
            state.status,
            state.rounds,
            state.designated,
            state.sign_overdue,
        )
        assert (row["extension_asked"] is not None, row["extensions"], row["extended_days"], row["held"]) == (
            state.extension is not None,
            state.extensions,
            state.extended_days,
            told(state.held_from if state.status == "on_hold" else None),
        )
        assert (
            row["due_sign"],
            row["due_report"],
            row["provisional"],
            row["reminded"],
            row["co_outstanding"],
            row["lead"],
        ) == (
            told(state.due_sign),
            told(state.due_report),
            state.provisional,
            state.reminded,
            state.co_outstanding,
            state.lead,
        )
        issued = state.issued
        # What a letter prints, as the fact says it (documents/transfer_letter.py).
        assert (row["asks"], row["legal_basis"]) == (list(issued.asks), list(issued.legal_basis))
        assert (row["duty_leader"], row["duty_department"], row["duty_post"]) == ("甲岗", "乙科", "丙岗")
        assert (row["sign_policy"], row["report_policy"]) == (issued.sign_policy, issued.report_policy)
        assert row["calendar_version"] is not None
        leading = town.referrals.get(row["lead"])
        # A lead that changed is one that the town has not issued: any unit, but one.
        assert (row["lead_unit"] is None) == (state.lead is None)
        assert leading is None or row["lead_unit"] == leading.issued.unit
        assert row["case_id"] == town.asked_by[row["referral"]]
        assert (row["overdue_working_days"] > 0) == bool(state.crossed)
    assert {row["notice"]: noted(row) for row in rows(store, "supervision_ledger")} == {
        key: (
            each.status,
            each.doc_no,
            each.reply_overdue,
            each.reply_due,
            each.provisional,
            each.escalated_to,
            each.discharge_reason,
        )
        for key, each in town.notices.items()
    }
    ledger = {row["briefing"]: row for row in rows(store, "briefing_ledger")}
    assert {key: (row["status"], row["corrections"], row["generated_by"]) for key, row in ledger.items()} == {
        key: (each.status, len(each.corrections), each.generated_by) for key, each in town.briefings.items()
    }
    assert {key: (row["issue_no"], row["total_no"], row["recipients"]) for key, row in ledger.items()} == {
        key: (each.issue_no, each.total_no, [*each.report_to, *each.issue_to]) if each else (None, None, None)
        for key, each in ((key, state.issued) for key, state in town.briefings.items())
    }
    assert {
        row["meeting"]: (row["status"], row["items"], row["resolutions"], row["open_resolutions"])
        for row in rows(store, "meeting")
    } == {
        key: (each.status, len(each.items), len(each.resolutions), len(each.unsettled))
        for key, each in town.office.meetings.items()
    }
    items = {row["item"]: (row["withdrawn"], row["outcome"]) for row in rows(store, "meeting_items")}
    for each in town.office.meetings.values():
        assert {item: items[item] for item in each.items} == {
            item: (False, each.outcomes.get(item)) for item in each.items
        }
    assert {row["resolution"]: resolved(row) for row in rows(store, "resolutions")} == {
        key: (
            each.status,
            each.adopted.lead,
            told(each.due),
            each.provisional,
            each.reminded,
            bool(each.crossed),
            each.rounds,
            each.result,
            each.carried_to,
        )
        for key, each in town.office.resolutions.items()
    }
    assert {
        row["cooperation"]: (row["status"], row["lead"], row["due"], row["provisional"], row["ended"] is not None)
        for row in rows(store, "cooperations")
    } == {
        key: (each.status, each.begun.lead, told(each.heard.due), each.heard.provisional, each.status != "adopted")
        for key, each in town.office.cooperations.items()
    }
    register = rows(store, "contact_register")
    assert {row["contact"]: row["status"] for row in register} == {
        key: each.status for key, each in town.entries.items()
    }
    for row in register:
        entry = town.entries[row["contact"]]
        for field in ("category", "sex", "urgency", "heard_from", "suspect_unit"):
            assert row[field] == entry.value(field), field
        assert row["counts"] == (entry.status == "finalised")
    assert {row["contact"] for row in register if row["mandatory"]} == town.mandatory
    store.close()


def test_the_column_of_corrections_says_what_was_printed_what_it_is_and_why(store: Store, town: Town) -> None:
    corrected = {key: each for key, each in town.briefings.items() if each.corrections}
    assert corrected
    listed = rows(store, "briefing_corrections")
    assert {(row["briefing"], row["number"]): (row["was"], row["now"], row["cause"]) for row in listed} == {
        (key, each.number): (each.was, each.now, each.cause)
        for key, state in corrected.items()
        for each in state.corrections
    }
    key, state = next(iter(corrected.items()))
    (first, *_) = rows(store, "briefing_corrections", briefing=key)
    facts = msgspec.json.decode(town.commits[first["cause"] - 1].raw)["facts"]
    assert (first["issue"], first["cause_type"]) == (
        f"2026年第{state.issued.issue_no}期（总第{state.issued.total_no}期）",
        facts[0]["type"],
    )


def test_a_briefing_is_found_by_its_id_and_by_its_number_as_people_write_it(store: Store, town: Town) -> None:
    key, state = next((key, each) for key, each in town.briefings.items() if each.issued)
    number = state.issued.issue_no
    for named in (key, f"第{number}期", f"2026年第{number}期", f"2026-{number}", f"总第{number}期"):
        assert key in {row["briefing"] for row in rows(store, "briefing", briefing=named)}, named
    assert rows(store, "briefing", briefing="第999期") == []
    kinds = {row["kind"] for row in rows(store, "briefing_ledger", kind="circular")}
    assert kinds == {"circular"}
    assert {row["status"] for row in rows(store, "briefing_ledger", status="withdrawn")} == {"withdrawn"}


@FEW
@given(seed=seeds)
def test_no_case_is_without_someone_who_has_to_act(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    rng = Random(seed)
    town = Town(rng)
    town.grow(300)
    town.settle()
    store = open_store(tmp_path_factory.mktemp("models"))
    store.apply(town.commits, "first")
    assert rows(store, "unheld_cases") == []
    store.close()


PARAMS: dict[str, dict[str, Any]] = {
    "open_deadlines": {"now": "2026-09-01T00:00:00+08:00"},
    "figures": {"from": "2026-01-01", "to": "2026-12-31"},
    "changes": {"since": 3},
    "figure_items": {"from": "2026-01-01", "to": "2026-12-31", "figure": "contacts"},
    "todo": {"role": "unit", "now": "2026-09-01T00:00:00+08:00"},
}


@FEW
@given(seed=seeds)
def test_as_of_is_what_a_store_that_had_stopped_there_would_say(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = Random(seed)
    town = Town(rng)
    town.grow(120)
    cut = rng.randrange(1, len(town.commits))
    whole, short = (open_store(tmp_path_factory.mktemp("models")) for _ in range(2))
    feed(whole, town.commits, rng)
    feed(short, town.commits, rng, until=cut)
    single = {
        "case": {"case": next(iter(town.cases), "N-00001")},
        "case_history": {"case": next(iter(town.cases), "N-00001")},
        "referral": {"referral": next(iter(town.referrals), "青转〔2026〕1号")},
        "notice": {"notice": next(iter(town.notices), "青督〔2026〕1号")},
        "briefing": {"briefing": "总第1期"},
    }
    for query in queries():
        params = (PARAMS | single).get(query["name"], {})
        then, now = ask(whole, query["name"], cut, **params), ask(short, query["name"], **params)
        assert isinstance(then, QueryAnswer)
        assert then == now, query["name"]
    whole.close()
    short.close()


def test_a_position_before_the_first_commit_is_empty(store: Store) -> None:
    assert rows(store, "contact_register", as_of=0) == []
    assert [row["value"] for row in rows(store, "figures", as_of=0, **PARAMS["figures"]) if row["value"]] == []


def test_the_scorecard_prints_the_wilson_interval_of_the_domain_page() -> None:
    # domain.md §4.4: 18 of 114 is 10.2-23.6 %.
    with duckdb.connect() as plain:
        plain.execute(
            "create table referral_ledger as select 'u01' as unit, i as last_seq, true as signed, false as signed_late,"
            " true as reported, i > 18 as late, true as verified, 'verified' as status, 0 as times_sent_back,"
            " false as sign_overdue, 0 as overdue_working_days from range(1, 115) as r(i)"
        )
        plain.execute(
            "create table supervision_ledger (unit text, level int, served text, withdrawn text, last_seq bigint)"
        )
        plain.execute("create table unit as select 'u01' as unit, '甲' as zh, 'A' as en, 's' as sector")
        select = f"select judged, on_time_rate, on_time_low, on_time_high from ({models()['unit_scorecard'].select})"
        assert plain.execute(select).fetchall() == [(114, 0.1579, 0.1023, 0.2358)]


def scorecard(referrals: str) -> list[tuple[Any, ...]]:
    """Issued, judged, reported in time, overdue and withdrawn of a unit with these referrals."""
    columns = (
        "referral, unit, status, signed, signed_late, reported, late, verified, times_sent_back, sign_overdue,"
        " overdue_working_days, last_seq"
    )
    with duckdb.connect() as plain:
        plain.execute(f"create table referral_ledger as select * from (values {referrals}) as r({columns})")
        plain.execute(
            "create table supervision_ledger (unit text, level int, served text, withdrawn text, last_seq bigint)"
        )
        plain.execute("create table unit as select 'u01' as unit, '甲' as zh, 'A' as en, 's' as sector")
        select = "select issued, judged, reported_in_time, overdue_open, withdrawn"
        return plain.execute(f"{select} from ({models()['unit_scorecard'].select})").fetchall()


def test_what_the_office_took_back_does_not_count_against_the_unit() -> None:
    ended = ", ".join(
        f"('{status}', 'u01', '{status}', true, true, null, null, null, 1, true, 9, 1)"
        for status in ("revoked", "transferred_on", "terminated")
    )
    in_time = "('x', 'u01', 'closed', true, false, true, false, true, 0, false, 0, 2)"
    assert scorecard(f"{ended}, {in_time}") == [(1, 1, 1, 0, 3)]


def test_a_referral_on_hold_is_neither_overdue_nor_judged() -> None:
    assert scorecard("('x', 'u01', 'on_hold', true, false, null, null, null, 0, false, 9, 1)") == [(1, 0, 0, 0, 0)]


def test_the_calendar_shows_the_years_that_the_ledger_says_were_published(tmp_path: Path) -> None:
    reference = msgspec.structs.replace(REFERENCE, calendar=tuple(
        (each.day, each.is_workday, each.name, each.source, each.version, each.provisional)
        for each in published().days()
    ))  # fmt: skip
    holiday = Holiday(name="元旦", off=(date(2026, 12, 31), date(2027, 1, 1)), work=(date(2027, 1, 9),))
    fact = CalendarPublished(
        year=2027,
        title="2027年通知",
        holidays=(holiday,),
        digest=digest_of((holiday,)),
        calendar_version="2026.1+2027-x",
    )
    town = Town(Random(1))
    town.call()
    town.record(subjects.calendar(2027), fact)
    # The current year is amended: the National Day is not in the new list, the day in September is.
    amended = (Holiday(name="元旦", off=(date(2026, 1, 1),)), Holiday(name="调整", off=(date(2026, 9, 3),)))
    amends = CalendarPublished(
        year=2026, title="调整通知", holidays=amended, digest=digest_of(amended), calendar_version="2026.1+2027-y",
        amends=True,
    )  # fmt: skip
    town.record(subjects.calendar(2026), amends)
    store = Store.open(tmp_path / "models", reference)
    store.apply(town.commits, "first")

    def days(as_of: int | None = None, since: str = "2026-12-30") -> dict[str, tuple[Any, ...]]:
        asked = {"from": since, "to": "2028-12-31", "limit": 2000}
        found = rows(store, "calendar", as_of=as_of, **asked)
        return {str(row["day"]): (row["is_workday"], row["name"], row["source"], row["provisional"]) for row in found}

    then, now = days(as_of=1), days()
    assert max(then) == "2027-12-31" and max(now) == "2028-12-31" and len(now) == 733
    assert then["2027-01-01"] == (True, "", "", True) and now["2027-01-01"] == (False, "元旦", "2027年通知", False)
    assert now["2026-12-31"] == (False, "元旦", "2027年通知", False)
    assert now["2027-01-09"] == (True, "元旦", "2027年通知", False)
    assert now["2027-03-01"] == (True, "", "2027年通知", False)
    assert now["2027-12-29"][3] and now["2028-01-01"] == (False, "", "", True)
    # Like the clock of the referral service, day by day.
    clock = published().with_year(2027, "2027年通知", fact.days()).amend(2026, "调整通知", amends.days())
    whole = days(since="2026-01-01")
    assert whole["2026-10-01"] == (True, "", "调整通知", False) and not whole["2026-09-03"][0]
    assert whole == {
        str(each.day): (each.is_workday, each.name, each.source, each.provisional)
        for each in clock.days()
        if str(each.day) in whole
    }
    store.close()


def test_a_case_tells_its_whole_story_in_the_order_of_the_ledger(store: Store, town: Town) -> None:
    case = next(each for each in town.asked_by.values() if each in town.cases)
    story = rows(store, "case_history", case=case)
    assert story[0]["type"] == "ContactRegistered.v1"
    assert [row["seq"] for row in story] == sorted(row["seq"] for row in story)
    assert {"contact", "case", "referral"} <= {row["kind"] for row in story}
    assert all(row["hash"] == town.commits[row["seq"] - 1].hash for row in story)


def test_dispositions_partition_the_contacts_of_a_period(store: Store, town: Town) -> None:
    found = rows(store, "figures", **PARAMS["figures"])
    figures = {row["figure"]: row["value"] for row in found}
    parts = [value for name, value in figures.items() if name.startswith("contacts.disposition.")]
    assert sum(parts) == figures["contacts"] == sum(each.status == "finalised" for each in town.entries.values())


def test_a_void_contact_keeps_its_row_and_counts_nowhere(tmp_path: Path) -> None:
    town = Town(Random(1968))
    town.grow(160)
    for _ in range(200):
        town.mend()
    store = open_store(tmp_path / "mended")
    store.apply(town.commits, "first")
    register = rows(store, "contact_register")
    void = [row for row in register if row["status"] == "void" and row["primary_disposition"]]
    assert void and not any(row["counts"] for row in void)
    counted = sum(row["counts"] for row in register)
    assert sum(row["contacts"] for row in rows(store, "hotline_daily")) == counted < len(register)
    store.close()


def test_the_history_of_a_case_shows_a_correction_beside_what_stood_there(store: Store, town: Town) -> None:
    row = next(row for row in rows(store, "contact_register") if row["corrections"] and row["case_id"])
    story = rows(store, "case_history", case=row["case_id"])
    types = [each["type"] for each in story if each["key"] == row["contact"]]
    assert types.index("ContactRegistered.v1") < types.index("ContactCorrected.v1")


def test_supervision_sees_who_answers_for_work_before_the_report(store: Store, town: Town) -> None:
    seen = {row["case_id"] for row in rows(store, "overridden_reports")}
    assert seen == town.overridden != set()


def test_only_deadlines_that_have_passed_are_open(store: Store) -> None:
    assert rows(store, "open_deadlines", now="2020-01-01T00:00:00+08:00") == []
    passed = rows(store, "open_deadlines", now="2030-01-01T00:00:00+08:00")
    waiting = {"issued", "signed", "in_handling", "return_requested"}
    unfinished = [row for row in rows(store, "referral_ledger") if row["status"] in waiting]
    assert {row["referral"] for row in passed} == {row["referral"] for row in unfinished} != set()


def test_pages_join_without_a_gap(store: Store) -> None:
    whole = ask(store, "heads")
    first, rest = ask(store, "heads", limit=5), ask(store, "heads", limit=2000, offset=5)
    assert isinstance(whole, QueryAnswer) and isinstance(first, QueryAnswer) and isinstance(rest, QueryAnswer)
    assert (first.more, rest.more) == (True, False)
    assert first.rows + rest.rows == whole.rows


def test_a_page_ends_where_a_message_would_be_too_long(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ask(store, "referral_ledger")
    assert isinstance(whole, QueryAnswer) and not whole.more
    monkeypatch.setattr("services.projections.queries.PAGE_BYTES", 3_000)
    gathered: list[list[Any]] = []
    pages, more = 0, True
    while more:
        page = ask(store, "referral_ledger", limit=2000, offset=len(gathered))
        assert isinstance(page, QueryAnswer) and page.rows
        assert len(msgspec.json.encode(page.rows)) <= 3_001
        gathered, pages, more = gathered + page.rows, pages + 1, page.more
    assert gathered == whole.rows and pages > 2


def test_a_row_longer_than_a_page_is_a_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.projections.queries.PAGE_BYTES", 1)
    page = ask(store, "referral_ledger")
    assert isinstance(page, QueryAnswer) and len(page.rows) == 1 and page.more


def test_a_page_leaves_room_in_what_the_broker_takes() -> None:
    # The names of the columns and the position come on top of the rows.
    assert PAGE_BYTES + 16_384 < MAX_PAYLOAD


@pytest.mark.parametrize(
    ("name", "params", "code", "field"),
    [
        ("contacts", {}, "query.unknown", None),
        ("../models", {}, "query.unknown", None),
        ("case", {}, "query.bad_parameter", "case"),
        ("case", {"case": "x", "and": "y"}, "query.unknown_parameter", "params"),
        ("case", {"case": "N-1\n"}, "query.bad_parameter", "case"),
        ("case", {"case": 7}, "query.bad_parameter", "case"),
        ("contact_register", {"from": "12.1.2026"}, "query.bad_parameter", "from"),
        ("contact_register", {"desk": "city' or 1=1 --"}, "query.bad_parameter", "desk"),
        ("contact_register", {"limit": 0}, "query.bad_parameter", "limit"),
        ("contact_register", {"limit": 5000}, "query.bad_parameter", "limit"),
        ("contact_register", {"offset": -1}, "query.bad_parameter", "offset"),
        ("open_deadlines", {"now": "2026-01-01T00:00:00"}, "query.bad_parameter", "now"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    name: str, params: dict[str, Any], code: str, field: str | None, store: Store
) -> None:
    found = asyncio.run(answer(store, name, params))
    assert isinstance(found, Refused)
    assert (found.code, found.field) == (code, field)


def test_text_in_a_parameter_stays_text(store: Store) -> None:
    assert rows(store, "case", case="' or true or '' = '") == []


def test_every_query_is_explained_in_both_languages() -> None:
    for query in queries():
        assert query["zh"] and query["columns"]
        for each in (*query["columns"], *query["parameters"]):
            assert each["zh"] and each["en"], (query["name"], each["name"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "select 1 as a;",
        "-- model: a (甲)\n-- grain: one.\n-- read by: b\nselect 1 as a;",
        "-- model: a (甲)\n-- grain: one.\n-- read by: b\n-- over: c\nselect 1 as a;\nselect 2;",
        "-- model: a (甲)\n-- grain: one.\n-- read by: b\n-- over: c\n-- column: a\nselect 1 as a;",
    ],
)
def test_a_file_that_is_not_written_as_the_others_is_refused(text: str) -> None:
    with pytest.raises(BadModel):
        load(text)


def test_a_materialised_model_can_be_told_from_a_derived_one() -> None:
    derived = [name for name, text in texts("models").items() if "over" in parse(text).header]
    assert {model.name for model in materialised()} == models().keys() - set(derived)
