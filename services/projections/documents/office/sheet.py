"""A sheet to write on, laid out to GB/T 9704-2012 §5: A4, type area 156 × 225 mm, 22 lines of 28 characters of 16 pt."""

from collections.abc import Sequence
from typing import Any

from docx import Document as new_docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor, Twips

from services.projections.documents.drawing import Scene, emf
from services.projections.documents.office.ooxml import (
    at_foot,
    bordered,
    closer,
    element,
    name_fonts,
    off_the_grid,
    page_field,
    picture,
    saved,
    say_hanging,
    whole_rows,
)

FANGSONG, HEI, KAI, XIAOBIAO, SONG = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"
LATIN = "Times New Roman"
RED_HEX = "C8102E"
RED = RGBColor.from_string(RED_HEX)
BODY, TITLE, TABLE, SMALL, FOUR = 16, 22, 11, 8.5, 14
TYPE_AREA_MM, TYPE_AREA_HIGH_MM, TOP_MM = 156, 225, 37
# 225 mm over 22 lines, in twentieths of a point; a twentieth more and only 21 stand on a page.
LINE_PITCH = 579
LINE = LINE_PITCH / 20
# 156 mm over 28 characters is less than 16 pt: the grid takes the rest off each, told in 1/4096 pt. Not every office
# program does so where a character is wider than its place; what we write stands off the grid, each character 0.3 pt
# closer (told in twentieths), and every line as high as the grid's: 22 lines of 28 in all of them.
CHAR_SPACE = -849
CLOSER = -6
CELL = BODY + CLOSER / 20
# A page number stands 7 mm below the type area.
FOOTER_MM = 20
# A row with more text than this may break over two pages; it could be higher than one.
WHOLE_ROW = 500
# The type area and the margins of a cell, in sizes of a table's letter.
ROOM, CELL_MARGIN = TYPE_AREA_MM / 25.4 * 72 / TABLE, 1.15
# A form or a table of so many lines is not parted at all.
SHORT = 8
SAID_MAX = 8_000
CENTRE, LEFT, RIGHT, BOTH = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)


class Sheet:
    """One office file being written, top to bottom."""

    def __init__(self, lang: str, header_mm: float = 15) -> None:
        self._lang = lang
        self._pictures = 0
        self.file: Any = new_docx()
        section = self.section = self.file.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.header_distance, section.footer_distance = Mm(header_mm), Mm(FOOTER_MM)
        for old in section._sectPr.findall(qn("w:docGrid")):
            section._sectPr.remove(old)
        section._sectPr.append(
            element("w:docGrid", type="linesAndChars", linePitch=str(LINE_PITCH), charSpace=str(CHAR_SPACE))
        )
        self._styles()
        name_fonts(self.file)
        self._page_numbers()

    def _styles(self) -> None:
        style = self.file.styles["Normal"]
        style.font.name, style.font.size = LATIN, Pt(BODY)
        style.element.rPr.rFonts.set(qn("w:eastAsia"), FANGSONG)
        say_hanging(style)
        # The template speaks Japanese where it chooses a font that is missing.
        for tag, place in (("w:lang", self.file.styles.element), ("w:themeFontLang", self.file.settings.element)):
            for found in place.iter(qn(tag)):
                found.set(qn("w:eastAsia"), "zh-CN")

    def _page_numbers(self) -> None:
        """4号 half-width 宋体 between dashes: on the right of odd pages, on the left of even ones, one character inside."""
        self.file.settings.odd_and_even_pages_header_footer = True
        for footer, align in ((self.section.footer, RIGHT), (self.section.even_page_footer, LEFT)):
            paragraph = footer.paragraphs[0]
            paragraph.style = self.file.styles["Normal"]
            paragraph.alignment = align
            shape = paragraph.paragraph_format
            shape.left_indent = shape.right_indent = Pt(FOUR)
            shape.line_spacing, shape.space_before, shape.space_after = Pt(16), Pt(0), Mm(3)
            off_the_grid(paragraph)
            self.run(paragraph, "— ", SONG, FOUR)
            page_field(self.run(paragraph, "", SONG, FOUR))
            self.run(paragraph, " —", SONG, FOUR)

    def run(self, paragraph: Any, text: str, font: str, size: float, bold: bool = False) -> Any:
        """Append text; a line feed becomes a new line."""
        run = paragraph.add_run(text)
        run.font.name = SONG if font == SONG else LATIN
        run.font.size, run.font.bold = Pt(size), bold
        fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), font)
        if self._lang != "en":
            # Quotation marks, dashes and dots are Chinese ones.
            fonts.set(qn("w:hint"), "eastAsia")
        return run

    def line(
        self,
        text: str = "",
        font: str = FANGSONG,
        size: float = BODY,
        *,
        align: Any = None,
        first: float = 0,
        left: float = 0,
        right: float = 0,
        before: float = 0,
        height: float = LINE,
        bold: bool = False,
        red: bool = False,
        keep: bool = False,
        place: Any = None,
    ) -> Any:
        """A paragraph of its own (or in `place`); `first`, `left`, `right`, `before` and `height` are points."""
        paragraph = (place or self.file).add_paragraph()
        shape = paragraph.paragraph_format
        shape.space_before, shape.space_after = Pt(before), Pt(0)
        shape.line_spacing = Twips(round(height * 20))
        shape.widow_control = False
        if first:
            shape.first_line_indent = Twips(round(first * 20))
        if left:
            shape.left_indent = Twips(round(left * 20))
        if right:
            shape.right_indent = Twips(round(right * 20))
        if keep:
            shape.keep_with_next = True
        if align is not None:
            paragraph.alignment = align
        off_the_grid(paragraph)
        run = self.run(paragraph, text, font, size, bold)
        if size == BODY and self._lang != "en":
            closer(run, CLOSER)
        if red:
            run.font.color.rgb = RED
        return paragraph

    def sides(self, left: str, right: str, size: float = BODY, font: str = FANGSONG, **more: Any) -> Any:
        """One line with a text at each side of the type area."""
        line = self.line(f"{left}\t{right}", font, size, **more)
        line.paragraph_format.tab_stops.add_tab_stop(Mm(TYPE_AREA_MM), WD_TAB_ALIGNMENT.RIGHT)
        return line

    def draw(self, scene: Scene, place: Any = None) -> Any:
        """A picture in a paragraph of its own, as high as the picture."""
        paragraph = place or self.file.add_paragraph()
        shape = paragraph.paragraph_format
        shape.space_before, shape.space_after, shape.line_spacing = Pt(2), Pt(4), 1.0
        off_the_grid(paragraph)
        self._pictures += 1
        said = scene.said if len(scene.said) <= SAID_MAX else scene.said[: SAID_MAX - 1] + "…"
        picture(self.file, paragraph.add_run(), self._pictures, emf(scene), scene.width, scene.height, said)
        return paragraph

    def grid(self, shares: Sequence[float], ruled: bool = True) -> Any:
        """An empty table over the type area, its columns by shares, its widths fixed."""
        table = self.file.add_table(rows=0, cols=len(shares))
        table.autofit = False
        # Word lets a table begin left of the text by the margin of its cells; centred, it ends where the text ends.
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        if ruled:
            table.style = "Table Grid"
        else:
            bordered(table, "0", "0")
        for column, share in zip(table.columns, shares, strict=True):
            column.width = Mm(TYPE_AREA_MM * share / sum(shares))
        return table

    def fill(self, cell: Any, text: str, font: str, align: Any = None) -> None:
        """Write into a cell of a table; each line of the text is a paragraph."""
        for index, words in enumerate(text.split("\n")):
            paragraph = cell.paragraphs[0] if index == 0 else cell.add_paragraph()
            shape = paragraph.paragraph_format
            shape.space_after, shape.line_spacing = Pt(0), Pt(16)
            if align is not None:
                paragraph.alignment = align
            off_the_grid(paragraph)
            self.run(paragraph, words, font, TABLE)

    @staticmethod
    def close(table: Any) -> None:
        """Keep rows whole, but for those that could be higher than a page."""
        whole_rows(row for row in table.rows if max(len(cell.text) for cell in row.cells) <= WHOLE_ROW)

    @staticmethod
    def repeat(row: Any) -> None:
        """A table's head stands on each of its pages."""
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))

    def foot(self, table: Any, height: float) -> None:
        """Bring a table that was just written to the foot of the page; it is no higher than `height` points.

        It stands in a box that moves nothing, and a blank line as high as the table keeps its place: the line goes to
        the next page as a whole, the box with it, and where it has room the box has room below (docs/decisions/0019).
        """
        # The schema asks for a paragraph after the last table; it takes no room.
        end = self.line(size=1, height=1)
        if height > TYPE_AREA_HIGH_MM / 25.4 * 72:
            # No page has such a foot: its rows stand behind the text, on as many pages as they need.
            return
        place = self.line(size=1, height=height)
        self._pictures += 1
        at_foot(place, self._pictures, (table._tbl, end._p), Mm(TYPE_AREA_MM).pt, height)

    def new_page(self) -> None:
        """What follows begins a page. A break that stands in a line of its own would leave a page blank behind a full one."""
        self.line(size=1, height=1).paragraph_format.page_break_before = True

    def saved(self, author: str, title: str) -> bytes:
        return saved(self.file, author, title)
