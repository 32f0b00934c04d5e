"""The paper register (登记表) typed into a CSV file -> RegisterContact commands, and a list of what cannot be one."""

import csv
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from events.codes import code_list
from events.commit import Actor, derive_id
from services.bus.clock import LATEST
from services.bus.decoding import decode
from services.console.register_columns import COLUMN_OF, COLUMNS, Age, Column, WrongCell, plain, sentences
from services.decision import Env, Refused
from services.directory import directory
from services.intake.commands import RegisterContact
from services.intake.contact import decide
from services.refusals import sentences as service_sentences

BYTES_MAX = 64 * 1024 * 1024
# Years of a city's contacts; above it a file is not a register, and its list of problems would fill the memory.
ROWS_MAX = 200_000
CELLS_MAX = 64
# Fewer known names than this: the first row is no header, and must not be quoted in a message.
HEADER_NAMES_MIN = 3
# Two letters may be valid UTF-8 and GB18030 by chance; this many never are.
MIXED_BYTES_MIN = 18
CITY = "city"
SOME_CASE = "0" * 26
NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


class RegisterRefused(Exception):
    """The file as a whole cannot be read. Nothing of it is imported."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en


class Problem(Struct, frozen=True, kw_only=True):
    """Why a row stays out. `line` is its row as a spreadsheet numbers it; the header is row 1."""

    line: int
    column: str
    code: str
    zh: str
    en: str


class Row(Struct, frozen=True, kw_only=True):
    line: int
    command: RegisterContact


class Register(Struct, frozen=True, kw_only=True):
    """`encoding`: utf-8, utf-8-sig or gb18030."""

    encoding: str
    rows: list[Row]
    problems: list[Problem]


class _Record(Struct, frozen=True, kw_only=True):
    """One CSV record as bytes in latin-1 clothes; `cells` is None when its quotes do not close."""

    line: int
    text_line: int
    cells: list[str] | None


def read_register(path: Path) -> Register:
    """Read a register file. Raises RegisterRefused for the file as a whole, OSError when it cannot be opened."""
    raw = _bytes(path)
    records = _records(raw)
    header = next(records, None)
    if header is None or header.cells is None:
        raise RegisterRefused("register.no_header", "文件第一行不是表头，请补上表头。", "The file has no header row; add it.")
    encoding = _encoding(raw, header.cells)
    names = _header(header.cells, encoding)
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str], int] = {}
    for record in records:
        if record.line > ROWS_MAX + 1:
            raise RegisterRefused(
                "register.too_many_rows", f"超过 {ROWS_MAX} 行，请分成几个文件。", f"Over {ROWS_MAX} rows; split the file."
            )
        if record.cells is not None and not any(cell.strip() for cell in record.cells):
            continue
        found = _row(record, names, encoding, seen)
        if isinstance(found, Row):
            rows.append(found)
        else:
            problems += found
    return Register(encoding="utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else encoding, rows=rows, problems=problems)


def write_rejects(path: Path, problems: Sequence[Problem]) -> Path:
    """List the problems in `<stem>.rejects.csv` beside the input, readable by any spreadsheet."""
    beside = path.with_name(f"{path.stem}.rejects.csv")
    with beside.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("行号", "列", "原因", "reason"))
        for problem in problems:
            column = COLUMN_OF.get(problem.column, problem.column)
            writer.writerow((problem.line, *map(_as_text, (column, problem.zh, problem.en))))
    return beside


def _as_text(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula gets an apostrophe."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(BYTES_MAX + 1)
    if len(raw) > BYTES_MAX:
        raise RegisterRefused("register.too_large", "文件超过 64 MB，请分成几个文件。", "The file is over 64 MB; split it.")
    # UTF-16 without its mark still has a NUL beside every ASCII character, the commas of the header among them.
    if raw.startswith(UTF_16) or b",\0" in raw[:4096] or b"\0," in raw[:4096]:
        raise RegisterRefused(
            "register.utf16",
            "文件是 UTF-16（Unicode）编码；请另存为“CSV UTF-8（逗号分隔）”。",
            "The file is UTF-16; save it as “CSV UTF-8 (comma delimited)”.",
        )
    if raw.startswith(NOT_TEXT):
        raise RegisterRefused(
            "register.not_csv",
            "这不是 CSV 文件；请在表格软件里另存为“CSV UTF-8（逗号分隔）”。",
            "This is not a CSV file; save it from the spreadsheet as “CSV UTF-8 (comma delimited)”.",
        )
    return raw


class _Lines(Iterator[str]):
    """The file's lines in latin-1: lossless, so that one bad byte spoils its own cell and not the file.

    In UTF-8 and GB18030 alike no byte of a Chinese character equals a comma, a quote or a line end.
    """

    def __init__(self, raw: bytes) -> None:
        self._lines = raw.splitlines(keepends=True)
        self.position = 0

    def __next__(self) -> str:
        if self.position >= len(self._lines):
            raise StopIteration
        self.position += 1
        return self._lines[self.position - 1].decode("latin-1")


def _records(raw: bytes) -> Iterator[_Record]:
    lines = _Lines(raw.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\x84\x31\x95\x33"))
    reader = csv.reader(lines, strict=True)
    line = 0
    while True:
        begins = lines.position
        line += 1
        try:
            cells: list[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # Go on at the very next line: an open quote must not swallow the rows after it.
            lines.position = begins + 1
            reader = csv.reader(lines, strict=True)
            cells = None
        yield _Record(line=line, text_line=begins + 1, cells=cells)


def _encoding(raw: bytes, header: Sequence[str]) -> str:
    """The header is Chinese, so its encoding is the file's: strict UTF-8, else strict GB18030."""
    names = ",".join(header).encode("latin-1")
    for encoding in ("utf-8",) if raw.startswith(b"\xef\xbb\xbf") else ("utf-8", "gb18030"):
        try:
            names.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise RegisterRefused(
        "register.bad_encoding",
        "认不出文件编码；请另存为“CSV UTF-8（逗号分隔）”。",
        "The encoding is neither UTF-8 nor GB18030; save the file as “CSV UTF-8 (comma delimited)”.",
    )


def _header(cells: Sequence[str], encoding: str) -> list[str]:
    """The columns of the file in its own order, or a refusal that names what is missing, repeated or unknown."""
    names = [plain(cell.encode("latin-1").decode(encoding)) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(set(names) & COLUMNS.keys()) < HEADER_NAMES_MIN:
        raise RegisterRefused(
            "register.no_header",
            "文件第一行不是登记表的表头；第一行应为：" + "、".join(COLUMNS) + "。",
            "The first row is not the register's header; it must name its columns: " + ", ".join(COLUMNS) + ".",
        )
    repeated = sorted({name for name in names if name in COLUMNS and names.count(name) > 1})
    unknown = [f"{at}（{name[:12]}）" for at, name in enumerate(names, start=1) if name not in COLUMNS][:CELLS_MAX]
    missing = [name for name, column in COLUMNS.items() if column.needed and name not in names]
    wrong = [
        (code, zh + "、".join(which), en + ", ".join(which))
        for code, zh, en, which in (
            ("register.columns_repeated", "表头有重复的列：", "repeated columns: ", repeated),
            ("register.columns_unknown", "表头有不认识的列：第 ", "unknown columns: no. ", unknown),
            ("register.columns_missing", "表头缺少必需的列：", "missing columns: ", missing),
        )
        if which
    ]
    if wrong:
        raise RegisterRefused(
            wrong[0][0],
            "；".join(zh for _, zh, _ in wrong) + "。",
            "The header is not that of the register; " + "; ".join(en for _, _, en in wrong) + ".",
        )
    return names


def _row(record: _Record, names: list[str], encoding: str, seen: dict[tuple[str, str], int]) -> Row | list[Problem]:
    line, cells = record.line, record.cells
    if cells is None:
        return [_problem(line, "", "register.quotes_unbalanced", text_line=str(record.text_line))]
    # A spreadsheet pads short tables with empty cells on the right.
    while len(cells) > len(names) and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) != len(names):
        code = "register.cells_too_many" if len(cells) > len(names) else "register.cells_too_few"
        return [_problem(line, "", code, found=str(len(cells)), expected=str(len(names)))]
    if encoding == "gb18030" and _is_utf_8(cells):
        return [_problem(line, "", "register.mixed_encoding", encoding=encoding)]
    values: dict[str, Any] = {column.field: column.empty for column in COLUMNS.values()}
    problems: list[Problem] = []
    for name, cell in zip(names, cells, strict=True):
        try:
            values[COLUMNS[name].field] = _value(COLUMNS[name], cell, encoding)
        except WrongCell as wrong:
            problems.append(_problem(line, name, wrong.code, **wrong.places))
    wrong_columns = {problem.column for problem in problems}
    if not {"编号", "区划码"} & wrong_columns:
        values["desk"] = desk_of(values["region"])
        first = seen.setdefault((values["desk"], values["number"]), line)
        if first != line:
            problems.append(_problem(line, "编号", "register.number_repeated", other=str(first)))
    if not {"来电时间", "区划码"} & wrong_columns and _out_of_use(values):
        problems.append(_problem(line, "区划码", "register.code_expired"))
    return problems or _command(line, values)


def _is_utf_8(cells: Sequence[str]) -> bool:
    raw = "".join(cells).encode("latin-1")
    if sum(byte >= 0x80 for byte in raw) < MIXED_BYTES_MIN:
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _value(column: Column, cell: str, encoding: str) -> Any:
    try:
        words = cell.encode("latin-1").decode(encoding)
    except UnicodeDecodeError:
        raise WrongCell("register.bad_encoding", encoding=encoding) from None
    if words.strip():
        return column.read(words)
    if column.fill:
        raise WrongCell("register.cell_missing")
    return column.empty


@cache
def desk_of(region: str) -> str:
    """The desk that serves a region: the county's own, else the city's."""
    return next((desk.code for desk in directory().desks if region in directory().regions_of(desk.code)), CITY)


def _out_of_use(values: dict[str, Any]) -> bool:
    entry = code_list("region").get(values["region"])
    return entry is not None and not entry.valid_on(values["started"].date())


def _command(line: int, values: dict[str, Any]) -> Row | list[Problem]:
    age: Age = values.pop("age")
    # No digest of the row in the id: names and phones are few enough to be guessed from one.
    command_id = f"import:{derive_id('import', values['desk'], values['number'])}"
    command = RegisterContact(command_id=command_id, child_age=age.years, age_band=age.band, **values)
    # What the service itself will say, of the message and of its sense: a check must not promise more.
    refused = decode(msgspec.json.encode(command), RegisterContact)
    if not isinstance(refused, Refused):
        decided = decide(command, None, _env(), earlier=None, earlier_case=SOME_CASE)
        if not isinstance(decided, Refused):
            return Row(line=line, command=command)
        refused = decided
    zh, en = service_sentences(refused)
    return [Problem(line=line, column=COLUMN_OF.get(refused.field or "", ""), code=refused.code, zh=zh, en=en)]


@cache
def _env() -> Env:
    """A desk at the end of time: whether a contact lies in the future, and whether there is a case to merge it into,
    only the service's clock and ledger can tell."""
    return Env(
        now=LATEST,
        occurred=LATEST,
        actor=Actor(principal="import", role="duty_officer"),
        new_id=lambda purpose: SOME_CASE,
        units=frozenset(unit.code for unit in directory().units),
    )


def _problem(line: int, column: str, code: str, **places: str) -> Problem:
    zh, en = sentences(code, column, **places)
    return Problem(line=line, column=column, code=code, zh=zh, en=en)
