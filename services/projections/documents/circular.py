"""通报: how the units handled the referrals of a period, made known to all of them. Pure. domain.md §6.4."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from services.projections.documents.blocks import Block, Document, Heading, Paragraph, Provenance, Table
from services.projections.documents.circular_tables import annex, overdue_table, unanswered_table
from services.projections.documents.dates import BLANK_DAY, said, said_period
from services.projections.documents.figures import percent
from services.projections.documents.issue import Issue, Row, corrections, marked
from services.projections.documents.standing import RANKED_FROM, UNITS_FROM, Standing, praised, share, standings
from services.projections.documents.wording import either, text


class Circular(Struct, frozen=True, kw_only=True):
    """What a circular is made of. `figures`: of the question `figures`, absent is 0; without what was withdrawn.

    `dated`: the day of its issue, once it has one. `overdue` and `unanswered`: as of standing.py. `rectify_by`: the last
    day to put things right, None to be written in by hand; provisional: the calendar of that year is not published.
    `corrections`: of an issue (issue.py).
    """

    start: date
    end: date
    dated: date
    figures: Mapping[str, int]
    names: Mapping[str, str]
    overdue: Sequence[Row] = ()
    unanswered: Sequence[Row] = ()
    rectify_by: date | None = None
    provisional: bool = False
    corrections: Sequence[Row] = ()


def circular(model: Circular, provenance: Provenance, lang: str, issue: Issue | None = None) -> Document:
    """The circular of a period. Without `issue` it has no number yet. Raises standing.Contradictory."""
    units = standings(model.figures)
    period = said_period(model.start, model.end, lang)
    annex_title = either(lang, "各单位办理情况统计表", "Units in figures")
    return Document(
        kind="circular",
        lang=lang,
        layout="official",
        masthead=text("issuer", lang),
        number=issue.numbered(lang) if issue else text("issue.none", lang),
        urgency=marked(issue, lang),
        issuer=text("issuer", lang),
        dated=said(model.dated, lang),
        title=either(
            lang,
            f"关于{period}\n青少年维权事项办理情况的通报",
            f"Circular on the handling of youth-rights matters, {period}",
        ),
        addressee=either(lang, "联席会议各成员单位", "Member units of the joint meeting"),
        blocks=(
            *_overall(model, lang),
            *_ranking(model, units, lang),
            *_praise(model, units, lang),
            *_problems(model, lang),
            *_demands(model, lang),
            *corrections(model.corrections, model.figures, ("referrals", "units"), lang),
        ),
        annexes=tuple(annex(units, model.names, annex_title, _nobody(model, lang), lang)),
        provenance=provenance,
        closing=(text("issuer", lang), said(model.dated, lang)),
        foot=issue.distribution(lang)
        if issue
        else (
            either(
                lang,
                "抄送：市委政法委、市未成年人保护委员会。",
                "Copy: the city's political and legal affairs commission, the committee for the protection of minors.",
            ),
        ),
        attachments=(annex_title,),
        printed=(
            text("issuer", lang),
            either(lang, f"{said(model.dated, lang)}印发", f"printed {said(model.dated, lang)}"),
        ),
        model={
            "start": model.start,
            "end": model.end,
            "figures": dict(sorted(model.figures.items())),
            "standings": units,
            "overdue": [dict(row) for row in model.overdue],
            "unanswered": [row["doc_no"] for row in model.unanswered],
            "rectify_by": model.rectify_by,
        },
    )


def _n(model: Circular, name: str) -> int:
    return int(model.figures.get(f"referrals.{name}" if name else "referrals", 0))


def _named(model: Circular, unit: str) -> str:
    return model.names.get(unit, unit)


def _overall(model: Circular, lang: str) -> list[Block]:
    heading = Heading(either(lang, "一、总体情况", "1. Overall"))
    issued, withdrawn = _n(model, ""), _n(model, "withdrawn")
    if not issued:
        return [heading, Paragraph(either(lang, "本期未签发转办单。", "No referral was issued in this period."))]
    signed, judged = _n(model, "signed"), _n(model, "judged")
    # What was withdrawn counts for nobody, unless the figures say that it was signed too.
    n = max(issued - withdrawn, signed)
    returned, back = _n(model, "returned"), _n(model, "sent_back")
    return [
        heading,
        Paragraph(
            either(
                lang,
                f"本期共签发转办单{issued}件（含退单后改派），其中撤回、再转、终止{withdrawn}件，不计入以下各项。"
                f"签收率为{share(signed, n, lang)}，已签收的按时签收率为{share(_n(model, 'signed_in_time'), signed, lang)}。"
                f"已反馈{_n(model, 'reported')}件；应办结{judged}件，按时办结率为{share(_n(model, 'in_time'), judged, lang)}。"
                f"退单率为{share(returned, n, lang)}，退回重办{back}件，在途超期{_n(model, 'overdue')}件。",
                f"{issued} referrals were issued (reassignments included); {withdrawn} of them were revoked, transferred on or "
                f"terminated and count in nothing below. Signed: {share(signed, n, lang)}; in time, of those signed: "
                f"{share(_n(model, 'signed_in_time'), signed, lang)}. {_n(model, 'reported')} were reported; {judged} were to be "
                f"reported, in time: {share(_n(model, 'in_time'), judged, lang)}. Returned: {share(returned, n, lang)}; "
                f"{back} sent back, {_n(model, 'overdue')} open and overdue.",
            )
        ),
        Paragraph(
            either(
                lang,
                "应办结件指已反馈或者已超期未反馈的转办单；退单不计入应办结，另计退单率。比率后括注件数和95%置信区间。",
                "To be reported: reported, or overdue to report. What was returned is not judged and has its own rate. "
                "Every rate stands with its count and its 95 % interval.",
            )
        ),
    ]


def _ranking(model: Circular, units: Sequence[Standing], lang: str) -> list[Block]:
    heading = Heading(either(lang, "二、单位排名", "2. Ranking of units"))
    if not units:
        return [heading, Paragraph(_nobody(model, lang))]
    able = sum(each.judged >= RANKED_FROM for each in units)
    ranked = any(each.rank is not None for each in units)
    if ranked:
        zh = (
            f"本期应办结满{RANKED_FROM}件的单位{able}个，按按时办结率95%置信区间下限由高到低排名，下限相同的依次比较应办结件数、单位代码，"
            f"件数和结果均相同的并列。应办结不足{RANKED_FROM}件的单位列于表后，不排名。"
        )
        en = (
            f"{able} units had at least {RANKED_FROM} referrals to report. They are ranked by the lower end of the 95 % interval, "
            f"then by n, then by code; equal results share a rank. Units with fewer than {RANKED_FROM} follow without a rank."
        )
    else:
        zh = f"本期应办结满{RANKED_FROM}件的单位有{able}个，不足{UNITS_FROM}个，件数太少，排名只反映偶然，因此本期不排名，仅按单位代码列出。"
        en = (
            f"{able} units had at least {RANKED_FROM} referrals to report; below {UNITS_FROM} of them a ranking would show chance "
            f"alone. There is none this time; units stand by code."
        )
    columns = (
        *((either(lang, "名次", "Rank"),) if ranked else ()),
        either(lang, "单位", "Unit"),
        either(lang, "按时/应办结", "In time/n"),
        either(lang, "按时率", "Rate"),
        either(lang, "95%置信区间", "95 % interval"),
        either(lang, "转办", "Referred"),
        either(lang, "退单", "Returned"),
    )
    return [
        heading,
        Paragraph(either(lang, zh, en)),
        Table(
            columns=columns,
            rows=tuple(_placed(model, each, ranked, lang) for each in units),
            widths=(17, 23, 12, 11, 17, 8, 12) if ranked else (34, 14, 12, 18, 9, 13),
        ),
    ]


def _nobody(model: Circular, lang: str) -> str:
    """Why no unit stands there: nothing was referred, or what was referred is not told by unit."""
    if _n(model, ""):
        return either(
            lang, "本期无分单位数据，不排名。", "The period's figures are not told by unit: there is no ranking."
        )
    return either(lang, "本期各单位均无转办。", "No unit was referred anything.")


def _placed(model: Circular, each: Standing, ranked: bool, lang: str) -> tuple[str, ...]:
    low, high = each.interval
    few = either(lang, "件数不足，不排名", "too few: no rank")
    return (
        *((str(each.rank) if each.rank is not None else few,) if ranked else ()),
        _named(model, each.unit),
        f"{each.in_time}/{each.judged}",
        percent(each.in_time, each.judged) if each.judged >= RANKED_FROM else "—",
        f"{100 * low:.1f}–{100 * high:.1f}%" if each.judged else "—",
        str(each.issued),
        _rate(each.returned, each.issued),
    )


def _rate(count: int, n: int) -> str:
    """2/10, and the percentage where there are enough of them."""
    return f"{count}/{n}" + (f" {percent(count, n)}" if n >= RANKED_FROM else "") if n else "—"


def _praise(model: Circular, units: Sequence[Standing], lang: str) -> list[Block]:
    heading = Heading(either(lang, "三、表扬", "3. Praise"))
    judged = _n(model, "judged")
    overall = _n(model, "in_time") / judged if judged else 1.0
    found = praised(units, overall)
    if not found:
        return [heading, Paragraph(either(lang, "本期无。", "Nobody this time."))]
    said_units = [
        either(
            lang,
            f"{_named(model, each.unit)}按时办结率{share(each.in_time, each.judged, lang)}，"
            f"退单{each.returned}/{each.issued}件、退回重办{each.sent_back}件",
            f"{_named(model, each.unit)}: in time {share(each.in_time, each.judged, lang)}; "
            f"returned {each.returned} of {each.issued}, sent back {each.sent_back}",
        )
        for each in found
    ]
    return [
        heading,
        Paragraph(
            either(
                lang,
                f"以下单位按时办结率的整个置信区间高于总体按时办结率（{percent(_n(model, 'in_time'), judged)}），予以表扬："
                f"{'；'.join(said_units)}。",
                f"The whole interval of these units lies above the overall rate ({percent(_n(model, 'in_time'), judged)}): "
                f"{'; '.join(said_units)}.",
            )
        ),
    ]


def _problems(model: Circular, lang: str) -> list[Block]:
    blocks: list[Block] = [Heading(either(lang, "四、存在问题", "4. What is wrong"))]
    if not model.overdue and not model.unanswered:
        return [
            *blocks,
            Paragraph(
                either(
                    lang,
                    "本期末无超期未办结事项，无逾期未回执文书。",
                    "At the end of the period nothing was overdue and no reply was owed.",
                )
            ),
        ]
    if model.overdue:
        blocks.append(overdue_table(model.overdue, model.names, lang))
    if model.unanswered:
        blocks.append(unanswered_table(model.unanswered, model.names, lang))
    return blocks


def _demands(model: Circular, lang: str) -> list[Block]:
    heading = Heading(either(lang, "五、整改要求", "5. What has to be put right"))
    if not model.overdue and not model.unanswered:
        return [
            heading,
            Paragraph(
                either(
                    lang,
                    "本期无限期整改事项。请各单位继续按期签收、办理、反馈，认为不属于本单位职责的按程序申请退单，不得以少登记、少接收代替办理。",
                    "Nothing has to be put right by a date. Sign, handle and report in time; ask for a return where you are not "
                    "competent; to take in less is not to handle more.",
                )
            ),
        ]
    day = said(model.rectify_by, lang) if model.rectify_by else either(lang, *BLANK_DAY)
    unsure = (
        either(lang, "（期限暂定，以国务院公布的放假安排为准）", " (provisional until the calendar is published)")
        if model.provisional
        else ""
    )
    return [
        heading,
        Paragraph(
            either(
                lang,
                f"请第四部分所列单位于{day}{unsure}前（含当日）办结超期事项、补报回执，并书面说明逾期原因和整改措施，经分管领导审定后通过系统反馈。"
                f"确因法定事由不能办结的，提出延期或者中止申请。期满仍未整改的，按督办规定升级。",
                f"The units of part 4 settle what is overdue and reply by the end of {day}{unsure}, and account in writing for the "
                f"delay and for what they changed, as approved by their leader in charge. Where the law does not let them, they "
                f"ask for an extension or a hold. What is not put right by then moves up one level of supervision.",
            )
        ),
    ]
