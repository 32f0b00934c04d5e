"""What a table says to people: headings and codes in their language. Machines get the columns and codes themselves."""

from collections.abc import Sequence
from typing import Any

from events.codes import code_list
from services.directory import directory

# Column -> the code list that its values stand in. A status stands in the list of what it is the status of.
LISTS = {
    name: name
    for name in (
        *("channel", "caller_role", "contact_type", "category", "region", "age_band", "sex", "urgency"),
        *("heard_from", "closure_code", "level", "role"),
    )
} | {"type": "fact", "primary_disposition": "disposition", "result": "referral_result", "outcomes": "outcome"}
STATUS = {
    "case": "case_status",
    "case_board": "case_status",
    "referral": "referral_state",
    "referral_ledger": "referral_state",
    "notice": "notice_status",
    "supervision_ledger": "notice_status",
}
KINDS = {
    "contact": ("登记", "contact"),
    "case": ("案件", "case"),
    "referral": ("转办单", "referral"),
    "notice": ("督办文书", "notice"),
}


def headings(columns: Sequence[str], explained: Sequence[dict[str, str]], lang: str) -> list[str]:
    """The columns' Chinese names; in English their own, which are words."""
    zh = {each["name"]: each["zh"] for each in explained}
    return [name.replace("_", " ") if lang == "en" else zh.get(name, name) for name in columns]


def worded(query: str, column: str, value: Any, lang: str) -> Any:
    """A code as the label that people know; anything else, and a code of no list, as it is."""
    if isinstance(value, list):
        return [worded(query, column, each, lang) for each in value]
    if not isinstance(value, str):
        return value
    if column == "kind" and value in KINDS:
        return KINDS[value][lang == "en"]
    if column == "unit" and (unit := directory().unit(value)):
        return f"{value} {unit.en if lang == 'en' else unit.zh}"
    name = STATUS.get(query) if column == "status" else LISTS.get(column)
    if name is None:
        return value
    entries = code_list(name)
    code = value.removesuffix(".v1") if name == "fact" else value
    return entries.en(code) if lang == "en" else entries.zh(code)
