"""What a figure's name means, in words: contacts.category.05 is the contacts about the right to education. Pure."""

from services.projections.documents.wording import either, label, text

NAMES: dict[str, tuple[str, str]] = {
    "contacts": ("来电来访", "contacts"),
    "contacts.void": ("作废登记", "void entries"),
    "contacts.draft": ("未完成登记", "unfinished entries"),
    "contacts.corrected": ("更正过的登记", "corrected contacts"),
    "contacts.mandatory": ("触发强制报告", "contacts under mandatory report"),
    "contacts.repeated": ("重复来电", "repeated calls"),
    "cases": ("个案", "cases"),
    "cases.mandatory": ("强制报告个案", "cases under mandatory report"),
    "cases.report_overridden": ("先于报告办理", "work before the report"),
    "cases.redone": ("重办个案", "cases sent back to work"),
    "cases.reopened": ("重启个案", "cases reopened"),
    "cases.called_back": ("已回访", "called back"),
    "cases.solved": ("已解决", "solved"),
    "cases.satisfied": ("满意", "satisfied"),
    "cases.coordinations": ("直接协调次数", "direct coordinations"),
    "cases.instructions": ("领导批示", "leaders' instructions"),
    "cases.monthly_yuan": ("每月救助（元）", "monthly aid (yuan)"),
    "referrals": ("转办单", "referrals"),
    "notices": ("催办督办文书", "notices"),
    "reminders": ("提醒", "reminders"),
}
COUNTS: dict[str, tuple[str, str]] = {
    "issued": ("签发", "issued"),
    "signed": ("已签收", "signed for"),
    "signed_in_time": ("按时签收", "signed for in time"),
    "reported": ("已反馈", "reported"),
    "in_time": ("按时办结", "reported in time"),
    "judged": ("应办结", "to be reported"),
    "returned": ("退单", "returned"),
    "sent_back": ("退回重办", "sent back"),
    "designated": ("指定承办", "designated"),
    "overdue": ("在途超期", "open and overdue"),
    "withdrawn": ("撤回、再转、终止", "taken back"),
    "urged": ("催办", "urged"),
    "open": ("未销号", "open"),
    "discharged": ("已销号", "discharged"),
}
# The part of a name before its code -> code list, and what the list divides.
LISTS: dict[str, tuple[str, str, str]] = {
    "contacts.category": ("category", "类别", "category"),
    "contacts.region": ("region", "区域", "region"),
    "contacts.age_band": ("age_band", "年龄段", "age"),
    "contacts.sex": ("sex", "性别", "sex"),
    "contacts.channel": ("channel", "渠道", "channel"),
    "contacts.contact_type": ("contact_type", "诉求类型", "type"),
    "contacts.urgency": ("urgency", "紧急程度", "urgency"),
    "contacts.caller_role": ("caller_role", "来电人", "caller"),
    "contacts.heard_from": ("heard_from", "如何知道热线", "heard from"),
    "cases.outcome": ("outcome", "帮扶结果", "outcome"),
    "cases.status": ("case_status", "个案状态", "case status"),
    "referrals.status": ("referral_state", "转办单状态", "state of referrals"),
    "referrals.result": ("referral_result", "办理结果", "result"),
    "notices.level": ("level", "文书级别", "level"),
    "notices.status": ("notice_status", "文书状态", "status of notices"),
}


def figure_label(name: str, lang: str) -> str:
    """The figure in words; a name that nobody explains stands for itself."""
    if name in NAMES:
        return either(lang, *NAMES[name])
    prefix, _, code = name.rpartition(".")
    if prefix == "contacts.disposition":
        return text(f"group.{code}", lang)
    if prefix in LISTS:
        codes, zh, en = LISTS[prefix]
        return f"{either(lang, zh, en)}{either(lang, '：', ': ')}{label(codes, code, lang)}"
    if code in COUNTS:
        counted = either(lang, *COUNTS[code])
        return f"{prefix.removeprefix('units.')} {counted}" if prefix.startswith("units.") else counted
    if prefix.startswith("contacts.region_by_age"):
        area = prefix.rpartition(".")[2]
        return f"{label('region', area, lang)} {label('age_band', code, lang)}"
    return code if prefix else name
