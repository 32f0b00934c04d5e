"""The network as data: who takes calls, who handles what, and under which name each connects."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from events.codes import code_list, folded
from events.fact import Code, Label, Token
from events.subjects import EVERY_UNIT

Account = Literal["core", "partners", "office"]
Name = Annotated[str, Meta(min_length=1, max_length=80)]


class Desk(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hotline desk (热线台): the city's or a county's. Its code is a token of ledger subjects: never change one."""

    code: Token
    zh: Name
    en: Name
    region: Code
    aliases: tuple[Name, ...] = ()


class Unit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member unit (成员单位). Leader, department and post are the three responsibilities: titles, no names.

    Facts record the Chinese titles; the English ones are for who reads English.

    Its code is a token of ledger subjects and a user of the broker: never change or reuse one.
    """

    code: Token
    zh: Name
    en: Name
    sector: Code
    region: Code
    leader: Label
    leader_en: Label
    department: Label
    department_en: Label
    post: Label
    post_en: Label
    categories: tuple[Code, ...]
    aliases: tuple[Name, ...] = ()


class Principal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who can connect, and in which of the broker's accounts."""

    name: Token
    role: Code
    unit: Token | None = None
    desk: Token | None = None

    @property
    def account(self) -> Account:
        """Services share `core` with the streams. Units and people stand outside it: see services/broker/permissions."""
        return account(self.role)


def account(role: str) -> Account:
    """The broker account of everyone in this role."""
    if role in ("service", "admin"):
        return "core"
    return "partners" if role == "unit" else "office"


class _Network(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    principal: tuple[Principal, ...]
    desk: tuple[Desk, ...]
    unit: tuple[Unit, ...]


class Directory:
    """Desks, units and principals, and how to find one. A principal `duty-<desk>` and one a unit are added here."""

    def __init__(self, desks: tuple[Desk, ...], units: tuple[Unit, ...], principals: tuple[Principal, ...]) -> None:
        """Raises ValueError when two entries share a code, or a name that a look-up would answer to.

        Also when a unit's code would have its feed be everybody's, and when one Chinese title has two English ones:
        what a fact recorded is looked up by its text.
        """
        if any(unit.code == EVERY_UNIT for unit in units):
            raise ValueError(f"directory: no unit may be called {EVERY_UNIT}")
        duty = tuple(Principal(name=f"duty-{desk.code}", role="duty_officer", desk=desk.code) for desk in desks)
        partners = tuple(Principal(name=unit.code, role="unit", unit=unit.code) for unit in units)
        self.desks, self.units, self.principals = desks, units, (*principals, *duty, *partners)
        self._units = {unit.code: unit for unit in units}
        self._desks = {desk.code: desk for desk in desks}
        self._principals = {principal.name: principal for principal in self.principals}
        if len(self._principals) < len(self.principals):
            raise ValueError("directory: two principals share a name")
        self.titles = _titles(units)
        self._unit_names = _names(units)
        self._desk_names = _names(desks)

    def unit(self, code: str) -> Unit | None:
        """The unit of exactly this code."""
        return self._units.get(code)

    def find_unit(self, text: str) -> Unit | None:
        """The unit that `text` names: its code, its Chinese or English name, or a short name."""
        code = self._unit_names.get(folded(text))
        return None if code is None else self._units[code]

    def desk(self, code: str) -> Desk | None:
        """The desk of exactly this code."""
        return self._desks.get(code)

    def find_desk(self, text: str) -> Desk | None:
        """The desk that `text` names: its code, its Chinese or English name, or a short name."""
        code = self._desk_names.get(folded(text))
        return None if code is None else self._desks[code]

    def principal(self, name: str) -> Principal | None:
        """The principal of exactly this name."""
        return self._principals.get(name)

    def regions_of(self, desk: str) -> tuple[str, ...]:
        """The region codes that a desk serves, past ones included; every region has exactly one desk.

        A county's desk serves the county; the city's serves the city itself and its districts and towns.
        """
        if desk not in self._desks:
            return ()
        return tuple(entry.code for entry in code_list("region") if self._desk_of(entry.code) == desk)

    def _desk_of(self, region: str) -> str | None:
        """The desk of a region: its own, else that of the region it belongs to."""
        regions, by_region = code_list("region"), {desk.region: desk.code for desk in self.desks}
        entry = regions.get(regions.current(region))
        while entry is not None and entry.code not in by_region:
            entry = regions.get(entry.extra.get("parent", ""))
        return None if entry is None else by_region[entry.code]


@cache
def directory() -> Directory:
    """The directory that ships with the product, read once."""
    raw = files("services.directory").joinpath("network.toml").read_bytes()
    network = msgspec.toml.decode(raw, type=_Network)
    return Directory(network.desk, network.unit, network.principal)


def _names(entries: tuple[Desk, ...] | tuple[Unit, ...]) -> dict[str, str]:
    names: dict[str, str] = {}
    for entry in entries:
        for text in {folded(text) for text in (entry.code, entry.zh, entry.en, *entry.aliases)}:
            if names.setdefault(text, entry.code) != entry.code:
                raise ValueError(f"directory: “{text}” stands for both {names[text]} and {entry.code}")
    return names


def _titles(units: tuple[Unit, ...]) -> dict[str, str]:
    """Chinese title -> English title, of every leader, department and post."""
    titles: dict[str, str] = {}
    for unit in units:
        for zh, en in (
            (unit.leader, unit.leader_en),
            (unit.department, unit.department_en),
            (unit.post, unit.post_en),
        ):
            if titles.setdefault(zh, en) != en:
                raise ValueError(f"directory: “{zh}” is called both {titles[zh]} and {en}")
    return titles
