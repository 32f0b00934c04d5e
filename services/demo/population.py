"""The demo's register: 114 contacts of half a year with nobody real in them, the same for the same seed."""

import csv
import itertools
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from events.codes import code_list
from services.console.register_csv import desk_of
from services.demo.persons import Person, child_words, in_the_words_of, lasting, moment, opening, person
from services.demo.plots import (
    Contact,
    Contacts,
    Coordination,
    Matter,
    Matters,
    Outcome,
    Story,
    coordination_of,
    story_of,
)
from services.directory import directory

__all__ = ["HEADER", "Coordination", "Outcome", "Story", "coordinations", "register_rows", "stories", "write_register"]

CONTACTS, ANSWERED, REFERRED, COORDINATED = 114, 90, 18, 6
FIRST_DAY, LAST_DAY = date(2026, 1, 12), date(2026, 6, 30)
# The last call comes in office hours: the demo ends that evening.
LAST_CALL_BEFORE_HOUR = 16
HEADER = (
    *("编号", "来电时间", "结束时间", "渠道", "值班员", "来电人角色", "来电人姓名", "来电人电话", "当事人姓名"),
    *("当事人性别", "当事人年龄", "区划码", "诉求类型", "问题类别", "紧急程度", "强制报告筛查", "通话内容", "处理意见"),
    *("处置方式", "转办单位", "处理结果", "如何知道热线", "保密要求", "备注"),
)
T = TypeVar("T")
# Where the answered contacts come from. All seven desks; the city's four districts have half of the people.
REGIONS = {"231000": 2, "231002": 12, "231003": 11, "231004": 12, "231005": 11} | {
    "231025": 6, "231081": 7, "231083": 7, "231084": 7, "231085": 7, "231086": 7
}  # fmt: skip
CHANNELS = {"01": 62, "02": 10, "03": 6, "05": 8, "06": 2, "08": 4, "10": 5, "11": 3}
WRITTEN = ("06", "11")
HEARD_FROM = ("news", "card", "school", "community", "internet", "friend", "poster", "unknown")
SINCE = ("近一个月", "近两周", "近两个月", "这段时间", "最近十来天")
ENDINGS = ("", "", "希望热线给予指导。", "想了解具体做法。", "希望听听专业意见。")
# The nine answers as people write them; the last leaves one open.
SCREENS = ("无", "无", "无", "否否否否否否否否否", "否否否否否否否否？")
OFFICERS = "甲乙丙"


class _Population(Struct, frozen=True, kw_only=True):
    rows: tuple[dict[str, str], ...]
    stories: dict[str, Story]
    coordinations: dict[str, Coordination]


def register_rows(seed: int) -> list[dict[str, str]]:
    """The register of one seed: 114 rows under the names of HEADER, oldest first."""
    return [dict(row) for row in _population(seed).rows]


def stories(seed: int) -> dict[str, Story]:
    """Number -> how the referral of that contact goes. All eighteen referred contacts."""
    return dict(_population(seed).stories)


def coordinations(seed: int) -> dict[str, Coordination]:
    """Number -> how that contact is coordinated. All six."""
    return dict(_population(seed).coordinations)


def write_register(rows: Iterable[Mapping[str, str]], path: Path) -> None:
    """Write the register as the CSV that `lianxi import` reads, as a spreadsheet would save it."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, HEADER)
        writer.writeheader()
        writer.writerows(rows)


@cache
def _population(seed: int) -> _Population:
    rng = random.Random(seed)  # noqa: S311 - repeatable is the point
    referred, coordinated = _read("referred", Contacts), _read("coordinated", Contacts)
    again = _again(referred)
    written_out = [*referred.contact, *coordinated.contact]
    taken = {datetime.fromisoformat(each.started) for each in [*written_out, again]}
    answered = _answered(rng, taken, ANSWERED - 1)
    contacts = sorted([*written_out, again, *answered], key=lambda contact: contact.started)
    numbers = _numbers(contacts)
    people: dict[str, Person] = {}
    rows = []
    for index, contact in enumerate(contacts):
        # The second call comes from the phone of the first; both bear the key.
        who = people.get(contact.key) or person(index, contact.role)
        people |= {contact.key: who} if contact.key else {}
        rows.append(_row(rng, contact, numbers[index], who))
    chosen = dict(zip(map(id, contacts), numbers, strict=True))
    return _Population(
        rows=tuple(rows),
        stories={chosen[id(each)]: story_of(each) for each in referred.contact},
        coordinations={chosen[id(each)]: coordination_of(each) for each in coordinated.contact},
    )


def _read(name: str, into: type[T]) -> T:
    return msgspec.toml.decode(files("services.demo").joinpath(f"{name}.toml").read_bytes(), type=into)


def _numbers(contacts: Iterable[Contact]) -> list[str]:
    """Each desk counts its own contacts in order of time; the region tells the desks apart on paper."""
    counts: Counter[str] = Counter()
    numbers = []
    for contact in contacts:
        desk = directory().desk(desk_of(contact.region))
        assert desk is not None  # every region has a desk
        counts[desk.region] += 1
        numbers.append(f"{desk.region}-2026-{counts[desk.region]:04d}")
    return numbers


def _again(referred: Contacts) -> Contact:
    first = next(contact for contact in referred.contact if contact.key == "repeat")
    assert referred.repeat is not None
    changes = msgspec.structs.asdict(referred.repeat)
    return msgspec.structs.replace(
        first, **changes, disposition="A1", unit="", kind=None, remarks=f"重复来电，首次来电{first.started[:10]}。"
    )


def _answered(rng: random.Random, taken: set[datetime], count: int) -> list[Contact]:
    """Every matter once, the rest drawn from what comes up more often; two calls mark the first and the last day."""
    matters = list(_read("matters", Matters).matter)
    more = [matter for matter in matters for _ in range(matter.times - 1)]
    matters += rng.sample(more, count - len(matters))
    rng.shuffle(matters)
    regions = list(itertools.chain.from_iterable([region] * times for region, times in REGIONS.items()))
    rng.shuffle(regions)
    edges = iter((FIRST_DAY, LAST_DAY))
    contacts = []
    for matter, region in zip(matters, regions, strict=True):
        edge = None if matter.months else next(edges, None)
        contacts.append(_contact(rng, matter, region, _when(rng, matter, edge, taken)))
    return contacts


def _when(rng: random.Random, matter: Matter, edge: date | None, taken: set[datetime]) -> datetime:
    days = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    days = [day for day in days if day == edge or (edge is None and (not matter.months or day.month in matter.months))]
    while True:
        found = moment(rng, days, taken)
        if found.date() < LAST_DAY or found.hour < LAST_CALL_BEFORE_HOUR:
            return found


def _contact(rng: random.Random, matter: Matter, region: str, started: datetime) -> Contact:
    role, sex, age = rng.choice(matter.roles), rng.choice("fm"), rng.randint(*matter.ages)
    channel = rng.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    told = matter.narrative.format(child=child_words(role, sex, age), since=rng.choice(SINCE))
    return Contact(
        started=started.isoformat(" ", "minutes"),
        minutes=lasting(rng).seconds // 60,
        region=region,
        channel=channel,
        role=role,
        sex=sex,
        age=age,
        type=matter.type,
        category=matter.category,
        urgency=matter.urgency,
        screen=rng.choice(SCREENS),
        confidentiality="anonymous" if role == "anonymous" else "none",
        narrative=in_the_words_of(channel, opening(rng, channel) + told + rng.choice(ENDINGS)),
        opinion=in_the_words_of(channel, matter.opinion),
        result=in_the_words_of(channel, matter.result),
        disposition=matter.disposition,
    )


def _row(rng: random.Random, contact: Contact, number: str, who: Person) -> dict[str, str]:
    ended = datetime.fromisoformat(contact.started) + timedelta(minutes=contact.minutes)
    coordinated, referred = bool(contact.units), contact.kind is not None
    unit = directory().unit(contact.unit)

    def label(name: str, code: str) -> str:
        return code_list(name).zh(code)

    return {
        "编号": number,
        "来电时间": contact.started,
        "结束时间": "" if contact.channel in WRITTEN else ended.isoformat(" ", "minutes"),
        "渠道": label("channel", contact.channel),
        "值班员": f"值班员{rng.choice(OFFICERS)}",
        "来电人角色": label("caller_role", contact.role),
        "来电人姓名": contact.caller or who.caller,
        "来电人电话": who.phone,
        "当事人姓名": contact.child or who.child,
        "当事人性别": label("sex", contact.sex),
        "当事人年龄": "" if contact.age is None else str(contact.age),
        "区划码": contact.region,
        "诉求类型": label("contact_type", contact.type),
        "问题类别": label("category", contact.category),
        "紧急程度": label("urgency", contact.urgency),
        "强制报告筛查": contact.screen,
        "通话内容": contact.narrative,
        "处理意见": contact.opinion,
        "处置方式": label("disposition", "C1" if coordinated else "B1" if referred else contact.disposition),
        "转办单位": unit.zh if unit else "",
        "处理结果": contact.result,
        "如何知道热线": label("heard_from", rng.choice(HEARD_FROM)),
        "保密要求": label("confidentiality", contact.confidentiality),
        "备注": contact.remarks,
    }
