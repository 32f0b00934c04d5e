"""What each column of the paper register means, how its cells are read, and what is said of a cell that cannot be.

No sentence here repeats what stands in a cell: a phone number typed one column too far would end up in a log.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

from msgspec import Struct

from events.codes import code_list
from services.bus.clock import CHINA
from services.directory import directory

TEXT_MAX, NAME_MAX, NUMBER_MAX, PHONE_MAX = 8000, 200, 40, 32
AGE_MAX = 120
UNKNOWN_AGE = "unknown"
QUESTIONS = 9
# Lists up to this long are spelt out in the refusal; longer ones are looked up.
HINT_ENTRIES_MAX = 10

SENTENCES: dict[str, tuple[str, str]] = {
    "register.cell_missing": ("“{column}”未填写。", "The cell {column} is empty; fill it in."),
    "register.cell_too_long": (
        "“{column}”超过 {limit} 个字，请精简。",
        "The cell {column} is over {limit} characters; shorten it.",
    ),
    "register.bad_encoding": (
        "“{column}”的文字编码与表头（{encoding}）不同或被截断，请重新另存。",
        "The cell {column} is not whole {encoding} text as the header is; save the file again.",
    ),
    "register.mixed_encoding": (
        "本行是 UTF-8 编码，与表头（{encoding}）不同，请统一编码后另存。",
        "This row is UTF-8 while the header is {encoding}; save the file in one encoding.",
    ),
    "register.cells_too_many": (
        "本行有 {found} 格，表头有 {expected} 列；请检查逗号和引号。",
        "The row has {found} cells and the header {expected}; check commas and quotes.",
    ),
    "register.cells_too_few": (
        "本行只有 {found} 格，表头有 {expected} 列；请补齐。",
        "The row has only {found} cells and the header {expected}; complete it.",
    ),
    "register.quotes_unbalanced": (
        "引号不成对或单元格过长（文本第 {text_line} 行起），请检查。",
        "A quote is not closed or a cell has no end (from text line {text_line}); check it.",
    ),
    "register.code_unknown": (
        "“{column}”不在代码表中{hint_zh}。",
        "The cell {column} is not in its code list{hint_en}.",
    ),
    "register.code_expired": (
        "“{column}”的代码在来电时尚未启用或已停用，请核对。",
        "The code in {column} was not in use when the contact came in; check it.",
    ),
    "register.unit_unknown": (
        "“{column}”不在单位名录中，请填单位代码或全称。",
        "The cell {column} names no unit of the directory; write its code or full name.",
    ),
    "register.time_malformed": (
        "“{column}”请写成 2026-01-12 09:30 的样子。",
        "Write {column} like 2026-01-12 09:30.",
    ),
    "register.time_impossible": (
        "“{column}”的日期或时刻不存在，请核对。",
        "The date or time in {column} does not exist; check it.",
    ),
    "register.time_out_of_range": (
        "“{column}”应在 2000 年至 2099 年之间，请核对。",
        "The cell {column} must lie between 2000 and 2099; check it.",
    ),
    "register.screen_malformed": (
        "“{column}”请写九个是/否/？（或 y/n/u），或写“无”，或列出为“是”的题号，如 4、6。",
        "Write {column} as nine y/n/u, as 无 (none), or as the numbers that are yes, like 4,6.",
    ),
    "register.age_malformed": (
        "“{column}”请填 0-120 的整数周岁，不清楚请填“不详”。",
        "Write {column} as whole years 0-120, or 不详 if unknown.",
    ),
    "register.phone_malformed": (
        "“{column}”只能含数字、空格、+、-、括号，且只填一个号码。",
        "The cell {column} holds one number: digits, spaces, + - ( ) only.",
    ),
    "register.number_repeated": (
        "“{column}”与第 {other} 行重复。",
        "The {column} repeats that of row {other}.",
    ),
}


class WrongCell(Exception):
    """A cell that cannot be read: a code of SENTENCES and what fills its places. Never the cell itself."""

    def __init__(self, code: str, **places: str) -> None:
        super().__init__(code)
        self.code = code
        self.places = places


class Age(Struct, frozen=True):
    years: int | None
    band: str


class Column(Struct, frozen=True):
    """One column: the field of RegisterContact it fills, how a filled cell is read, what an empty one means.

    needed: the file must have the column. fill: every row must have something in it.
    """

    field: str
    read: Callable[[str], Any]
    needed: bool = True
    fill: bool = True
    empty: Any = None


def sentences(code: str, column: str, **places: str) -> tuple[str, str]:
    zh, en = SENTENCES[code]
    places = {"hint_zh": "", "hint_en": "", **places, "column": column}
    return zh.format(**places), en.format(**places)


def plain(cell: str) -> str:
    """NFKC: full-width digits, letters and punctuation as everyone types them. For codes, ids, numbers and times."""
    return unicodedata.normalize("NFKC", cell).strip()


def text(limit: int, cell: str) -> str:
    """Words stay as they were written, a leading `=` among them; only their Unicode form and line ends are settled."""
    words = unicodedata.normalize("NFC", cell).replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(words) > limit:
        raise WrongCell("register.cell_too_long", limit=str(limit))
    return words


def number(cell: str) -> str:
    return text(NUMBER_MAX, plain(cell))


def code(name: str, cell: str) -> str:
    """A code or a Chinese label of the list -> its code."""
    entries = code_list(name)
    written = plain(cell)
    # A spreadsheet makes 01 into 1 behind the typist's back.
    entry = entries.find(written) or (entries.find(f"0{written}") if re.fullmatch("[1-9]", written) else None)
    if entry is None:
        few, shown = len(entries) <= HINT_ENTRIES_MAX, list(entries)
        raise WrongCell(
            "register.code_unknown",
            hint_zh="，可填：" + "、".join(f"{each.code} {each.zh}" for each in shown) if few else "",
            hint_en=", which holds: " + ", ".join(f"{each.code} {each.en}" for each in shown) if few else "",
        )
    return entry.code


def unit(cell: str) -> str:
    found = directory().find_unit(plain(cell)) or directory().find_unit(cell.strip())
    if found is None:
        raise WrongCell("register.unit_unknown")
    return found.code


_MOMENT = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:T| *)(?<![0-9])"
    r"([0-9]{1,2})[:时]([0-9]{1,2})(?::([0-9]{1,2})(?:\.[0-9]{1,6})?|分)?"
    r" *(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


def moment(cell: str) -> datetime:
    """2026-01-12 09:30, 2026/1/12 9:30, 2026年1月12日9时30分 or RFC 3339. A time without an offset is +08:00."""
    found = re.fullmatch(_MOMENT, plain(cell).replace(" ", " "))
    if found is None:
        raise WrongCell("register.time_malformed")
    year, month, day, hour, minute, second, offset = found.groups()
    try:
        zone = _zone(offset)
        when = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=zone)
    except ValueError:
        raise WrongCell("register.time_impossible") from None
    if not 2000 <= when.year <= 2099:
        raise WrongCell("register.time_out_of_range")
    return when.astimezone(CHINA)


def _zone(offset: str | None) -> timezone:
    if offset is None:
        return CHINA
    if offset == "Z":
        return timezone(timedelta(0))
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if minutes > 59:
        raise ValueError
    return timezone((-1 if offset[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))


_MARKS = str.maketrans("是否有无√×✓✗?不未YNU", "ynynynynuuuynu")


def screen(cell: str) -> str:
    """The nine answers as y, n, u: nine marks, 无 for all no, or the numbers of the yes ones (4,6)."""
    written = re.sub(r"\s", "", plain(cell))
    if written in ("无", "否", "全否", "均否", "none"):
        return "n" * QUESTIONS
    marks = written.translate(_MARKS)
    if re.fullmatch("[ynu]{9}", marks):
        return marks
    # Only with separators, or one alone: 46 may be 4,6 from which a spreadsheet took the comma, or a slip for 4.
    if re.fullmatch("[1-9](?:[,、;/][1-9])*", written):
        return "".join("y" if str(question) in written else "n" for question in range(1, QUESTIONS + 1))
    raise WrongCell("register.screen_malformed")


def age(cell: str) -> Age:
    """Whole years, with or without 岁 -> years and band; a band or 不详 -> no years."""
    written = plain(cell)
    years = re.fullmatch("([0-9]{1,3}) ?(?:周?岁)?", written)
    if years is None:
        band = code_list("age_band").find(written)
        if band is None:
            raise WrongCell("register.age_malformed")
        return Age(None, band.code)
    if int(years[1]) > AGE_MAX:
        raise WrongCell("register.age_malformed")
    return Age(int(years[1]), band_of(int(years[1])))


def band_of(years: int) -> str:
    """The band of the code list that holds this age."""
    for entry in code_list("age_band"):
        if "min" in entry.extra and int(entry.extra["min"]) <= years <= int(entry.extra.get("max", AGE_MAX)):
            return entry.code
    return UNKNOWN_AGE


def phone(cell: str) -> str:
    written = plain(cell)
    if not re.fullmatch(rf"[0-9+ ()-]{{1,{PHONE_MAX}}}", written):
        raise WrongCell("register.phone_malformed")
    return written


def _coded(field: str, name: str, needed: bool = True) -> Column:
    return Column(field, partial(code, name), needed=needed, fill=needed)


def _words(field: str, limit: int, needed: bool = False) -> Column:
    return Column(field, partial(text, limit), needed=needed, fill=False, empty="")


# In the order of the paper form (domain.md §6.1); a file may have them in any order.
COLUMNS: dict[str, Column] = {
    "编号": Column("number", number),
    "来电时间": Column("started", moment),
    "结束时间": Column("ended", moment, needed=False, fill=False),
    "渠道": _coded("channel", "channel"),
    "值班员": _words("duty_officer", NAME_MAX),
    "来电人角色": _coded("caller_role", "caller_role"),
    "来电人姓名": _words("caller_name", NAME_MAX),
    "来电人电话": Column("caller_phone", phone, needed=False, fill=False, empty=""),
    "当事人姓名": _words("child_name", NAME_MAX),
    "当事人性别": _coded("sex", "sex"),
    "当事人年龄": Column("age", age, needed=False, fill=False, empty=Age(None, UNKNOWN_AGE)),
    "区划码": _coded("region", "region"),
    "诉求类型": _coded("contact_type", "contact_type"),
    "问题类别": _coded("category", "category"),
    "紧急程度": _coded("urgency", "urgency"),
    "强制报告筛查": Column("screen", screen),
    # Empty in a silent call only; that depends on the disposition.
    "通话内容": _words("narrative", TEXT_MAX, needed=True),
    "处理意见": _words("opinion", TEXT_MAX, needed=True),
    "处置方式": _coded("disposition", "disposition"),
    "转办单位": Column("unit", unit, needed=False, fill=False),
    "处理结果": _words("result", TEXT_MAX),
    "如何知道热线": _coded("heard_from", "heard_from", needed=False),
    "保密要求": _coded("confidentiality", "confidentiality", needed=False),
    "备注": _words("remarks", TEXT_MAX),
}
# The service names fields; a person looks for a column.
COLUMN_OF = {column.field: name for name, column in COLUMNS.items()} | {
    "child_age": "当事人年龄",
    "age_band": "当事人年龄",
}
