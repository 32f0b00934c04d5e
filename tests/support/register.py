"""A register of one or a few rows as CSV, and what reading it gave."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from services.console.register_csv import Register, read_register
from services.intake.commands import RegisterContact

ENTRY = {
    "编号": "231000-2026-0001",
    "来电时间": "2026-01-12 09:30",
    "结束时间": "2026-01-12 09:42",
    "渠道": "01",
    "值班员": "值班员甲",
    "来电人角色": "parent",
    "来电人姓名": "测试甲",
    "来电人电话": "000-0000-0001",
    "当事人姓名": "测试小甲",
    "当事人性别": "f",
    "当事人年龄": "13",
    "区划码": "231003",
    "诉求类型": "help",
    "问题类别": "05",
    "紧急程度": "3",
    "强制报告筛查": "无",
    "通话内容": "孩子不愿上学。",
    "处理意见": "电话解答。",
    "处置方式": "A1",
    "转办单位": "",
    "处理结果": "已答复。",
    "如何知道热线": "card",
    "保密要求": "none",
    "备注": "",
}
Read = Callable[..., Register]


def written(*entries: dict[str, str], columns: list[str] | None = None) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns or list(ENTRY), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(entries)
    return out.getvalue()


def entry(**changes: str) -> dict[str, str]:
    return ENTRY | changes


def reader(folder: Path) -> Read:
    """Write a content as a file in this folder and read it as a register."""

    def reading(content: str | bytes, encoding: str = "utf-8") -> Register:
        path = folder / "register.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return read_register(path)

    return reading


def command_of(register: Register) -> RegisterContact:
    assert not register.problems
    return register.rows[0].command


def problem_of(register: Register) -> tuple[str, str]:
    (problem,) = register.problems
    assert not register.rows
    assert problem.zh
    assert problem.en
    return problem.column, problem.code
