"""How the units stand in a period: whom a ranking may rank, and in which order. Pure. domain.md §6.4.

A ranking of small numbers rewards whoever registers less (domain.md §7). So a unit is ranked by the lower end of its
interval, which grows with what it handled; with few matters it has no rank at all; and n stands beside every share.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from services.deadlines import Policy, policies
from services.projections.documents.briefing_figures import CHINA, day_of
from services.projections.documents.figures import percent, wilson, with_interval
from services.projections.documents.places import matter_of
from services.projections.documents.wording import either

Row = Mapping[str, Any]
# A unit with fewer judged referrals has no rank: 1 of 2 is not "50 %".
RANKED_FROM = 5
# Two ranked units are a comparison of two, not a ranking.
UNITS_FROM = 3
UNIT = "units."
OPEN = ("issued", "signed", "in_handling", "return_requested")


class Contradictory(ValueError):
    """Figures that cannot all be true: more in time than judged. Nothing is printed from them."""


class Standing(Struct, frozen=True, kw_only=True):
    """One unit's counts of the period, and its rank among those with enough of them; equal results share a rank."""

    unit: str
    issued: int = 0
    signed: int = 0
    signed_in_time: int = 0
    reported: int = 0
    judged: int = 0
    in_time: int = 0
    returned: int = 0
    sent_back: int = 0
    urged: int = 0
    overdue: int = 0
    rank: int | None = None

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson 95 % interval of the share reported in time."""
        return wilson(self.in_time, self.judged)


COUNTS = tuple(name for name in Standing.__struct_fields__ if name not in ("unit", "rank"))


def standings(figures: Mapping[str, int]) -> tuple[Standing, ...]:
    """Every unit that a figure `units.<unit>.<count>` names: the ranked first, in order, then the others by code.

    Ranked are units with at least RANKED_FROM judged referrals, when there are at least UNITS_FROM of them: by the lower
    end of the interval, then by n, then by code. Raises Contradictory.
    """
    units = _counted(figures)
    able = sorted((each for each in units if each.judged >= RANKED_FROM), key=_order)
    if len(able) < UNITS_FROM:
        return tuple(sorted(units, key=lambda each: each.unit))
    ranked: list[Standing] = []
    for place, each in enumerate(able, 1):
        before = ranked[-1] if ranked else None
        same = before is not None and (before.judged, before.in_time) == (each.judged, each.in_time)
        ranked.append(_with_rank(each, before.rank if same and before else place))
    others = sorted((each for each in units if each.judged < RANKED_FROM), key=lambda each: each.unit)
    return (*ranked, *others)


def _order(each: Standing) -> tuple[float, int, str]:
    return -each.interval[0], -each.judged, each.unit


def _with_rank(each: Standing, rank: int | None) -> Standing:
    return Standing(unit=each.unit, rank=rank, **{name: getattr(each, name) for name in COUNTS})


def _counted(figures: Mapping[str, int]) -> list[Standing]:
    counts: dict[str, dict[str, int]] = {}
    for figure, value in figures.items():
        unit, dot, name = figure.removeprefix(UNIT).rpartition(".")
        if figure.startswith(UNIT) and dot and name in COUNTS and value:
            counts.setdefault(unit, {})[name] = int(value)
    units = [Standing(unit=unit, **each) for unit, each in counts.items()]
    for each in units:
        if each.in_time > each.judged or each.signed_in_time > each.signed or each.returned > max(each.issued, 0):
            raise Contradictory(each.unit)
    return units


def praised(units: Sequence[Standing], overall: float) -> list[Standing]:
    """Units whose whole interval lies above the overall share, with enough matters to be ranked; by that order."""
    above = (each for each in units if each.judged >= RANKED_FROM and each.interval[0] > overall)
    return sorted(above, key=_order)


def share(count: int, n: int, lang: str) -> str:
    """A share with its n and interval. With few matters there is no percentage: 1 of 2 is not “50 %”."""
    if n == 0:
        return "—"
    low, high = wilson(count, n)
    ends = f"{100 * low:.1f}–{100 * high:.1f}%"
    if n < RANKED_FROM:
        return either(
            lang,
            f"{count}/{n}（件数不足，不计百分比；95%CI {ends}）",
            f"{count} of {n} (too few for a percentage; 95 % CI {ends})",
        )
    return either(lang, with_interval(count, n), f"{percent(count, n)} ({count} of {n}, 95 % CI {ends})")


def overdue_of(referrals: Sequence[Row], start: date, end: date, workdays: frozenset[date]) -> list[dict[str, Any]]:
    """The referrals issued in the period that are open and past a date of the period, longest over first.

    From rows of the referral ledger; `working_days_over` is counted to the end of the period. A row says which rule the
    date rests on.
    """
    found = []
    for row in referrals:
        late = row["sign_overdue"] if row["status"] == "issued" else row["overdue_working_days"]
        due = row["due_report"] or row["due_sign"]
        if row["status"] not in OPEN or not late or not start <= day_of(row["issued"]) <= end or day_of(due) > end:
            continue
        policy = policy_of(row["report_policy"] if row["due_report"] else row["sign_policy"], row["issued"])
        over = sum(day_of(due) < day <= end for day in workdays)
        basis = policy.basis if policy else ""
        found.append(
            {
                "referral_no": row["referral_no"],
                "unit": row["unit"],
                "matter_zh": matter_of(row, "zh"),
                "matter_en": matter_of(row, "en"),
                "due": due,
                "working_days_over": over,
                "basis": basis,
            }
        )
    return sorted(found, key=lambda row: (-row["working_days_over"], str(row["referral_no"])))


def unanswered_of(notices: Sequence[Row], start: date, end: date) -> list[Row]:
    """The notices drafted in the period whose reply is owed and overdue, by their numbers."""
    owed = [
        row
        for row in notices
        if row["level"] > 0
        and row["reply_overdue"]
        and row["status"] in ("served", "acknowledged")
        and start <= day_of(row["drafted"]) <= end
    ]
    return sorted(owed, key=lambda row: (row["level"], str(row["doc_no"])))


def policy_of(identity: object, issued: object) -> Policy | None:
    """A deadline policy as it was in force on the day of issue; an id that this version does not know has no words."""
    day = datetime.fromisoformat(str(issued)).astimezone(CHINA).date()
    return policies(day).get(str(identity).partition(".")[0])
