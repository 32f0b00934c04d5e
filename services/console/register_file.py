"""A register file as text: its bytes, encoding, records and header. What a file is refused for as a whole."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from services.console.register_columns import COLUMNS, plain

BYTES_MAX = 64 * 1024 * 1024
# More than a form whose every cell is full: such a line is not split into millions of cells first.
LINE_BYTES_MAX = 1024 * 1024
# Fewer known names than this: the first row is no header, and must not be quoted in a message.
HEADER_NAMES_MIN = 3
UNKNOWN_SHOWN_MAX = 10
# Two letters may be valid UTF-8 and GB18030 by chance; this many never are.
MIXED_BYTES_MIN = 18
UTF_8_MARK, GB18030_MARK = b"\xef\xbb\xbf", b"\x84\x31\x95\x33"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")


class RegisterRefused(Exception):
    """The file as a whole cannot be read. Nothing of it is imported."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en


class Record(Struct, frozen=True, kw_only=True):
    """One CSV record as bytes in latin-1 clothes; `cells` is None when its quotes do not close."""

    line: int
    text_line: int
    cells: list[str] | None


def read_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(BYTES_MAX + 1)
    if len(raw) > BYTES_MAX:
        raise RegisterRefused(
            "register.too_large", "文件超过 64 MB，请分成几个文件。", "The file is over 64 MB; split it."
        )
    # UTF-16 without its mark still has a NUL beside every comma of the header.
    if raw.startswith(UTF_16) or b"\0" in raw.partition(b"\n")[0]:
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
        line = self._lines[self.position - 1]
        if len(line) > LINE_BYTES_MAX:
            raise csv.Error("line over the limit")
        return line.decode("latin-1")


def records(raw: bytes) -> Iterator[Record]:
    # The standard limit is for a cell; ours is for a line, so that a cell that is too long is named by its column.
    csv.field_size_limit(LINE_BYTES_MAX)
    lines = _Lines(raw.removeprefix(UTF_8_MARK).removeprefix(GB18030_MARK))
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
        yield Record(line=line, text_line=begins + 1, cells=cells)


def encoding_of(raw: bytes, header: Sequence[str]) -> str:
    """The header is Chinese, so its encoding is the file's: strict UTF-8, else strict GB18030."""
    names = ",".join(header).encode("latin-1")
    for encoding in ("utf-8",) if raw.startswith(UTF_8_MARK) else ("utf-8", "gb18030"):
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


def header_of(cells: Sequence[str], encoding: str) -> list[str]:
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
    unknown = [f"{at}（{name[:12]}）" for at, name in enumerate(names, start=1) if name not in COLUMNS][
        :UNKNOWN_SHOWN_MAX
    ]
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


def is_utf_8(cells: Sequence[str]) -> bool:
    raw = "".join(cells).encode("latin-1")
    if sum(byte >= 0x80 for byte in raw) < MIXED_BYTES_MIN:
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
