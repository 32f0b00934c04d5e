"""An answer as an .xlsx workbook: one sheet of rows, one that says where they come from. The same answer, the same bytes."""

import os
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from services.console.cells import LONGEST, Share, TooLong, held, units16

CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
# A workbook ends here; its first row is the heading.
ROWS_MAX = 1_048_575
NARROWEST, WIDEST, SAMPLE = 8, 60, 500
# Nothing in a text is a formula, a link or a number: what is a number comes as one.
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_UNNAMED = re.compile(r"[\[\]:*?/\\\x00-\x1f']")


class TooManyRows(Exception):
    """More rows than a sheet has."""


def write_workbook(
    path: Path,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    about: Sequence[tuple[str, str]],
    lang: str = "zh",
) -> None:
    """Write the workbook whole or not at all. `about`: the lines of the second sheet, name and content.

    Raises TooLong, TooManyRows before anything is written, OSError.
    """
    shown = [[held(cell, lang) for cell in row] for row in rows]
    if len(shown) > ROWS_MAX:
        raise TooManyRows(len(shown))
    for at, row in enumerate(shown, 1):
        for place, cell in enumerate(row, 1):
            if isinstance(cell, str) and units16(cell) > LONGEST:
                raise TooLong(place, at)
    new = path.with_name(f".{path.name}.new")
    try:
        _fill(new, title, columns, shown, about, lang)
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def _fill(
    path: Path,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    about: Sequence[tuple[str, str]],
    lang: str,
) -> None:
    # Rows go to the disk as they come: a large answer needs no large memory.
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, **PLAIN}) as book:
        book.set_properties({"created": CREATED, "title": title})
        heading = book.add_format({"bold": True, "bg_color": "#EDE7DD", "border": 1, "text_wrap": True})
        body = book.add_format({"valign": "top", "text_wrap": True})
        percent = book.add_format({"valign": "top", "num_format": "0.0%"})
        sheet = book.add_worksheet(_sheet_name(title))
        for place, name in enumerate(columns):
            sheet.set_column(place, place, _width([name, *(row[place] for row in rows[:SAMPLE])]))
        sheet.freeze_panes(1, 0)
        if columns:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        for place, name in enumerate(columns):
            sheet.write_string(0, place, str(held(name)), heading)
        for at, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                match cell:
                    case None | "":
                        pass
                    case Share(value):
                        sheet.write_number(at, place, value, percent)
                    case str():
                        sheet.write_string(at, place, cell, body)
                    case _:
                        sheet.write_number(at, place, cell, body)
        notes = book.add_worksheet("About" if lang == "en" else "说明")
        notes.set_column(0, 0, 16)
        notes.set_column(1, 1, 76)
        for at, (name, content) in enumerate(about):
            notes.write_string(at, 0, name, heading)
            notes.write_string(at, 1, str(held(content))[:LONGEST], body)


def _sheet_name(title: str) -> str:
    """A name as a sheet may have it: 31 characters, none of []:*?/\\."""
    return _UNNAMED.sub("", title).strip()[:31] or "Sheet"


def _width(cells: Sequence[Any]) -> int:
    """As wide as the widest line of the sample, a Chinese character counting two, within bounds."""
    widest = max(
        (_columns(line) for cell in cells if cell is not None for line in _shown(cell).split("\n")), default=NARROWEST
    )
    return min(max(widest + 2, NARROWEST), WIDEST)


def _shown(cell: Any) -> str:
    return "100.0%" if isinstance(cell, Share) else str(cell)[: 2 * WIDEST]


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
