"""What stands below the text: attachments, signature and date, the closing rules (版记), and where the content comes from.

GB/T 9704-2012 §7.3.4-§7.4.
"""

from typing import Any

from docx.shared import Mm, Pt

from services.projections.documents.blocks import Document
from services.projections.documents.drawing import code_scene
from services.projections.documents.drawing.code import SIDE
from services.projections.documents.lettering import squares
from services.projections.documents.office.ooxml import bordered, element, off_the_grid, whole_rows
from services.projections.documents.office.sheet import (
    CELL,
    FANGSONG,
    FOUR,
    LINE,
    RIGHT,
    SMALL,
    TYPE_AREA_MM,
    Sheet,
)
from services.projections.documents.provenance import content_of, printed_line, proof, said_of
from services.projections.documents.wording import either

# 1 pt and 0.75 pt: the standard asks for 0.35 mm above and below, 0.25 mm between.
OUTER, INNER = "8", "6"
CODE_MM = SIDE / 72 * 25.4


def tail(sheet: Sheet, document: Document) -> None:
    """Everything below the text; it ends the file."""
    _attachments(sheet, document)
    _signature(sheet, document)
    _closing_rules(sheet, document)
    _provenance(sheet, document)


def _attachments(sheet: Sheet, document: Document) -> None:
    """One line below the text, two characters in; a long name continues below its own first character."""
    if not document.attachments:
        return
    sheet.line()
    lead = either(document.lang, "附件：", "Annexes: ")
    several = len(document.attachments) > 1
    margin = (2 + squares(lead) + (1.5 if several else 0)) * CELL
    for number, name in enumerate(document.attachments, start=1):
        mark = (lead if number == 1 else "") + (f"{number}. " if several else "")
        sheet.line(mark + name, left=margin, first=-squares(mark) * CELL)


def _signature(sheet: Sheet, document: Document) -> None:
    """The date four characters from the right and the signature centred above it; a long one is two from the right."""
    if not document.closing:
        return
    widths = [squares(each) * CELL for each in document.closing]
    widest = max(widths)
    middle = max(4 * CELL + widths[-1] / 2, 2 * CELL + widest / 2)
    for place in range(2):
        sheet.line(keep=place == 1)
    last = len(document.closing) - 1
    for place, (text, wide) in enumerate(zip(document.closing, widths, strict=True)):
        sheet.line(text, align=RIGHT, right=max(0.0, middle - wide / 2), keep=place < last)


def _closing_rules(sheet: Sheet, document: Document) -> None:
    lines = list(document.foot)
    if not lines and not any(document.printed):
        return
    sheet.line(height=LINE / 2)
    table = sheet.grid((1,), ruled=False)
    for old in table._tbl.tblPr.findall(element("w:tblBorders").tag):
        table._tbl.tblPr.remove(old)
    bordered(table, OUTER, INNER)
    for text in lines:
        # A second line stands below what follows the colon.
        hang = squares(text[: text.find("：") + 1]) * FOUR if "：" in text[:6] else 0
        _ruled(sheet, table, text, left=FOUR + hang, first=-hang)
    if any(document.printed):
        _ruled(sheet, table, printed_line(document), tab=True, left=FOUR)
    whole_rows(table.rows)


def _ruled(sheet: Sheet, table: Any, text: str, tab: bool = False, left: float = 0, first: float = 0) -> None:
    paragraph = table.add_row().cells[0].paragraphs[0]
    shape = paragraph.paragraph_format
    shape.space_after, shape.line_spacing, shape.keep_with_next = Pt(0), Pt(22), True
    shape.left_indent, shape.right_indent, shape.first_line_indent = Pt(left), Pt(FOUR), Pt(first)
    if tab:
        # Word counts from the cell's text, which begins inside the cell's margin.
        shape.tab_stops.add_tab_stop(Mm(TYPE_AREA_MM) - Pt(FOUR) - Mm(3.8), 2)
    off_the_grid(paragraph)
    sheet.run(paragraph, text, FANGSONG, FOUR)


def _provenance(sheet: Sheet, document: Document) -> None:
    """The square code and the line that says what it holds, side by side on the last page."""
    sheet.line(size=SMALL, height=8, keep=True)
    table = sheet.grid((CODE_MM + 4, TYPE_AREA_MM - CODE_MM - 4), ruled=False)
    code, words = table.add_row().cells
    sheet.draw(code_scene(content_of(document.provenance), said_of(document)), code.paragraphs[0])
    paragraph = words.paragraphs[0]
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(4), Pt(0), Pt(12)
    off_the_grid(paragraph)
    sheet.run(paragraph, proof(document), FANGSONG, SMALL)
    whole_rows(table.rows)
    # The schema asks for a paragraph after the last table; it takes no room.
    off_the_grid(sheet.line(size=1, height=1))
