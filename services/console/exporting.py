"""What `query` writes for office programs: the workbook of an answer, its rows and where they come from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.console.cells import LONGEST, Share, TooLong
from services.console.output import REFUSED, as_json, say
from services.console.presenting import Presentation
from services.console.session import Session
from services.console.workbook import ROWS_MAX, TooManyRows, write_workbook


def export(session: Session, name: str, params: Mapping[str, Any], answer: dict[str, Any], path: Path) -> None:
    """Write the workbook of an answer that came with its explanation, and say so."""
    described, lang = answer["explained"], session.lang
    shown = Presentation(described, lang)
    columns = shown.columns(answer["columns"], wide=True)
    titles, places = [shown.title(column) for column in columns], [answer["columns"].index(name) for name in columns]
    rows = [
        [
            Share(cell) if isinstance(cell := row[place], float) and 0 <= cell <= 1 else _labelled(shown, column, cell)
            for column, place in zip(columns, places, strict=True)
        ]
        for row in answer["rows"]
    ]
    title = name if lang == "en" else described["zh"]
    try:
        write_workbook(path, title, titles, rows, _about(name, params, answer, lang), lang)
    except TooLong as found:
        column = titles[found.column - 1]
        session.fail(
            REFUSED,
            "export.cell_too_long",
            f"第{found.row}行“{column}”超过工作簿单元格上限{LONGEST}字，未写出文件。请改用 --csv 或 --json。",
            f"Row {found.row}, {column}, is longer than the {LONGEST} characters of a cell; nothing was written. "
            f"Take --csv or --json.",
        )
    except TooManyRows:
        session.fail(
            REFUSED,
            "export.too_many_rows",
            f"超过一张工作表的{ROWS_MAX}行，未写出文件。请用 -p 缩小范围，或改用 --csv。",
            f"More than the {ROWS_MAX} rows of a sheet; nothing was written. Narrow it with -p, or take --csv.",
        )
    count, seq = len(rows), answer["position"]["seq"]
    if session.machine:
        as_json({"file": str(path), "rows": count, "position": answer["position"]})
    else:
        say(lang, f"已写入 {path}：{count} 行，截至第 {seq} 条。", f"{path}: {count} rows, as of position {seq}.")


def _labelled(shown: Presentation, column: str, cell: Any) -> Any:
    """A code by its label; numbers stay numbers."""
    return cell if isinstance(cell, float) else shown.cell(column, cell)


def _about(name: str, params: Mapping[str, Any], answer: dict[str, Any], lang: str) -> list[tuple[str, str]]:
    described, position = answer["explained"], answer["position"]
    known = {each["name"]: each for each in described["parameters"]}
    given = [f"{key}={value}" for key, value in sorted(params.items())]
    if lang == "en":
        return [
            ("Query", name),
            ("Parameters", ", ".join(given) or "none"),
            ("Rows", str(len(answer["rows"]))),
            ("Position", str(position["seq"])),
            ("Hash", str(position["hash"])),
            ("As of", str(position["recorded"])),
            ("Code", str(position["code"])),
            ("Verify", "lianxi audit verify"),
            ("Note", "Every text is a text: nothing is run. Control characters are shown as pictures."),
        ]
    titled = [
        f"{known[key]['zh']}（{key}）：{value}" if key in known else f"{key}：{value}"
        for key, value in sorted(params.items())
    ]
    return [
        ("查询", f"{described['zh']}（{name}）"),
        ("参数", "；".join(titled) or "无"),
        ("行数", str(len(answer["rows"]))),
        ("截至账本位置", str(position["seq"])),
        ("末条哈希", str(position["hash"])),
        ("截至时间", str(position["recorded"])),
        ("程序版本", str(position["code"])),
        ("校验命令", "lianxi audit verify"),
        ("注", "各单元格文字均按文本保存，不作公式或链接执行；控制字符以图形符号显示。"),
    ]
