"""转办单: the letter of one referral says what is asked, by when and of whom, and nothing about whose case it is."""

from typing import Any

import msgspec
import pytest

from services.projections.documents import Document, transfer_letter, write
from tests.support.papers import HOSTILE, ORIGIN, assert_finished, chinese, empty_row, words

CASE, OTHER = "C" * 26, "R" * 26
NAMES = {"zh": {"u08": "市教育局", "u09": "市民政局"}, "en": {"u08": "Education Bureau", "u09": "Civil Affairs Bureau"}}
POSTS = {"duty_leader": "分管副局长", "duty_department": "基础教育科", "duty_post": "科长"}


def row(**more: Any) -> dict[str, Any]:
    """A referral that was issued on paper and not signed yet."""
    return empty_row("referral_ledger") | POSTS | {
        "referral": OTHER[:25] + "1",
        "referral_no": "青转〔2026〕7号",
        "unit": "u08",
        "category": "05",
        "region": "231003",
        "age_band": "14-15",
        "urgency": "3",
        "contact_type": "complaint",
        "matter_zh": "阳明区青少年“受教育权”事项",
        "matter_en": "Right to education, Yangming District",
        "asks": ["verify_facts", "school_return"],
        "legal_basis": ["未成年人保护法第二十八条", "法律援助法"],
        "role": "lead",
        "issued": "2026-03-02T09:00:00+08:00",
        "sign_policy": "S3",
        "due_sign": "2026-03-03T23:59:59.999999+08:00",
        "report_policy": "R3",
        "provisional": False,
        "calendar_version": "2026.1",
        "status": "issued",
        "case_id": CASE,
        "replaces": OTHER,
        **more,
    }  # fmt: skip


def letter(lang: str = "zh", **more: Any) -> Document:
    return transfer_letter(row(**more), NAMES[lang], ORIGIN, lang)


SHAPES: list[dict[str, Any]] = [
    {},
    {"signed": "2026-03-03T10:00:00+08:00", "due_report": "2026-03-10T23:59:59.999999+08:00", "status": "signed"},
    {"lead": OTHER, "lead_unit": "u09", "role": "co", "age_band": "unknown"},
    {"urgency": "1", "sign_policy": "S1", "due_sign": "2026-03-02T09:30:00+08:00", "report_policy": "R1"},
    {"provisional": True},
    {"status": "revoked", "ended": "2026-03-04T10:00:00+08:00"},
    {"asks": [], "legal_basis": ["某条例"], "sign_policy": "Z9.v1", "report_policy": "Z9.v1", "calendar_version": None},
]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("more", SHAPES)
def test_every_letter_is_finished(more: dict[str, Any], lang: str) -> None:
    assert_finished(letter(lang, **more))


def test_it_is_a_letter_to_the_unit_under_the_referrals_number() -> None:
    document = letter()
    assert (document.layout, document.number, document.addressee) == ("letter", "青转〔2026〕7号", "市教育局")
    assert document.title == "关于转办阳明区青少年“受教育权”事项的函"


def test_it_says_what_is_asked_under_which_law_until_when_and_who_answers() -> None:
    said = words(letter())
    for part in (
        *("《未成年人保护法》第二十八条、《法律援助法》", "核实情况；协助复学。", "14—15岁", "一般", "阳明区"),
        *("2026年3月3日前签收", "自签收之日起5个工作日内", "2026.1版", *POSTS.values()),
    ):
        assert part in said, part


def test_once_signed_it_names_the_day_to_report_by_and_the_slip_the_day_of_signing() -> None:
    said = words(letter(**SHAPES[1]))
    assert "于2026年3月10日（含当日）前反馈" in said and "2026年3月3日" in said


def test_a_limit_in_minutes_is_said_with_its_minute() -> None:
    said = words(letter(**SHAPES[3]))
    assert "2026年3月2日09:30前签收" in said and letter(**SHAPES[3]).urgency == "特急"


def test_a_provisional_date_says_so() -> None:
    assert "期限暂定" in words(letter(provisional=True)) and "暂定" not in words(letter())


def test_a_co_unit_learns_who_leads() -> None:
    assert "由市民政局主办、你单位协办" in words(letter(**SHAPES[2]))


@pytest.mark.parametrize("status", ["revoked", "returned", "transferred_on", "terminated"])
def test_what_has_ended_sets_nobody_to_work(status: str) -> None:
    assert "不再办理" in words(letter(status=status, ended="2026-03-04T10:00:00+08:00"))
    assert "不再办理" not in words(letter())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_neither_the_case_nor_its_other_referrals_stand_anywhere_in_it(lang: str) -> None:
    raw = msgspec.json.encode(letter(lang, lead=OTHER, lead_unit="u09", end_reason=OTHER)).decode()
    assert CASE not in raw and OTHER not in raw


@pytest.mark.parametrize(
    ("lang", "town", "above"), [("zh", "铁岭镇", "阳明区"), ("en", "Tieling", "Yangming District")]
)
def test_no_place_below_the_county_is_named(lang: str, town: str, above: str) -> None:
    document = letter(
        lang, region="231003100", matter_zh="铁岭镇青少年“受教育权”事项", matter_en="Right to education, Tieling Town"
    )
    assert town not in msgspec.json.encode(document).decode() and above in words(document)


def test_in_english_it_holds_no_chinese_but_a_post_that_the_directory_does_not_have() -> None:
    document = letter("en", referral_no="7")
    assert chinese(document, POSTS["duty_post"]) == "" and POSTS["duty_post"] in words(document)
    for known in (
        "Under Law on the Protection of Minors, article 28, Legal Aid Law,",
        "Deputy director in charge",
        "Basic education section",
        "; basis: Hotline rules of the city; Hotline rules of the city (after",
    ):
        assert known in words(document), known


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_texts(text: str, tmp_path: Any) -> None:
    document = letter(**dict.fromkeys(POSTS, text), legal_basis=[text])
    docx, html, _ = write(document, tmp_path, "letter")
    assert docx.stat().st_size > 1000 and "<script>" not in html.read_text("utf-8").split("</style>")[1]
