"""转办单 (移送函): one referral as a letter to the unit it goes to, with the reply slip. Pure. domain.md §4.3 C, §6.6.

It is built from codes, dates and posts, as the referral itself is: no case, no town below the county, nothing personal.
"""

from collections.abc import Mapping
from typing import Any

from services.glossary import said
from services.projections.documents.blocks import Block, Document, Form, Heading, Paragraph, Provenance
from services.projections.documents.dates import BLANK, listed, said_moment, said_until
from services.projections.documents.places import county, matter_of
from services.projections.documents.standing import policy_of
from services.projections.documents.wording import either, label, text

Row = Mapping[str, Any]
# What a machine reads of the letter: neither the case nor the other referrals of it.
TOLD = (
    *("referral", "referral_no", "unit", "contact_type", "category", "age_band", "urgency", "asks", "legal_basis"),
    *("role", "lead_unit", "issued", "sign_policy", "due_sign", "signed", "report_policy", "due_report", "provisional"),
    *("calendar_version", "duty_leader", "duty_department", "duty_post", "status"),
)
VOID = ("revoked", "returned", "transferred_on", "terminated")
PERIODS = {
    "minutes": ("分钟", "minutes"),
    "hours": ("小时", "hours"),
    "natural_days": ("日", "days"),
    "working_days": ("个工作日", "working days"),
    "months": ("个月", "months"),
}


def transfer_letter(row: Row, names: Mapping[str, str], provenance: Provenance, lang: str) -> Document:
    """The letter of one referral from its row of the referral ledger. `names`: the units' names in this language."""
    unit, matter = names.get(row["unit"], row["unit"]), matter_of(row, lang)
    return Document(
        kind="transfer_letter",
        lang=lang,
        layout="letter",
        masthead=text("issuer", lang),
        number=str(row["referral_no"]),
        issuer=text("issuer", lang),
        dated=said_moment(row["issued"], lang),
        urgency=label("urgency", row["urgency"], lang) if row["urgency"] in ("1", "2") else "",
        title=either(lang, f"关于转办{matter}的函", f"Referral: {matter}"),
        addressee=str(unit),
        blocks=(*_body(row, matter, names, lang), _particulars(row, lang)),
        annexes=tuple(_slip(row, lang)),
        provenance=provenance,
        closing=(text("issuer", lang), said_moment(row["issued"], lang)),
        model={name: row[name] for name in TOLD} | {"region": county(row["region"])},
    )


def _body(row: Row, matter: str, names: Mapping[str, str], lang: str) -> list[Block]:
    return [
        Paragraph(_opening(row, matter, names, lang)),
        Heading(either(lang, "一、办理要求", "1. What is asked")),
        Paragraph(f"{listed([label('ask', ask, lang) for ask in row['asks']], lang)}{either(lang, '。', '.')}"),
        Heading(either(lang, "二、办理期限", "2. Until when")),
        Paragraph(_dates(row, lang)),
        Heading(either(lang, "三、反馈方式", "3. How to report")),
        Paragraph(
            either(
                lang,
                "请通过系统签收、反馈办理进展和结果；不具备条件的，填写所附回执，盖章后送联席会议办公室，由办公室代为录入。"
                "认为不属于本单位职责的，请在期限内通过系统申请退单并说明理由，不得自行转出。当事人情况经联席会议办公室登记后调阅，"
                "请勿在回执中填写姓名、住址、学校、电话等个人信息。",
                "Sign for it and report through the system; whoever cannot, fills in the slip below, seals it and sends it to the "
                "office, which enters it. A unit that finds itself not competent asks in the system to return it, with the ground. "
                "Details of the child are read through the office, which records the view; write no personal data on the slip.",
            )
        ),
        *_no_longer(row, lang),
    ]


def _opening(row: Row, matter: str, names: Mapping[str, str], lang: str) -> str:
    laws = [_law(law, lang) for law in row["legal_basis"]]
    lead = names.get(row["lead_unit"], row["lead_unit"]) if row["lead_unit"] else None
    if lang == "en":
        part = f" as a co-unit of {lead}" if lead else ""
        return f"Under {', '.join(laws)}, the following is referred to you{part}: {matter}."
    part = f"，由{lead}主办、你单位协办" if lead else ""
    return f"根据{'、'.join(laws)}，现将{matter}转你单位办理{part}。"


def _law(law: str, lang: str) -> str:
    """A law by its title: 《…》 around the title alone, an article stays outside."""
    if lang == "en":
        return said(law, lang)
    title, article, rest = law.partition("第")
    return f"《{title}》{article}{rest}"


def _dates(row: Row, lang: str) -> str:
    sign, report = (policy_of(row[name], row["issued"]) for name in ("sign_policy", "report_policy"))
    bases = [either(lang, policy.basis, policy.basis_en) for policy in (sign, report) if policy is not None]
    unsure = either(lang, "，期限暂定，以国务院公布的放假安排为准", ", provisional until the calendar is published")
    last = (
        f"{unsure if row['provisional'] else ''}"
        f"{either(lang, '。', '. ')}{either(lang, '期限按工作日历', 'Counted on calendar ')}{row['calendar_version'] or '—'}"
        f"{either(lang, '版计算', '')}"
    )
    basis = either(lang, f"，依据为{'、'.join(dict.fromkeys(bases))}。", f"; basis: {'; '.join(dict.fromkeys(bases))}.")
    until = said_until(row["due_sign"], lang)
    sentence = either(lang, f"请于{until}前签收，", f"Sign for it by {until}; ")
    if row["due_report"]:
        reported = said_until(row["due_report"], lang)
        sentence += either(lang, f"于{reported}（含当日）前反馈办理结果", f"report the result by the end of {reported}")
    elif report is not None:
        length = f"{report.limit}{either(lang, '', ' ')}{either(lang, *PERIODS[report.unit])}"
        sentence += either(lang, f"自签收之日起{length}内反馈办理结果", f"report the result within {length} of signing")
    else:
        sentence += either(lang, "签收后按期反馈办理结果", "report the result in time after signing")
    return f"{sentence}{last}{basis if bases else either(lang, '。', '.')}"


def _no_longer(row: Row, lang: str) -> list[Block]:
    """A letter that is printed again after its end must not set anyone to work."""
    if row["status"] not in VOID:
        return []
    state, ended = label("referral_state", row["status"], lang), said_moment(row["ended"], lang)
    return [
        Paragraph(
            either(
                lang,
                f"注：本转办单已于{ended}终结，状态为“{state}”，不再办理。",
                f"Note: this referral ended on {ended} ({state}); nothing more is to be done.",
            ),
            bold=True,
        )
    ]


def _particulars(row: Row, lang: str) -> Form:
    def pair(zh: str, en: str, value: object) -> tuple[str, str]:
        return either(lang, zh, en), str(value if value not in (None, "") else "—")

    return Form(
        lines=(
            (
                pair("转办单号", "No.", row["referral_no"]),
                pair("诉求类型", "Type", label("contact_type", row["contact_type"], lang)),
            ),
            (
                pair("问题类别", "Category", label("category", row["category"], lang)),
                pair("区域", "Region", label("region", county(row["region"]), lang)),
            ),
            (
                pair("年龄段", "Age band", label("age_band", row["age_band"], lang)),
                pair("紧急程度", "Urgency", label("urgency", row["urgency"], lang)),
            ),
            (
                pair("承办领导", "Leader", _recorded(row["duty_leader"], lang)),
                pair("责任部门", "Department", _recorded(row["duty_department"], lang)),
            ),
            (
                pair("责任岗位", "Post", _recorded(row["duty_post"], lang)),
                pair(
                    "主办协办", "Part", either(lang, *(("协办", "co-unit") if row["lead_unit"] else ("主办", "lead")))
                ),
            ),
        )
    )


def _recorded(title: object, lang: str) -> str:
    return said(str(title or ""), lang)


def _slip(row: Row, lang: str) -> list[Block]:
    def box(zh: str, en: str, value: str = BLANK) -> tuple[str, str]:
        return either(lang, zh, en), value

    signed = said_moment(row["signed"], lang) if row["signed"] else BLANK
    taken = either(lang, "□受理　　□申请退单，理由：", "□ accepted   □ return asked, ground: ")
    return [
        Heading(either(lang, "回执", "Reply slip")),
        Form(
            lines=(
                (box("转办单号", "No.", str(row["referral_no"])), box("签收日期", "Signed on", signed)),
                (box("签收人职务", "Signed by (post)"), box("承办岗位", "Handled by (post)")),
                (box("受理意见", "Acceptance", taken),),
                (box("办理措施", "Measures"),),
                (box("办理结果", "Result"), box("办结日期", "Done on")),
                (box("答复诉求人日期", "Caller answered on"), box("附件", "Attachments")),
                (box("单位负责人（签章）", "Head of unit (seal)"), box("填报日期", "Date")),
            )
        ),
    ]
