"""The paper register (登记表) typed into a CSV file -> RegisterContact commands, and a list of what cannot be one."""

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from events.codes import code_list
from events.commit import Actor, derive_id
from services.bus.clock import LATEST
from services.bus.decoding import decode
from services.console.register_columns import COLUMN_OF, COLUMNS, Age, Column, WrongCell, sentences
from services.console.register_file import (
    UTF_8_MARK,
    Record,
    RegisterRefused,
    encoding_of,
    header_of,
    is_utf_8,
    read_bytes,
    records,
)
from services.decision import Env, Refused
from services.directory import directory
from services.intake.commands import RegisterContact
from services.intake.contact import decide
from services.refusals import sentences as service_sentences

__all__ = ["Problem", "Register", "RegisterRefused", "Row", "desk_of", "read_register", "write_rejects"]

# Years of a city's contacts; above it a file is not a register, and its list of problems would fill the memory.
ROWS_MAX = 200_000
CITY = "city"
SOME_CASE = "0" * 26
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


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


def read_register(path: Path) -> Register:
    """Read a register file. Raises RegisterRefused for the file as a whole, OSError when it cannot be opened."""
    raw = read_bytes(path)
    found_records = records(raw)
    header = next(found_records, None)
    if header is None or header.cells is None:
        raise RegisterRefused(
            "register.no_header", "文件第一行不是表头，请补上表头。", "The file has no header row; add it."
        )
    encoding = encoding_of(raw, header.cells)
    names = header_of(header.cells, encoding)
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str], int] = {}
    for record in found_records:
        if record.line > ROWS_MAX + 1:
            raise RegisterRefused(
                "register.too_many_rows",
                f"超过 {ROWS_MAX} 行，请分成几个文件。",
                f"Over {ROWS_MAX} rows; split the file.",
            )
        if record.cells is not None and not any(cell.strip() for cell in record.cells):
            continue
        found = _row(record, names, encoding, seen)
        if isinstance(found, Row):
            rows.append(found)
        else:
            problems += found
    return Register(encoding="utf-8-sig" if raw.startswith(UTF_8_MARK) else encoding, rows=rows, problems=problems)


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


def _row(record: Record, names: list[str], encoding: str, seen: dict[tuple[str, str], int]) -> Row | list[Problem]:
    line, cells = record.line, record.cells
    if cells is None:
        return [_problem(line, "", "register.quotes_unbalanced", text_line=str(record.text_line))]
    # A spreadsheet pads short tables with empty cells on the right.
    if not any(cell.strip() for cell in cells[len(names) :]):
        cells = cells[: len(names)]
    if len(cells) != len(names):
        code = "register.cells_too_many" if len(cells) > len(names) else "register.cells_too_few"
        return [_problem(line, "", code, found=str(len(cells)), expected=str(len(names)))]
    if encoding == "gb18030" and is_utf_8(cells):
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
