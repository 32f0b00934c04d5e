"""What the projections answer becomes figures, or a refusal that says what to do."""

import asyncio
from datetime import date
from typing import Any

import pytest

from services.bus.client import Reply
from services.decision import Refused
from services.publication.briefing import Computed
from services.publication.figures import asked
from services.refusals import sentences

START, END = date(2026, 1, 1), date(2026, 3, 31)
POSITION = {"seq": 7, "hash": "a" * 64, "recorded": "2026-04-01T09:00:00+08:00", "code": "1+x"}


class Projections:
    """Answers with pages of two rows, or refuses; keeps what it was asked."""

    def __init__(self, rows: list[list[Any]], refused: str | None = None) -> None:
        self.rows, self.refused = rows, refused
        self.asked: list[tuple[str, dict[str, Any], int | None]] = []

    async def query(
        self,
        name: str,
        params: dict[str, Any],
        min_seq: int | None = None,
        as_of: int | None = None,
        as_of_time: str | None = None,
    ) -> Reply:
        assert as_of_time is None
        self.asked.append((name, params, as_of))
        if self.refused:
            return Reply(body={"refused": {"code": self.refused}})
        at = params.get("offset", 0)
        page = self.rows[at : at + 2]
        more = len(self.rows) > at + 2
        # Columns beside the two, and in another order, are somebody else's.
        return Reply(body={"columns": ["x", "value", "figure"], "rows": page, "position": POSITION, "more": more})


def figures(projections: Projections) -> Computed | Refused:
    return asyncio.run(asked(projections)(START, END, 7))  # type: ignore[arg-type]


def test_all_pages_are_read_at_the_one_position_that_was_asked_for() -> None:
    projections = Projections([["-", n, f"contacts.channel.{n}"] for n in range(5)])
    found = figures(projections)
    assert isinstance(found, Computed)
    assert found.figures == {f"contacts.channel.{n}": n for n in range(5)}
    assert (found.position, found.head_hash, found.code) == (7, "a" * 64, "1+x")
    assert {(name, as_of) for name, _, as_of in projections.asked} == {("figures", 7)} and len(projections.asked) == 3
    assert projections.asked[0][1] == {"from": "2026-01-01", "to": "2026-03-31"}


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        ("query.stale", "briefing.figures_behind"),
        ("projection.stopped", "briefing.figures_unavailable"),
        ("projection.frozen", "briefing.figures_unavailable"),
        ("query.too_slow", "briefing.figures_unavailable"),
        ("service.no_answer", "service.unavailable"),
        ("service.failed", "service.unavailable"),
    ],
)
def test_a_refusal_of_the_projections_is_one_of_the_briefing(refused: str, code: str) -> None:
    found = figures(Projections([], refused))
    assert isinstance(found, Refused) and found.code == code
    assert not any(part == "-" for sentence in sentences(found) for part in sentence.split())


@pytest.mark.parametrize("rows", [[["-", None, "contacts"]], [["-", 1.5, "contacts"]], [["-", 1, "a"], ["-", 2, "a"]]])
def test_what_is_no_count_or_counted_twice_is_no_figure(rows: list[list[Any]]) -> None:
    found = figures(Projections(rows))
    assert isinstance(found, Refused) and found.code == "briefing.figures_unavailable"
