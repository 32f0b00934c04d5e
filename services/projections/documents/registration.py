"""《96308青少年维权热线登记表》: the printed registration form of one case. It holds personal data. Pure. domain.md §6.1."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.projections.documents.blocks import Block, Document, Form, Paragraph, Provenance
from services.projections.documents.briefing_figures import CHINA
from services.projections.documents.wording import either, label, text

SCREEN = {"y": ("是", "yes"), "n": ("否", "no"), "u": ("不明", "unknown")}


def registration_document(
    personal: Mapping[str, str], facts: Sequence[Mapping[str, Any]], provenance: Provenance, lang: str
) -> Document:
    """The form from what ViewRegistration returned: the plain personal fields and the facts of contact and case."""
    by_type = _by_type(facts)
    entry = _corrected(by_type["ContactRegistered.v1"][0]["fact"], by_type)
    final = _corrected(by_type["ContactFinalised.v1"][0]["fact"], by_type)
    lines = _lines(entry, final, by_type, personal, lang)
    return Document(
        kind="registration",
        lang=lang,
        layout="form",
        masthead=either(lang, "96308青少年维权热线登记表", "Registration form of the youth rights hotline 96308"),
        number=str(entry["number"]),
        issuer=text("issuer", lang),
        dated=_moment(entry["started"])[:10],
        secrecy=either(lang, "含个人信息  严格保密", "Personal data: strictly confidential"),
        title="",
        blocks=(Form(lines=tuple(lines)), *_remark(personal, lang)),
        provenance=provenance,
        model={"number": entry["number"], "disposition": final["primary_disposition"]},
    )


def _by_type(facts: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for each in facts:
        grouped.setdefault(each["fact"]["type"], []).append(each)
    return grouped


def _corrected(fact: Mapping[str, Any], by_type: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """The coded fields as they stand; corrected personal ones come with the plain fields."""
    now = dict(fact)
    for each in by_type.get("ContactCorrected.v1", ()):
        if each["fact"]["field"] in now:
            now[each["fact"]["field"]] = each["fact"]["new"]
    return now


def _moment(value: object) -> str:
    if not value:
        return "—"
    return datetime.fromisoformat(str(value)).astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def _lines(
    entry: Mapping[str, Any],
    final: Mapping[str, Any],
    by_type: Mapping[str, Sequence[Mapping[str, Any]]],
    personal: Mapping[str, str],
    lang: str,
) -> list[tuple[tuple[str, str], ...]]:
    def pair(zh: str, en: str, value: object) -> tuple[str, str]:
        return either(lang, zh, en), str(value if value not in (None, "") else "—")

    def code(zh: str, en: str, list_name: str, value: object) -> tuple[str, str]:
        return pair(zh, en, label(list_name, value, lang))

    screen = "　".join(
        f"{number}{SCREEN[answer][lang == 'en']}" for number, answer in enumerate(final["screen"], start=1)
    )
    repeat = either(lang, "重复", "repeat") if entry["repeat_of"] else either(lang, "首次", "first")
    return [
        (pair("编号", "No.", entry["number"]), code("渠道", "Channel", "channel", entry["channel"])),
        (pair("来电时间", "Started", _moment(entry["started"])), pair("结束时间", "Ended", _moment(entry["ended"]))),
        (pair("值班员", "Duty officer", personal.get("duty_officer")), pair("来电次数", "Call", repeat)),
        (
            pair("来电人姓名", "Caller", personal.get("caller_name")),
            pair("来电人电话", "Phone", personal.get("caller_phone")),
        ),
        (
            code("来电人角色", "Caller is", "caller_role", entry["caller_role"]),
            code("保密要求", "Confidentiality", "confidentiality", entry["confidentiality"]),
        ),
        (
            pair("当事青少年", "Child", personal.get("child_name")),
            pair("性别/年龄", "Sex, age", f"{label('sex', entry['sex'], lang)}　{personal.get('child_age', '—')}"),
        ),
        (
            code("诉求类型", "Kind", "contact_type", entry["contact_type"]),
            code("问题类别", "Category", "category", entry["category"]),
        ),
        (code("发生地", "Region", "region", entry["region"]), code("紧急程度", "Urgency", "urgency", entry["urgency"])),
        (pair("强制报告九项筛查", "Nine-question screen", screen),),
        (pair("通话内容", "Content", personal.get("narrative")),),
        (pair("处理意见", "Handling opinion", personal.get("opinion")),),
        (
            code("处置方式", "Disposition", "disposition", final["primary_disposition"]),
            pair("转办单位", "Referred to", final["unit"]),
        ),
        (pair("领导批示", "Instruction", personal.get("instruction")),),
        (pair("协调情况", "Coordination", personal.get("coordination")),),
        (pair("处理结果", "Result", _result(by_type, personal, lang)),),
        (pair("回访", "Callback", _callback(by_type, lang)), pair("结案", "Closure", _closure(by_type, lang))),
        (code("如何知道热线", "Heard of us from", "heard_from", entry["heard_from"]),),
    ]


def _result(by_type: Mapping[str, Sequence[Mapping[str, Any]]], personal: Mapping[str, str], lang: str) -> str:
    parts = [personal["result"]] if personal.get("result") else []
    for each in by_type.get("OutcomeRecorded.v1", ()):
        fact = each["fact"]
        yuan = (
            either(lang, f"每月{fact['monthly_yuan']}元", f"{fact['monthly_yuan']} yuan a month")
            if fact["monthly_yuan"]
            else ""
        )
        parts.append(f"{_moment(each['occurred'])[:10]}　{label('outcome', fact['outcome'], lang)}{yuan}")
    for each in by_type.get("ReferralOutcomeNoted.v1", ()):
        fact = each["fact"]
        if fact["result"]:
            parts.append(f"{_moment(each['occurred'])[:10]}　{label('referral_result', fact['result'], lang)}")
    return "\n".join(parts)


def _callback(by_type: Mapping[str, Sequence[Mapping[str, Any]]], lang: str) -> str:
    found = by_type.get("CallbackCompleted.v1", ())
    if not found:
        return ""
    fact = found[-1]["fact"]
    solved = either(lang, "已解决" if fact["solved"] else "未解决", "solved" if fact["solved"] else "not solved")
    satisfied = either(
        lang, "满意" if fact["satisfied"] else "不满意", "satisfied" if fact["satisfied"] else "not satisfied"
    )
    return f"{_moment(found[-1]['occurred'])[:10]}　{solved}　{satisfied}"


def _closure(by_type: Mapping[str, Sequence[Mapping[str, Any]]], lang: str) -> str:
    found = by_type.get("CaseClosed.v1", ())
    return (
        f"{_moment(found[-1]['occurred'])[:10]}　{label('closure_code', found[-1]['fact']['code'], lang)}"
        if found
        else ""
    )


def _remark(personal: Mapping[str, str], lang: str) -> list[Block]:
    return (
        [Paragraph(f"{either(lang, '备注：', 'Remarks: ')}{personal['remarks']}", indent=False)]
        if personal.get("remarks")
        else []
    )
