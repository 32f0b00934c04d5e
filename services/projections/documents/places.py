"""Places in documents: no paper names a place below the county, for with category and age it points at a child. domain.md §5."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from events.codes import Entry, code_list
from services.projections.documents.wording import label


def county(region: str) -> str:
    """The county or district that a place lies in; an unknown code is shown as it is."""
    entry = code_list("region").get(region)
    return region if entry is None else _above(entry).code


def matter_of(row: Mapping[str, Any], lang: str) -> str:
    """The matter of a row as it was recorded, with the county in place of a town."""
    text = str(row["matter_en" if lang == "en" else "matter_zh"])
    for name, county_code in _towns():
        text = text.replace(name, label("region", county_code, lang))
    return text


def _above(entry: Entry) -> Entry:
    while entry.group == "town":
        above = code_list("region").get(entry.extra["parent"])
        if above is None:
            break
        entry = above
    return entry


@cache
def _towns() -> tuple[tuple[str, str], ...]:
    """Every name of a town and the code of its county: the longer names first, for they hold the shorter ones."""
    found = [
        (name, _above(entry).code)
        for entry in code_list("region")
        if entry.group == "town"
        for name in (entry.zh, entry.en, *entry.aliases)
    ]
    return tuple(sorted(found, key=lambda each: (-len(each[0]), each[0])))
