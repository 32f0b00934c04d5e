"""The papers of a joint meeting: 会议通知, 议题汇总表, 签到表, 会议纪要. Pure. domain.md §6.5.

`meeting`: its row of the read model; `items`: its rows of meeting_items that were not withdrawn, in their order;
`resolutions`: the rows that it adopted. All of one position.
"""

from collections.abc import Sequence

from services.glossary import said as recorded
from services.projections.documents.blocks import Block, Document, Form, Heading, Paragraph, Provenance, Table
from services.projections.documents.meeting_wording import (
    MASTHEAD,
    Names,
    Row,
    considered,
    day,
    hour,
    item_title,
    pointed_out,
    said,
    to_bring,
    units,
)
from services.projections.documents.resolution import resolutions_table
from services.projections.documents.wording import either, label, text

BLANK = "　" * 6
DIGEST_SHOWN = 16


def meeting_notice(
    meeting: Row, items: Sequence[Row], unit: str, names: Names, provenance: Provenance, lang: str
) -> Document:
    """会议通知, a letter to one of the units that are called."""
    own = [item for item in items if item["unit"] == unit]
    return Document(
        kind="meeting_notice",
        lang=lang,
        layout="letter",
        masthead=text("issuer", lang),
        number="",
        issuer=text("issuer", lang),
        dated=day(provenance.as_of, lang),
        title=_title(meeting, lang, "关于召开{organ}\n联席会议的通知", "Invitation to a joint meeting of the {organ}"),
        addressee=said(names.get(unit, (unit, unit)), lang),
        blocks=(
            Paragraph(
                either(
                    lang,
                    "为统筹研究青少年维权工作中的有关事项，定于近期召开联席会议。现将有关事项通知如下：",
                    "A joint meeting is called to take up the matters of youth rights that are listed below.",
                )
            ),
            Heading(either(lang, "一、时间和地点", "1. Time and place")),
            Paragraph(
                f"{hour(meeting['starts'], lang)}{either(lang, '，', ', ')}{meeting['place']}{either(lang, '。', '.')}"
            ),
            Paragraph(either(lang, f"主持：{meeting['chair']}。", f"Chair: {recorded(str(meeting['chair']), lang)}.")),
            Heading(either(lang, "二、议题", "2. Items")),
            *_listed(items, lang),
            Heading(either(lang, "三、参加单位", "3. Units called")),
            Paragraph(f"{units(meeting['units'], names, lang)}{either(lang, '。', '.')}"),
            Heading(either(lang, "四、材料要求", "4. What to bring")),
            Paragraph(
                either(
                    lang,
                    f"请你单位准备：{to_bring(own or items, lang)}。材料请勿出现当事人姓名、住址、学校等信息。",
                    f"Please bring {to_bring(own or items, lang)}. No name, address or school of anybody concerned is to "
                    "stand in your papers.",
                )
            ),
        ),
        provenance=provenance,
        closing=(text("issuer", lang), day(provenance.as_of, lang)),
        model={"meeting": meeting["meeting"], "unit": unit, "items": [item["item"] for item in items]},
    )


def agenda_sheet(meeting: Row, items: Sequence[Row], names: Names, provenance: Provenance, lang: str) -> Document:
    """议题汇总表."""
    columns = either(
        lang,
        "序号 类别 议题 责任单位 提请理由 起始日期 结果",
        "No. Kind Item Unit Why Since Outcome",
    ).split(" ")
    rows = tuple(
        (
            str(place),
            label("agenda_kind", item["kind"], lang),
            item_title(item, lang),
            units([item["unit"]] if item["unit"] else None, names, lang),
            label("agenda_why", item["why"], lang),
            day(item["since"], lang),
            label("item_outcome", item["outcome"], lang),
        )
        for place, item in enumerate(items, start=1)
    )
    return _sheet(
        meeting,
        provenance,
        lang,
        kind="meeting_agenda",
        title=either(lang, "联席会议议题汇总表", "Agenda of the joint meeting"),
        blocks=(
            _where(meeting, lang),
            Table(columns=tuple(columns), rows=rows, widths=(6, 12, 30, 18, 18, 12, 10)),
            *_frozen(meeting, lang),
        ),
        model={"meeting": meeting["meeting"], "items": [dict(item) for item in items]},
    )


def sign_in_sheet(meeting: Row, names: Names, provenance: Provenance, lang: str) -> Document:
    """签到表: a line a unit, to be signed by hand; names stand on paper alone."""
    columns = either(lang, "序号 单位 职务 签到 联系方式", "No. Unit Post Signature Reached-at").split(" ")
    rows = tuple(
        (str(place), units([unit], names, lang), BLANK, BLANK, BLANK)
        for place, unit in enumerate(meeting["units"] or (), start=1)
    )
    return _sheet(
        meeting,
        provenance,
        lang,
        kind="meeting_sign_in",
        title=either(lang, "联席会议签到表", "Attendance of the joint meeting"),
        blocks=(_where(meeting, lang), Table(columns=tuple(columns), rows=rows, widths=(8, 34, 18, 22, 18))),
        model={"meeting": meeting["meeting"], "units": list(meeting["units"] or ())},
    )


def minutes(
    meeting: Row,
    items: Sequence[Row],
    resolutions: Sequence[Row],
    names: Names,
    provenance: Provenance,
    lang: str,
) -> Document:
    """会议纪要: 会议认为, 会议指出, 会议议定, the table of resolutions, attendance, distribution."""
    number = str(meeting["minutes_no"] or either(lang, "（待签发）", "(not signed off)"))
    # 议定: the resolutions as sentences, then as a table with who, by when, how far.
    resolved = [
        Paragraph(
            either(
                lang,
                f"{place}. {row['title']}。由{units([row['lead']], names, lang)}牵头"
                f"{_assisting(row, names, lang)}，于{day(row['due'], lang)}前落实。",
                f"{place}. {row['title']}. Lead: {units([row['lead']], names, lang)}{_assisting(row, names, lang)}; "
                f"by {day(row['due'], lang)}.",
            )
        )
        for place, row in enumerate(resolutions, start=1)
    ]
    nothing = Paragraph(either(lang, "本次会议未形成议定事项。", "The meeting adopted no resolution."))
    return Document(
        kind="minutes",
        lang=lang,
        layout="minutes",
        masthead=said(MASTHEAD, lang),
        number=number,
        issuer=text("issuer", lang),
        dated=day(meeting["signed"] or meeting["starts"], lang),
        title=_title(meeting, lang, "{organ}\n联席会议纪要", "Minutes of the joint meeting of the {organ}"),
        blocks=(
            Paragraph(_opening(meeting, items, lang)),
            Paragraph(considered(items, lang)),
            Paragraph(pointed_out(items, lang)),
            Heading(either(lang, "会议议定：", "The meeting resolved:")),
            *(resolved or [nothing]),
            *([resolutions_table(resolutions, names, lang)] if resolutions else []),
            *_frozen(meeting, lang),
            Form(
                lines=(
                    ((either(lang, "出席", "Present"), units(meeting["present"], names, lang)),),
                    ((either(lang, "请假", "Excused"), units(meeting["excused"], names, lang)),),
                    ((either(lang, "列席", "Observers"), units(meeting["observers"], names, lang)),),
                )
            ),
        ),
        provenance=provenance,
        foot=(
            either(
                lang,
                f"分送：{units(meeting['distributed_to'] or meeting['units'], names, lang)}。",
                f"Distribution: {units(meeting['distributed_to'] or meeting['units'], names, lang)}.",
            ),
        ),
        printed=(text("issuer", lang), day(meeting["signed"], lang)) if meeting["signed"] else ("", ""),
        model={
            "meeting": dict(meeting),
            "items": [dict(item) for item in items],
            "resolutions": [dict(row) for row in resolutions],
        },
    )


def _assisting(row: Row, names: Names, lang: str) -> str:
    if not row["co"]:
        return ""
    listed = units(row["co"], names, lang)
    return either(lang, f"，{listed}配合", f"; assisted by {listed}")


def _title(meeting: Row, lang: str, zh: str, en: str) -> str:
    return either(lang, zh, en).format(organ=label("organ", meeting["organ"], lang))


def _opening(meeting: Row, items: Sequence[Row], lang: str) -> str:
    organ, chair = label("organ", meeting["organ"], lang), recorded(str(meeting["chair"]), lang)
    return either(
        lang,
        f"{hour(meeting['starts'], lang)}，{organ}在{meeting['place']}召开联席会议，{chair}主持，研究议题{len(items)}项。"
        f"纪要如下：",
        f"The {organ} met on {hour(meeting['starts'], lang)} at {meeting['place']}; chair: {chair}; {len(items)} items.",
    )


def _listed(items: Sequence[Row], lang: str) -> list[Block]:
    lines: list[Block] = [
        Paragraph(f"{place}. {item_title(item, lang)}{either(lang, '。', '.')}")
        for place, item in enumerate(items, start=1)
    ]
    return lines or [Paragraph(either(lang, "议题另行通知。", "The items follow."))]


def _frozen(meeting: Row, lang: str) -> list[Block]:
    """What the meeting had before it: position and digest of the briefing, and of the one that restates it."""
    if not meeting["briefing"]:
        return []
    shown = str(meeting["figures_digest"])[:DIGEST_SHOWN]
    restated = (
        either(
            lang,
            f"；数据按更正简报{meeting['restatement']}",
            f"; its figures are restated by briefing {meeting['restatement']}",
        )
        if meeting["restatement"]
        else ""
    )
    return [
        Paragraph(
            either(
                lang,
                f"会议材料以简报{meeting['briefing']}为准，截至账本第{meeting['as_of_position']}条，数据摘要{shown}{restated}。",
                f"The meeting had briefing {meeting['briefing']} before it, as of position {meeting['as_of_position']}, "
                f"figures digest {shown}{restated}.",
            )
        )
    ]


def _where(meeting: Row, lang: str) -> Form:
    return Form(
        lines=(
            (
                (either(lang, "会议", "Meeting of"), label("organ", meeting["organ"], lang)),
                (either(lang, "时间", "Time"), hour(meeting["starts"], lang)),
            ),
            (
                (either(lang, "地点", "Place"), str(meeting["place"])),
                (either(lang, "主持", "Chair"), recorded(str(meeting["chair"]), lang)),
            ),
        )
    )


def _sheet(
    meeting: Row,
    provenance: Provenance,
    lang: str,
    *,
    kind: str,
    title: str,
    blocks: tuple[Block, ...],
    model: object,
) -> Document:
    return Document(
        kind=kind,
        lang=lang,
        layout="form",
        masthead=text("issuer", lang),
        number=str(meeting["minutes_no"] or ""),
        issuer=text("issuer", lang),
        dated=day(meeting["starts"], lang),
        title=title,
        blocks=blocks,
        provenance=provenance,
        model=model,
    )
