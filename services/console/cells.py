"""Cells of an export: what a spreadsheet must not run, cannot hold or would show as something else. Pure."""

import math
import re
from datetime import datetime
from typing import Any

from msgspec import Struct

# What starts a formula in one office program or another, the full-width forms included.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# A tab or a return in front makes some programs read the rest of the cell on its own.
AT_ONCE = ("\t", "\r")
# Skipped before a formula is looked for: quotes, spaces of any kind, what prints nothing.
_SKIPPED = re.compile("[\\s\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\u3000\ufeff\"'`“”‘’＂＇]*")
# XML has no place for these; a picture of each has.
_PICTURES = {code: 0x2400 + code for code in range(32) if code != 10} | {0x7F: 0x2421}
_LOST = re.compile("[\ud800-\udfff\ufffe\uffff]")
LONGEST = 32_767
EXACT = 2**53


class TooLong(Exception):
    """A text that no cell of a workbook holds whole: `column` and `row` count from 1, without the heading."""

    def __init__(self, column: int, row: int) -> None:
        super().__init__(f"column {column}, row {row}")
        self.column, self.row = column, row


class Share(Struct, frozen=True):
    """A number that is shown as a percentage."""

    value: float


def disarmed(cell: Any) -> Any:
    """A cell for CSV: a text that would start a formula gets one apostrophe in front; a number stays one.

    A list becomes one text. Taking the apostrophe away gives the text back.
    """
    if isinstance(cell, list):
        cell = ";".join(map(str, cell))
    if not isinstance(cell, str):
        return cell
    rest = cell[_leading(cell) :]
    return f"'{cell}" if cell.startswith(AT_ONCE) or rest.startswith(FORMULA) else cell


def _leading(text: str) -> int:
    found = _SKIPPED.match(text)
    return found.end() if found else 0


def held(cell: Any, lang: str = "zh") -> str | int | float | Share | None:
    """A cell for a workbook: a number, or a text that is shown letter by letter and never run.

    Control characters are shown as their pictures (␀), a moment to the minute, a list in one text. Integers that a
    workbook would round and numbers that are none are texts.
    """
    match cell:
        case None:
            return None
        case bool():
            return ("yes" if cell else "no") if lang == "en" else ("是" if cell else "否")
        case int():
            return cell if -EXACT <= cell <= EXACT else str(cell)
        case float() | Share():
            value = cell.value if isinstance(cell, Share) else cell
            return cell if math.isfinite(value) else str(value)
        case list():
            return _text(("; " if lang == "en" else "；").join(str(held(each, lang) or "") for each in cell))
        case _:
            return _text(_minute(str(cell)))


def _text(text: str) -> str:
    text = _LOST.sub("\ufffd", text.replace("\r\n", "\n").translate(_PICTURES))
    # The writer takes a text in these brackets for markup of its own.
    return f"'{text}" if text.startswith("<r>") and text.endswith("</r>") else text


def _minute(text: str) -> str:
    """A moment of the ledger as people write it; any other text as it is."""
    if len(text) < 25 or text[4] != "-" or text[10] != "T":
        return text
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return text
    return text[:16].replace("T", " ")


def units16(text: str) -> int:
    """Its length as a workbook counts: a character beyond U+FFFF is two."""
    return len(text) + sum(character > "\uffff" for character in text)
