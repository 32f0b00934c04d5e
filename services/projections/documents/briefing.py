"""青少年维权工作简报: the joint-meeting briefing, the words around its figures. Pure. domain.md §6.2."""

from datetime import date

from services.projections.documents.blocks import (
    Bars,
    Block,
    Document,
    Heading,
    Intervals,
    Paragraph,
    Provenance,
    Table,
)
from services.projections.documents.briefing_figures import CLAIMED_SHARE, Briefing, Row, day_of
from services.projections.documents.figures import percent, wilson, with_interval
from services.projections.documents.wording import either, label, text


def briefing(model: Briefing, provenance: Provenance, lang: str, number: int = 1) -> Document:
    """The briefing as a document. `number` is its issue number of the year."""
    last = _date(model.end, lang)
    # Within one year the year is said once.
    short = last.partition("年")[2] if lang != "en" and model.start.year == model.end.year else last
    days = {"start": _date(model.start, lang), "end": short}
    blocks: list[Block] = [
        *_overview(model, lang),
        *_referrals(model, lang),
        *_supervision(model, lang),
        *_callbacks(model, lang),
        *_topics(model, lang),
        *_the_rest(model, lang),
        *_annexes(model, lang),
    ]
    return Document(
        kind="briefing",
        lang=lang,
        masthead=text("masthead.briefing", lang),
        number=text("briefing.number", lang, n=number),
        issuer=text("issuer", lang),
        dated=_date(model.end, lang),
        secrecy=text("secrecy", lang),
        title=text("briefing.title", lang, **days),
        blocks=tuple(blocks),
        provenance=provenance,
        foot=(
            either(lang, "报：市未成年人保护委员会、市委政法委。", "To: the committee for the protection of minors."),
            either(lang, "送：联席会议各成员单位。", "Copies: the member units of the joint meeting."),
            either(lang, "发：各县（市）热线台。", "Distribution: the county desks."),
        ),
        model={"start": model.start, "end": model.end, "figures": model.figures, "reconciled": model.reconciled},
    )


def _date(day: date, lang: str) -> str:
    return day.isoformat() if lang == "en" else f"{day.year}年{day.month}月{day.day}日"


def _overview(model: Briefing, lang: str) -> list[Block]:
    figures, n = model.figures, model.figures["contacts"]
    groups = figures["dispositions"]
    if n == 0:
        return [
            Heading(text("1", lang)),
            Paragraph(either(lang, "本期无来电登记。", "No contact was registered in this period.")),
        ]
    parts = [
        either(
            lang,
            f"{text(f'group.{group}', lang)}{count}件，占{with_interval(count, n)}",
            f"{count} {text(f'group.{group}', lang)} ({_english_rate(count, n)})",
        )
        for group, count in groups.items()
    ]
    blocks: list[Block] = [
        Heading(text("1", lang)),
        Paragraph(
            either(
                lang,
                f"本期共登记来电来访{n}件。按主要处置方式划分：{'；'.join(parts)}。各类相加为{sum(groups.values())}件，"
                f"与登记总数{'一致' if model.reconciled else '不一致'}。",
                f"{n} contacts were registered. By primary disposition: {'; '.join(parts)}. "
                f"They add up to {sum(groups.values())}, {'as' if model.reconciled else 'unlike'} the register.",
            )
        ),
        Paragraph(
            either(
                lang,
                f"其中触发强制报告筛查{figures['mandatory_reports']}件，重复来电{figures['repeat_callers']}件。",
                f"The mandatory-report screen applied to {figures['mandatory_reports']}; {figures['repeat_callers']} callers had called before.",
            )
        ),
        Bars(
            either(lang, "处置构成（件）", "Dispositions"),
            tuple(
                (text(f"group.{group}", lang), float(count), f"{count}（{percent(count, n)}）")
                for group, count in groups.items()
            ),
        ),
        Bars(
            either(lang, "每周来电量（周一日期，件）", "Contacts a week (Monday)"),
            tuple((week, float(count), str(count)) for week, count in model.weeks),
        ),
    ]
    return [*blocks, *_claim(model, lang)]


def _english_rate(count: int, n: int) -> str:
    low, high = wilson(count, n)
    return f"{percent(count, n)} of {n}, 95 % CI {100 * low:.1f}–{100 * high:.1f} %"


def _claim(model: Briefing, lang: str) -> list[Block]:
    """The footnote on "over 80 %": what the counts allow, and what the claim would need."""
    n, groups = model.figures["contacts"], model.figures["dispositions"]
    answered = groups.get("answered", 0)
    needed = int(n * CLAIMED_SHARE) + 1
    others = sum(groups.values()) - answered
    if answered >= needed or not answered:
        return []
    share, most = percent(answered, n), f"{needed}+{others}={needed + others}"
    return [
        Paragraph(
            either(
                lang,
                f"注：既往材料称电话解答“占{CLAIMED_SHARE:.0%}以上”。按逐件登记，电话解答为{answered}/{n}，即{share}；若超过{CLAIMED_SHARE:.0%}，"
                f"至少须有{needed}件，与其余{others}件合计{most}件，多于登记的{n}件。以本期逐件统计为准。",
                f'Note: the earlier report says "over {CLAIMED_SHARE:.0%}" were answered on the phone. Counted contact by contact it is '
                f"{answered} of {n}, {share}; more than {CLAIMED_SHARE:.0%} would take at least {needed}, and {most} exceeds the {n} registered.",
            ),
            indent=True,
        )
    ]


def _referrals(model: Briefing, lang: str) -> list[Block]:
    r = model.figures["referrals"]
    blocks: list[Block] = [Heading(text("2", lang))]
    if not r["issued"]:
        return [*blocks, Paragraph(either(lang, "本期无转办。", "Nothing was referred in this period."))]
    blocks.append(
        Paragraph(
            either(
                lang,
                f"本期签发转办单{r['issued']}件（含退单后改派），已签收{r['signed']}件，其中按时签收{with_interval(r['signed_in_time'], r['signed'])}；"
                f"已反馈{r['reported']}件，其中按时办结{with_interval(r['reported_in_time'], r['reported'])}；退单{r['returned']}件，退回重办{r['sent_back']}件。",
                f"{r['issued']} referrals were issued (reassignments included), {r['signed']} signed for, {r['signed_in_time']} of them in time; "
                f"{r['reported']} reported, {_english_rate(r['reported_in_time'], r['reported'])} in time; {r['returned']} returned, {r['sent_back']} sent back.",
            )
        )
    )
    judged = [row for row in model.scorecard if row["judged"]]
    if judged:
        blocks.append(
            Intervals(
                either(
                    lang,
                    "各单位按时办结率与95%置信区间（样本小，不排名）",
                    "Reported in time, with 95 % intervals (small n, no ranking)",
                ),
                tuple(
                    (
                        _unit(row, lang),
                        float(row["on_time_rate"]),
                        float(row["on_time_low"]),
                        float(row["on_time_high"]),
                        f"{row['reported_in_time']}/{row['judged']}",
                    )
                    for row in judged
                ),
            )
        )
    if model.overdue:
        blocks.append(
            Table(
                title=either(lang, "超期未办结清单", "Overdue"),
                columns=(
                    either(lang, "转办单号", "No."),
                    either(lang, "承办单位", "Unit"),
                    either(lang, "事项", "Matter"),
                    either(lang, "应办结日期", "Due"),
                    either(lang, "已超工作日", "Working days over"),
                ),
                rows=tuple(
                    (
                        str(row["referral_no"]),
                        _unit_name(model, row["unit"], lang),
                        _matter(row, lang),
                        _short(row["due"]),
                        str(row["working_days_over"]),
                    )
                    for row in model.overdue
                ),
                widths=(24, 24, 26, 15, 11),
                note=either(lang, "已超工作日算至本期末。", "Working days over: up to the end of the period."),
            )
        )
    return blocks


def _unit(row: Row, lang: str) -> str:
    return str(row["unit_en" if lang == "en" else "unit_zh"])


def _unit_name(model: Briefing, code: str, lang: str) -> str:
    return next((_unit(row, lang) for row in model.scorecard if row["unit"] == code), code)


def _matter(row: Row, lang: str) -> str:
    return str(row["matter_en" if lang == "en" else "matter_zh"])


def _short(moment: object) -> str:
    return day_of(moment).isoformat() if moment else "—"


def _supervision(model: Briefing, lang: str) -> list[Block]:
    n = model.figures["notices"]
    blocks: list[Block] = [Heading(text("3", lang))]
    if not model.supervised:
        return [*blocks, Paragraph(either(lang, "本期无催办、督办。", "No notice was issued in this period."))]
    levels = "、".join(f"{label('level', level, lang)}{count}件" for level, count in sorted(n["levels"].items()))
    levels_en = ", ".join(f"{count} × {label('level', level, lang)}" for level, count in sorted(n["levels"].items()))
    return [
        *blocks,
        Paragraph(
            either(
                lang,
                f"本期发出文书{n['issued']}件（{levels}），已销号{n['discharged']}件，未销号{n['open']}件。",
                f"{n['issued']} notices ({levels_en}), {n['discharged']} discharged, {n['open']} open.",
            )
        ),
        Table(
            title=either(lang, "督办销号表", "Notices"),
            columns=(
                either(lang, "文号", "No."),
                either(lang, "级别", "Level"),
                either(lang, "单位", "Unit"),
                either(lang, "原转办单", "Referral"),
                either(lang, "超期", "Days over"),
                either(lang, "状态", "Status"),
            ),
            rows=tuple(
                (
                    str(row["doc_no"] or "—"),
                    label("level", row["level"], lang),
                    _unit_name(model, row["unit"], lang),
                    str(row["referral_no"]),
                    str(row["working_days_over"]),
                    label("notice_status", row["status"], lang),
                )
                for row in model.supervised
            ),
            widths=(21, 12, 25, 21, 8, 13),
        ),
    ]


def _callbacks(model: Briefing, lang: str) -> list[Block]:
    c = model.figures["cases"]
    if not c["called_back"]:
        return [Heading(text("4", lang)), Paragraph(either(lang, "本期无回访。", "No callback in this period."))]
    n = c["called_back"]
    return [
        Heading(text("4", lang)),
        Paragraph(
            either(
                lang,
                f"已回访{n}件，诉求解决率{with_interval(c['solved'], n)}，满意率{with_interval(c['satisfied'], n)}。",
                f"{n} callers were called back: solved {_english_rate(c['solved'], n)}; satisfied {_english_rate(c['satisfied'], n)}.",
            )
        ),
    ]


def _topics(model: Briefing, lang: str) -> list[Block]:
    n = model.figures["contacts"]
    top = list(model.figures["categories"].items())[:5]
    if not top:
        return [Heading(text("5", lang)), Paragraph(either(lang, "无。", "None."))]
    words = "；".join(f"{label('category', code, lang)}{count}件（{percent(count, n)}）" for code, count in top)
    words_en = "; ".join(f"{label('category', code, lang)} {count} ({percent(count, n)})" for code, count in top)
    return [
        Heading(text("5", lang)),
        Paragraph(
            either(
                lang,
                f"来电较多的问题类别依次为：{words}。本期件数少，类别间差异多在随机波动之内，不据此发布预警。",
                f"Most frequent: {words_en}. Numbers are small; differences between categories lie mostly within chance, so no warning is raised on them.",
            )
        ),
    ]


def _the_rest(model: Briefing, lang: str) -> list[Block]:
    c = model.figures["cases"]
    stuck = len(model.overdue) + model.figures["notices"]["open"]
    note = either(
        lang,
        f"本期直接协调个案落实每月生活救助合计{c['monthly_yuan']}元。个案情况只在限定范围内口头通报，本件不载可识别信息。",
        f"Cases coordinated directly led to {c['monthly_yuan']} yuan of monthly aid. Cases are reported orally to a closed circle; nothing here identifies anyone.",
    )
    ask = either(
        lang,
        f"超期未办结{len(model.overdue)}件、未销号督办{model.figures['notices']['open']}件，提请会议研究办理措施和责任分工。",
        f"{len(model.overdue)} overdue referrals and {model.figures['notices']['open']} open notices: measures and responsibilities.",
    )
    return [
        Heading(text("6", lang)),
        Paragraph(note),
        Heading(text("7", lang)),
        Paragraph(
            either(lang, "本系统启用后首期，尚无上次议定事项。", "First issue: there are no earlier resolutions.")
        ),
        Heading(text("8", lang)),
        Paragraph(ask if stuck else either(lang, "无。", "None.")),
    ]


def _annexes(model: Briefing, lang: str) -> list[Block]:
    figures, n = model.figures, model.figures["contacts"]
    if not n:
        return []
    count = either(lang, "件数", "Contacts")
    share = either(lang, "占比", "Share")

    def listing(title: str, list_name: str, key: str) -> Table:
        rows = tuple(
            (label(list_name, code, lang), str(value), percent(value, n)) for code, value in figures[key].items()
        )
        return Table(
            title=title, columns=(title.split("：")[-1].split(": ")[-1], count, share), rows=rows, widths=(60, 20, 20)
        )

    bands = tuple(label("age_band", band, lang) for band in model.cross_columns)
    return [
        Heading(text("annex", lang)),
        listing(either(lang, "附表1：问题类别", "Annex 1: Category"), "category", "categories"),
        listing(either(lang, "附表2：渠道", "Annex 2: Channel"), "channel", "channels"),
        Table(
            title=either(
                lang, "附表3：区域与年龄段（小数已作保护）", "Annex 3: Region by age band (small cells protected)"
            ),
            columns=(either(lang, "区域", "Region"), *bands),
            rows=tuple((label("region", row[0], lang), *row[1:]) for row in model.cross),
            note=either(
                lang,
                "1至4件以“<5”表示；“·”为防止推算而隐去的数。",
                "1-4 print as <5; · hides a number that would give one away.",
            ),
        ),
        Table(
            title=either(lang, "附表4：各单位办理情况", "Annex 4: Units"),
            columns=tuple(
                either(lang, zh, en)
                for zh, en in (
                    ("单位", "Unit"),
                    ("转办", "Issued"),
                    ("签收", "Signed"),
                    ("反馈", "Reported"),
                    ("按时", "In time"),
                    ("退单", "Returned"),
                    ("催办", "Urged"),
                    ("在途超期", "Overdue"),
                )
            ),
            rows=tuple(
                (
                    _unit(row, lang),
                    *(
                        str(row[name])
                        for name in (
                            "issued",
                            "signed",
                            "reported",
                            "reported_in_time",
                            "returned",
                            "urged",
                            "overdue_open",
                        )
                    ),
                )
                for row in model.scorecard
            ),
            widths=(37, 9, 9, 9, 9, 9, 9, 9),
        ),
    ]
