"""What stands below the text: attachments, signature and date, the closing rules (版记), and where the content comes from.

GB/T 9704-2012 §7.3.4-§7.4.
"""

from typing import Any

from docx.enum.text import WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt

from services.projections.documents.blocks import Document
from services.projections.documents.drawing import code_scene
from services.projections.documents.drawing.code import SIDE
from services.projections.documents.lettering import lines_at_most, squares
from services.projections.documents.office.ooxml import edge, off_the_grid, whole_rows
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
# A rule takes no more than a point.
RULE = 1.0
RULED_LINE, PROOF_LINE = 22.0, 12.0
CODE_MM = SIDE / 72 * 25.4
CELL_MARGIN_MM = 1.9
GAP_MM = 4
WORDS_MM = TYPE_AREA_MM - CODE_MM - GAP_MM - 2 * CELL_MARGIN_MM
# Above and below the square code in its line: what a picture keeps, and what hangs below the line that it stands on.
BESIDE_CODE = 12.0


def signed(sheet: Sheet, document: Document) -> None:
    """What stands directly below the text: the names of the attachments, the signature and the date."""
    _attachments(sheet, document)
    _signature(sheet, document)


def tail(sheet: Sheet, document: Document) -> None:
    """What ends the file, below the annexes: 版记 and where the content comes from."""
    _closing_rules(sheet, document)


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
    """版记 ends the type area of the last page (§7.4), in one piece with what proves the content.

    The square code stands above the rules: below them is no room, and right behind the text the seal would cover it.
    """
    table = sheet.grid((CODE_MM + GAP_MM, WORDS_MM + 2 * CELL_MARGIN_MM), ruled=False)
    high = LINE / 2 + _provenance(sheet, document, table)
    for text in document.foot:
        # A second line stands below what follows the colon.
        hang = squares(text[: text.find("：") + 1]) * FOUR if "：" in text[:6] else 0
        high += _ruled(sheet, table, text, left=FOUR + hang, first=-hang)
    if any(document.printed):
        high += _ruled(sheet, table, printed_line(document), tab=True, left=FOUR)
    rules = table.rows[1:]
    for place, row in enumerate(rules):
        edge(row.cells[0], "top", INNER if place else OUTER)
    if rules:
        edge(rules[-1].cells[0], "bottom", OUTER)
    whole_rows(table.rows)
    sheet.foot(table, high)


def _ruled(sheet: Sheet, table: Any, text: str, tab: bool = False, left: float = 0, first: float = 0) -> float:
    """One row below a rule; returns the points that it takes at most."""
    cells = table.add_row().cells
    paragraph = cells[0].merge(cells[1]).paragraphs[0]
    shape = paragraph.paragraph_format
    shape.space_after, shape.line_spacing = Pt(0), Pt(RULED_LINE)
    shape.left_indent, shape.right_indent, shape.first_line_indent = Pt(left), Pt(FOUR), Pt(first)
    # Counted from the cell's text, which begins inside the cell's margin and ends one character before its end.
    end = Mm(TYPE_AREA_MM - 2 * CELL_MARGIN_MM).pt - FOUR
    if tab:
        shape.tab_stops.add_tab_stop(Pt(end), WD_TAB_ALIGNMENT.RIGHT)
    off_the_grid(paragraph)
    sheet.run(paragraph, text, FANGSONG, FOUR)
    return lines_at_most(text, (end - left) / FOUR, (end - left - first) / FOUR) * RULED_LINE + RULE


def _provenance(sheet: Sheet, document: Document, table: Any) -> float:
    """The square code and the lines that say what it holds, side by side; returns the points that they take at most."""
    code, words = table.add_row().cells
    sheet.draw(code_scene(content_of(document.provenance), said_of(document)), code.paragraphs[0])
    paragraph = words.paragraphs[0]
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(4), Pt(0), Pt(PROOF_LINE)
    off_the_grid(paragraph)
    said = proof(document)
    sheet.run(paragraph, said, FANGSONG, SMALL)
    room = Mm(WORDS_MM).pt / SMALL
    lines = sum(lines_at_most(each, room, room) for each in said.split("\n"))
    return max(SIDE + BESIDE_CODE, 4 + lines * PROOF_LINE)
