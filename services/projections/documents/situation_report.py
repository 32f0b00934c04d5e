"""情况汇报: the work of a period in the genre of the city's own report, item by item. Pure. domain.md §1.

Every number comes from the ledger's events or the directory. What neither holds is said to be unrecorded; no number is
put in its place.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from services.projections.documents.blocks import Block, Document, Heading, Paragraph, Provenance, Table
from services.projections.documents.contact_tables import NOWHERE, told
from services.projections.documents.dates import said, said_period
from services.projections.documents.figures import SMALL
from services.projections.documents.issue import Issue, Row, corrections, marked
from services.projections.documents.reconciliation import reconciliation
from services.projections.documents.standing import share
from services.projections.documents.suppression import FEW, whole
from services.projections.documents.wording import either, label, text

DISPOSITION, DESK, CATEGORY = "contacts.disposition.", "contacts.desk.", "contacts.category."
OUTCOME, NOTICE = "cases.outcome.", "notices.level."
# The largest groups first, as the city's own report tells them; then the others.
TOLD_FIRST = ("answered", "referred", "coordinated")
ANNEX = ("各项数据及来源", "every item and where it comes from")
UNRECORDED = ("本系统暂无此项登记", "not recorded in this system")


class Recorded(Struct, frozen=True, kw_only=True):
    """What a situation report is made of.

    `total`: the contacts; `printed`: every figure on them as a document may print it (contact_tables.py). `figures`: on
    cases and their outcomes, referrals and notices; absent is 0. `directory`: `units`, `desks`,
    `sectors` and, where a city registers them, `organs`, `three_roles`, `five_roles`, `pledges`, `posts`, `post_sectors`,
    `respondents`; absent is unrecorded. `sectors`: how many units each sector
    has; `desks`: the desks' names by code. `corrections`: of an issue (issue.py).
    """

    start: date
    end: date
    dated: date
    total: int
    printed: Mapping[str, str]
    figures: Mapping[str, int]
    directory: Mapping[str, int]
    sectors: Mapping[str, int]
    desks: Mapping[str, str]
    corrections: Sequence[Row] = ()


def situation_report(model: Recorded, provenance: Provenance, lang: str, issue: Issue | None = None) -> Document:
    """The report of a period. Without `issue` it has no number yet."""
    period = said_period(model.start, model.end, lang)
    return Document(
        kind="situation_report",
        lang=lang,
        layout="official",
        masthead=text("issuer", lang),
        number=issue.numbered(lang) if issue else text("issue.none", lang),
        urgency=marked(issue, lang),
        issuer=text("issuer", lang),
        dated=said(model.dated, lang),
        title=either(
            lang, f"关于{period}\n开展青少年维权工作的情况汇报", f"Report on the work for youth rights, {period}"
        ),
        addressee=either(lang, "市未成年人保护委员会", "The committee for the protection of minors"),
        blocks=(
            *_mechanisms(model, lang),
            *_hotline(model, lang),
            *_network(model, lang),
            *_handling(model, lang),
            *corrections(model.corrections, _figures(model), ("referrals", "notices"), lang),
        ),
        annexes=tuple(_register(model, lang)),
        attachments=(either(lang, *ANNEX),),
        provenance=provenance,
        foot=issue.distribution(lang) if issue else (),
        closing=(text("issuer", lang), said(model.dated, lang)),
        printed=(
            text("issuer", lang),
            either(lang, f"{said(model.dated, lang)}印发", f"printed {said(model.dated, lang)}"),
        ),
        model={
            "start": model.start,
            "end": model.end,
            "figures": dict(sorted(_figures(model).items())),
            "directory": dict(sorted(model.directory.items())),
        },
    )


def _figures(model: Recorded) -> dict[str, int | str]:
    """Every figure as the report prints it; an outcome of few is not told."""
    others = {name: FEW if name.startswith(OUTCOME) and 0 < n < SMALL else n for name, n in model.figures.items()}
    return told(whole(model.total), model.printed) | others


def _n(model: Recorded, name: str) -> int:
    return int(model.figures.get(name, 0))


def _group(model: Recorded, prefix: str) -> dict[str, int]:
    """The figures under a prefix by their codes: the most frequent first, then by code."""
    found = {name.removeprefix(prefix): n for name, n in model.figures.items() if name.startswith(prefix) and n}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _held(model: Recorded, name: str, zh: str, counter: str, en: str, lang: str) -> str:
    """A number of the directory with its name and counter, or that there is none."""
    n = model.directory.get(name)
    if n is None:
        return either(lang, f"{zh}（{UNRECORDED[0]}）", f"{en}: {UNRECORDED[1]}")
    return either(lang, f"{zh}{n}{counter}", f"{en}: {n}")


def _mechanisms(model: Recorded, lang: str) -> list[Block]:
    def held(name: str, zh: str, counter: str, en: str) -> str:
        return _held(model, name, zh, counter, en, lang)

    sectors = either(lang, "、", ", ").join(
        f"{label('sector', code, lang)}{either(lang, '', ' ')}{n}" for code, n in model.sectors.items()
    )
    organs = held("organs", "领导机构", "个", "leading organs")
    units = held("units", "成员单位", "个", "member units")
    three = held("three_roles", "法制宣传员、报道员、辅导员“三员”", "类", "the three roles")
    five = held("five_roles", "“五员”", "类", "the five roles")
    pledges = held("pledges", "责任状", "份", "pledges")
    surveyed = held("respondents", "专题调查", "人", "respondents of surveys")
    return [
        Heading(either(lang, "一、工作机制", "1. How the work is organised")),
        Paragraph(
            either(
                lang,
                f"（一）齐抓共管机制。{organs}，{units}，分属{len(model.sectors)}个系统：{sectors}。{three}，{five}。",
                f"Together: {organs}; {units}, of {len(model.sectors)} sectors ({sectors}); {three}; {five}.",
            )
        ),
        Paragraph(
            either(
                lang,
                f"（二）责任机制。每件转办均载明领导、部门、岗位三项责任，缺一不予签发。{pledges}。",
                f"Responsibility: every referral names a leader, a department and a post, or is not issued; {pledges}.",
            )
        ),
        Paragraph(either(lang, f"（三）督办机制。{_notices(model, lang)}", f"Supervision: {_notices(model, lang)}")),
        Paragraph(either(lang, f"（四）调研预警机制。{surveyed}。", f"Research and warning: {surveyed}.")),
    ]


def _notices(model: Recorded, lang: str) -> str:
    levels = [(label("level", code, lang), n) for code, n in sorted(_group(model, NOTICE).items()) if code != "0"]
    discharged = _n(model, "notices.status.discharged")
    if not levels:
        return either(lang, "本期未发出催办、督办文书。", "no notice was issued.")
    return either(
        lang,
        f"本期共拟制{'、'.join(f'{name}{n}件' for name, n in levels)}，已销号{discharged}件（含提醒）。",
        f"{', '.join(f'{n} × {name}' for name, n in levels)}; {discharged} discharged, reminders included.",
    )


def _hotline(model: Recorded, lang: str) -> list[Block]:
    heading = Heading(either(lang, "二、热线运行", "2. The hotline"))
    n, shown = model.total, whole(model.total)
    opened = either(
        lang,
        f"热线在全市设值班台{model.directory.get('desks', 0)}个（{'、'.join(model.desks.values())}）。",
        f"The hotline has {model.directory.get('desks', 0)} desks ({', '.join(model.desks.values())}).",
    )
    if not n:
        return [heading, Paragraph(opened + either(lang, "本期无来电登记。", " No contact was registered."))]
    if not shown.isdigit():
        few = either(
            lang,
            f"本期登记来电来访{shown}件，件数过少，不作分类统计。",
            f" {shown} contacts were registered: too few to be broken down.",
        )
        return [heading, Paragraph(opened + few)]
    groups = _printed(model, DISPOSITION)
    order = [*(g for g in TOLD_FIRST if g in groups), *(g for g in groups if g not in TOLD_FIRST)]
    said_parts = [
        either(lang, f"{_disposition(g, lang)}{groups[g]}件", f"{_disposition(g, lang)} {groups[g]}")
        + (either(lang, "，占", ", ") + share(int(groups[g]), n, lang) if groups[g].isdigit() else "")
        for g in order
    ]
    counts = {g: int(cell) for g, cell in groups.items() if cell.isdigit() and g != NOWHERE}
    # Whether the groups add up can be said where each of them is told.
    told = len(counts) == len(groups.keys() - {NOWHERE})
    return [
        heading,
        Paragraph(
            opened
            + either(
                lang,
                f"本期共登记来电来访{n}件。按主要处置方式：{'；'.join(said_parts)}。",
                f" {n} contacts were registered. By primary disposition: {'; '.join(said_parts)}.",
            )
            + (_added_up(n, sum(counts.values()), lang) if told else "")
        ),
        *(reconciliation(n, counts, lang) if told else ()),
        Table(
            title=either(lang, "各值班台登记件数", "Contacts by desk"),
            columns=(either(lang, "值班台", "Desk"), either(lang, "件数", "Contacts")),
            rows=tuple((model.desks.get(code, code), cell) for code, cell in _printed(model, DESK).items()),
            widths=(70, 30),
            note=_protection(lang),
        ),
        Table(
            title=either(lang, "问题类别", "Categories"),
            columns=(either(lang, "类别", "Category"), either(lang, "件数", "Contacts")),
            rows=tuple((label("category", code, lang), cell) for code, cell in _printed(model, CATEGORY).items()),
            widths=(70, 30),
            note=_protection(lang),
        ),
    ]


def _added_up(n: int, total: int, lang: str) -> str:
    return either(
        lang,
        f"各类相加为{total}件，与登记总数{'一致' if total == n else '不一致，差额待核'}。",
        f" They add up to {total}, {'as' if total == n else 'unlike'} the register.",
    )


def _printed(model: Recorded, prefix: str) -> dict[str, str]:
    """The printed cells under a prefix: the largest first, the hidden ones last and by code, for a place tells a size."""
    found = {name.removeprefix(prefix): cell for name, cell in model.printed.items() if name.startswith(prefix)}
    return dict(sorted(found.items(), key=lambda item: (-int(item[1]) if item[1].isdigit() else 0, item[0])))


def _disposition(group: str, lang: str) -> str:
    return either(lang, "未载明处置方式", "no disposition") if group == "none" else text(f"group.{group}", lang)


def _few(n: int) -> str:
    """A count without a total beside it."""
    return FEW if 0 < n < SMALL else str(n)


def _protection(lang: str) -> str:
    return either(
        lang,
        "1至4件以“<5”表示；“·”为防止推算而隐去的数。",
        "1-4 print as <5; · hides a number that would give one away.",
    )


def _network(model: Recorded, lang: str) -> list[Block]:
    posts = _held(model, "posts", "青少年维权岗", "个", "rights posts", lang)
    systems = _held(model, "post_sectors", "创建维权岗的系统", "个", "sectors with rights posts", lang)
    aid, counsel = model.sectors.get("legal_aid", 0), model.sectors.get("psych", 0)
    return [
        Heading(either(lang, "三、维权网络", "3. The network")),
        Paragraph(
            either(
                lang,
                f"{posts}，{systems}。法律援助机构{aid}个、心理服务机构{counsel}个列入成员单位，接受热线转办。"
                f"维权服务卡发放、社区维权服务站建设（{UNRECORDED[0]}）。",
                f"{posts}; {systems}. {aid} legal-aid and {counsel} psychological services are member units. Cards and "
                f"community stations: {UNRECORDED[1]}.",
            )
        ),
    ]


def _handling(model: Recorded, lang: str) -> list[Block]:
    called, yuan = _n(model, "cases.called_back"), _n(model, "cases.monthly_yuan")
    judged, signed = _n(model, "referrals.judged"), _n(model, "referrals.signed")
    outcomes = [(label("outcome", code, lang), _few(n)) for code, n in _group(model, OUTCOME).items()]
    said_outcomes = [f"{name}{n}{either(lang, '件', '')}" for name, n in outcomes]
    said_outcomes_en = [f"{name}: {n}" for name, n in outcomes]
    none = either(lang, *UNRECORDED)
    return [
        Heading(either(lang, "四、办理和成效", "4. What was done")),
        Paragraph(
            either(
                lang,
                f"移送转办：本期签发转办单{_n(model, 'referrals')}件（含退单后改派、协办），已签收{signed}件；"
                f"按时办结率{share(_n(model, 'referrals.in_time'), judged, lang)}。"
                f"直接协调：本期协调{_n(model, 'cases.coordinations')}次；领导批示{_n(model, 'cases.instructions')}件次。"
                f"落实每月生活救助合计{yuan}元。",
                f"Referrals: {_n(model, 'referrals')} issued (reassignments and co-units included), {signed} signed; in time "
                f"{share(_n(model, 'referrals.in_time'), judged, lang)}. Coordinations: {_n(model, 'cases.coordinations')}; leaders' "
                f"instructions: {_n(model, 'cases.instructions')}. Monthly aid: {yuan} yuan in all.",
            )
        ),
        Paragraph(
            either(
                lang,
                f"追踪问效：已回访{called}件，解决率{share(_n(model, 'cases.solved'), called, lang)}，"
                f"满意率{share(_n(model, 'cases.satisfied'), called, lang)}。"
                f"登记的成效：{'、'.join(said_outcomes) or none}。个案情况不载入本件。",
                f"Follow-up: {called} callers were called back; solved {share(_n(model, 'cases.solved'), called, lang)}, satisfied "
                f"{share(_n(model, 'cases.satisfied'), called, lang)}. Outcomes: {', '.join(said_outcomes_en) or none}. "
                f"No single case is told here.",
            )
        ),
    ]


def _register(model: Recorded, lang: str) -> list[Block]:
    """Every item of the genre with its number and where that comes from: nothing is dropped, nothing invented."""
    events, names = either(lang, "账本事件", "events"), either(lang, "名录", "directory")

    def from_events(zh: str, en: str, figure: str) -> tuple[str, str, str]:
        shown = whole(model.total) if figure == "contacts" else model.printed.get(figure, str(_n(model, figure)))
        return either(lang, zh, en), shown, events

    def from_directory(zh: str, en: str, name: str) -> tuple[str, str, str]:
        n = model.directory.get(name)
        return (either(lang, zh, en), *(("—", either(lang, *UNRECORDED)) if n is None else (str(n), names)))

    return [
        Heading(either(lang, "附件：", "Annex: ") + either(lang, *ANNEX)),
        Table(
            columns=tuple(either(lang, zh, en) for zh, en in (("事项", "Item"), ("数", "Number"), ("来源", "Source"))),
            rows=(
                from_directory("领导机构", "Leading organs", "organs"),
                from_directory("成员单位", "Member units", "units"),
                from_directory("成员单位所属系统", "Sectors of the units", "sectors"),
                from_directory("“三员”", "The three roles", "three_roles"),
                from_directory("“五员”", "The five roles", "five_roles"),
                from_directory("责任状", "Pledges", "pledges"),
                from_directory("热线值班台", "Hotline desks", "desks"),
                from_directory("维权岗", "Rights posts", "posts"),
                from_directory("创建维权岗的系统", "Sectors with rights posts", "post_sectors"),
                from_directory("调查人数", "Respondents of surveys", "respondents"),
                from_events("来电来访", "Contacts", "contacts"),
                from_events("电话解答", "Answered on the phone", f"{DISPOSITION}answered"),
                from_events("移送转办（来电）", "Referred (contacts)", f"{DISPOSITION}referred"),
                from_events("直接协调（来电）", "Coordinated directly (contacts)", f"{DISPOSITION}coordinated"),
                from_events("签发转办单", "Referrals issued", "referrals"),
                from_events("每月生活救助（元）", "Monthly aid (yuan)", "cases.monthly_yuan"),
            ),
            widths=(44, 16, 40),
        ),
    ]
