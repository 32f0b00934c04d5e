"""What the papers of a meeting say in both languages: built from codes alone, so that nobody's story gets into them. domain.md §6.5."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.projections.documents.briefing_figures import CHINA
from services.projections.documents.wording import either, label

Both = tuple[str, str]
Row = Mapping[str, Any]
# Unit code -> its Chinese and its English name.
Names = Mapping[str, Both]

MASTHEAD: Both = ("青少年维权工作联席会议纪要", "Minutes of the Joint Meeting on Youth Rights")
TO_BRING: Mapping[str, Both] = {
    "stuck": (
        "久拖未决事项的办理过程和难点说明",
        "an account of what was done on the stuck matters, and of what is in the way",
    ),
    "overdue": ("逾期事项的原因说明和办结计划", "the reasons of what is overdue, and a plan with dates"),
    "cross_sector": ("跨部门事项的职责分工意见", "a view on who does what in the matters across sectors"),
    "resolution": ("上次议定事项的落实情况", "what became of the earlier resolutions"),
    "other": ("相关工作情况", "an account of the work concerned"),
}
# 会议认为: what the reasons for which items came up mean.
CONSIDERED: Mapping[str, Both] = {
    "referral_overdue": (
        "转办事项逾期未办结，影响青少年合法权益的及时救济，责任单位应当说明原因、限期办结",
        "that referrals which are overdue keep children waiting for help: the units concerned explain why and finish by a date",
    ),
    "put_before_meeting": (
        "经多级督办仍未解决的事项，应当由联席会议统一研究、明确责任",
        "that what was not solved by supervision of every level is for the meeting to decide, and to say who answers for it",
    ),
    "notice_unanswered": (
        "督办文书逾期未回执，应当立即补报并说明原因",
        "that notices which were not answered in time are to be answered at once, with the reasons",
    ),
    "designated": (
        "退单未准的事项由指定单位负责到底，不得再行推诿",
        "that a unit which was designated sees the matter through to its end",
    ),
    "returned": (
        "退单后尚无单位承办的事项，应当尽快确定承办单位",
        "that a matter which was returned and has no unit now is to be given to one without delay",
    ),
    "sent_back_twice": (
        "反馈多次退回的事项，应当重新核实、实质办理",
        "that what was sent back again and again is to be looked into anew, and handled in substance",
    ),
    "co_units_waiting": (
        "协办单位应当按时向主办单位反馈，主办单位负责汇总",
        "that co-units report to the lead in time, and that the lead puts the whole together",
    ),
    "resolution_overdue": (
        "议定事项逾期未落实，牵头单位应当向会议作出书面说明",
        "that the lead of a resolution which is overdue accounts for it in writing",
    ),
    "carried_over": (
        "上次会议结转的事项，应当在本次会议明确新的时限",
        "that what was carried over from another meeting is to have a new date",
    ),
}
# 会议指出: what follows for matters of each kind.
POINTED_OUT: Mapping[str, Both] = {
    "stuck": (
        "对久拖未决事项，要明确牵头单位和责任人，一次交办到位",
        "stuck matters need one lead and a post that answers for them",
    ),
    "overdue": (
        "对逾期事项，要倒排时限、逐件销号",
        "overdue matters are counted back from a date and discharged one by one",
    ),
    "cross_sector": (
        "对跨部门事项，要落实首接负责、主办牵头、协办配合",
        "in matters across sectors the first receiver is responsible, the lead leads and the co-units assist",
    ),
    "resolution": ("对议定事项，要逐项落实、到期反馈", "every resolution is carried out and reported by its date"),
    "other": ("对其他事项，要按职责分工抓好落实", "other business is done by whoever it belongs to"),
}


def said(both: Both, lang: str) -> str:
    return either(lang, *both)


def day(moment: object, lang: str) -> str:
    """The day of a moment; a dash for none."""
    if not moment:
        return "—"
    at = datetime.fromisoformat(str(moment)).astimezone(CHINA)
    return at.date().isoformat() if lang == "en" else f"{at.year}年{at.month}月{at.day}日"


def hour(moment: object, lang: str) -> str:
    """Day and hour of a moment."""
    at = datetime.fromisoformat(str(moment)).astimezone(CHINA)
    return f"{at:%Y-%m-%d %H:%M}" if lang == "en" else f"{at.year}年{at.month}月{at.day}日{at:%H:%M}"


def units(codes: Iterable[str] | None, names: Names, lang: str) -> str:
    """The units by name; a dash for none."""
    listed = [said(names.get(code, (code, code)), lang) for code in codes or ()]
    return either(lang, "、", "; ").join(listed) or "—"


def considered(items: Sequence[Row], lang: str) -> str:
    """会议认为: one clause a reason, in the order of the agenda."""
    whys = dict.fromkeys(str(item["why"]) for item in items if item["why"])
    clauses = [said(CONSIDERED[why], lang) for why in whys if why in CONSIDERED]
    if not clauses:
        return either(
            lang,
            f"会议研究了{len(items)}项议题，听取了有关单位的情况说明。",
            f"The meeting took up {len(items)} items and heard the units concerned.",
        )
    return either(lang, f"会议认为，{'；'.join(clauses)}。", f"The meeting considered {'; '.join(clauses)}.")


def pointed_out(items: Sequence[Row], lang: str) -> str:
    """会议指出: one clause a kind of matter."""
    clauses = [said(POINTED_OUT[kind], lang) for kind in dict.fromkeys(str(item["kind"]) for item in items)]
    return either(lang, f"会议指出，{'；'.join(clauses)}。", f"The meeting pointed out that {'; '.join(clauses)}.")


def to_bring(items: Sequence[Row], lang: str) -> str:
    """材料要求 for the items of one unit, or of all."""
    wanted = [said(TO_BRING[kind], lang) for kind in dict.fromkeys(str(item["kind"]) for item in items)]
    return either(lang, "；", "; ").join(wanted) or said(TO_BRING["other"], lang)


def item_title(item: Row, lang: str) -> str:
    """An item as the papers list it: its title, and the document that it is about."""
    # What was collected is titled by its reason: said in the reader's language.
    by_reason = item["why"] is not None and item["title"] == label("agenda_why", item["why"], "zh")
    title = label("agenda_why", item["why"], lang) if by_reason else str(item["title"])
    category = f"{either(lang, '，', ', ')}{label('category', item['category'], lang)}" if item["category"] else ""
    number = either(lang, f"（{item['number']}）", f" ({item['number']})") if item["number"] else ""
    return f"{title}{category}{number}"
