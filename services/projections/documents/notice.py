"""催办通知书 (level 1) and 督办通知单 (level 2), with the reply slip. Pure. domain.md §6.3."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.projections.documents.blocks import Block, Document, Form, Heading, Paragraph, Provenance
from services.projections.documents.briefing import CHINA
from services.projections.documents.wording import either, label, text

URGE = 1


def notice_document(row: Mapping[str, Any], unit: Mapping[str, Any], provenance: Provenance, lang: str) -> Document:
    """The paper of one notice from its row of the supervision ledger. `unit`: zh, en, leader, department, post."""
    urge = row["level"] == URGE
    title = either(lang, "催办通知书" if urge else "督办通知单", "Urge notice" if urge else "Supervision notice")
    signed = row["signed_off"] or row["drafted"]
    return Document(
        kind="notice",
        lang=lang,
        masthead=text("issuer", lang),
        number=str(row["doc_no"] or either(lang, "（待签发）", "(not signed off)")),
        issuer=text("issuer", lang),
        dated=_day(signed, lang),
        urgency=either(
            lang, f"级别：{label('level', row['level'], lang)}", f"Level: {label('level', row['level'], lang)}"
        ),
        title=title,
        addressee=str(unit["en" if lang == "en" else "zh"]),
        blocks=(*_body(row, lang), _facts(row, unit, lang), *_slip(row, lang)),
        provenance=provenance,
        closing=(text("issuer", lang), _day(signed, lang)),
        foot=(either(lang, "抄送：承办单位分管领导。", "Copy: the unit's leader in charge."),),
        model=dict(row),
    )


def _day(moment: object, lang: str) -> str:
    if not moment:
        return "—"
    day = datetime.fromisoformat(str(moment)).astimezone(CHINA)
    return day.date().isoformat() if lang == "en" else f"{day.year}年{day.month}月{day.day}日"


def _body(row: Mapping[str, Any], lang: str) -> list[Block]:
    grounds = "、".join(label("supervision_ground", code, lang) for code in row["grounds"])
    matter = row["matter_en" if lang == "en" else "matter_zh"]
    demands = (
        "；".join(label("ask", code, lang) for code in row["demands"])
        if row.get("demands")
        else either(lang, "依法办理并反馈结果", "handle and report")
    )
    return [
        Paragraph(
            either(
                lang,
                f"《{row['referral_no']}》转办的{matter}，交办日期为{_day(row['issued'], lang)}，期限为{_day(row['due'], lang)}，"
                f"至本通知拟制时已超期{row['working_days_over']}个工作日。依据{row['authority_basis'] or '（待签发时载明）'}，现予"
                f"{'催办' if row['level'] == URGE else '督办'}。",
                f"{row['referral_no']} ({matter}) was issued on {_day(row['issued'], lang)} and due on {_day(row['due'], lang)}; it is "
                f"{row['working_days_over']} working days over. On the basis of {row['authority_basis'] or '(to be named at sign-off)'} this notice is served.",
            )
        ),
        Heading(either(lang, "一、督办理由", "1. Grounds")),
        Paragraph(f"{grounds}{either(lang, '。', '.')}"),
        Heading(either(lang, "二、办理要求", "2. Demands")),
        Paragraph(
            either(
                lang,
                f"{demands}。请于{_day(row['reply_due'], lang)}前通过系统反馈；逾期仍不办结的，将予通报并提请联席会议研究。",
                f"{demands}. Reply through the system by {_day(row['reply_due'], lang)}; after that it goes into a circular and to the joint meeting.",
            )
        ),
    ]


def _facts(row: Mapping[str, Any], unit: Mapping[str, Any], lang: str) -> Form:
    def pair(zh: str, en: str, value: object) -> tuple[str, str]:
        return either(lang, zh, en), str(value if value not in (None, "") else "—")

    return Form(
        lines=(
            (
                pair("督办事项", "Matter", row["matter_en" if lang == "en" else "matter_zh"]),
                pair("来源", "Source", either(lang, "热线转办件", "hotline referral")),
            ),
            (
                pair("原转办单号", "Referral", row["referral_no"]),
                pair("日历版本", "Calendar", row.get("calendar_version", "")),
            ),
            (pair("承办领导", "Leader", unit["leader"]), pair("责任部门", "Department", unit["department"])),
            (pair("责任岗位", "Post", unit["post"]), pair("签发人", "Signed off by", row["signatory"])),
            (pair("授权依据", "Authority", row["authority_basis"]),),
        )
    )


def _slip(row: Mapping[str, Any], lang: str) -> list[Block]:
    replied = label("notice_status", row["status"], lang)
    blank = "　" * 8
    return [
        Heading(either(lang, "回执", "Reply slip")),
        Form(
            lines=(
                (
                    (either(lang, "签收时间", "Acknowledged"), _day(row["acknowledged"], lang)),
                    (either(lang, "现状", "Status"), replied),
                ),
                ((either(lang, "办理情况", "What was done"), blank),),
                (
                    (either(lang, "是否办结", "Concluded"), blank),
                    (either(lang, "单位负责人（签章）", "Head of unit (seal)"), blank),
                ),
                ((either(lang, "销号意见", "Discharge"), _day(row["discharged"], lang)),),
            )
        ),
    ]
