"""The paper register: what of it is refused, by row or as a whole, and that no refusal repeats a person's data."""

import csv
from pathlib import Path
from typing import Any

import pytest

from services.console import register_csv, register_file
from services.console.register_columns import COLUMNS, SENTENCES, TEXT_MAX
from services.console.register_csv import Problem, RegisterRefused, write_rejects
from tests.support.register import ENTRY, Read, command_of, entry, problem_of, reader, written


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(tmp_path)


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"编号": ""}, "编号", "register.cell_missing"),
        ({"编号": "9" * 41}, "编号", "register.cell_too_long"),
        ({"紧急程度": " "}, "紧急程度", "register.cell_missing"),
        ({"强制报告筛查": ""}, "强制报告筛查", "register.cell_missing"),
        ({"来电时间": "2026-02-30 09:00"}, "来电时间", "register.time_impossible"),
        ({"来电时间": "2026-01-12 24:00", "结束时间": ""}, "来电时间", "register.time_impossible"),
        ({"来电时间": "2026-01-12 23:59:60", "结束时间": ""}, "来电时间", "register.time_impossible"),
        ({"来电时间": "2026-01-12 09:30+08:99"}, "来电时间", "register.time_impossible"),
        ({"来电时间": "2026-01-12"}, "来电时间", "register.time_malformed"),
        ({"来电时间": "46034.39583"}, "来电时间", "register.time_malformed"),
        ({"来电时间": "2026-01-1209:30"}, "来电时间", "register.time_malformed"),
        ({"来电时间": "0001-01-01 00:00+14:00"}, "来电时间", "register.time_out_of_range"),
        ({"结束时间": "9:42"}, "结束时间", "register.time_malformed"),
        ({"结束时间": "2026-01-12 09:29"}, "结束时间", "contact.ends_before_it_starts"),
        ({"渠道": "电报"}, "渠道", "register.code_unknown"),
        ({"来电人角色": "superior"}, "来电人角色", "register.code_unknown"),
        ({"当事人性别": "x"}, "当事人性别", "register.code_unknown"),
        ({"区划码": "230100"}, "区划码", "register.code_unknown"),
        ({"区划码": "231024"}, "区划码", "register.code_expired"),
        ({"诉求类型": "诉苦"}, "诉求类型", "register.code_unknown"),
        ({"问题类别": "98"}, "问题类别", "register.code_unknown"),
        ({"紧急程度": "0"}, "紧急程度", "register.code_unknown"),
        ({"处置方式": "Z9"}, "处置方式", "register.code_unknown"),
        ({"如何知道热线": "做梦"}, "如何知道热线", "register.code_unknown"),
        ({"保密要求": "随便"}, "保密要求", "register.code_unknown"),
        ({"转办单位": "月球局"}, "转办单位", "register.unit_unknown"),
        ({"处置方式": "B1"}, "转办单位", "contact.unit_missing"),
        ({"当事人年龄": "121"}, "当事人年龄", "register.age_malformed"),
        ({"当事人年龄": "-1"}, "当事人年龄", "register.age_malformed"),
        ({"当事人年龄": "12.5"}, "当事人年龄", "register.age_malformed"),
        ({"当事人年龄": "6月13日"}, "当事人年龄", "register.age_malformed"),
        ({"当事人年龄": "٣"}, "当事人年龄", "register.age_malformed"),
        ({"来电人电话": "000-0000-0001转8"}, "来电人电话", "register.phone_malformed"),
        ({"来电人电话": "0" * 33}, "来电人电话", "register.phone_malformed"),
        ({"来电人姓名": "测" * 201}, "来电人姓名", "register.cell_too_long"),
        ({"来电人姓名": "测\u202e试"}, "来电人姓名", "command.bad_text"),
        ({"通话内容": "前\0后"}, "通话内容", "command.bad_text"),
        ({"通话内容": "字" * (TEXT_MAX + 1)}, "通话内容", "register.cell_too_long"),
        ({"通话内容": ""}, "通话内容", "contact.content_missing"),
        ({"处理意见": ""}, "处理意见", "contact.opinion_missing"),
        ({"强制报告筛查": "否否否"}, "强制报告筛查", "register.screen_malformed"),
        ({"强制报告筛查": "46"}, "强制报告筛查", "register.screen_malformed"),
        ({"强制报告筛查": "0,4"}, "强制报告筛查", "register.screen_malformed"),
        ({"强制报告筛查": "4"}, "处置方式", "contact.mandatory_report_open"),
        ({"处置方式": "H1"}, "来电人姓名", "contact.personal_data_in_non_substantive"),
    ],
)
def test_a_row_that_cannot_be_registered_is_listed_with_column_and_reason(
    read: Read, changes: dict[str, str], column: str, code: str
) -> None:
    assert problem_of(read(written(ENTRY | changes))) == (column, code)


def test_a_silent_call_needs_no_words(read: Read) -> None:
    silent = entry(来电人姓名="", 来电人电话="", 当事人姓名="", 当事人年龄="", 通话内容="", 处理意见="", 问题类别="90",
                   诉求类型="non_substantive", 处置方式="H1")  # fmt: skip
    assert command_of(read(written(silent))).disposition == "H1"


def test_every_wrong_cell_of_a_row_is_listed_at_once(read: Read) -> None:
    register = read(written(entry(渠道="电报", 当事人年龄="很小", 来电时间="昨天")))
    assert {(problem.line, problem.column) for problem in register.problems} == {
        (2, "来电时间"),
        (2, "渠道"),
        (2, "当事人年龄"),
    }


def test_valid_rows_go_in_beside_invalid_ones_and_lines_are_the_spreadsheets(read: Read) -> None:
    rows = [entry(编号=f"n-{n}", 通话内容="一\n二", 渠道="电报" if n == 2 else "01") for n in range(4)]
    register = read(written(*rows))
    assert [row.line for row in register.rows] == [2, 3, 5]
    assert [(problem.line, problem.column) for problem in register.problems] == [(4, "渠道")]


def test_a_number_that_stands_twice_is_taken_once(read: Read) -> None:
    register = read(written(ENTRY, entry(通话内容="另一件"), entry(区划码="231081")))
    assert [row.command.desk for row in register.rows] == ["city", "suifenhe"]
    (problem,) = register.problems
    assert (problem.line, problem.column, problem.code) == (3, "编号", "register.number_repeated")
    assert "第 2 行" in problem.zh


def test_empty_rows_and_the_padding_of_a_spreadsheet_are_no_problem(read: Read) -> None:
    lines = written(ENTRY, entry(编号="n-2")).splitlines()
    padded = "\r\n".join([lines[0] + ",,", lines[1] + ",,", "," * 25, "", lines[2] + ",,", ""])
    assert [row.command.number for row in read(padded).rows] == ["231000-2026-0001", "n-2"]


@pytest.mark.parametrize(
    ("row", "code"),
    [("只有一格", "register.cells_too_few"), ("x" + ",x" * 30, "register.cells_too_many"),
     ("x" + ",x" * 100_000, "register.cells_too_many"), ("y" * 200_000, "register.cells_too_few"), ("z," * 600_000, "register.quotes_unbalanced"),
     ('"没有关上,a,b', "register.quotes_unbalanced"), ('"关上"又来,a,b', "register.quotes_unbalanced")],
)  # fmt: skip
def test_a_row_of_the_wrong_shape_spoils_itself_alone(read: Read, row: str, code: str) -> None:
    register = read(written(ENTRY) + row + "\r\n" + written(entry(编号="n-2")).split("\r\n", 1)[1])
    assert [each.command.number for each in register.rows] == ["231000-2026-0001", "n-2"]
    assert [(problem.line, problem.code) for problem in register.problems] == [(3, code)]


def test_a_file_cut_in_the_middle_of_a_character_loses_its_last_row_alone(read: Read) -> None:
    names = [*(name for name in ENTRY if name != "通话内容"), "通话内容"]
    whole = written(ENTRY, entry(编号="n-2"), columns=names).rstrip().encode()
    register = read(whole[: whole.rindex("学".encode()) + 1])
    assert [row.command.number for row in register.rows] == ["231000-2026-0001"]
    assert [(problem.column, problem.code) for problem in register.problems] == [("通话内容", "register.bad_encoding")]


@pytest.mark.parametrize(
    ("header", "row", "code"),
    [("utf-8", "gb18030", "register.bad_encoding"), ("gb18030", "utf-8", "register.mixed_encoding")],
)
def test_a_row_in_another_encoding_is_found(read: Read, header: str, row: str, code: str) -> None:
    first, second = written(ENTRY).split("\r\n", 1)
    register = read((first + "\r\n").encode(header) + second.encode(row))
    assert not register.rows
    assert {problem.code for problem in register.problems} == {code}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_refused_with_what_to_do(read: Read, encoding: str) -> None:
    with pytest.raises(RegisterRefused, match="CSV UTF-8") as refused:
        read(written(ENTRY), encoding)
    assert refused.value.code == "register.utf16"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "register.no_header"),
        ("测试甲,000-0000-0001\r\n", "register.no_header"),
        ('"编号,来电时间\r\n', "register.no_header"),
        (b"\xff\x80\xff,\xff\r\n", "register.bad_encoding"),
        (b"\xef\xbb\xbf\xb1\xe0\xba\xc5,x\r\n", "register.bad_encoding"),
        (b"PK\x03\x04 a workbook", "register.not_csv"),
    ],
)
def test_what_is_no_register_is_refused_as_a_whole(read: Read, content: str | bytes, code: str) -> None:
    with pytest.raises(RegisterRefused) as refused:
        read(content)
    assert refused.value.code == code
    assert "测试甲" not in refused.value.zh + refused.value.en


@pytest.mark.parametrize(
    ("columns", "code", "named"),
    [
        ([*ENTRY, "编号"], "register.columns_repeated", ["编号"]),
        ([*ENTRY, "家庭住址"], "register.columns_unknown", ["家庭住址", "25"]),
        (
            [name for name in ENTRY if name not in ("渠道", "处置方式")],
            "register.columns_missing",
            ["渠道", "处置方式"],
        ),
        ([name.replace("渠道", "通道") for name in ENTRY], "register.columns_unknown", ["通道", "渠道"]),
    ],
)
def test_a_header_is_refused_by_the_names_that_are_wrong(
    read: Read, columns: list[str], code: str, named: list[str]
) -> None:
    with pytest.raises(RegisterRefused) as refused:
        read(",".join(columns) + "\r\n")
    assert refused.value.code == code
    assert all(name in refused.value.zh and name in refused.value.en for name in named)


def test_a_file_over_the_bounds_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_csv, "ROWS_MAX", 2)
    assert len(read(written(ENTRY, entry(编号="n-2"))).rows) == 2
    with pytest.raises(RegisterRefused, match="Over 2 rows"):
        read(written(*(entry(编号=f"n-{n}") for n in range(3))))
    monkeypatch.setattr(register_file, "BYTES_MAX", 100)
    with pytest.raises(RegisterRefused, match="64 MB"):
        read(written(ENTRY))


def test_no_sentence_repeats_what_stood_in_a_cell(read: Read) -> None:
    secret = "秘密000-0000-0009"
    said = ""
    for column in COLUMNS:
        for problem in read(written(ENTRY | {column: secret})).problems:
            said += problem.zh + problem.en
    assert said
    assert "秘密" not in said
    assert "0009" not in said


def test_every_sentence_can_be_filled() -> None:
    places: dict[str, Any] = dict.fromkeys(
        ("column", "limit", "encoding", "found", "expected", "text_line", "hint_zh", "hint_en", "other"), "1"
    )
    assert all(text.format(**places) for both in SENTENCES.values() for text in both)


def test_rejects_stand_beside_the_input_and_hold_no_formula(tmp_path: Path) -> None:
    problems = [
        Problem(line=3, column="caller_phone", code="x", zh="=1+1", en="@a"),
        Problem(line=4, column="编号", code="x", zh="好", en="-1"),
    ]
    path = write_rejects(tmp_path / "一月.csv", problems)
    assert path == tmp_path / "一月.rejects.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["行号", "列", "原因", "reason"],
            ["3", "来电人电话", "'=1+1", "'@a"],
            ["4", "编号", "好", "'-1"],
        ]
