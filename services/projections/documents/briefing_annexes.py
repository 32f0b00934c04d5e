"""附表: the briefing's tables, small cells protected. Pure. docs/decisions/0014-small-cells.md."""

from services.projections.documents.blocks import Block, Heading, Table
from services.projections.documents.briefing_figures import Briefing
from services.projections.documents.briefing_work import unit_name
from services.projections.documents.contact_tables import crossed
from services.projections.documents.figures import percent
from services.projections.documents.standing import standings
from services.projections.documents.suppression import HIDDEN, TOTAL
from services.projections.documents.suppression import Table as Counts
from services.projections.documents.wording import either, label, text


def annexes(model: Briefing, lang: str) -> list[Block]:
    """Categories, channels, region by age, units. Nothing where there is nothing to break down."""
    if not model.total.isdigit() or model.total == "0":
        return [Heading(text("annex", lang)), *_units(model, lang, 1)] if model.figures.get("referrals") else []
    one_way = [
        _listing(model, lang, either(lang, f"附表{at}：{zh}", f"Annex {at}: {en}"), either(lang, zh, en), name, codes)
        for at, (zh, en, name, codes) in enumerate(
            (("问题类别", "Category", "category", "category"), ("渠道", "Channel", "channel", "channel")), 1
        )
    ]
    return [Heading(text("annex", lang)), *one_way, _crossed(model, lang), *_units(model, lang, 4)]


def _note(lang: str) -> str:
    return either(
        lang,
        "1至4件以“<5”表示；“·”为防止推算而隐去的数。",
        "1-4 print as <5; · hides a number that would give one away.",
    )


def _listing(model: Briefing, lang: str, title: str, column: str, dimension: str, codes: str) -> Table:
    n, prefix = model.figures["contacts"], f"contacts.{dimension}."
    shown = {name.removeprefix(prefix): cell for name, cell in model.printed.items() if name.startswith(prefix)}
    # As printed, most first; what is hidden by its code, for its place would tell its size.
    order = sorted(shown, key=lambda code: (-int(shown[code]) if shown[code].isdigit() else 0, code))
    rows = tuple(
        (label(codes, code, lang), shown[code], percent(int(shown[code]), n) if shown[code].isdigit() else HIDDEN)
        for code in order
    )
    hidden = any(not cell.isdigit() for cell in shown.values())
    return Table(
        title=title,
        columns=(column, either(lang, "件数", "Contacts"), either(lang, "占比", "Share")),
        rows=rows,
        widths=(60, 20, 20),
        note=_note(lang) if hidden else "",
    )


def _crossed(model: Briefing, lang: str) -> Table:
    counts = crossed(model.figures)
    rows = tuple(
        (label("region", region, lang), *(_cell(model, counts, region, band) for band in (*counts.columns, TOTAL)))
        for region in counts.rows
    )
    foot = (
        either(lang, "合计", "All"),
        *(_cell(model, counts, TOTAL, band) for band in counts.columns),
        model.total,
    )
    return Table(
        title=either(
            lang, "附表3：区域与年龄段（小数已作保护）", "Annex 3: Region by age band (small cells protected)"
        ),
        columns=(
            either(lang, "区域", "Region"),
            *(label("age_band", band, lang) for band in counts.columns),
            either(lang, "合计", "All"),
        ),
        rows=(*rows, foot),
        note=_note(lang),
    )


def _cell(model: Briefing, counts: Counts, region: str, band: str) -> str:
    if band == TOTAL:
        return model.printed[f"contacts.region.{region}"]
    if region == TOTAL:
        return model.printed[f"contacts.age_band.{band}"]
    return model.printed[f"{counts.name}.{region}.{band}"]


def _units(model: Briefing, lang: str, number: int) -> list[Block]:
    rows = sorted(standings(model.figures), key=lambda each: each.unit)
    if not rows:
        return []
    return [
        Table(
            title=either(lang, f"附表{number}：各单位办理情况", f"Annex {number}: Units"),
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
                    unit_name(model, each.unit, lang),
                    *map(
                        str,
                        (
                            each.issued,
                            each.signed,
                            each.reported,
                            each.in_time,
                            each.returned,
                            each.urged,
                            each.overdue,
                        ),
                    ),
                )
                for each in rows
            ),
            widths=(37, 9, 9, 9, 9, 9, 9, 9),
        )
    ]
