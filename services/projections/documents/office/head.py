"""The head of each layout (版头): red but for a form; then the title and whom it is for. GB/T 9704-2012 §7.2, §10."""

from collections.abc import Callable
from typing import Any

from docx.shared import Mm, Pt

from services.projections.documents.blocks import Document, Layout
from services.projections.documents.lettering import broken, squares
from services.projections.documents.office.ooxml import border
from services.projections.documents.office.sheet import (
    BODY,
    CENTRE,
    HEI,
    LINE,
    RED_HEX,
    SMALL,
    TITLE,
    TYPE_AREA_MM,
    XIAOBIAO,
    Sheet,
)
from services.projections.documents.wording import either

TYPE_AREA = TYPE_AREA_MM / 25.4 * 72
# The red mark of the issuer begins 35 mm below the upper edge of the type area; in a letter 30 mm below that of the page.
MARK_BELOW = 35 / 25.4 * 72
LETTER_MM = 30
# The double rules of a letter are 170 mm long: 8 mm more than the type area on its left, 6 mm on its right.
OVER_LEFT, OVER_RIGHT = Mm(-8), Mm(-6)
MARK_MAX, MARK_MIN = 42, 16
TITLE_HEIGHT = 33.0
# Squares of the title's size that stand in a line.
TITLE_ROOM = 20


def head(sheet: Sheet, document: Document) -> None:
    """Everything above the text."""
    _HEADS[document.layout](sheet, document)
    if document.addressee:
        sheet.line(f"{document.addressee}{either(document.lang, '：', ':')}")


def _title(sheet: Sheet, document: Document, above: int) -> None:
    """Two lines below the red rule, centred, with one line below it."""
    if not document.title:
        sheet.line(height=LINE / 2)
        return
    for _ in range(above):
        sheet.line()
    lines = broken(document.title, TITLE_ROOM)
    sheet.line("\n".join(lines), XIAOBIAO, TITLE, align=CENTRE, height=TITLE_HEIGHT, keep=True)
    sheet.line(keep=True)


def mark_size(masthead: str) -> int:
    """As large as one line of the type area allows; no larger than the standard's sample."""
    return max(MARK_MIN, min(MARK_MAX, int(TYPE_AREA * 0.96 / max(1.0, squares(masthead) * 1.06))))


def _mark(sheet: Sheet, document: Document, before: float) -> None:
    size = mark_size(document.masthead)
    sheet.line(document.masthead, XIAOBIAO, size, align=CENTRE, height=size * 1.4, before=before, red=True)


def _labels(sheet: Sheet, document: Document) -> float:
    """Secrecy and urgency, each on a line of its own from the upper left corner; returns the points that they took."""
    labels = [each for each in (document.secrecy, document.urgency) if each]
    for each in labels:
        sheet.line(each, HEI)
    return LINE * len(labels)


def _red_rule(sheet: Sheet, left: str, right: str) -> None:
    line = sheet.sides(left, right) if right else sheet.line(left, align=CENTRE)
    # 4 mm below the line of text.
    border(line, "bottom", val="single", sz="18", space="8", color=RED_HEX)


def _periodical(sheet: Sheet, document: Document) -> None:
    if document.secrecy or document.urgency:
        sheet.sides(document.secrecy, document.urgency, font=HEI)
    _mark(sheet, document, before=8)
    sheet.line(document.number, align=CENTRE)
    _red_rule(sheet, document.issuer, document.dated)
    _title(sheet, document, above=1)


def _official(sheet: Sheet, document: Document) -> None:
    taken = _labels(sheet, document)
    _mark(sheet, document, before=max(0.0, MARK_BELOW - taken))
    sheet.line()
    sheet.line()
    _red_rule(sheet, document.number, "")
    _title(sheet, document, above=2)


def _minutes(sheet: Sheet, document: Document) -> None:
    taken = _labels(sheet, document)
    _mark(sheet, document, before=max(0.0, MARK_BELOW - taken))
    sheet.line(document.number, align=CENTRE)
    _red_rule(sheet, document.issuer, document.dated)
    _title(sheet, document, above=2)


def _letter(sheet: Sheet, document: Document) -> None:
    """The mark and its double rule hang in the header of the first page, which has no number but a rule at its foot."""
    sheet.section.different_first_page_header_footer = True
    size = mark_size(document.masthead)
    top = sheet.section.first_page_header
    mark = sheet.line(document.masthead, XIAOBIAO, size, align=CENTRE, height=size * 1.3, red=True, place=top)
    _alone(top, mark)
    border(mark, "bottom", val="thickThinSmallGap", sz="24", space="11", color=RED_HEX)
    foot = sheet.section.first_page_footer
    rule = sheet.line(size=SMALL, height=4, place=foot)
    _alone(foot, rule)
    border(rule, "bottom", val="thinThickSmallGap", sz="24", space="1", color=RED_HEX)
    for paragraph in (mark, rule):
        paragraph.paragraph_format.left_indent, paragraph.paragraph_format.right_indent = OVER_LEFT, OVER_RIGHT
    sheet.sides(document.secrecy, document.number, before=BODY * 7 / 8)
    if document.urgency:
        sheet.line(document.urgency, HEI)
    _title(sheet, document, above=2)


def _alone(place: Any, paragraph: Any) -> None:
    """A header begins with an empty paragraph, which would push its text down."""
    for other in place.paragraphs:
        if other._p is not paragraph._p:
            other._p.getparent().remove(other._p)


def _form(sheet: Sheet, document: Document) -> None:
    """A printed form has no red head: its name, then who keeps it, its number and its day."""
    if document.secrecy or document.urgency:
        sheet.sides(document.secrecy, document.urgency, font=HEI, size=12, height=20)
    if document.title and document.masthead != document.title:
        sheet.line(document.masthead, HEI, BODY, align=CENTRE)
    name = "\n".join(broken(document.title or document.masthead, TITLE_ROOM))
    sheet.line(name, XIAOBIAO, TITLE, align=CENTRE, height=TITLE_HEIGHT, before=6)
    right = "　".join(filter(None, (document.number, document.dated)))
    line = sheet.sides(document.issuer, right, size=12, height=22, before=4)
    line.paragraph_format.space_after = Pt(4)


_HEADS: dict[Layout, Callable[[Sheet, Document], None]] = {
    "periodical": _periodical,
    "official": _official,
    "letter": _letter,
    "minutes": _minutes,
    "form": _form,
}
