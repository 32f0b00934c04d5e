"""The tables of a circular: what is overdue, what was not answered, every unit in figures. Pure. domain.md §6.4."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.glossary import said
from services.projections.documents.blocks import Block, Heading, Paragraph, Table
from services.projections.documents.dates import said_moment
from services.projections.documents.places import matter_of
from services.projections.documents.standing import Standing
from services.projections.documents.wording import either, label

Row = Mapping[str, Any]


def overdue_table(rows: Sequence[Row], names: Mapping[str, str], lang: str) -> Table:
    """What is open and past its date, of standing.overdue_of."""
    return Table(
        title=either(lang, f"超期未办结{len(rows)}件", f"Overdue: {len(rows)}"),
        columns=(
            either(lang, "转办单号", "No."),
            either(lang, "单位", "Unit"),
            either(lang, "事项", "Matter"),
            either(lang, "期限", "Due"),
            either(lang, "超期工作日", "Days over"),
            either(lang, "期限依据", "Basis"),
        ),
        rows=tuple(
            (
                str(row["referral_no"]),
                names.get(row["unit"], row["unit"]),
                matter_of(row, lang),
                said_moment(row["due"], lang),
                str(row["working_days_over"]),
                said(str(row["basis"] or "—"), lang),
            )
            for row in rows
        ),
        widths=(18, 18, 22, 14, 9, 19),
        note=either(
            lang,
            "超期工作日按国务院公布的放假安排计算，算至本期末。",
            "Working days on the State Council's calendar, up to the end of the period.",
        ),
    )


def unanswered_table(rows: Sequence[Row], names: Mapping[str, str], lang: str) -> Table:
    """The notices whose reply is owed, of standing.unanswered_of."""
    return Table(
        title=either(lang, f"逾期未回执的文书{len(rows)}份", f"Notices without a reply: {len(rows)}"),
        columns=(
            either(lang, "文号", "No."),
            either(lang, "单位", "Unit"),
            either(lang, "级别", "Level"),
            either(lang, "理由", "Grounds"),
            either(lang, "回执期限", "Reply due"),
            either(lang, "授权依据", "Authority"),
        ),
        rows=tuple(
            (
                str(row["doc_no"] or "—"),
                names.get(row["unit"], row["unit"]),
                label("level", row["level"], lang),
                either(lang, "；", "; ").join(label("supervision_ground", code, lang) for code in row["grounds"]),
                said_moment(row["reply_due"], lang),
                said(str(row["authority_basis"] or "—"), lang),
            )
            for row in rows
        ),
        widths=(18, 18, 10, 18, 14, 22),
    )


def annex(units: Sequence[Standing], names: Mapping[str, str], title: str, nobody: str, lang: str) -> list[Block]:
    """Every count of every unit, by code, on a page of its own; `nobody`: what is said where there is no unit."""
    columns = (
        either(lang, "单位", "Unit"),
        *(
            either(lang, zh, en)
            for zh, en in (
                ("转办", "Referred"),
                ("签收", "Signed"),
                ("按时签收", "Signed in time"),
                ("反馈", "Reported"),
                ("应办结", "To report"),
                ("按时", "In time"),
                ("退单", "Returned"),
                ("重办", "Sent back"),
                ("催办", "Urged"),
                ("超期", "Overdue"),
            )
        ),
    )
    rows = tuple(
        (
            names.get(each.unit, each.unit),
            *map(
                str,
                (
                    *(each.issued, each.signed, each.signed_in_time, each.reported, each.judged),
                    *(each.in_time, each.returned, each.sent_back, each.urged, each.overdue),
                ),
            ),
        )
        for each in sorted(units, key=lambda each: each.unit)
    )
    none = [Paragraph(nobody)]
    table = [Table(columns=columns, rows=rows, widths=(30, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7))]
    return [Heading(either(lang, f"附件：{title}", f"Annex: {title}")), *(table if rows else none)]
