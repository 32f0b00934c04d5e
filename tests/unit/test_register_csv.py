"""The paper register: how what people type, and what spreadsheets make of it, is read."""

from datetime import datetime
from pathlib import Path

import pytest

from services.console.register_columns import COLUMNS
from services.console.register_csv import desk_of
from services.intake.commands import RegisterContact
from services.referral.referral import CHINA
from tests.support.register import ENTRY, Read, command_of, entry, reader, written


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(tmp_path)


def test_a_row_becomes_one_command(read: Read) -> None:
    command = command_of(read(written(ENTRY)))
    assert command == RegisterContact(
        command_id=command.command_id,
        number="231000-2026-0001",
        desk="city",
        channel="01",
        started=datetime(2026, 1, 12, 9, 30, tzinfo=CHINA),
        ended=datetime(2026, 1, 12, 9, 42, tzinfo=CHINA),
        caller_role="parent",
        contact_type="help",
        category="05",
        region="231003",
        age_band="6-13",
        sex="f",
        urgency="3",
        screen="nnnnnnnnn",
        disposition="A1",
        heard_from="card",
        confidentiality="none",
        duty_officer="值班员甲",
        caller_name="测试甲",
        caller_phone="000-0000-0001",
        child_name="测试小甲",
        child_age=13,
        narrative="孩子不愿上学。",
        opinion="电话解答。",
        result="已答复。",
    )


def test_labels_are_as_good_as_codes(read: Read) -> None:
    labels = entry(
        渠道="96308热线", 来电人角色="母亲", 当事人性别="女", 区划码="阳明区", 诉求类型="求助", 问题类别="受教育权",
        紧急程度="一般", 处置方式="电话解答", 如何知道热线="维权服务卡", 保密要求="无特别要求",
    )  # fmt: skip
    assert command_of(read(written(labels))) == command_of(read(written(ENTRY)))


def test_what_a_spreadsheet_and_a_wide_keyboard_do_to_codes_is_undone(read: Read) -> None:
    wide = entry(渠道="1", 问题类别="5", 当事人年龄="１３", 区划码="２３１００３", 处置方式="ａ１",
                 来电人电话="０００－００００－０００１", 编号=" ２３１０００-2026-0001 ")  # fmt: skip
    assert command_of(read(written(wide))) == command_of(read(written(ENTRY)))


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030")],
)
def test_the_three_encodings_are_detected_and_read_alike(read: Read, encoding: str, named: str) -> None:
    register = read(written(ENTRY), encoding)
    assert register.encoding == named
    assert command_of(register) == command_of(read(written(ENTRY)))


def test_rare_characters_survive_gb18030(read: Read) -> None:
    assert command_of(read(written(entry(来电人姓名="测试\U00020bb7")), "gb18030")).caller_name == "测试\U00020bb7"


def test_columns_may_stand_in_any_order_and_optional_ones_be_absent(read: Read) -> None:
    needed = [name for name, column in COLUMNS.items() if column.needed]
    command = command_of(read(written(ENTRY, columns=needed[::-1])))
    assert (command.number, command.ended, command.caller_name, command.age_band) == (
        "231000-2026-0001",
        None,
        "",
        "unknown",
    )


def test_formula_looking_cells_are_kept_literally(read: Read) -> None:
    formula = '=HYPERLINK("x","y")'
    command = command_of(read(written(entry(通话内容=formula, 备注="+1", 来电人姓名="@测试"))))
    assert (command.narrative, command.remarks, command.caller_name) == (formula, "+1", "@测试")


def test_words_may_hold_lines_commas_and_quotes(read: Read) -> None:
    words = '他说："不去",\n然后走了'
    assert command_of(read(written(entry(通话内容=words.replace("\n", "\r\n"))))).narrative == words


@pytest.mark.parametrize(
    "when",
    ["2026-01-12 09:30", "2026/1/12 9:30", "2026-01-12 09:30:00", "2026-01-12T09:30:00+08:00", "2026-01-12T01:30Z",
     "2026年1月12日 9时30分", "2026．1．12 9：30", "2026-01-12 09:30:00.000"],
)  # fmt: skip
def test_times_are_read_as_people_write_them_and_are_plus_eight(read: Read, when: str) -> None:
    assert command_of(read(written(entry(来电时间=when)))).started == datetime(2026, 1, 12, 9, 30, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("age", "years", "band"),
    [("0", 0, "0-5"), ("5", 5, "0-5"), ("6岁", 6, "6-13"), ("14", 14, "14-15"), ("１５", 15, "14-15"), ("16周岁", 16, "16-17"),
     ("18", 18, "18plus"), ("120", 120, "18plus"), ("", None, "unknown"), ("不详", None, "unknown"), ("16-17", None, "16-17")],
)  # fmt: skip
def test_an_age_gives_its_band(read: Read, age: str, years: int | None, band: str) -> None:
    command = command_of(read(written(entry(当事人年龄=age))))
    assert (command.child_age, command.age_band) == (years, band)


@pytest.mark.parametrize(
    ("marks", "screen"),
    [("否否否是否否否否否", "nnnynnnnn"), ("nnnynnnnn", "nnnynnnnn"), ("NNNYNNNNN", "nnnynnnnn"), ("4", "nnnynnnnn"),
     ("4,6", "nnnynynnn"), ("4、6", "nnnynynnn"), ("6，4", "nnnynynnn"), ("否 否 否 是 否 否 否 否 ？", "nnnynnnnu"),
     ("无", "nnnnnnnnn"), ("全否", "nnnnnnnnn"), ("×××√×××××", "nnnynnnnn")],
)  # fmt: skip
def test_the_screen_is_read_in_every_way_it_is_marked(read: Read, marks: str, screen: str) -> None:
    referred = entry(强制报告筛查=marks, 处置方式="B1", 转办单位="市公安局")
    assert command_of(read(written(referred))).screen == screen


@pytest.mark.parametrize(
    ("region", "desk"),
    [("231000", "city"), ("231003", "city"), ("231003100", "city"), ("231025", "linkou"), ("231081", "suifenhe"),
     ("231083", "hailin"), ("231084", "ningan"), ("231085", "muling"), ("231086", "dongning"), ("231024", "dongning")],
)  # fmt: skip
def test_the_desk_follows_from_the_region(region: str, desk: str) -> None:
    assert desk_of(region) == desk


def test_the_unit_may_be_named_by_code_name_or_short_name(read: Read) -> None:
    for name in ("u08", "市教育局", "教育局"):
        assert command_of(read(written(entry(处置方式="B1", 转办单位=name)))).unit == "u08"


def test_the_command_id_is_of_the_entry_and_tells_nothing_of_its_words(read: Read) -> None:
    ids = {command_of(read(written(entry(通话内容=words)))).command_id for words in ("一", "二")}
    others = {command_of(read(written(entry(**{column: value})))).command_id
              for column, value in (("编号", "231000-2026-0002"), ("区划码", "231081"))}  # fmt: skip
    assert len(ids) == 1
    assert len(ids | others) == 3
