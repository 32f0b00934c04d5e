"""What was on record at a past position or moment, and figures that are the sum of what stands behind them."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from events.codes import code_list
from services.decision import Refused
from services.projections import refresh, snapshots
from services.projections.model import materialised
from services.projections.queries import QueryAnswer, answer
from services.projections.reference import areas, reference
from services.projections.store import Store
from tests.support.read_models import CHINA, REFERENCE
from tests.support.town import Town
from tests.unit.test_read_models import ask, rows

PERIOD: dict[str, Any] = {"from": "2026-01-01", "to": "2027-12-31"}


def period(start: str, end: str) -> dict[str, Any]:
    return {"from": start, "to": end}


@pytest.fixture(scope="module")
def town() -> Town:
    town = Town(Random(12355))
    town.grow(420)
    return town


@pytest.fixture
def store(tmp_path: Path, town: Town) -> Any:
    opened = Store.open(tmp_path / "read-models", REFERENCE)
    opened.apply(town.commits, "first")
    yield opened
    opened.close()


def test_made_in_many_parts_a_model_is_what_it_is_in_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    cut = store.position.seq * 2 // 3
    names = [model.name for model in materialised()]
    whole = {name: rows(store, name, as_of=cut) for name in names}
    store.snapshots = snapshots.Snapshots()
    with store.reading() as cursor:
        for (schema,) in cursor.execute(
            "select schema_name from duckdb_schemas() where schema_name like 'as_of%'"
        ).fetchall():
            cursor.execute(f"drop schema memory.{schema} cascade")
    monkeypatch.setattr(refresh, "FACTS_AT_ONCE", 11)
    with store.reading() as cursor:
        assert refresh.parts(cursor, cut) > 20
    assert {name: rows(store, name, as_of=cut) for name in names} == whole
    assert all(whole[name] for name in ("contact_register", "case_board", "referral_ledger", "supervision_ledger"))


def test_only_the_last_positions_asked_for_are_kept(store: Store) -> None:
    for seq in range(10, 80, 10):
        rows(store, "figures", as_of=seq, **PERIOD)
    with store.reading() as cursor:
        kept = cursor.execute(
            "select schema_name from duckdb_schemas() where schema_name like 'as_of%' order by 1"
        ).fetchall()
    assert [name for (name,) in kept] == ["as_of_generation_1_50", "as_of_generation_1_60", "as_of_generation_1_70"]


def test_people_who_ask_at_once_about_different_moments_get_each_their_own(store: Store) -> None:
    positions = list(range(20, store.position.seq, 37))[:8]
    alone = [rows(store, "contact_register", as_of=seq) for seq in positions]
    with ThreadPoolExecutor(6) as people:
        found = list(people.map(lambda seq: rows(store, "contact_register", as_of=seq), positions * 3))
    assert found == alone * 3


def test_a_snapshot_that_cannot_be_made_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows(store, "referral_ledger", as_of=50)
    with monkeypatch.context() as broken:
        broken.setattr(
            refresh, "parts", lambda cursor, until=None: (_ for _ in ()).throw(duckdb.OutOfMemoryException("no"))
        )
        with pytest.raises(duckdb.OutOfMemoryException):
            rows(store, "referral_ledger", as_of=49)
    assert rows(store, "referral_ledger", as_of=50) == before
    assert isinstance(ask(store, "referral_ledger", as_of=49), QueryAnswer)


def test_a_moment_stands_for_what_was_on_record_by_then(store: Store, town: Town) -> None:
    def at(moment: str) -> Any:
        return asyncio.run(answer(store, "figures", PERIOD, as_of_time=moment))

    with store.reading() as cursor:
        found = cursor.execute("select seq, epoch_us(recorded) from commit_log order by seq").fetchall()
    recorded = {seq: datetime.fromtimestamp(micros / 1_000_000, CHINA) for seq, micros in found}
    middle = store.position.seq // 2
    assert at(recorded[middle].isoformat()) == ask(store, "figures", as_of=middle, **PERIOD)
    just_before = (recorded[middle] - timedelta(microseconds=1)).isoformat()
    assert at(just_before).position.seq == max(seq for seq, moment in recorded.items() if moment < recorded[middle])
    assert at("2001-01-01T00:00:00+08:00").position.seq == 0
    assert at("2099-01-01T00:00:00+08:00") == ask(store, "figures", **PERIOD)
    for wrong in ("yesterday", "2026-01-12T09:00:00", ""):
        assert at(wrong) == Refused("query.bad_parameter", "as_of_time", {"query": "figures", "field": "as_of_time"})
    both = asyncio.run(answer(store, "figures", PERIOD, as_of=3, as_of_time="2026-01-12T09:00:00+08:00"))
    assert both == Refused("query.two_moments", "as_of_time")


@pytest.mark.parametrize("part", [1.0, 0.5])
def test_every_figure_is_the_sum_of_what_is_listed_behind_it(store: Store, part: float) -> None:
    as_of = None if part == 1 else int(store.position.seq * part)
    figures = {row["figure"]: row["value"] for row in rows(store, "figures", as_of, **PERIOD)}
    assert len(figures) > 60
    for name, value in figures.items():
        behind = rows(store, "figure_items", as_of, figure=name, **PERIOD)
        assert sum(row["value"] for row in behind) == value, name
        assert len({(row["kind"], row["item"]) for row in behind}) == len(behind)
        assert all(row["events"] and len(row["hash"]) == 64 for row in behind)
        if as_of is not None:
            assert all(int(event.split()[0]) <= as_of for row in behind for event in row["events"])


def test_the_parts_of_a_total_add_up_to_it(store: Store) -> None:
    figures = {row["figure"]: row["value"] for row in rows(store, "figures", **PERIOD)}

    def parts(prefix: str) -> int:
        return sum(value for name, value in figures.items() if name.startswith(f"{prefix}."))

    axes = ("disposition", "category", "region", "age_band", "sex", "channel", "desk", "week", "month", "region_by_age")
    assert {parts(f"contacts.{axis}") for axis in axes} == {figures["contacts"]}
    assert parts("cases.status") == figures["cases"]
    assert parts("referrals.status") == figures["referrals"]
    assert parts("notices.level") == parts("notices.status") == figures["notices"]
    assert figures["notices.open"] + figures.get("notices.discharged", 0) == figures["notices"]
    units = Counter[str]()
    for name, value in figures.items():
        if name.startswith("units."):
            units[name.rpartition(".")[2]] += value
    assert units["issued"] + units["withdrawn"] == figures["referrals"]
    assert units["judged"] == figures["referrals.judged"] and units["overdue"] == figures.get("referrals.overdue", 0)
    # A unit that never reports is judged as well, so that silence is not better than being late.
    assert figures["referrals.judged"] >= figures.get("referrals.in_time", 0)


def test_a_figure_counts_its_own_period_alone(store: Store) -> None:
    whole = {row["figure"]: row["value"] for row in rows(store, "figures", **PERIOD)}
    split = Counter[str]()
    for start, end in (("2026-01-01", "2026-03-15"), ("2026-03-16", "2027-12-31")):
        split.update({row["figure"]: row["value"] for row in rows(store, "figures", **period(start, end))})
    assert split == Counter(whole)


def test_a_place_is_counted_under_the_area_that_it_belonged_to_on_that_day() -> None:
    found = list(areas(code_list("region")))

    def area(place: str, day: date) -> list[str]:
        return [where for name, where, since, until in found if name == place and since <= day <= until]

    # 东宁县 became 东宁市 at the end of 2015 (domain.md §4.6); 铁岭镇 lies in 阳明区.
    for code in ("231024", "231086"):
        assert area(code, date(2015, 12, 31)) == ["231024"] and area(code, date(2016, 1, 1)) == ["231086"]
    assert area("231003100", date(2026, 5, 1)) == ["231003"]
    for each in code_list("region"):
        for day in (date(1999, 1, 1), date(2015, 12, 31), date(2016, 1, 1), date(2026, 11, 24)):
            assert len(area(each.code, day)) == 1


def test_the_figures_count_a_town_in_its_county_and_a_renamed_county_under_its_code_of_the_day(tmp_path: Path) -> None:
    town = Town(Random(2015))
    town._now = datetime(2015, 11, 20, 9, tzinfo=CHINA)
    town.places = ("231024", "231086", "231003100")
    town.grow(220)
    store = Store.open(tmp_path / "models", reference())
    store.apply(town.commits, "first")
    before, after = (
        {row["figure"] for row in rows(store, "figures", **period(start, end)) if ".region." in row["figure"]}
        for start, end in (("2015-01-01", "2015-12-31"), ("2016-01-01", "2017-12-31"))
    )
    assert before == {"contacts.region.231024", "contacts.region.231003"}
    assert after == {"contacts.region.231086", "contacts.region.231003"}
    store.close()
