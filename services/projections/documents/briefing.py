"""青少年维权工作简报: the joint-meeting briefing, the words around its figures. Pure. domain.md §6.2."""

from services.projections.documents.blocks import Bars, Block, Document, Heading, Paragraph, Provenance, Tiles, Trend
from services.projections.documents.briefing_annexes import annexes
from services.projections.documents.briefing_figures import Briefing
from services.projections.documents.briefing_work import callbacks, consider, referrals, resolved, supervision
from services.projections.documents.contact_tables import parts, told
from services.projections.documents.county_map import tiles
from services.projections.documents.dates import said, said_period
from services.projections.documents.figures import compared, counted, percent, with_interval
from services.projections.documents.issue import Issue, corrections, marked
from services.projections.documents.reconciliation import reconciliation
from services.projections.documents.suppression import FEW, HIDDEN
from services.projections.documents.wording import either, label, text

TOPICS = 5
# Families of figures that are printed whole.
WHOLE = ("referrals", "units", "notices")
# The figures on cases that stand in the text; the others are about few people.
CASES = (
    *("cases.called_back", "cases.solved", "cases.satisfied"),
    *("cases.coordinations", "cases.instructions", "cases.monthly_yuan"),
)


def briefing(model: Briefing, provenance: Provenance, lang: str, issue: Issue | None = None) -> Document:
    """The briefing as a document. Without `issue` it has no number and goes to nobody yet."""
    blocks: list[Block] = [
        *_overview(model, lang),
        *referrals(model, lang),
        *supervision(model, lang),
        *callbacks(model, lang),
        *_topics(model, lang),
        *_cases(model, lang),
        *resolved(model, lang),
        *consider(model, lang),
        *corrections(model.answers.corrections, printed_figures(model), WHOLE, lang),
        *annexes(model, lang),
    ]
    return Document(
        kind="briefing",
        lang=lang,
        masthead=text("masthead.briefing", lang),
        number=issue.numbered(lang) if issue else text("briefing.draft", lang),
        issuer=text("issuer", lang),
        dated=said(issue.day if issue else model.end, lang),
        secrecy=text("secrecy", lang),
        urgency=marked(issue, lang),
        title=text("briefing.title", lang, period=said_period(model.start, model.end, lang)),
        blocks=tuple(blocks),
        provenance=provenance,
        foot=issue.distribution(lang) if issue else (text("briefing.not_issued", lang),),
        model={
            "start": model.start,
            "end": model.end,
            "figures": printed_figures(model),
            "reconciled": model.reconciled,
        },
    )


def printed_figures(model: Briefing) -> dict[str, int | str]:
    """The figures that the document prints, as it prints them: whoever reads the .json learns no more than who reads the page."""
    others = {name: value for name, value in model.figures.items() if name.split(".")[0] in WHOLE or name in CASES}
    return told(model.total, model.printed) | others


def _overview(model: Briefing, lang: str) -> list[Block]:
    n = model.figures.get("contacts", 0)
    heading = Heading(text("1", lang))
    if n == 0:
        nothing = either(lang, "本期无来电登记。", "No contact was registered in this period.")
        return [heading, Paragraph(nothing)]
    if not model.total.isdigit():
        few = either(
            lang,
            f"本期登记来电来访{model.total}件，件数过少，为保护当事人不作分类统计。",
            f"{model.total} contacts were registered: too few to be broken down without pointing at somebody.",
        )
        return [heading, Paragraph(few)]
    return [
        heading,
        Paragraph(_dispositions(model, n, lang)),
        Paragraph(_comparison(model, n, lang)),
        Paragraph(
            either(
                lang,
                f"其中触发强制报告筛查{model.printed['contacts.mandatory']}件，重复来电{model.printed['contacts.repeated']}件。",
                f"The mandatory-report screen applied to {model.printed['contacts.mandatory']}; "
                f"{model.printed['contacts.repeated']} callers had called before.",
            )
        ),
        *_disposition_bars(model, n, lang),
        *_trend(model, lang),
        *_map(model, lang),
        *(reconciliation(n, model.dispositions, lang) if _whole(model) else ()),
    ]


def _whole(model: Briefing) -> bool:
    """Whether every disposition prints its number."""
    return all(model.printed[f"contacts.disposition.{group}"].isdigit() for group in model.dispositions)


def _dispositions(model: Briefing, n: int, lang: str) -> str:
    said_parts = []
    for group, count in model.dispositions.items():
        shown, name = model.printed[f"contacts.disposition.{group}"], text(f"group.{group}", lang)
        hidden = not shown.isdigit()
        zh = f"{name}{shown}件" + ("" if hidden else f"，占{with_interval(count, n)}")
        en = f"{shown} {name}" + ("" if hidden else f" ({with_interval(count, n, 'en')})")
        said_parts.append(either(lang, zh, en))
    total = sum(model.dispositions.values())
    if model.reconciled:
        sum_zh, sum_en = f"各类相加为{total}件，与登记总数一致", f"They add up to {total}, as the register"
    else:
        sum_zh = f"各类相加为{total}件，与登记总数{n}件不一致，差额{abs(n - total)}件尚未归类"
        sum_en = f"They add up to {total}, unlike the register's {n}: {abs(n - total)} have no disposition yet"
    return either(
        lang,
        f"本期共登记来电来访{n}件。按主要处置方式划分：{'；'.join(said_parts)}。{sum_zh}。",
        f"{n} contacts were registered. By primary disposition: {'; '.join(said_parts)}. {sum_en}.",
    )


def _comparison(model: Briefing, n: int, lang: str) -> str:
    """环比 and 同比, each with both counts and the interval of the change: a change inside it may be chance."""
    said_changes = []
    for zh, en, figures in (
        ("环比", "On the period before", model.answers.preceding),
        ("同比", "On the same days a year before", model.answers.last_year),
    ):
        before = figures.get("contacts", 0)
        change = compared(n, before, lang)
        if change is None:
            said_changes.append(either(lang, f"{zh}：对照期件数不足，不作比较", f"{en}: too few to compare"))
        else:
            said_changes.append(either(lang, f"{zh}{change}（{before}件→{n}件）", f"{en}: {change} ({before} to {n})"))
    return either(lang, "；", "; ").join(said_changes) + either(lang, "。", ".")


def _disposition_bars(model: Briefing, n: int, lang: str) -> list[Block]:
    if not _whole(model):
        # A bar's length would tell what the number does not.
        return []
    return [
        Bars(
            either(lang, "处置构成（件）", "Dispositions"),
            tuple(
                (text(f"group.{group}", lang), float(count), counted(count, n, lang))
                for group, count in model.dispositions.items()
            ),
        )
    ]


def _trend(model: Briefing, lang: str) -> list[Block]:
    if not model.trend:
        return []
    monthly = len(model.trend[0][0]) == len("2026-01")
    title = (
        either(lang, "每月来电来访量（件）", "Contacts a month")
        if monthly
        else either(lang, "每周来电来访量（周一日期，件）", "Contacts a week (Monday)")
    )
    return [
        Trend(
            title=title,
            points=tuple((point if monthly else point[5:], float(count)) for point, count in model.trend),
            band=model.band,
            band_title=either(lang, "上年同期三期均值的95%波动范围", "95 % range around last year's mean of three")
            if model.band
            else "",
        )
    ]


def _map(model: Briefing, lang: str) -> list[Block]:
    shown = {
        name.rpartition(".")[2]: cell for name, cell in model.printed.items() if name.startswith("contacts.region.")
    }
    placed = tiles(shown, lang)
    return (
        [Tiles(either(lang, "各县（市、区）来电来访（件）", "Contacts by county and district"), placed)]
        if placed
        else []
    )


def _topics(model: Briefing, lang: str) -> list[Block]:
    heading, n = Heading(text("5", lang)), model.figures.get("contacts", 0)
    top = [
        (code, count)
        for code, count in parts(model.figures, "contacts.category").items()
        if model.printed.get(f"contacts.category.{code}", HIDDEN) not in (FEW, HIDDEN)
    ][:TOPICS]
    if not top:
        return [heading, Paragraph(either(lang, "本期各类件数过少，不列热点。", "Too few of any kind to name topics."))]
    named = either(lang, "；", "; ").join(
        either(
            lang,
            f"{label('category', code, lang)}{count}件（{percent(count, n)}）",
            f"{label('category', code, lang)} {count} ({percent(count, n)})",
        )
        for code, count in top
    )
    first = either(lang, f"来电较多的问题类别依次为：{named}。", f"Most frequent: {named}.")
    return [heading, Paragraph(first), Paragraph(_warning(model, lang))]


def _warning(model: Briefing, lang: str) -> str:
    """Method, expectation and error rate, whether or not something is raised (domain.md §4.5)."""
    if not model.signals:
        return either(
            lang,
            "对照期或本期各类件数不足5件，不作增长检验，不据此发布预警。",
            "No category has 5 contacts in both periods: growth is not tested, and no warning rests on it.",
        )
    raised = [each for each in model.signals if each.raised]
    count = len(model.signals)
    method = either(
        lang,
        f"方法：对两期均满5件的{count}类，以上期为对照作精确条件二项检验（单侧），按BH法控制错误发现率5%；若实际均无增长，"
        f"每期预计误报不超过0.05次。",
        f"Method: the {count} categories with 5 contacts in both periods, against the period before, by the exact conditional "
        f"binomial test (one-sided), false discovery rate 5 % (Benjamini-Hochberg); where nothing grew, at most 0.05 false alarms are expected.",
    )
    if not raised:
        return either(lang, f"无一类的增长超出随机波动。{method}", f"No category grew by more than chance. {method}")
    named = either(lang, "；", "; ").join(
        either(
            lang,
            f"{label('category', each.code, lang)}{each.observed}件，期望{each.expected:.1f}件，p={each.p:.4f}",
            f"{label('category', each.code, lang)}: {each.observed}, expected {each.expected:.1f}, p = {each.p:.4f}",
        )
        for each in raised
    )
    return either(
        lang,
        f"增长超出随机波动、提请研判的有：{named}。{method}",
        f"Grown by more than chance, to be looked into: {named}. {method}",
    )


def _cases(model: Briefing, lang: str) -> list[Block]:
    yuan = model.figures.get("cases.monthly_yuan", 0)
    return [
        Heading(text("6", lang)),
        Paragraph(
            either(
                lang,
                f"本期直接协调个案落实每月生活救助合计{yuan}元。个案情况只在限定范围内口头通报，本件不载可识别信息。",
                f"Cases coordinated directly led to {yuan} yuan of monthly aid. Cases are reported orally to a closed circle; "
                f"nothing here identifies anyone.",
            )
        ),
    ]
