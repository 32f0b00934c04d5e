"""Which editions a document reckons with, and that it takes them as they were printed."""

import asyncio
from collections import Counter
from datetime import date
from typing import Any

from services.bus.client import Client, Reply
from services.console.briefings import published_before
from services.console.periods import Period
from services.projections.documents import Earlier, published
from tests.unit.test_briefing_document import population

HALF = Period(date(2026, 1, 1), date(2026, 6, 30))
FIRST = Period(date(2026, 1, 1), date(2026, 3, 31))
SECOND = Period(date(2026, 4, 1), date(2026, 6, 30))
POSITION = {"seq": 900, "hash": "a" * 64, "recorded": None, "code": "test"}


def edition(name: str, period: Period, position: int, issued: int, kind: str = "briefing") -> dict[str, Any]:
    """Generated at `position`, issued at that seq and moment."""
    return {
        "briefing": name, "kind": kind, "start_on": str(period.start), "end_on": str(period.end), "position": position,
        "issued": f"2026-07-{issued // 100:02}T09:{issued % 100:02}:00+08:00", "issued_seq": issued, "issue_no": 1,
        "total_no": 1, "report_to": [], "send_to": [], "issue_to": [], "copies": 1, "withdrawn": None,
        "figures_digest": "", "head_hash": "",
    }  # fmt: skip


class Ledger(Client):
    """Answers what the read models would; a position shows what had been issued by then."""

    def __init__(self, *editions: dict[str, Any]) -> None:
        self._editions = editions

    async def query(self, name: str, params: Any = None, min_seq: Any = None, as_of: Any = None, as_of_time: Any = None) -> Reply:  # fmt: skip
        if name == "figures":
            rows = [
                [figure, value] for figure, value in figures(Period(*map(date.fromisoformat, params.values()))).items()
            ]
            return Reply(body={"columns": ["figure", "value"], "rows": rows, "position": POSITION})
        known = [each for each in self._editions if as_of is None or each["issued_seq"] <= as_of]
        columns = list(self._editions[0])
        rows = [[each[column] for column in columns] for each in known]
        return Reply(body={"columns": columns, "rows": rows, "position": POSITION})


def figures(period: Period) -> Counter[str]:
    parts = {FIRST: population(5, 60), SECOND: population(6, 12)}
    return sum((parts[each] for each in (FIRST, SECOND) if period in (each, HALF)), Counter())


def before(ledger: Ledger, period: Period, seq: int = 900, of: str | None = None) -> list[Earlier]:
    return list(asyncio.run(published_before(ledger, period, seq, of)))


def printed(period: Period, *earlier: Earlier) -> Earlier:
    return published(figures(period), period.start, period.end, earlier)


def test_editions_issued_by_then_over_nested_days_are_reckoned_with() -> None:
    ledger = Ledger(edition("A", FIRST, 100, 110), edition("B", SECOND, 200, 210))
    assert before(ledger, HALF) == [printed(FIRST), printed(SECOND)]
    assert before(ledger, HALF, seq=150) == [printed(FIRST)]
    assert before(ledger, FIRST) == [printed(FIRST)]
    assert before(ledger, HALF, seq=50) == []


def test_each_is_taken_as_it_was_printed_with_those_before_it_in_mind() -> None:
    ledger = Ledger(edition("A", FIRST, 100, 110), edition("H", HALF, 200, 210))
    quarter = printed(FIRST)
    half = printed(HALF, quarter)
    assert half != printed(HALF)
    assert before(ledger, HALF) == [quarter, half]
    # The second quarter does not nest with the first: what that hid is in the half year's print all the same.
    assert before(ledger, SECOND) == [half]


def test_of_two_generated_side_by_side_the_one_issued_later_knows_of_the_other() -> None:
    ledger = Ledger(edition("H", HALF, 100, 220), edition("A", FIRST, 105, 210))
    assert before(ledger, HALF, 100, of="H") == [printed(FIRST)]
    assert before(ledger, FIRST, 105, of="A") == []


def test_an_edition_does_not_reckon_with_itself_nor_with_a_circular_which_prints_no_contacts() -> None:
    ledger = Ledger(edition("A", FIRST, 100, 110), edition("C", FIRST, 100, 120, kind="circular"))
    assert before(ledger, FIRST, 100, of="A") == []
    assert before(ledger, HALF) == [printed(FIRST)]


def test_a_draft_on_record_is_drawn_with_what_was_out_at_its_position() -> None:
    ledger = Ledger(edition("A", FIRST, 100, 110))
    assert before(ledger, HALF, 105, of="draft") == []
    assert before(ledger, HALF, 115, of="draft") == [printed(FIRST)]
