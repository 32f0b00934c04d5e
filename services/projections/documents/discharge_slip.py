"""督办销号单: how one supervision notice ended, for the file and for three signatures by hand. Pure. domain.md §4.3 D, §6.3."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.glossary import said
from services.projections.documents.blocks import Document, Form, Provenance
from services.projections.documents.briefing_figures import day_of
from services.projections.documents.dates import BLANK, BLANK_DAY, listed, said_moment
from services.projections.documents.places import matter_of
from services.projections.documents.wording import either, label, text

Row = Mapping[str, Any]
Line = tuple[tuple[str, str], ...]


def days_taken(row: Row, workdays: frozenset[date]) -> int:
    """Whole working days from the day it was served to the day it was discharged; the first day does not count.

    A notice that was never served is counted from its draft.
    """
    first, last = day_of(row["served"] or row["drafted"]), day_of(row["discharged"])
    return sum(first < day <= last for day in workdays)


def discharge_slip(row: Row, unit: str, workdays: frozenset[date], provenance: Provenance, lang: str) -> Document:
    """The slip from a row of the supervision ledger. `workdays`: every working day from its draft to its discharge.

    Raises ValueError for a notice that is not discharged: there is nothing to sign.
    """
    if not row["discharged"]:
        raise ValueError("only a discharged notice has a discharge slip")
    level = label("supervision_form", row["form"], lang) if row["form"] else label("level", row["level"], lang)
    return Document(
        kind="discharge_slip",
        lang=lang,
        layout="form",
        masthead=either(lang, "督办销号单", "Discharge of a supervision notice"),
        number=_number(row, lang),
        issuer=text("issuer", lang),
        dated=said_moment(row["discharged"], lang),
        urgency=either(lang, f"级别：{level}", f"Level: {level}"),
        title="",
        blocks=(
            Form(lines=(*_notice(row, unit, lang), *_answer(row, workdays, lang))),
            Form(lines=_signatures(lang)),
        ),
        provenance=provenance,
        model={
            **dict(row),
            "matter_zh": matter_of(row, "zh"),
            "matter_en": matter_of(row, "en"),
            "working_days_taken": days_taken(row, workdays),
        },
    )


def _number(row: Row, lang: str) -> str:
    return str(row["doc_no"] or either(lang, "（未签发）", "(not signed off)"))


def _notice(row: Row, unit: str, lang: str) -> tuple[Line, ...]:
    return (
        (_box("文号", "Document no.", _number(row, lang), lang), _box("责任单位", "Unit", unit, lang)),
        (
            _box("督办事项", "Matter", matter_of(row, lang), lang),
            _box("原转办单号", "Referral", str(row["referral_no"]), lang),
        ),
        (_box("督办理由", "Grounds", _labels("supervision_ground", row["grounds"], lang), lang),),
        (_box("办理要求", "Demands", _labels("demand", row["demands"], lang), lang),),
        (_box("授权依据", "Authority", said(str(row["authority_basis"] or "—"), lang), lang),),
        (
            _box("送达日期", "Served", said_moment(row["served"], lang), lang),
            _box("回执期限", "Reply due", said_moment(row["reply_due"], lang), lang),
        ),
    )


def _answer(row: Row, workdays: frozenset[date], lang: str) -> tuple[Line, ...]:
    late = either(lang, "（逾期）", " (late)") if row["replied"] and row["reply_late"] else ""
    back = row["times_sent_back"]
    result = label("referral_result", row["reply_result"], lang)
    if back:
        result += either(lang, f"（退回{back}次）", f" (sent back {back} times)")
    taken = days_taken(row, workdays)
    since = either(lang, "送达", "service") if row["served"] else either(lang, "拟稿", "its draft")
    return (
        (_box("办理情况", "What was done", _labels("measure", row["reply_measures"], lang), lang),),
        (
            _box("办理结果", "Result", result, lang),
            _box("回执日期", "Replied", said_moment(row["replied"], lang) + late, lang),
        ),
        (
            _box("销号理由", "Reason of discharge", label("discharge_reason", row["discharge_reason"], lang), lang),
            _box("销号日期", "Discharged", said_moment(row["discharged"], lang), lang),
        ),
        (
            _box(
                "用时",
                "Time taken",
                either(
                    lang,
                    f"{taken}个工作日（自{since}次日起，至销号当日止）",
                    f"{taken} working days, from the day after {since} to the day of discharge",
                ),
                lang,
            ),
        ),
    )


def _signatures(lang: str) -> tuple[Line, ...]:
    day = either(lang, *BLANK_DAY)
    return tuple(
        (_box(zh, en, BLANK, lang), _box("日期", "Date", day, lang))
        for zh, en in (
            ("责任单位负责人（签字）", "Head of the unit (signature)"),
            ("督办人（签字）", "Supervisor (signature)"),
            ("销号审批人（签字）", "Approved by (signature)"),
        )
    )


def _labels(list_name: str, codes: object, lang: str) -> str:
    return listed([label(list_name, code, lang) for code in codes or ()], lang)  # type: ignore[attr-defined]


def _box(zh: str, en: str, value: str, lang: str) -> tuple[str, str]:
    return either(lang, zh, en), value
