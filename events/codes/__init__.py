"""Code lists (代码表): what may be said in a coded field. One TOML file a list, shipped with the events as data."""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct

from events.fact import Code


class Entry(Struct, frozen=True, kw_only=True):
    """One code. It is valid from `valid_from` to `valid_to`, both days included; `successor` stands in its place after.

    `extra` holds the columns that one list alone has: its mappings, a parent, the short label of a form.
    """

    code: Code
    zh: str
    en: str
    group: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: Code | None = None
    aliases: tuple[str, ...] = ()
    extra: dict[str, str] = {}

    def valid_on(self, day: date) -> bool:
        """Whether the code could be given on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    zh: str
    en: str
    edition: str
    source: str
    entries: tuple[dict[str, Any], ...]


class CodeList:
    """The entries of one list, in its file's order. Codes that are no longer given stay: history is read by them."""

    def __init__(self, name: str, zh: str, en: str, edition: str, source: str, entries: tuple[Entry, ...]) -> None:
        """Raises ValueError when a code, or a name that `find` would answer to, stands for two entries."""
        self.name, self.zh_title, self.en_title, self.edition, self.source = name, zh, en, edition, source
        self._by_code = {entry.code: entry for entry in entries}
        self._by_name: dict[str, Entry] = {}
        for entry in entries:
            for text in {folded(text) for text in (entry.code, entry.zh, entry.en, *entry.aliases)}:
                if self._by_name.setdefault(text, entry) is not entry:
                    raise ValueError(f"code list {name}: “{text}” stands for two codes")
        lost = {entry.successor for entry in entries if entry.successor} - self._by_code.keys()
        if lost:
            raise ValueError(f"code list {name}: no entry for the successors {sorted(lost)}")

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def get(self, code: str) -> Entry | None:
        """The entry of exactly this code."""
        return self._by_code.get(code)

    def find(self, text: str) -> Entry | None:
        """The entry that `text` names as its code, label or alias. Width, case and outer spaces do not matter."""
        return self._by_name.get(folded(text))

    def zh(self, code: str) -> str:
        """The Chinese label; an unknown code is shown as it is, for a display never fails on old data."""
        entry = self._by_code.get(code)
        return code if entry is None else entry.zh

    def en(self, code: str) -> str:
        """The English label; an unknown code is shown as it is."""
        entry = self._by_code.get(code)
        return code if entry is None else entry.en

    def current(self, code: str) -> str:
        """The code that stands for `code` today: the end of its chain of successors."""
        seen = {code}
        while (entry := self._by_code.get(code)) is not None and entry.successor is not None:
            if entry.successor in seen:
                raise ValueError(f"code list {self.name}: the successors of {code} run in a circle")
            code = entry.successor
            seen.add(code)
        return code


@cache
def code_list(name: str) -> CodeList:
    """The code list of this name, read once. Raises LookupError when there is none."""
    if name not in code_lists():
        raise LookupError(f"there is no code list {name}")
    raw = files("events.codes").joinpath(f"{name}.toml").read_bytes()
    file = msgspec.toml.decode(raw, type=_File)
    entries = tuple(_entry(row) for row in file.entries)
    if len({entry.code for entry in entries}) < len(entries):
        raise ValueError(f"code list {name}: a code is listed twice")
    return CodeList(name, file.zh, file.en, file.edition, file.source, entries)


@cache
def code_lists() -> tuple[str, ...]:
    """The names of all code lists, sorted."""
    return tuple(sorted(each.name[:-5] for each in files("events.codes").iterdir() if each.name.endswith(".toml")))


def folded(text: str) -> str:
    """Text as it is compared: full width or half, upper case or lower, without outer spaces."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _entry(row: dict[str, Any]) -> Entry:
    own = {name: value for name, value in row.items() if name not in Entry.__struct_fields__}
    known: Mapping[str, Any] = {name: value for name, value in row.items() if name not in own}
    return msgspec.convert({**known, "extra": own}, Entry)
