"""议定事项清单 and 销号单: every resolution as of a position, and the slip of one that is discharged. Pure. domain.md §6.5."""

from collections.abc import Sequence

from services.glossary import said
from services.projections.documents.blocks import Document, Form, Paragraph, Provenance, Table
from services.projections.documents.meeting_wording import Names, Row, day, units
from services.projections.documents.wording import either, label, text

BLANK = "　" * 8


def resolutions_table(rows: Sequence[Row], names: Names, lang: str) -> Table:
    """议定事项表: 序号, 事项, 牵头, 配合, 时限, 状态."""
    columns = either(
        lang, "序号 文号 事项 牵头 配合 时限 状态", "No. Number Resolution Lead Co-units Due Status"
    ).split(" ")
    return Table(
        title=either(lang, "议定事项表", "Resolutions"),
        columns=tuple(columns),
        rows=tuple(
            (
                str(place),
                str(row["resolution_no"]),
                str(row["title"]),
                units([row["lead"]], names, lang),
                units(row["co"], names, lang),
                day(row["due"], lang) + _provisional(row, lang),
                _status(row, lang),
            )
            for place, row in enumerate(rows, start=1)
        ),
        widths=(6, 14, 26, 16, 16, 12, 12),
    )


def _provisional(row: Row, lang: str) -> str:
    return either(lang, "（暂定）", " (provisional)") if row["provisional"] else ""


def _status(row: Row, lang: str) -> str:
    status = label("resolution_status", row["status"], lang)
    over = int(row["overdue_working_days"])
    if over and row["status"] in ("adopted", "in_progress"):
        return either(lang, f"{status}，超期{over}个工作日", f"{status}, {over} working days over")
    return status


def resolution_list(rows: Sequence[Row], names: Names, provenance: Provenance, lang: str) -> Document:
    """议定事项清单: the state of all resolutions at one position."""
    done = sum(row["status"] == "discharged" for row in rows)
    over = sum(row["overdue_working_days"] > 0 and row["status"] in ("adopted", "in_progress") for row in rows)
    return Document(
        kind="resolution_list",
        lang=lang,
        layout="form",
        masthead=text("issuer", lang),
        number="",
        issuer=text("issuer", lang),
        dated=day(provenance.as_of, lang),
        title=either(lang, "联席会议议定事项清单", "Resolutions of the joint meeting"),
        blocks=(
            Paragraph(
                either(
                    lang,
                    f"截至账本第{provenance.position}条，共{len(rows)}项，已销号{done}项，逾期未反馈{over}项。",
                    f"As of position {provenance.position}: {len(rows)} resolutions, {done} discharged, {over} overdue.",
                )
            ),
            resolutions_table(rows, names, lang),
        ),
        provenance=provenance,
        model={"resolutions": [dict(row) for row in rows], "discharged": done, "overdue": over},
    )


def resolution_slip(row: Row, names: Names, provenance: Provenance, lang: str) -> Document:
    """销号单 of one resolution."""
    measures = either(lang, "；", "; ").join(label("measure", code, lang) for code in row["measures"] or ())
    late = either(
        lang, f"（超期{row['late_working_days']}个工作日）", f" ({row['late_working_days']} working days late)"
    )
    reported = day(row["reported"], lang) + (late if row["late"] else "")
    return _slip(
        str(row["resolution_no"]),
        (
            ((either(lang, "议定事项", "Resolution"), str(row["title"])),),
            (
                (either(lang, "牵头单位", "Lead"), units([row["lead"]], names, lang)),
                (either(lang, "配合单位", "Co-units"), units(row["co"], names, lang)),
            ),
            (
                (either(lang, "议定日期", "Adopted"), day(row["adopted"], lang)),
                (either(lang, "时限", "Due"), day(row["due"], lang) + _provisional(row, lang)),
            ),
            (
                (either(lang, "责任领导", "Leader"), said(str(row["leader"]), lang)),
                (
                    either(lang, "责任部门、岗位", "Department, post"),
                    " ".join(said(str(row[each]), lang) for each in ("department", "post")),
                ),
            ),
            ((either(lang, "依据", "Basis"), said(str(row["basis"]), lang)),),
            ((either(lang, "落实措施", "Measures"), measures or "—"),),
            (
                (either(lang, "落实结果", "Result"), label("resolution_result", row["result"], lang)),
                (either(lang, "反馈时间", "Reported"), reported),
            ),
        ),
        _opinion(row["discharged"], label("resolution_status", row["status"], lang), lang),
        row,
        provenance,
        lang,
    )


def _opinion(discharged: object, why: str, lang: str) -> str:
    if not discharged:
        return either(lang, f"未销号（{why}）", f"not discharged ({why})") if why != "—" else BLANK
    return either(lang, f"{day(discharged, lang)}准予销号（{why}）", f"discharged on {day(discharged, lang)} ({why})")


def _slip(
    number: str,
    lines: tuple[tuple[tuple[str, str], ...], ...],
    opinion: str,
    row: Row,
    provenance: Provenance,
    lang: str,
) -> Document:
    closing = (
        ((either(lang, "销号意见", "Discharge"), opinion),),
        (
            (either(lang, "经办岗位（签章）", "Handled by (seal)"), BLANK),
            (either(lang, "审核岗位（签章）", "Checked by (seal)"), BLANK),
        ),
    )
    return Document(
        kind="discharge_slip",
        lang=lang,
        layout="form",
        masthead=text("issuer", lang),
        number=number,
        issuer=text("issuer", lang),
        dated=day(row["discharged"] or provenance.as_of, lang),
        title=either(lang, "督办事项销号单", "Discharge slip"),
        blocks=(Form(lines=(*lines, *closing)),),
        provenance=provenance,
        model=dict(row),
    )
