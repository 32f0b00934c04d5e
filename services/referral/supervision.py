"""What a notice of each level is, and which authority it may rest on. Pure but for reading the table. domain.md §0.8, §4.3 D.

The Youth League holds no government supervision of its own (政府督查工作条例 7): a notice that rests on nothing, on a
rule that is no longer in force, or on one that does not reach so far, is not signed off.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from events.codes import Entry, code_list, folded
from services.decision import Refused


class Level(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One level, or one form of it: its document series, what it demands by itself, when the reply is due."""

    level: int
    # Also the name of the document series, one a kind and year.
    kind: str
    form: str | None = None
    # How the number stands on paper; None: no number.
    written: str | None = None
    demands: tuple[str, ...]
    # The post of the unit that it goes to, unless the supervisor served another.
    served_to: str
    # Policy of the reply (services/deadlines.toml); None: no reply is asked.
    reply_policy: str | None = None
    # Goes out by the standing rule, without a person's signature.
    standing: bool = False
    basis: str


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an authority of the code list carries: notices of these levels, in this way."""

    code: str
    kind: str
    levels: tuple[int, ...]
    # A pattern: the basis is a document of this kind, given by its number with the year as its first group.
    numbered: str | None = None
    # The post that a standing rule is signed with: a code of list office_post.
    signatory: str | None = None


class Authority(Struct, frozen=True, kw_only=True):
    """What a notice may rest on: its rule, under the names and in the days of its entry of the code list."""

    rule: Rule
    entry: Entry

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def signatory(self) -> str:
        """The post as it is printed; empty where a person signs."""
        return code_list("office_post").zh(self.rule.signatory) if self.rule.signatory else ""


class Basis(Struct, frozen=True, kw_only=True):
    """An authority as it stands on one notice: by its name, or by the number of the document."""

    authority: Authority
    label: str


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    edition: str
    level: tuple[Level, ...]
    authority: tuple[Rule, ...]


@cache
def _table() -> _Table:
    table = msgspec.toml.decode(files("services.referral").joinpath("supervision.toml").read_bytes(), type=_Table)
    if len({each.code for each in table.authority}) < len(table.authority):
        raise ValueError("supervision: an authority is listed twice")
    if len({each.kind for each in table.level}) < len(table.level):
        raise ValueError("supervision: two levels share a document series")
    return table


def edition() -> str:
    """The version of the table."""
    return _table().edition


def levels() -> tuple[Level, ...]:
    """Every level and form, lowest first."""
    return _table().level


def level(number: int, form: str | None = None) -> Level | None:
    """The level of this number; level 4 in this form, by default a talk. None: there is no such form of it."""
    return next((each for each in levels() if each.level == number and form in (None, each.form)), None)


@cache
def authorities() -> Mapping[str, Authority]:
    """Every authority by its code, those of the past included: history is read by them."""
    names = code_list("authority")
    found = {
        rule.code: Authority(rule=rule, entry=entry) for rule in _table().authority if (entry := names.get(rule.code))
    }
    if len(found) < len(_table().authority):
        raise ValueError("supervision: an authority is not in the code list")
    return found


@cache
def standing_rule(number: int) -> Authority:
    """The rule that lets a notice of this level go out by itself. Raises LookupError when there is none."""
    found = next((each for each in authorities().values() if each.signatory and number in each.rule.levels), None)
    if found is None:
        raise LookupError(f"no standing rule covers level {number}")
    return found


def basis(number: int, code: str | None, label: str | None, day: date) -> Basis | Refused:
    """The basis of a notice of level `number` signed off on `day`, by its code, its name or a document's number."""
    text = (label or "").strip()
    if code is None and not text:
        return Refused("notice.authority_basis_missing", "authority_basis")
    found = authorities().get(code) if code is not None else _named(text)
    if found is None:
        return Refused("notice.authority_unknown", "authority_basis" if code is None else "authority")
    named = {"basis": found.entry.zh, "basis_en": found.entry.en}
    refusal = _by_number(found, text, day) if found.rule.numbered else _by_name(found, text)
    if refusal is not None:
        return refusal
    if not found.entry.valid_on(day):
        return Refused("notice.authority_not_in_force", "authority_basis", {**named, "day": day.isoformat()})
    if number not in found.rule.levels:
        return Refused("notice.authority_not_for_level", "authority_basis", {**named, "level": str(number)})
    return Basis(authority=found, label=text if found.rule.numbered else found.entry.zh)


def _named(text: str) -> Authority | None:
    wanted = folded(text)
    for each in authorities().values():
        if each.rule.numbered and re.fullmatch(each.rule.numbered, text):
            return each
        if wanted in {folded(name) for name in (each.code, each.entry.zh, each.entry.en, *each.entry.aliases)}:
            return each
    return None


def _by_name(authority: Authority, text: str) -> Refused | None:
    """A rule is quoted as it is named: another text beside its code would be a second basis."""
    same = not text or _named(text) == authority
    return None if same else Refused("notice.authority_unknown", "authority_basis")


def _by_number(authority: Authority, text: str, day: date) -> Refused | None:
    found = re.fullmatch(authority.rule.numbered or "", text)
    if found is None:
        named = {"basis": authority.entry.zh, "basis_en": authority.entry.en}
        return Refused("notice.authority_number_malformed", "authority_basis", named)
    if int(found[1]) > day.year:
        named = {"basis": text, "basis_en": text}
        return Refused("notice.authority_not_in_force", "authority_basis", {**named, "day": day.isoformat()})
    return None
