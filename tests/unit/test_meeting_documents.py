"""The papers of a meeting: what each must say, in both languages, and what none may say. domain.md §6.5."""

from pathlib import Path
from typing import Any

import pytest

from events.codes import code_list
from services.projections.documents import (
    Document,
    Provenance,
    agenda_sheet,
    meeting_notice,
    minutes,
    resolution_list,
    resolution_slip,
    sign_in_sheet,
    write,
)
from services.projections.documents.meeting_wording import CONSIDERED, POINTED_OUT, TO_BRING
from services.projections.model import models

NAMES = {"u07": ("市教育局", "Education Bureau"), "u01": ("市公安局", "Police"), "u09": ("市民政局", "Civil Affairs")}
ORIGIN = Provenance(
    position=90, head_hash="0" * 64, as_of="2026-03-20T12:00:00+08:00", code="test", figures_digest="0" * 64,
    command="lianxi audit verify",
)  # fmt: skip


def blank(model: str) -> dict[str, Any]:
    return dict.fromkeys(column.name for column in models()[model].columns)


MEETING = blank("meeting") | {
    "meeting": "M" * 26, "organ": "rights_posts", "starts": "2026-03-20T09:00:00+08:00", "place": "Hall 2",
    "chair": "联席会议召集人", "units": ["u07", "u01"], "briefing": "B" * 26, "as_of_position": 41,
    "figures_digest": "a" * 64, "present": ["u07"], "excused": ["u01"], "observers": ["u09"], "minutes_no": "No. 1",
    "signed": "2026-03-23T09:00:00+08:00", "distributed_to": ["u07", "u01"], "status": "in_follow_up",
}  # fmt: skip
ITEMS = [
    blank("meeting_items") | {
        "item": "I" * 26, "kind": "overdue", "title": "转办件逾期未办结", "number": "No. 3", "unit": "u07",
        "category": "05", "why": "referral_overdue", "since": "2026-03-09T23:59:59+08:00", "outcome": "resolved",
    },
    blank("meeting_items") | {
        "item": "J" * 26, "kind": "cross_sector", "title": "协办单位未反馈", "number": "No. 4", "unit": "u01",
        "why": "co_units_waiting", "outcome": "noted",
    },
]  # fmt: skip
RESOLUTION = blank("resolutions") | {
    "resolution": "R" * 26, "resolution_no": "No. 7", "title": "Keep a list of children out of school", "lead": "u07",
    "co": ["u01"], "meeting": "M" * 26, "basis": "青少年维权工作联席会议制度",
    "leader": "分管副局长", "department": "基础教育科", "post": "学生权益保护岗",
    "adopted": "2026-03-20T11:00:00+08:00", "due": "2026-04-10T23:59:59+08:00", "provisional": False,
    "reported": "2026-04-13T09:00:00+08:00", "result": "done", "measures": ["visited_school"], "late": True,
    "late_working_days": 1, "overdue_working_days": 1, "discharged": "2026-04-14T09:00:00+08:00",
    "status": "discharged",
}  # fmt: skip
OPEN = RESOLUTION | {"status": "in_progress", "discharged": None, "reported": None, "late": None, "provisional": True}


def papers(lang: str) -> dict[str, Document]:
    return {
        "notice": meeting_notice(MEETING, ITEMS, "u07", NAMES, ORIGIN, lang),
        "agenda": agenda_sheet(MEETING, ITEMS, NAMES, ORIGIN, lang),
        "sign-in": sign_in_sheet(MEETING, NAMES, ORIGIN, lang),
        "minutes": minutes(MEETING, ITEMS, [RESOLUTION, OPEN], NAMES, ORIGIN, lang),
        "resolutions": resolution_list([RESOLUTION, OPEN], NAMES, ORIGIN, lang),
        "slip": resolution_slip(RESOLUTION, NAMES, ORIGIN, lang),
    }


def words(document: Document) -> str:
    blocks = "".join(str(block) for block in document.blocks)
    return document.masthead + document.title + document.addressee + document.number + blocks + "".join(document.foot)


@pytest.mark.parametrize(
    ("paper", "said"),
    [
        ("notice", ("通知", "市教育局", "2026年3月20日09:00", "Hall 2", "联席会议召集人", "转办件逾期未办结", "市公安局", "办结计划")),
        ("agenda", ("议题汇总表", "逾期未办结", "No. 3", "2026年3月9日", "形成议定事项", "截至账本第41条")),
        ("sign-in", ("签到表", "市教育局", "市公安局")),
        ("minutes", (
            "纪要", "会议认为", "会议指出", "会议议定", "No. 7", "市教育局牵头", "市公安局配合", "2026年4月10日前落实",
            "出席", "请假", "列席", "市民政局", "分送：市教育局、市公安局。", "aaaaaaaaaaaaaaaa",
        )),
        ("resolutions", ("议定事项清单", "截至账本第90条，共2项，已销号1项，逾期未反馈1项", "暂定", "超期1个工作日")),
        ("slip", ("销号单", "Keep a list", "到校走访", "已落实", "超期1个工作日", "2026年4月14日准予销号")),
    ],
)  # fmt: skip
def test_each_paper_says_what_it_is_for(paper: str, said: tuple[str, ...]) -> None:
    text = words(papers("zh")[paper])
    assert [part for part in said if part not in text] == []


@pytest.mark.parametrize("paper", papers("en"))
def test_english_papers_hold_no_chinese(paper: str) -> None:
    text = words(papers("en")[paper]).replace("\u3000", "")
    assert [letter for letter in text if "\u4e00" <= letter <= "\u9fff"] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_paper_is_written_in_three_faces(lang: str, tmp_path: Path) -> None:
    for name, document in papers(lang).items():
        paths = write(document, tmp_path, name)
        assert [path.suffix for path in paths] == [".docx", ".html", ".json"]
        assert all(path.stat().st_size > 500 for path in paths)


def test_a_unit_is_asked_to_bring_what_its_own_items_need() -> None:
    asked = words(meeting_notice(MEETING, ITEMS, "u01", NAMES, ORIGIN, "zh"))
    assert TO_BRING["cross_sector"][0] in asked and TO_BRING["overdue"][0] not in asked


def test_minutes_without_a_resolution_say_so_and_unsigned_ones_have_no_number() -> None:
    text = words(minutes(MEETING | {"minutes_no": None, "signed": None}, ITEMS, [], NAMES, ORIGIN, "zh"))
    assert "未形成议定事项" in text and "待签发" in text


def test_minutes_name_the_briefing_that_restates_their_figures() -> None:
    assert f"更正简报{'C' * 26}" in words(minutes(MEETING | {"restatement": "C" * 26}, ITEMS, [], NAMES, ORIGIN, "zh"))


def test_a_title_that_a_person_wrote_stands_as_it_was_written() -> None:
    written = [ITEMS[0] | {"title": "研究控辍保学工作"}]
    assert "研究控辍保学工作" in words(agenda_sheet(MEETING, written, NAMES, ORIGIN, "zh"))


def test_every_kind_and_every_reason_has_its_words() -> None:
    assert TO_BRING.keys() == POINTED_OUT.keys() == {entry.code for entry in code_list("agenda_kind")}
    assert CONSIDERED.keys() == {entry.code for entry in code_list("agenda_why")}


def test_the_layouts_are_those_of_the_rules() -> None:
    assert {name: document.layout for name, document in papers("zh").items()} == {
        "notice": "letter", "agenda": "form", "sign-in": "form", "minutes": "minutes", "resolutions": "form",
        "slip": "form",
    }  # fmt: skip
