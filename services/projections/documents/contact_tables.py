"""What of the contacts of a period may be printed, in whatever document: one set of tables, protected together. Pure.

A briefing and a report about the same days are read side by side. Were each protected by itself, one could be subtracted
from the other; so both print from here. docs/decisions/0014-small-cells.md.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from services.projections.documents.suppression import TOTAL, Earlier, Table, figure, protect

Figures = Mapping[str, int]
BANDS = ("0-5", "6-13", "14-15", "16-17", "18plus", "unknown", "none")
# A longer period is told by months, a shorter one by weeks.
WEEKS_UP_TO_DAYS = 92
ONE_WAY = ("disposition", "category", "channel", "desk")
ALONE = ("contacts.mandatory", "contacts.repeated")
CROSSED = "contacts.region_by_age"
# Where a contact stands whose form leaves the field empty.
NOWHERE = "none"
Where = TypeVar("Where", str, tuple[str, str])


def parts(figures: Figures, prefix: str) -> dict[str, int]:
    """`contacts.category` -> {code: how many}: most first, then by code. Cells of cross tables are no parts."""
    found = {
        name[len(prefix) + 1 :]: value
        for name, value in figures.items()
        if name.startswith(f"{prefix}.") and "." not in name[len(prefix) + 1 :]
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def contact_tables(figures: Figures) -> tuple[Table, ...]:
    """Everything about contacts that a document prints beside their number: what `protect` has to look at together.

    Counts by week or month are not among them: they are printed where none is small, and say nothing about a person.
    """
    total = figures.get("contacts", 0)

    def one_way(dimension: str) -> Table:
        counts = _whole(parts(figures, f"contacts.{dimension}"), NOWHERE, total)
        named = tuple(sorted(counts))
        return Table(
            f"contacts.{dimension}", dimension, None, named, (), {(name, TOTAL): counts[name] for name in named}
        )

    return (
        *(one_way(dimension) for dimension in ONE_WAY),
        crossed(figures),
        *(figure(name, figures.get(name, 0), total) for name in ALONE),
    )


def crossed(figures: Figures) -> Table:
    """Region by age band: the areas by code, the bands by age."""
    regions, bands = sorted(parts(figures, "contacts.region")), sorted(parts(figures, "contacts.age_band"), key=_place)
    counts = {(region, band): figures.get(f"{CROSSED}.{region}.{band}", 0) for region in regions for band in bands}
    counts = _whole(counts, (NOWHERE, NOWHERE), figures.get("contacts", 0))
    if (NOWHERE, NOWHERE) in counts:
        regions, bands = sorted({*regions, NOWHERE}), sorted({*bands, NOWHERE}, key=_place)
    return Table(CROSSED, "region", "age_band", tuple(regions), tuple(bands), counts)


def _whole(counts: dict[Where, int], nowhere: Where, total: int) -> dict[Where, int]:
    """With a place for those that stand nowhere, so that it counts them all. Too many make it raise ValueError later on."""
    missing = total - sum(counts.values())
    return counts | {nowhere: counts.get(nowhere, 0) + missing} if missing > 0 else counts


def _place(band: str) -> tuple[int, str]:
    return (BANDS.index(band) if band in BANDS else len(BANDS), band)


def printed(figures: Figures, start: date, end: date, published: Sequence[Earlier] = ()) -> dict[str, str]:
    """Every figure on contacts that a document may print, by name, as it prints it: margins and cells.

    published: what is out already and may be subtracted from this.
    """
    tables = contact_tables(figures)
    cells = protect(tables, figures.get("contacts", 0), published, (start, end))
    return _by_figure(tables, cells)


def told(total: str, cells: Mapping[str, str]) -> dict[str, int | str]:
    """The same for a machine, the total with them: a number that is printed is a number."""
    return {name: int(shown) if shown.isdigit() else shown for name, shown in {"contacts": total, **cells}.items()}


def published(figures: Figures, start: date, end: date, before: Sequence[Earlier] = ()) -> Earlier:
    """The same as a publication that is out, for what is printed after it."""
    tables, total = contact_tables(figures), figures.get("contacts", 0)
    return Earlier((start, end), tables, total, protect(tables, total, before, (start, end)))


def _by_figure(tables: Sequence[Table], cells: Mapping[str, Mapping[tuple[str, str], str]]) -> dict[str, str]:
    told: dict[str, str] = {}
    for table in tables:
        for (row, column), shown in cells[table.name].items():
            if table.name in ALONE:
                if row == "yes":
                    told[table.name] = shown
            elif table.column_dimension is None:
                told[f"{table.name}.{row}"] = shown
            elif TOTAL in (row, column):
                dimension = table.row_dimension if column == TOTAL else table.column_dimension
                told[f"contacts.{dimension}.{row or column}"] = shown
            else:
                told[f"{table.name}.{row}.{column}"] = shown
    return told


def time_axis(start: date, end: date) -> tuple[str, list[str]]:
    """By what the trend is drawn, and its points: months as 2026-03, weeks by their Monday."""
    if (end - start).days + 1 > WEEKS_UP_TO_DAYS:
        months = (end.year - start.year) * 12 + end.month - start.month
        return "month", [month_after(start, ahead) for ahead in range(months + 1)]
    monday = start - timedelta(days=start.weekday())
    return "week", [str(monday + timedelta(days=7 * ahead)) for ahead in range((end - monday).days // 7 + 1)]


def month_after(start: date, ahead: int) -> str:
    """The month so many months after a day's: 2026-03."""
    at = start.year * 12 + start.month - 1 + ahead
    return f"{at // 12:04}-{at % 12 + 1:02}"
