"""What a joint-meeting briefing says of a period, from its figures and the matters that are open. Pure. domain.md §6.2."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

from msgspec import Struct

from events.briefing import figures_digest
from services.projections.documents.contact_tables import Figures, month_after, parts, printed, time_axis
from services.projections.documents.figures import SMALL
from services.projections.documents.signals import Signal, signals
from services.projections.documents.suppression import Earlier, whole

CHINA = timezone(timedelta(hours=8))
Row = Mapping[str, Any]
GROUPS = (
    *("answered", "referred", "coordinated", "informed", "not_accepted", "emergency", "merged", "non_substantive"),
)
# Working days that an open referral is old: up to and including.
AGES = (5, 10, 20, 40)
Z95 = 1.959963984540054


class Answers(Struct, frozen=True, kw_only=True):
    """What a briefing is made of, as the queries gave it at one position.

    preceding, last_year: the figures of as many days before, and of the same days a year before.
    open_referrals: rows of referral_ledger that are not over; notices: rows of supervision_ledger of the period.
    units: code -> Chinese and English name. corrections: rows of briefing_corrections of the briefing before.
    published: earlier editions, from which nothing hidden here may be found by subtraction.
    """

    figures: Figures
    preceding: Figures = {}
    last_year: Figures = {}
    open_referrals: Sequence[Row] = ()
    notices: Sequence[Row] = ()
    resolutions: Sequence[Row] = ()
    corrections: Sequence[Row] = ()
    units: Mapping[str, tuple[str, str]] = {}
    # The published working days up to the end of the period, for counting how long a matter is over.
    workdays: frozenset[date] = frozenset()
    published: Sequence[Earlier] = ()


class Briefing(Struct, frozen=True, kw_only=True):
    """One period, ready to be put into words. `reconciled`: the dispositions add up to the contacts.

    printed: every figure on contacts that the document prints, by name, as printed; small cells are hidden in it.
    ages: (bound in working days or None for beyond, open referrals that old). band: last year's (low, high) for each
    point of the trend; empty where last year has nothing to compare with.
    """

    start: date
    end: date
    figures: Figures
    digest: str
    reconciled: bool
    total: str
    printed: dict[str, str]
    trend: tuple[tuple[str, int], ...]
    band: tuple[tuple[float, float], ...]
    signals: tuple[Signal, ...]
    overdue: tuple[dict[str, Any], ...]
    ages: tuple[tuple[int | None, int], ...]
    answers: Answers

    @property
    def dispositions(self) -> dict[str, int]:
        """Group -> contacts; only groups that occur."""
        found = parts(self.figures, "contacts.disposition")
        return {group: found[group] for group in (*GROUPS, *sorted(found.keys() - set(GROUPS))) if found.get(group)}


def brief(start: date, end: date, answers: Answers) -> Briefing:
    """Everything that the briefing of the period says, both days included, China time."""
    figures = answers.figures
    total = figures.get("contacts", 0)
    trend, band = _trend(figures, answers.last_year, start, end)
    return Briefing(
        start=start,
        end=end,
        figures=figures,
        digest=figures_digest(figures),
        reconciled=sum(parts(figures, "contacts.disposition").values()) == total,
        total=whole(total),
        printed=printed(figures, start, end, answers.published),
        trend=trend,
        band=band,
        signals=signals(parts(figures, "contacts.category"), parts(answers.preceding, "contacts.category")),
        overdue=tuple(
            _overdue(row, answers.workdays, end)
            for row in sorted(answers.open_referrals, key=lambda row: (str(_due(row)), str(row["referral_no"])))
            if _is_over(row)
        ),
        ages=_ages(answers.open_referrals, answers.workdays, end),
        answers=answers,
    )


def day_of(moment: object) -> date:
    return datetime.fromisoformat(str(moment)).astimezone(CHINA).date()


def _due(row: Row) -> object:
    return row["due_report"] or row["due_sign"]


def _is_over(row: Row) -> bool:
    return row["status"] in ("issued", "signed", "in_handling", "return_requested") and bool(
        row["sign_overdue"] if row["status"] == "issued" else row["overdue_working_days"]
    )


def _overdue(row: Row, workdays: frozenset[date], end: date) -> dict[str, Any]:
    due = _due(row)
    over = sum(day_of(due) < day <= end for day in workdays)
    return {name: row[name] for name in ("referral_no", "unit", "status")} | {"due": due, "working_days_over": over}


def _ages(rows: Sequence[Row], workdays: frozenset[date], end: date) -> tuple[tuple[int | None, int], ...]:
    counts: dict[int | None, int] = dict.fromkeys((*AGES, None), 0)
    for row in rows:
        age = sum(day_of(row["issued"]) < day <= end for day in workdays)
        counts[next((bound for bound in AGES if age <= bound), None)] += 1
    return tuple(counts.items())


def _year_before(axis: str, point: str) -> str:
    # 52 weeks: a Monday again.
    return (
        month_after(date.fromisoformat(f"{point}-01"), -12)
        if axis == "month"
        else str(date.fromisoformat(point) - timedelta(days=364))
    )


def _trend(
    figures: Figures, last_year: Figures, start: date, end: date
) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[float, float], ...]]:
    """The counts in their order, or none while one of them is a small cell; last year's range around each."""
    axis, points = time_axis(start, end)
    counts = [figures.get(f"contacts.{axis}.{point}", 0) for point in points]
    if len(points) < 2 or any(0 < count < SMALL for count in counts):
        return (), ()
    before = [last_year.get(f"contacts.{axis}.{_year_before(axis, point)}", 0) for point in points]
    band: tuple[tuple[float, float], ...] = ()
    if sum(before) and not any(0 < count < SMALL for count in before):
        means = [_mean(before[max(at - 1, 0) : at + 2]) for at in range(len(before))]
        # Counts vary by their square root when nothing changes (Poisson).
        band = tuple((max(0.0, mean - Z95 * mean**0.5), mean + Z95 * mean**0.5) for mean in means)
    return tuple(zip(points, counts, strict=True)), band


def _mean(counts: Sequence[int]) -> float:
    return sum(counts) / len(counts)
