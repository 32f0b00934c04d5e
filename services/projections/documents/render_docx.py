"""The office file, laid out to GB/T 9704-2012: head, text and tail on one sheet; charts as vectors, fonts by name."""

from collections.abc import Sequence
from typing import Any

from services.projections.documents.blocks import (
    Block,
    Break,
    Document,
    Form,
    Heading,
    Paragraph,
    Table,
    column_of_figures,
)
from services.projections.documents.columns import shares_of
from services.projections.documents.drawing import Chart, scene_of
from services.projections.documents.legible import legible
from services.projections.documents.office import Sheet, head, signed, tail
from services.projections.documents.office.head import LETTER_MM
from services.projections.documents.office.ooxml import outline
from services.projections.documents.office.sheet import (
    BOTH,
    CELL,
    CELL_MARGIN,
    CENTRE,
    FANGSONG,
    FOUR,
    HEI,
    KAI,
    ROOM,
    SHORT,
    SMALL,
    WHOLE_ROW,
)
from services.projections.documents.wording import either

HEADINGS = {1: HEI, 2: KAI}
FORM_SHARES = (18, 32, 18, 32)


def docx(document: Document) -> bytes:
    """The document as the bytes of a .docx; the same document gives the same bytes."""
    document = legible(document)
    sheet = Sheet(document.lang, LETTER_MM if document.layout == "letter" else 15)
    head(sheet, document)
    for block in document.blocks:
        _draw(sheet, block, document.lang)
    signed(sheet, document)
    for block in (Break(), *document.annexes) if document.annexes else ():
        _draw(sheet, block, document.lang)
    tail(sheet, document)
    return sheet.saved(document.issuer, document.title or document.masthead)


def _draw(sheet: Sheet, block: Block, lang: str) -> None:
    match block:
        case Heading(text, level):
            # 一、黑体 /（一）楷体 / 1. and（1）仿宋 (§7.3.3).
            font, bold = HEADINGS.get(level, FANGSONG), lang == "en" and level in HEADINGS
            outline(sheet.line(text, font, first=2 * CELL, keep=True, bold=bold), level)
        case Paragraph(text, indent, bold):
            align = None if lang == "en" else BOTH
            # A line broken inside a justified paragraph would be stretched over the page.
            for part in text.split("\n"):
                sheet.line(part, first=2 * CELL if indent else 0, bold=bold, align=align)
        case Table():
            _table(sheet, block, lang)
        case Form(lines):
            _form(sheet, lines)
        case Break():
            sheet.new_page()
        case _:
            _chart(sheet, block, lang)


def _chart(sheet: Sheet, block: Chart, lang: str) -> None:
    sheet.line(block.title, HEI, FOUR, keep=True, height=24, before=4)
    sheet.draw(scene_of(block, lang))


def _table(sheet: Sheet, block: Table, lang: str) -> None:
    if block.title:
        sheet.line(block.title, HEI, FOUR, keep=True, height=24, before=4)
    count = len(block.columns) or max(map(len, block.rows), default=0)
    if count:
        table = sheet.grid(shares_of(block.columns, block.rows, block.widths, ROOM, CELL_MARGIN))
        aligned = [CENTRE if column_of_figures(block.rows, place) else None for place in range(count)]
        if block.columns:
            for cell, text, align in zip(table.add_row().cells, block.columns, aligned, strict=True):
                sheet.fill(cell, text, HEI, align)
            sheet.repeat(table.rows[0])
        for row in block.rows:
            for cell, text, align in zip(table.add_row().cells, row, aligned, strict=True):
                sheet.fill(cell, text, FANGSONG, align)
        if not block.rows:
            cells = table.add_row().cells
            sheet.fill(cells[0].merge(cells[-1]), either(lang, "（无）", "(none)"), FANGSONG, CENTRE)
        sheet.close(table)
        _together(table)
    sheet.line(block.note, size=SMALL, height=16)


def _form(sheet: Sheet, lines: Sequence[Sequence[tuple[str, str]]]) -> None:
    table = sheet.grid(FORM_SHARES)
    for line in lines:
        cells = table.add_row().cells
        if len(line) == 1:
            cells[1].merge(cells[3])
        for place, (name, content) in enumerate(line):
            sheet.fill(cells[2 * place], name, HEI)
            sheet.fill(cells[2 * place + 1], content, FANGSONG)
    sheet.close(table)
    _together(table)
    sheet.line(height=12)


def _together(table: Any) -> None:
    """A short table is not parted by a page, unless one of its rows has to be."""
    longest = max((len(cell.text) for row in table.rows for cell in row.cells), default=0)
    if len(table.rows) <= SHORT + 1 and longest <= WHOLE_ROW:
        for row in table.rows[:-1]:
            for cell in row.cells:
                for paragraph in cell.paragraphs:
                    paragraph.paragraph_format.keep_with_next = True
