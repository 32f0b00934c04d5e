"""The figures of a joint-meeting briefing, from the read models' rows. Pure. domain.md §6.2."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

from msgspec import Struct

from services.projections.documents.figures import counted, digest, suppressed

CHINA = timezone(timedelta(hours=8))
Row = Mapping[str, Any]
GROUPS = (
    *("answered", "referred", "coordinated", "informed", "not_accepted", "emergency", "merged", "non_substantive"),
)
# The old report's words, which its own counts contradict (domain.md §0.1): "80 % and more by explanation on the phone".
CLAIMED_SHARE = 0.80
# Units with fewer judged referrals are shown without a rank: 1 of 2 is not "50 %".
RANKED_FROM = 5


class Answers(Struct, frozen=True, kw_only=True):
    """The rows that a briefing is made of, as the queries gave them at one position."""

    contacts: Sequence[Row]
    cases: Sequence[Row]
    referrals: Sequence[Row]
    units: Sequence[Row]
    notices: Sequence[Row]
    # The published working days up to the end of the period, for counting how long a matter is over.
    workdays: frozenset[date] = frozenset()


class Briefing(Struct, frozen=True, kw_only=True):
    """All figures of one period. `reconciled`: the dispositions add up to the contacts."""

    start: date
    end: date
    figures: dict[str, Any]
    digest: str
    reconciled: bool
    overdue: tuple[dict[str, Any], ...]
    supervised: tuple[dict[str, Any], ...]
    scorecard: tuple[dict[str, Any], ...]
    weeks: tuple[tuple[str, int], ...]
    cross: tuple[tuple[str, ...], ...]
    cross_columns: tuple[str, ...]


def brief(start: date, end: date, answers: Answers) -> Briefing:
    """Compute every figure of the period from `start` to `end`, both days included, China time."""
    contacts = [row for row in answers.contacts if start <= day_of(row["started"]) <= end]
    cases = [row for row in answers.cases if start <= day_of(row["opened"]) <= end]
    referrals = [row for row in answers.referrals if start <= day_of(row["issued"]) <= end]
    # A reminder is no document, and what is void supervises nobody.
    notices = [
        row
        for row in answers.notices
        if start <= day_of(row["drafted"]) <= end and row["level"] > 0 and row["status"] != "withdrawn"
    ]
    groups = counted(contacts, "disposition_group")
    due = [row for row in referrals if row["status"] != "returned"]
    reported = [row for row in due if row["reported"]]
    called = [row for row in cases if row["solved"] is not None]
    figures: dict[str, Any] = {
        "contacts": len(contacts),
        "dispositions": {group: groups.get(group, 0) for group in GROUPS if groups.get(group)},
        "channels": counted(contacts, "channel"),
        "categories": counted(contacts, "category"),
        "regions": counted(contacts, "region"),
        "age_bands": counted(contacts, "age_band"),
        "contact_types": counted(contacts, "contact_type"),
        "mandatory_reports": sum(bool(row["mandatory"]) for row in contacts),
        "repeat_callers": sum(row["repeat_of"] is not None for row in contacts),
        "referrals": {
            "issued": len(referrals),
            "states": counted(referrals, "status"),
            "signed": sum(row["signed"] is not None for row in referrals),
            "signed_in_time": sum(row["signed"] is not None and not row["signed_late"] for row in referrals),
            "reported": len(reported),
            "reported_in_time": sum(not row["late"] for row in reported),
            "returned": sum(row["status"] == "returned" for row in referrals),
            "sent_back": sum(bool(row["times_sent_back"]) for row in referrals),
            "results": counted([row for row in reported if row["result"]], "result"),
        },
        "notices": {
            "issued": sum(row["doc_no"] is not None for row in notices),
            "levels": counted(notices, "level"),
            "open": sum(row["status"] != "discharged" for row in notices),
            "discharged": sum(row["status"] == "discharged" for row in notices),
        },
        "cases": {
            "states": counted(cases, "status"),
            "called_back": len(called),
            "solved": sum(bool(row["solved"]) for row in called),
            "satisfied": sum(bool(row["satisfied"]) for row in called),
            "monthly_yuan": sum(row["monthly_yuan"] or 0 for row in cases),
        },
    }
    cross, columns = _cross(contacts)
    return Briefing(
        start=start,
        end=end,
        figures=figures,
        digest=digest(figures),
        reconciled=sum(figures["dispositions"].values()) == len(contacts),
        overdue=tuple(
            _overdue(row, answers.workdays, end)
            for row in sorted(due, key=lambda row: str(row["due_report"] or row["due_sign"]))
            if _is_over(row)
        ),
        supervised=tuple(dict(row) for row in sorted(notices, key=lambda row: (row["level"], str(row["drafted"])))),
        scorecard=tuple(dict(row) for row in sorted(answers.units, key=lambda row: row["unit"]) if row["issued"]),
        weeks=_weeks(contacts, start, end),
        cross=cross,
        cross_columns=columns,
    )


def day_of(moment: object) -> date:
    return datetime.fromisoformat(str(moment)).astimezone(CHINA).date()


def _is_over(row: Row) -> bool:
    return row["status"] in ("issued", "signed", "in_handling") and bool(
        row["sign_overdue"] or row["overdue_working_days"]
    )


def _overdue(row: Row, workdays: frozenset[date], end: date) -> dict[str, Any]:
    due = row["due_report"] or row["due_sign"]
    over = sum(day_of(due) < day <= end for day in workdays)
    named = ("referral_no", "unit", "matter_zh", "matter_en", "status")
    return {name: row[name] for name in named} | {"due": due, "working_days_over": over}


def _weeks(contacts: Sequence[Row], start: date, end: date) -> tuple[tuple[str, int], ...]:
    first = start - timedelta(days=start.weekday())
    counts: dict[date, int] = {}
    monday = first
    while monday <= end:
        counts[monday] = 0
        monday += timedelta(days=7)
    for row in contacts:
        day = day_of(row["started"])
        counts[day - timedelta(days=day.weekday())] += 1
    return tuple((monday.strftime("%m-%d"), count) for monday, count in counts.items())


def _cross(contacts: Sequence[Row]) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Region × age band with small cells suppressed: what leaves the core team identifies nobody."""
    regions = sorted({str(row["region"]) for row in contacts})
    bands = [
        band
        for band in ("0-5", "6-13", "14-15", "16-17", "18plus", "unknown")
        if any(row["age_band"] == band for row in contacts)
    ]
    table: dict[tuple[str, str], int] = {}
    for row in contacts:
        cell = (str(row["region"]), str(row["age_band"]))
        table[cell] = table.get(cell, 0) + 1
    shown = suppressed(table, regions, bands)
    return tuple((region, *(shown[region, band] for band in bands)) for region in regions), tuple(bands)
