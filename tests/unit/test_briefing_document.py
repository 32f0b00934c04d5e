"""The joint-meeting briefing: what it says of a period, in both languages, and what it keeps to itself."""

import math
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.briefing import figures_digest
from services.projections.documents import Answers, Issue, brief, briefing, published
from services.projections.documents.blocks import (
    Bars,
    Document,
    Heading,
    Table,
    Tiles,
    Trend,
)
from services.projections.documents.figures import compared
from services.projections.documents.signals import signals
from services.projections.documents.suppression import HIDDEN
from tests.support.papers import ORIGIN, assert_finished, chinese, texts, words

START, END = date(2026, 1, 12), date(2026, 6, 30)
REGIONS = ("231002", "231003", "231004", "231005", "231025", "231081", "231083", "231084", "231085", "231086")
BANDS = ("0-5", "6-13", "14-15", "16-17", "18plus", "unknown")
CATEGORIES = ("01", "03", "05", "10", "12", "13", "15")


def population(seed: int, size: int) -> Counter[str]:
    """The figures of so many contacts, as the question `figures` counts them."""
    dice, figures = Random(seed), Counter[str]()
    for _ in range(size):
        day = START + timedelta(days=dice.randrange((END - START).days + 1))
        region, band = dice.choice(REGIONS), dice.choice(BANDS)
        group = dice.choices(("answered", "referred", "coordinated"), (90, 18, 6))[0]
        figures.update(
            [
                *(
                    "contacts",
                    f"contacts.disposition.{group}",
                    f"contacts.region.{region}",
                    f"contacts.age_band.{band}",
                ),
                *(f"contacts.region_by_age.{region}.{band}", f"contacts.category.{dice.choice(CATEGORIES)}"),
                *(f"contacts.channel.{dice.choice(('01', '02'))}", f"contacts.desk.{dice.choice(('city', 'ningan'))}"),
                *(f"contacts.month.{day:%Y-%m}", f"contacts.week.{day - timedelta(days=day.weekday())}"),
            ]
        )
    return figures


def referral(no: int, **more: Any) -> dict[str, Any]:
    return {
        "referral_no": f"青转〔2026〕{no}号", "unit": "u01", "status": "signed", "issued": "2026-06-01T09:00:00+08:00",
        "due_sign": "2026-06-02T09:00:00+08:00", "due_report": "2026-06-08T23:59:59+08:00",
        "sign_overdue": False, "overdue_working_days": 3,
    } | more  # fmt: skip


WORKDAYS = frozenset(day for n in range(400) if (day := END - timedelta(days=n)).weekday() < 5)


def drawn(figures: Mapping[str, int], lang: str = "zh", issue: Issue | None = None, **more: Any) -> Document:
    units = {"u01": ("市教育局", "Education bureau"), "u02": ("=cmd()<w:p>{{7*7}}", "=cmd()")}
    return briefing(
        brief(START, END, Answers(figures=figures, units=units, workdays=WORKDAYS, **more)), ORIGIN, lang, issue
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [0, 1, 4, 5, 30, 114])
def test_a_period_of_any_size_is_told_in_full_sentences(size: int, lang: str) -> None:
    document = drawn(population(size, size), lang)
    assert_finished(document)
    headings = [block.text for block in document.blocks if isinstance(block, Heading)]
    assert len([each for each in headings if each[:1] in "一二三四五六七八12345678"]) == 8
    assert lang == "zh" or chinese(document) == ""


def test_the_figures_on_record_are_those_that_the_digest_is_of() -> None:
    figures = population(3, 114)
    assert brief(START, END, Answers(figures=figures)).digest == figures_digest(figures)


def test_dispositions_that_do_not_add_up_are_said_not_to() -> None:
    figures = population(1, 114)
    assert "各类相加为114件，与登记总数一致" in words(drawn(figures))
    figures["contacts.disposition.answered"] -= 6
    torn = words(drawn(figures))
    assert "各类相加为108件，与登记总数114件不一致，差额6件尚未归类" in torn


def test_the_claim_of_the_old_report_is_contradicted_where_the_counts_contradict_it() -> None:
    figures = population(1, 0) + Counter(
        {
            "contacts": 114, "contacts.disposition.answered": 90, "contacts.disposition.referred": 18,
            "contacts.disposition.coordinated": 6,
        }
    )  # fmt: skip
    told = words(drawn(figures))
    assert "90/114" in told and "至少须有92件" in told and "116件" in told


@given(seed=st.integers(0, 2**32), size=st.integers(0, 150))
def test_no_text_and_no_machine_readable_figure_tells_a_count_of_one_to_four(seed: int, size: int) -> None:
    figures = population(seed, size)
    document = drawn(figures)
    told = {name: value for name, value in document.model["figures"].items() if name.startswith("contacts")}
    assert [name for name, value in told.items() if isinstance(value, int) and 0 < value < 5] == []
    for block in document.blocks:
        if isinstance(block, Table) and block.title.startswith(("附表1", "附表2", "附表3")):
            cells = [cell for row in block.rows for cell in row[1:]]
            assert not [cell for cell in cells if cell in ("1", "2", "3", "4")]
        if isinstance(block, Trend):
            assert not [value for _, value in block.points if 0 < value < 5]
        if isinstance(block, Tiles):
            # A hidden number has no depth either.
            assert all((value is None) == (not text.isdigit()) for *_, value, text in block.items)
        if isinstance(block, Bars) and block.title.startswith("处置"):
            assert not [value for _, value, _ in block.items if 0 < value < 5]


def test_an_edition_that_came_before_hides_what_the_two_would_tell_together() -> None:
    """The half year and its first quarter: their difference is a publication too."""
    early, whole = population(5, 60), population(5, 60) + population(6, 2)
    alone = brief(START, END, Answers(figures=whole)).printed
    quarter = published(early, START, date(2026, 3, 31))
    after = brief(START, END, Answers(figures=whole, published=[quarter])).printed
    assert sum(not cell.isdigit() for cell in after.values()) > sum(not cell.isdigit() for cell in alone.values())


def test_a_change_is_told_with_both_counts_and_its_interval() -> None:
    document = drawn(population(1, 114), preceding={"contacts": 80}, last_year={"contacts": 4})
    told = words(document)
    assert "环比+42.5%" in told and "（80件→114件）" in told
    assert "同比：对照期件数不足，不作比较" in told
    low, high = (math.exp(math.log(114 / 80) + side * 1.959964 * math.sqrt(1 / 114 + 1 / 80)) - 1 for side in (-1, 1))
    assert compared(114, 80) == f"+42.5%（95%CI {100 * low:+.1f}～{100 * high:+.1f}%）"
    assert compared(114, 80, "en") == f"+42.5 % (95 % CI {100 * low:+.1f} to {100 * high:+.1f} %)"
    assert compared(4, 80) is compared(80, 4) is None


def test_the_trend_carries_last_years_range_where_last_year_has_one() -> None:
    figures = population(1, 400)
    year = Counter({name.replace("2026", "2025"): value for name, value in figures.items() if ".month." in name})
    (trend,) = (block for block in drawn(figures, last_year=year).blocks if isinstance(block, Trend))
    assert [point for point, _ in trend.points] == [f"2026-0{month}" for month in range(1, 7)]
    assert len(trend.band) == 6 and all(0 <= low < high for low, high in trend.band)
    before = [year[f"contacts.month.2025-0{month}"] for month in (1, 2, 3)]
    mean = sum(before) / 3
    assert trend.band[1] == pytest.approx((mean - 1.959964 * mean**0.5, mean + 1.959964 * mean**0.5))
    (bare,) = (block for block in drawn(figures).blocks if isinstance(block, Trend))
    assert bare.band == ()


def test_open_referrals_are_aged_and_the_overdue_listed_whenever_they_were_issued() -> None:
    rows = [
        referral(1),
        referral(2, issued="2025-11-03T09:00:00+08:00", due_report="2025-11-10T23:59:59+08:00"),
        referral(3, status="issued", due_report=None, overdue_working_days=0),
        referral(4, status="on_hold"),
        referral(5, overdue_working_days=0, issued="2026-06-29T09:00:00+08:00"),
    ]
    document = drawn({}, open_referrals=rows)
    (ages,) = (block for block in document.blocks if isinstance(block, Bars) and "时长" in block.title)
    assert "5件" in ages.title and [value for _, value, _ in ages.items] == [1, 0, 0, 3, 1]
    (listed,) = (block for block in document.blocks if isinstance(block, Table) and block.title == "超期未办结清单")
    assert [row[0] for row in listed.rows] == ["青转〔2026〕2号", "青转〔2026〕1号"]
    assert [row[-1] for row in listed.rows] == [
        str(sum(date(2025, 11, 10) < day <= END for day in WORKDAYS)),
        str(sum(date(2026, 6, 8) < day <= END for day in WORKDAYS)),
    ]


def test_a_long_list_is_cut_and_says_by_how_much() -> None:
    rows = [referral(no) for no in range(1, 56)]
    (listed,) = (block for block in drawn({}, open_referrals=rows).blocks if isinstance(block, Table) and block.rows)
    assert len(listed.rows) == 40 and "另有15件见台账" in listed.note


def test_an_issued_briefing_says_its_numbers_its_day_and_whom_it_goes_to() -> None:
    issue = Issue(
        number=3, total=17, day=date(2026, 7, 2), report_to=("committee",), send_to=("care_committee",),
        issue_to=("member_units", "county_desks"), copies=40,
    )  # fmt: skip
    document = drawn(population(1, 114), issue=issue)
    assert (document.number, document.dated) == ("第3期（总第17期）", "2026年7月2日")
    assert document.foot == (
        "报：市未成年人保护委员会。",
        "送：市关工委。",
        "发：各成员单位，各县（市）热线台。",
        "共印40份",
    )
    assert drawn(population(1, 114)).number == "（未编号）"


@pytest.mark.parametrize(
    ("figure", "was", "now", "told"),
    [
        ("referrals.in_time", 3, 4, "按时办结原为3，应为4"),
        ("contacts.category.05", 11, 18, "原为11，应为18"),
        # Whoever holds both editions subtracts: the change is a count of contacts too.
        ("contacts.category.05", 11, 12, "有变动，件数过少不列"),
        ("contacts.category.05", 3, 9, "有变动，件数过少不列"),
        ("contacts", 114, 115, "有变动，件数过少不列"),
    ],
)
def test_corrections_stand_in_the_briefing_and_tell_of_no_few_contacts(
    figure: str, was: int, now: int, told: str
) -> None:
    row = {"number": 1, "figure": figure, "was": was, "now": now, "cause": 490, "reason": "late_entry"}
    (line,) = (text for text in texts(drawn(population(1, 114), corrections=[row])) if text.startswith("第1次更正"))
    assert told in line and "账本第490条" in line
    if "不列" in told:
        assert str(was) not in line.replace("490", "") and str(now) not in line.replace("490", "")


def test_only_what_grew_by_more_than_chance_is_raised() -> None:
    before = {"01": 40, "05": 40, "13": 40, "10": 3}
    assert not [each for each in signals(before, before) if each.raised]
    grown = signals({"01": 140, "05": 40, "13": 42, "10": 30}, before)
    assert [each.code for each in grown if each.raised] == ["01"]
    # Too few in one of the periods: not compared, for the comparison would tell the count.
    assert {each.code for each in grown} == {"01", "05", "13"}
    assert signals({"01": 50}, {}) == ()


def test_the_chance_of_a_count_is_the_exact_binomial_tail() -> None:
    (one,) = (each for each in signals({"01": 9, "05": 91}, {"01": 5, "05": 95}) if each.code == "01")
    n, k, share = 14, 9, 100 / 200
    assert one.p == pytest.approx(sum(math.comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k, n + 1)))
    assert one.expected == pytest.approx(5.0)


@given(
    st.dictionaries(st.sampled_from(CATEGORIES), st.integers(0, 60)),
    st.dictionaries(st.sampled_from(CATEGORIES), st.integers(0, 60)),
)
def test_what_is_raised_is_the_least_likely_and_never_too_small_to_print(
    now: dict[str, int], before: dict[str, int]
) -> None:
    found = signals(now, before)
    assert all(each.observed >= 5 and before[each.code] >= 5 and 0 <= each.p <= 1 for each in found)
    raised = [each.p for each in found if each.raised]
    assert raised == [each.p for each in found][: len(raised)]
    assert all(p <= 0.05 for p in raised)


LATE = {"reason": "late_entry"}


def test_a_correction_tells_nothing_that_the_briefing_itself_hides() -> None:
    """A “·” of five or more stands in for a small one beside it: whoever learns it subtracts."""
    tried = 0
    for seed in range(1, 7):
        figures = population(seed, 114)
        shown = brief(START, END, Answers(figures=figures)).printed
        hidden = [name for name, cell in shown.items() if cell == HIDDEN and figures[name] >= 5]
        open_ = [name for name, cell in shown.items() if cell.isdigit() and figures[name] >= 5]
        tried += len(hidden)
        for name in (*hidden, *open_[:3], "cases.redone"):
            row = {"number": 1, "figure": name, "was": figures[name] or 7, "now": 77, "cause": 490} | LATE
            (line,) = (text for text in texts(drawn(figures, corrections=[row])) if text.startswith("第1次更正"))
            assert ("应为77" in line) == (name in open_) and ("77" in line) == (name in open_), line
    assert tried > 3
