"""The paper of one notice: 催办通知书, 督办通知单, 通报, 约谈通知书, with the reply slip. Pure. domain.md §6.3."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.glossary import said as recorded
from services.projections.documents.blocks import Block, Document, Form, Heading, Paragraph, Provenance
from services.projections.documents.briefing_figures import CHINA
from services.projections.documents.notice_wording import Both, Wording, wording
from services.projections.documents.wording import either, label, text

Row = Mapping[str, Any]
Line = tuple[tuple[str, str], ...]
REMIND, CIRCULAR = 0, 3
# Grounds that are a date which passed: only they are told in days.
OF_A_DATE = ("sign_overdue", "report_overdue", "resolution_overdue")
RESOLUTION = "resolution"
BLANK = "　" * 8


def on_paper(row: Row) -> bool:
    """Whether a notice has a paper: a reminder is a message alone, and what was withdrawn is void."""
    return bool(row["level"] != REMIND and row["withdrawn"] is None)


def notice_document(row: Row, unit: Row, provenance: Provenance, lang: str, previous: Row | None = None) -> Document:
    """The paper of one notice from its row of the supervision ledger.

    `unit`: zh, en, leader, department, post. `previous`: the row of the notice that it was escalated from.
    """
    words = wording(row)
    signed = row["signed_off"] or row["drafted"]
    level = label("supervision_form", row["form"], lang) if row["form"] else label("level", row["level"], lang)
    return Document(
        kind="notice",
        lang=lang,
        # A unit is no subordinate of the office: it gets a letter; a circular goes to all as a document (domain.md §6).
        layout="official" if row["level"] == CIRCULAR else "letter",
        masthead=text("issuer", lang),
        number=str(row["doc_no"] or either(lang, "（待签发）", "(not signed off)")),
        issuer=text("issuer", lang),
        dated=_day(signed, lang),
        urgency=either(lang, f"级别：{level}", f"Level: {level}"),
        title=_said(words.title, lang),
        addressee=str(unit["en" if lang == "en" else "zh"]),
        blocks=(*_body(row, words, lang, previous), _particulars(row, unit, lang)),
        annexes=tuple(_slip(row, lang)),
        provenance=provenance,
        closing=(text("issuer", lang), _day(signed, lang)),
        foot=(_said(words.copy, lang),),
        model=dict(row),
    )


def _said(both: Both, lang: str) -> str:
    return either(lang, *both)


def _day(moment: object, lang: str) -> str:
    if not moment:
        return "—"
    day = datetime.fromisoformat(str(moment)).astimezone(CHINA)
    return day.date().isoformat() if lang == "en" else f"{day.year}年{day.month}月{day.day}日"


def _body(row: Row, words: Wording, lang: str, previous: Row | None) -> list[Block]:
    grounds = _labels("supervision_ground", row["grounds"], lang)
    return [
        Paragraph(_opening(row, words, lang, previous)),
        Heading(_said(words.grounds, lang)),
        Paragraph(f"{grounds}{either(lang, '。', '.')}"),
        Heading(_said(words.demands, lang)),
        Paragraph(_demands(row, words, lang)),
        *(_appointment(lang) if words.appointment else ()),
    ]


def _opening(row: Row, words: Wording, lang: str, previous: Row | None) -> str:
    matter = row["matter_en" if lang == "en" else "matter_zh"]
    over, late = row["working_days_over"], any(ground in OF_A_DATE for ground in row["grounds"])
    before = previous["doc_no"] if previous else None
    resolved = row["about_kind"] == RESOLUTION
    issued, due = _day(row["issued"], lang), _day(row["due"], lang)
    if lang == "en":
        lateness = f"; it is {over} working days over" if late else ""
        earlier = (
            f" {before} was not answered as asked by {_day(previous and previous['reply_due'], lang)}."
            if before
            else ""
        )
        return (
            f"{row['referral_no']} ({matter}) was {'adopted' if resolved else 'issued'} on {issued} "
            f"and due on {due}{lateness}.{earlier} "
            f"On the basis of {_quoted(row, lang)}, {_said(words.act, lang)}."
        )
    lateness = f"，至本件拟制时已超期{over}个工作日" if late else ""
    earlier = (
        f"此前发出的{before}，回执期限已于{_day(previous and previous['reply_due'], lang)}届满，未获通过的回执。"
        if before
        else ""
    )
    return (
        f"{row['referral_no']}{'议定' if resolved else '转办'}的{matter}，{'议定' if resolved else '交办'}日期为{issued}，"
        f"期限为{due}{lateness}。{earlier}"
        f"依据{_quoted(row, lang)}，{_said(words.act, lang)}。"
    )


def _quoted(row: Row, lang: str) -> str:
    """A rule is quoted by its title, a document by its number; what is not signed off has no basis yet."""
    return _recorded(row["authority_basis"], lang) or either(lang, "（待签发时载明）", "(to be named at sign-off)")


def _recorded(text: object, lang: str) -> str:
    return recorded(str(text or ""), lang)


def _demands(row: Row, words: Wording, lang: str) -> str:
    demands, due = _labels("demand", row["demands"], lang), _day(row["reply_due"], lang)
    provisional = either(
        lang, "（期限暂定，以国务院公布的放假安排为准）", " (provisional until the calendar is published)"
    )
    until = f"{due}{provisional if row['reply_provisional'] else ''}"
    return either(
        lang,
        f"{demands}。请于{until}（含当日）前通过系统反馈；逾期{words.after[0]}。",
        f"{demands}. Reply through the system by the end of {until}; {words.after[1]}.",
    )


def _appointment(lang: str) -> list[Block]:
    """The ledger holds no place and no hour: the office writes them in before it is sent."""
    return [
        Heading(either(lang, "三、约谈时间和地点", "3. Time and place")),
        Form(lines=(((either(lang, "时间", "Time"), BLANK), (either(lang, "地点", "Place"), BLANK)),)),
    ]


def _labels(list_name: str, codes: object, lang: str) -> str:
    return either(lang, "；", "; ").join(label(list_name, code, lang) for code in codes or ())  # type: ignore[attr-defined]


def _particulars(row: Row, unit: Row, lang: str) -> Form:
    def pair(zh: str, en: str, value: object) -> tuple[str, str]:
        return either(lang, zh, en), str(value if value not in (None, "") else "—")

    resolved = row["about_kind"] == RESOLUTION
    kind = label("authority_kind", row["authority_kind"], lang)
    basis = _recorded(row["authority_basis"], lang)
    if row["authority_kind"]:
        basis += either(lang, f"（{kind}）", f" ({kind})")
    return Form(
        lines=(
            (
                pair("督办事项", "Matter", row["matter_en" if lang == "en" else "matter_zh"]),
                pair(
                    "来源",
                    "Source",
                    either(lang, "联席会议议定事项", "joint-meeting resolution")
                    if resolved
                    else either(lang, "热线转办件", "hotline referral"),
                ),
            ),
            (
                pair("议定事项号", "Resolution", row["referral_no"])
                if resolved
                else pair("原转办单号", "Referral", row["referral_no"]),
                pair("日历版本", "Calendar", row["calendar_version"]),
            ),
            (
                pair("承办领导", "Leader", _recorded(unit["leader"], lang)),
                pair("责任部门", "Department", _recorded(unit["department"], lang)),
            ),
            (
                pair("责任岗位", "Post", _recorded(unit["post"], lang)),
                pair("签发人", "Signed off by", _recorded(row["signatory"], lang)),
            ),
            (
                pair("送达方式", "Served by", label("serve_method", row["served_by"], lang)),
                pair("送达对象", "Served to", label("served_to", row["served_to"], lang)),
            ),
            (pair("授权依据", "Authority", basis),),
        )
    )


def _slip(row: Row, lang: str) -> list[Block]:
    measures = _labels("measure", row["reply_measures"], lang)
    result = label("referral_result", row["reply_result"], lang) if row["reply_result"] else BLANK
    late = either(lang, "（逾期）", " (late)") if row["reply_late"] else ""
    back = either(lang, f"；退回{row['times_sent_back']}次", f"; sent back {row['times_sent_back']} times")
    return [
        Heading(either(lang, "回执", "Reply slip")),
        Form(
            lines=(
                (
                    (either(lang, "签收时间", "Acknowledged"), _day(row["acknowledged"], lang)),
                    (
                        either(lang, "现状", "Status"),
                        label("notice_status", row["status"], lang) + (back if row["times_sent_back"] else ""),
                    ),
                ),
                ((either(lang, "办理情况", "What was done"), measures or BLANK),),
                (
                    (either(lang, "办理结果", "Result"), result),
                    (either(lang, "回执时间", "Replied"), _day(row["replied"], lang) + late),
                ),
                ((either(lang, "单位负责人（签章）", "Head of unit (seal)"), BLANK),),
                ((either(lang, "销号意见", "Discharge"), _discharge(row, lang)),),
            )
        ),
    ]


def _discharge(row: Row, lang: str) -> str:
    if not row["discharged"]:
        return "—"
    return f"{_day(row['discharged'], lang)} {label('discharge_reason', row['discharge_reason'], lang)}"
