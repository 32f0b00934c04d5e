"""Parts 二, 三, 四, 七 and 八 of the briefing: referrals, supervision, callbacks, resolutions, what the meeting has to settle. Pure."""

from collections.abc import Mapping
from typing import Any

from services.projections.documents.blocks import Bars, Block, Heading, Intervals, Paragraph, Table
from services.projections.documents.briefing_figures import Briefing, day_of
from services.projections.documents.contact_tables import parts
from services.projections.documents.dates import said_moment
from services.projections.documents.standing import share, standings
from services.projections.documents.wording import either, label, text

Row = Mapping[str, Any]
# A longer list is no briefing; the ledger has the rest.
ROWS_MAX = 40


def referrals(model: Briefing, lang: str) -> list[Block]:
    """二、转办办理情况."""
    heading, issued = Heading(text("2", lang)), _n(model, "referrals")
    if not issued and not model.answers.open_referrals:
        return [heading, Paragraph(either(lang, "本期无转办。", "Nothing was referred in this period."))]
    signed, judged = _n(model, "referrals.signed"), _n(model, "referrals.judged")
    return [
        heading,
        Paragraph(
            either(
                lang,
                f"本期签发转办单{issued}件（含退单后改派），已签收{signed}件，按时签收率{share(_n(model, 'referrals.signed_in_time'), signed, lang)}；"
                f"已反馈{_n(model, 'referrals.reported')}件，应办结{judged}件，按时办结率{share(_n(model, 'referrals.in_time'), judged, lang)}；"
                f"退单{_n(model, 'referrals.returned')}件，退回重办{_n(model, 'referrals.sent_back')}件。",
                f"{issued} referrals were issued (reassignments included), {signed} signed for, in time "
                f"{share(_n(model, 'referrals.signed_in_time'), signed, lang)}; {_n(model, 'referrals.reported')} reported, {judged} to be "
                f"reported, in time {share(_n(model, 'referrals.in_time'), judged, lang)}; {_n(model, 'referrals.returned')} returned, "
                f"{_n(model, 'referrals.sent_back')} sent back.",
            )
        ),
        *_on_time(model, lang),
        *_ageing(model, lang),
        *_overdue(model, lang),
    ]


def _n(model: Briefing, name: str) -> int:
    return model.figures.get(name, 0)


def unit_name(model: Briefing, code: object, lang: str) -> str:
    """The unit's name in the directory; a code that is not in it stands for itself."""
    zh, en = model.answers.units.get(str(code), (str(code), str(code)))
    return either(lang, zh, en)


def _on_time(model: Briefing, lang: str) -> list[Block]:
    judged = [each for each in standings(model.figures) if each.judged]
    if not judged:
        return []
    return [
        Intervals(
            either(
                lang,
                "各单位按时办结率与95%置信区间（按单位代码，不排名）",
                "In time, with 95 % intervals (by code, no ranking)",
            ),
            tuple(
                (
                    unit_name(model, each.unit, lang),
                    each.in_time / each.judged,
                    *each.interval,
                    f"{each.in_time}/{each.judged}",
                )
                for each in sorted(judged, key=lambda each: each.unit)
            ),
        )
    ]


def _ageing(model: Briefing, lang: str) -> list[Block]:
    total = sum(count for _, count in model.ages)
    if not total:
        return []
    names, low = [], 0
    for bound, _ in model.ages:
        names.append(
            either(lang, f"{low}至{bound}个工作日", f"{low} to {bound} working days")
            if bound is not None
            else either(lang, f"{low}个工作日以上", f"{low} working days and more")
        )
        low = (bound or 0) + 1
    return [
        Bars(
            either(
                lang,
                f"在办转办单{total}件的时长（截至期末）",
                f"Age of the {total} open referrals at the end of the period",
            ),
            tuple((name, float(count), str(count)) for name, (_, count) in zip(names, model.ages, strict=True)),
        )
    ]


def _overdue(model: Briefing, lang: str) -> list[Block]:
    if not model.overdue:
        return []
    return [
        Table(
            title=either(lang, "超期未办结清单", "Overdue"),
            columns=(
                either(lang, "转办单号", "No."),
                either(lang, "承办单位", "Unit"),
                either(lang, "状态", "Status"),
                either(lang, "期限", "Due"),
                either(lang, "已超工作日", "Working days over"),
            ),
            rows=tuple(
                (
                    str(row["referral_no"]),
                    unit_name(model, row["unit"], lang),
                    label("referral_state", row["status"], lang),
                    day_of(row["due"]).isoformat() if row["due"] else "—",
                    str(row["working_days_over"]),
                )
                for row in model.overdue[:ROWS_MAX]
            ),
            widths=(25, 29, 16, 17, 13),
            note=either(
                lang,
                "已超工作日算至本期末，不论何时签发。",
                "Working days over: up to the end of the period, whenever issued.",
            )
            + _cut(len(model.overdue), lang),
        )
    ]


def _cut(count: int, lang: str) -> str:
    more = count - ROWS_MAX
    return either(lang, f"另有{more}件见台账。", f" {more} more stand in the ledger.") if more > 0 else ""


def supervision(model: Briefing, lang: str) -> list[Block]:
    """三、督办情况, with the 销号表."""
    heading = Heading(text("3", lang))
    rows = sorted(
        (row for row in model.answers.notices if row["level"] > 0 and row["status"] != "withdrawn"),
        key=lambda row: (row["status"] == "discharged", row["level"], str(row["drafted"]), str(row["notice"])),
    )
    if not rows:
        return [heading, Paragraph(either(lang, "本期无催办、督办。", "No notice was issued in this period."))]
    levels = parts(model.figures, "notices.level")
    named = either(
        lang,
        "、".join(f"{label('level', level, lang)}{count}件" for level, count in sorted(levels.items())),
        ", ".join(f"{count} × {label('level', level, lang)}" for level, count in sorted(levels.items())),
    )
    issued, done, still = (_n(model, f"notices.{name}") for name in ("issued", "discharged", "open"))
    return [
        heading,
        Paragraph(
            either(
                lang,
                f"本期发出文书{issued}件（{named}），已销号{done}件，未销号{still}件。",
                f"{issued} notices ({named}), {done} discharged, {still} open.",
            )
        ),
        Table(
            title=either(lang, "督办销号表", "Notices"),
            columns=(
                either(lang, "文号", "No."),
                either(lang, "级别", "Level"),
                either(lang, "单位", "Unit"),
                either(lang, "原转办单", "About"),
                either(lang, "超期", "Days over"),
                either(lang, "状态", "Status"),
            ),
            rows=tuple(
                (
                    str(row["doc_no"] or "—"),
                    label("level", row["level"], lang),
                    unit_name(model, row["unit"], lang),
                    str(row["referral_no"]),
                    str(row["working_days_over"]),
                    label("notice_status", row["status"], lang),
                )
                for row in rows[:ROWS_MAX]
            ),
            widths=(21, 12, 25, 21, 8, 13),
            note=_cut(len(rows), lang),
        ),
    ]


def callbacks(model: Briefing, lang: str) -> list[Block]:
    """四、回访与满意."""
    heading, n = Heading(text("4", lang)), _n(model, "cases.called_back")
    if not n:
        return [heading, Paragraph(either(lang, "本期无回访。", "No callback in this period."))]
    solved, satisfied = (share(_n(model, f"cases.{name}"), n, lang) for name in ("solved", "satisfied"))
    return [
        heading,
        Paragraph(
            either(
                lang,
                f"已回访{n}件，诉求解决率{solved}，满意率{satisfied}。",
                f"{n} callers were called back: solved {solved}; satisfied {satisfied}.",
            )
        ),
    ]


def resolved(model: Briefing, lang: str) -> list[Block]:
    """七、上次议定事项落实."""
    heading, rows = Heading(text("7", lang)), model.answers.resolutions
    if not rows:
        nothing = either(lang, "账本上尚无议定事项。", "No resolution is on record.")
        return [heading, Paragraph(nothing)]
    return [
        heading,
        Table(
            columns=(
                either(lang, "编号", "No."),
                either(lang, "议定事项", "Resolution"),
                either(lang, "牵头", "Lead"),
                either(lang, "时限", "Due"),
                either(lang, "状态", "Status"),
            ),
            rows=tuple(
                (
                    str(row["resolution_no"]),
                    str(row["title"]),
                    unit_name(model, row["lead"], lang),
                    said_moment(row["due"], lang),
                    label("resolution_status", row["status"], lang),
                )
                for row in rows[:ROWS_MAX]
            ),
            widths=(17, 35, 20, 16, 12),
            note=_cut(len(rows), lang),
        ),
    ]


def consider(model: Briefing, lang: str) -> list[Block]:
    """八、提请会议研究事项."""
    over, still = len(model.overdue), _n(model, "notices.open")
    ask = either(
        lang,
        f"超期未办结{over}件、未销号督办{still}件，提请会议研究办理措施和责任分工。",
        f"{over} overdue referrals and {still} open notices: measures and responsibilities.",
    )
    return [Heading(text("8", lang)), Paragraph(ask if over + still else either(lang, "无。", "Nothing."))]
