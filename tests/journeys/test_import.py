"""`lianxi import`: the paper register typed in, in every shape that offices save it in, and in some that they should not."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.register import ENTRY, entry, written
from tests.support.running import Running

COUNTS = ("rows", "imported", "unchanged", "rejected", "rejects_file")


@pytest.fixture
def register(stack: Running, tmp_path: Path) -> Callable[..., Any]:
    """Write a file and import it as the city's desk: what `--json` ends with."""

    def importing(content: str | bytes, *options: str, encoding: str = "utf-8", status: int = 0) -> Any:
        path = tmp_path / "登记 表.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        words = ("import", path, "--as", "duty-city", "--json", *options)
        return stack.lianxi(*words, status=status).json

    return importing


def rejects(said: Any) -> list[list[str]]:
    with Path(said["rejects_file"]).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_encoding_goes_in_and_twice_changes_nothing(
    stack: Running, register: Callable[..., Any], number: Callable[[], str], encoding: str
) -> None:
    entries = [entry(编号=number()) for _ in range(3)]
    first = register(written(*entries), encoding=encoding)
    assert {name: first[name] for name in COUNTS} == {
        "rows": 3,
        "imported": 3,
        "unchanged": 0,
        "rejected": 0,
        "rejects_file": None,
    }
    again = register(written(*entries), encoding=encoding)
    assert (again["imported"], again["unchanged"]) == (0, 3)
    kept = stack.lianxi("query", "contact_register", "--min-seq", first["seq"], "--json").json
    place = kept["columns"].index("number")
    assert sorted(row[place] for row in kept["rows"] if row[place] in {each["编号"] for each in entries}) == sorted(
        each["编号"] for each in entries
    )


def test_the_same_rows_in_another_encoding_are_the_same_rows(
    register: Callable[..., Any], number: Callable[[], str]
) -> None:
    text = written(entry(编号=number()))
    register(text)
    assert register(text, encoding="gb18030")["unchanged"] == 1


def test_labels_and_codes_are_the_same_entry(register: Callable[..., Any], number: Callable[[], str]) -> None:
    coded = entry(编号=number())
    labelled = coded | {"当事人性别": "女", "问题类别": "受教育权", "诉求类型": "求助"}
    assert register(written(coded))["imported"] == 1
    assert register(written(labelled))["unchanged"] == 1


def test_columns_may_stand_in_any_order(register: Callable[..., Any], number: Callable[[], str]) -> None:
    assert register(written(entry(编号=number()), columns=list(ENTRY)[::-1]))["imported"] == 1


def test_invalid_rows_are_listed_with_row_column_and_reason_and_the_others_go_in(
    register: Callable[..., Any], number: Callable[[], str]
) -> None:
    good, no_sex, no_day = (entry(编号=number()) for _ in range(3))
    said = register(written(no_sex | {"当事人性别": "甲"}, good, no_day | {"来电时间": "2026-02-30 09:00"}))
    assert (said["rows"], said["imported"], said["rejected"]) == (3, 1, 2)
    head, *listed = rejects(said)
    assert head == ["行号", "列", "原因", "reason"]
    assert [row[:2] for row in listed] == [["2", "当事人性别"], ["4", "来电时间"]]
    assert all(zh and en for _, _, zh, en in listed)


def test_a_mended_row_goes_in_and_takes_the_list_of_rejects_away(
    register: Callable[..., Any], number: Callable[[], str]
) -> None:
    good, other = entry(编号=number()), entry(编号=number())
    listed = register(written(good, other | {"渠道": "不存在"}))
    said = register(written(good, other))
    assert (said["imported"], said["unchanged"], said["rejects_file"]) == (1, 1, None)
    assert len(rejects(listed)) == 1


def test_check_only_checks(stack: Running, register: Callable[..., Any], number: Callable[[], str]) -> None:
    good = entry(编号=number())
    said = register(written(good, entry(编号=number()) | {"渠道": "不存在"}), "--check")
    assert (said["valid"], said["imported"], said["rejected"]) == (1, 0, 1)
    assert register(written(good))["imported"] == 1


def test_a_check_needs_no_stack(tmp_path: Path, stack: Running) -> None:
    from tests.support.running import lianxi

    path = tmp_path / "register.csv"
    path.write_text(written(entry()), "utf-8")
    assert lianxi(tmp_path / "nothing", "import", path, "--check", "--json").json["valid"] == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "register.no_header"),
        (b"\x00\x01\x02\xff\xfe" * 400, "register."),
        (b"PK\x03\x04" + bytes(range(256)) * 20, "register."),
        (written(entry(), columns=[each for each in ENTRY if each != "通话内容"]).encode(), "register.columns_missing"),
        (written(entry()).replace("备注", "编号", 1).encode(), "register.columns_repeated"),
        (written(entry()).replace("备注", "身份证号", 1).encode(), "register.columns_unknown"),
        (written(entry()).encode("utf-16"), "register.utf16"),
    ],
    ids=["empty", "binary", "workbook", "missing column", "duplicate header", "unknown column", "utf-16"],
)
def test_a_file_that_is_no_register_is_refused_whole(register: Callable[..., Any], content: bytes, code: str) -> None:
    assert register(content, status=3)["refused"]["code"].startswith(code)


def test_a_narrative_of_50000_characters_is_a_row_to_shorten(
    register: Callable[..., Any], number: Callable[[], str]
) -> None:
    said = register(written(entry(编号=number(), 通话内容="长" * 50_000), entry(编号=number())))
    assert (said["imported"], said["rejected"]) == (1, 1)
    ((_, column, reason, _),) = rejects(said)[1:]
    assert column == "通话内容" and "8000" in reason


def test_the_longest_narrative_that_may_be_goes_in(register: Callable[..., Any], number: Callable[[], str]) -> None:
    filled = dict.fromkeys(("通话内容", "处理意见", "处理结果", "备注"), "长" * 8000)
    assert register(written(entry(编号=number()) | filled))["imported"] == 1


def test_people_are_told_in_their_language(stack: Running, number: Callable[[], str], tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_text(written(entry(编号=number()), entry(编号=number()) | {"渠道": "不存在"}), "utf-8")
    told = stack.lianxi("import", path, "--as", "duty-city").out
    assert "共 2 行：导入 1，已有 0，退回 1" in told and "register.rejects.csv" in told
    told = stack.lianxi("import", path, "--as", "duty-city", "--lang", "en").out
    assert "2 rows: 0 imported, 1 unchanged, 1 rejected" in told


def test_who_may_not_register_sees_every_row_refused(stack: Running, number: Callable[[], str], tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_text(written(entry(编号=number())), "utf-8")
    for who in ("auditor", "u05"):
        said = stack.lianxi("import", path, "--as", who, "--json").json
        assert (said["imported"], said["rejected"]) == (0, 1)
