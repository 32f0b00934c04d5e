"""The papers of a period, or of one that is on record: the circular and the situation report."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from events.briefing import figures_digest
from events.codes import code_list
from services.bus.client import Client
from services.console.briefings import OnRecord, corrections_of, figures_at, published_before
from services.console.office import Office, Unwritable, names
from services.console.papers import all_rows, provenance, workdays
from services.console.periods import Period
from services.directory import directory
from services.projections.documents import (
    Circular,
    Contradictory,
    Provenance,
    Recorded,
    circular,
    printed,
    situation_report,
    write,
)
from services.projections.documents.briefing import CASES
from services.projections.documents.briefing_figures import day_of
from services.projections.documents.standing import overdue_of, unanswered_of

# To put right what a circular names, unless the office says another day.
RECTIFY_WORKING_DAYS = 10


async def write_circular(office: Office, wanted: Period | OnRecord, rectify_by: date | None = None) -> list[Path]:
    """Write the circular of a period, or one that is on record. Raises Unwritable, QueryRefused, DoesNotHold."""
    recorded, period, figures, position = await _read(office, wanted)
    office, start, end = office.at(position), period.start, period.end
    issue = recorded.issue if recorded else None
    dated = issue.day if issue else _as_of_day(position, end)
    referrals, _ = await office.rows("referral_ledger")
    notices, _ = await office.rows("supervision_ledger")
    provisional = False
    if rectify_by is None:
        rectify_by, provisional = await _rectify_by(office.client, dated)
    model = Circular(
        start=start,
        end=end,
        dated=dated,
        figures=_own(figures, "referrals", "units."),
        names=names(office.lang),
        overdue=overdue_of(referrals, start, end, await workdays(office.client, end)),
        unanswered=unanswered_of(notices, start, end),
        rectify_by=rectify_by,
        provisional=provisional,
        corrections=await corrections_of(office.client, recorded.id) if recorded else (),
    )
    stem = f"circular-{start:%Y%m%d}-{end:%Y%m%d}"
    try:
        document = circular(model, _origin(office, position, figures, stem), office.lang, issue)
    except Contradictory as found:
        raise Unwritable(
            "circular.contradictory",
            f"{found} 的数据自相矛盾（按时数多于应办结数等），不出具通报。请先运行 lianxi rebuild 核对。",
            f"The figures of {found} contradict each other; no circular is written. Run `lianxi rebuild` and compare.",
        ) from found
    return write(document, office.folder, stem, office.pdf)


async def write_report(office: Office, wanted: Period | OnRecord) -> list[Path]:
    """Write the situation report of a period, or one that is on record. Raises QueryRefused, DoesNotHold."""
    recorded, period, figures, position = await _read(office, wanted)
    office, start, end = office.at(position), period.start, period.end
    issue = recorded.issue if recorded else None
    network = directory()
    sectors = Counter(unit.sector for unit in network.units)
    listed = [entry.code for entry in code_list("sector") if entry.code in sectors]
    posts = [entry for entry in code_list("sector") if entry.extra.get("post") == "yes"]
    before = await published_before(office.client, period, int(position["seq"]), recorded.id if recorded else None)
    model = Recorded(
        start=start,
        end=end,
        dated=issue.day if issue else _as_of_day(position, end),
        total=figures.get("contacts", 0),
        printed=printed(figures, start, end, before),
        figures=_own(figures, "referrals", "notices", "cases.outcome.", *CASES),
        directory={
            "units": len(network.units),
            "desks": len(network.desks),
            "sectors": len(sectors),
            "post_sectors": len(posts),
        },
        # In the order of the list, the larger first: a sort keeps the order of equals.
        sectors={code: sectors[code] for code in sorted(listed, key=lambda code: -sectors[code])},
        desks={each.code: each.en if office.lang == "en" else each.zh for each in network.desks},
        corrections=await corrections_of(office.client, recorded.id) if recorded else (),
    )
    stem = f"report-{start:%Y%m%d}-{end:%Y%m%d}"
    document = situation_report(model, _origin(office, position, figures, stem), office.lang, issue)
    return write(document, office.folder, stem, office.pdf)


async def _read(
    office: Office, wanted: Period | OnRecord
) -> tuple[OnRecord | None, Period, dict[str, int], dict[str, Any]]:
    """What is on record of it, its period, and every figure with its position. Raises QueryRefused, DoesNotHold."""
    if isinstance(wanted, Period):
        return None, wanted, *await figures_at(office.client, wanted, office.as_of)
    figures, position = await figures_at(office.client, wanted.period, wanted.seq)
    wanted.hold(figures_digest(figures))
    return wanted, wanted.period, figures, position


def _origin(office: Office, position: dict[str, Any], figures: dict[str, int], stem: str) -> Provenance:
    """With the digest of every figure of the period, which `lianxi explain` computes again from the ledger."""
    return provenance(position, figures_digest(figures), office.simulated, f"lianxi explain {stem}.json")


def _own(figures: dict[str, int], *prefixes: str) -> dict[str, int]:
    return {name: value for name, value in figures.items() if name.startswith(prefixes)}


def _as_of_day(position: dict[str, Any], end: date) -> date:
    """A document is dated on the day of the newest fact it knows, and not before its period ends."""
    return max(end, day_of(position["recorded"])) if position["recorded"] else end


async def _rectify_by(client: Client, dated: date) -> tuple[date | None, bool]:
    """The last of the working days to put things right, and whether its calendar is provisional; None when none is known."""
    span = {"from": (dated + timedelta(days=1)).isoformat(), "to": (dated + timedelta(days=60)).isoformat()}
    days, _ = await all_rows(client, "calendar", None, **span)
    working = sorted((row for row in days if row["is_workday"]), key=lambda row: str(row["day"]))
    if len(working) < RECTIFY_WORKING_DAYS:
        return None, False
    last = working[RECTIFY_WORKING_DAYS - 1]
    until = date.fromisoformat(last["day"])
    return until, any(row["provisional"] for row in days if date.fromisoformat(row["day"]) <= until)
