"""Who calls in the demo, how they speak of a child, and when they call. Every name is made of 测试, 示例 or 虚构."""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from events.calendar import published

KINDS = ("测试", "示例", "虚构")
STEMS = "甲乙丙丁戊己庚辛壬癸"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
# Nobody's: no mobile and no fixed line begins with 000.
PHONE = "000-0000-{:04d}"
# A girl and a boy, as the caller of each role says it.
CHILD_OF = {
    "self": ("本人", "本人"),
    "parent": ("女儿", "儿子"),
    "relative": ("孙女", "孙子"),
    "other_guardian": ("外孙女", "外孙"),
    "teacher": ("班上一名女生", "班上一名男生"),
    "neighbour": ("邻居家的女孩", "邻居家的男孩"),
    "village_community": ("辖区一名女孩", "辖区一名男孩"),
}
SOME_CHILD = ("一名女生", "一名男生")
CLASS_OF = dict(
    zip(
        (3, 4, 5, *range(7, 18)),
        ("小班", "中班", "大班", *(f"{n}年级" for n in "一二三四五六"), "初一", "初二", "初三", "高一", "高二"),
        strict=True,
    )
)
# Channel -> what the form calls whoever got in touch, and how an entry begins.
SPOKEN = {
    "05": ("来访人", ("来访人称，", "来访人反映，")),
    "06": ("来信人", ("来信反映，",)),
    "11": ("留言人", ("留言称，",)),
}
CALLED = ("来电人", ("来电人称，", "来电人反映，", "来电人说，", "来电咨询，"))
# How often the phone rings in each hour from 8 to 20, and on a day off beside a working day.
HOURS = range(8, 21)
HOUR_WEIGHTS = (4, 12, 13, 9, 3, 8, 11, 11, 9, 5, 4, 4, 2)
DAY_OFF_WEIGHT, WORKDAY_WEIGHT = 1, 4
MINUTES_MIN, MINUTES_MAX = 5, 25


class Person(Struct, frozen=True, kw_only=True):
    """One caller and the child it is about; `""` where the form stays empty."""

    caller: str
    phone: str
    child: str


def person(index: int, role: str) -> Person:
    """The `index`-th of 720 fictional callers. Whoever calls anonymously leaves nothing."""
    kind, stem = KINDS[index % 3], STEMS[index % 10]
    caller = f"{kind}{stem}{BRANCHES[index % 12]}"
    child = caller if role == "self" else f"{kind}小{stem}" if role in ("parent", "relative", "other_guardian") else ""
    if role == "anonymous":
        return Person(caller="", phone="", child="")
    return Person(caller=caller, phone=PHONE.format(index + 1), child=child)


def child_words(role: str, sex: str, age: int) -> str:
    """女儿（13岁，初一）: as the caller speaks of the child."""
    girl, boy = CHILD_OF.get(role, SOME_CHILD)
    grade = f"，{CLASS_OF[age]}" if age in CLASS_OF else ""
    return f"{girl if sex == 'f' else boy}（{age}岁{grade}）"


def in_the_words_of(channel: str, text: str) -> str:
    """The text as the form of this channel has it: a visitor is no 来电人."""
    return text.replace(CALLED[0], SPOKEN.get(channel, CALLED)[0])


def opening(rng: random.Random, channel: str) -> str:
    return rng.choice(SPOKEN.get(channel, CALLED)[1])


def moment(rng: random.Random, days: Sequence[date], taken: set[datetime]) -> datetime:
    """A moment on one of `days` at which nobody else calls."""
    calendar = published()
    weights = [WORKDAY_WEIGHT if calendar.is_workday(day) else DAY_OFF_WEIGHT for day in days]
    while True:
        day = rng.choices(days, weights)[0]
        hour = rng.choices(HOURS, HOUR_WEIGHTS)[0]
        found = datetime.combine(day, time(hour, rng.randrange(60)))
        if found not in taken:
            taken.add(found)
            return found


def lasting(rng: random.Random) -> timedelta:
    return timedelta(minutes=rng.randint(MINUTES_MIN, MINUTES_MAX))
