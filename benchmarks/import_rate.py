"""Rows a second of a 2,000-row register through `lianxi import`, as an office runs it: the start of the program included.

The limit is the promise of the README: 200 rows/s.
"""

import csv
import json
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.stack import PROGRAM, disk_sync_rate, show, up

ROWS, PROMISED = 2000, 200.0
ROW = {
    "编号": "",
    "来电时间": "2026-01-12 09:30",
    "渠道": "01",
    "来电人角色": "parent",
    "来电人姓名": "测试甲",
    "来电人电话": "000-0000-0001",
    "当事人性别": "f",
    "当事人年龄": "13",
    "区划码": "231003",
    "诉求类型": "help",
    "问题类别": "05",
    "紧急程度": "3",
    "强制报告筛查": "无",
    "通话内容": "孩子不愿上学，家长询问如何沟通。" * 10,
    "处理意见": "电话解答。",
    "处置方式": "A1",
    "处理结果": "已答复。",
}


def imported(data: Path, file: Path) -> float:
    """Rows a second of one import."""
    began = time.perf_counter()
    words = [*PROGRAM, "--data", str(data), "--as", "duty-city", "--json", "import", str(file)]
    said = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    assert said["imported"] + said["unchanged"] == ROWS, said
    return ROWS / (time.perf_counter() - began)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "register.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(ROW))
            writer.writeheader()
            # A phone of its own for every row: repeat callers would be looked up in each other's cases.
            writer.writerows(ROW | {"编号": f"B-{n}", "来电人电话": f"000-0001-{n:04}"} for n in range(ROWS))
        synced = disk_sync_rate(folder)
        with up(folder / "data"):
            first, again = imported(folder / "data", file), imported(folder / "data", file)
    show(
        f"import of {ROWS} rows",
        [
            ("first time", first, "promised", PROMISED),
            ("first time", first, "one fsync a row", synced),
            ("same file again", again, "promised", PROMISED),
        ],
    )


if __name__ == "__main__":
    main()
