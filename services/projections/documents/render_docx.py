"""The office file, laid out to GB/T 9704-2012: A4, type area 156 × 225 mm, 22 lines of 28 characters, 仿宋 16 pt."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document as new_docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from services.projections.documents.blocks import Bars, Break, Document, Form, Heading, Intervals, Paragraph, Table
from services.projections.documents.wording import either

FANGSONG, HEI, KAI, XIAOBIAO, SONG = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"
RED = RGBColor(0xC8, 0x10, 0x2E)
BODY, TITLE, TABLE, SMALL = 16, 22, 11, 9
# 225 mm / 22 lines in the unit of the grid (twentieths of a point), and 156 mm in which 28 characters stand.
LINE_PITCH, LINE_POINTS, TYPE_AREA_MM = 580, 29, 156
BAR_CHARACTERS = 14
BARS_MAX = 12
SHORT_FORM_LINES = 8
# XML has no place for them; tab, line feed and carriage return stay.
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])


def docx(document: Document) -> bytes:
    """The document as the bytes of a .docx; the same document gives the same bytes."""
    page = _Page(document)
    page.head()
    for block in document.blocks:
        page.draw(block)
    page.end()
    return page.saved()


class _Page:
    """One file being drawn, top to bottom."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._file: Any = new_docx()
        section = self._file.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        for old in section._sectPr.findall(qn("w:docGrid")):
            section._sectPr.remove(old)
        section._sectPr.append(_element("w:docGrid", type="lines", linePitch=str(LINE_PITCH)))
        self._page_number(section.footer.paragraphs[0])
        style = self._file.styles["Normal"]
        style.font.name, style.font.size = FANGSONG, Pt(BODY)
        style.element.rPr.rFonts.set(qn("w:eastAsia"), FANGSONG)

    def _page_number(self, paragraph: Any) -> None:
        """4号 half-width 宋体 between dashes."""
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._run(paragraph, "— ", SONG, 14)
        run = self._run(paragraph, "", SONG, 14)
        page = OxmlElement("w:instrText")
        page.text = "PAGE"
        for element in (_element("w:fldChar", fldCharType="begin"), page, _element("w:fldChar", fldCharType="end")):
            run._r.append(element)
        self._run(paragraph, " —", SONG, 14)

    def _run(self, paragraph: Any, text: str, font: str, size: float, bold: bool = False) -> Any:
        run = paragraph.add_run(text.translate(_CONTROL))
        run.font.name, run.font.size, run.font.bold = font, Pt(size), bold
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
        return run

    def _line(
        self,
        text: str = "",
        font: str = FANGSONG,
        size: float = BODY,
        align: Any = None,
        indent: bool = False,
        bold: bool = False,
        height: float = LINE_POINTS,
    ) -> Any:
        paragraph = self._file.add_paragraph()
        shape = paragraph.paragraph_format
        shape.space_before = shape.space_after = Pt(0)
        shape.line_spacing = Pt(height)
        shape.widow_control = False
        if indent:
            shape.first_line_indent = Pt(2 * size)
        if align is not None:
            paragraph.alignment = align
        self._run(paragraph, text, font, size, bold)
        return paragraph

    def head(self) -> None:
        """The red head (版头), the title and whom it is for."""
        document = self._document
        if document.secrecy or document.urgency:
            self._line("　　".join(filter(None, (document.secrecy, document.urgency))), HEI)
        size = 42 if len(document.masthead) <= 10 else 26 if len(document.masthead) <= 17 else 18
        masthead = self._line(document.masthead, XIAOBIAO, size, WD_ALIGN_PARAGRAPH.CENTER, height=size * 1.5)
        masthead.runs[0].font.color.rgb = RED
        self._line(document.number, align=WD_ALIGN_PARAGRAPH.CENTER)
        line = self._line(f"{document.issuer}\t{document.dated}")
        line.paragraph_format.tab_stops.add_tab_stop(Mm(TYPE_AREA_MM), WD_TAB_ALIGNMENT.RIGHT)
        borders = OxmlElement("w:pBdr")
        borders.append(_element("w:bottom", val="single", sz="18", space="4", color="C8102E"))
        line._p.get_or_add_pPr().insert_element_before(
            borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )
        self._line(height=14)
        if document.title:
            self._line(document.title, XIAOBIAO, TITLE, WD_ALIGN_PARAGRAPH.CENTER, height=36)
            self._line(height=14)
        if document.addressee:
            self._line(f"{document.addressee}{either(document.lang, '：', ':')}")

    def draw(self, block: Any) -> None:
        """One block of the body."""
        match block:
            case Heading(text, level):
                line = self._line(text, HEI if level == 1 else KAI, indent=True)
                line.paragraph_format.keep_with_next = True
            case Paragraph(text, indent, bold):
                self._line(text, indent=indent, bold=bold)
            case Table(columns, rows, title, widths, note):
                self._table(columns, rows, title, widths, note)
            case Form(lines):
                self._form(lines)
            case Bars(title, items) if len(items) <= BARS_MAX:
                # A strip of characters is a bar in any office program; pictures of charts come later.
                most = max((value for _, value, _ in items), default=0) or 1
                drawn = [(name, "█" * round(BAR_CHARACTERS * value / most), words) for name, value, words in items]
                self._table((), drawn, title, (36, 42, 22), "")
            case Bars():
                # A trend of many bars is for the page; in the office file the tables hold the figures.
                pass
            case Intervals(title, items):
                shares = [(name, n, f"{share:.0%}", f"{low:.0%}–{high:.0%}") for name, share, low, high, n in items]
                zh, en = (
                    ("单位", "按时/应判", "按时率", "95%置信区间"),
                    ("Unit", "In time/judged", "Rate", "95 % interval"),
                )
                self._table(en if self._document.lang == "en" else zh, shares, title, (46, 18, 14, 22), "")
            case Break():
                self._file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def _table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        title: str,
        widths: Sequence[int],
        note: str,
    ) -> None:
        if title:
            self._line(title, HEI, 14).paragraph_format.keep_with_next = True
        width = len(columns) or len(rows[0])
        table = self._file.add_table(rows=0, cols=width)
        if columns:
            table.style = "Table Grid"
            self._cells(table, columns, HEI)
            table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for row in rows:
            self._cells(table, row, FANGSONG)
        self._widths(table, widths or (1,) * width)
        self._line(note, size=SMALL, height=16)

    def _widths(self, table: Any, shares: Sequence[int]) -> None:
        """Fixed widths, said twice: some office programs read the grid, others the cells."""
        table.autofit = False
        for column, share in zip(table.columns, shares, strict=True):
            column.width = Mm(TYPE_AREA_MM * share / sum(shares))
        for row in table.rows:
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))

    def _cells(self, table: Any, texts: Sequence[str], font: str) -> None:
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            self._fill(cell, text, font)

    def _fill(self, cell: Any, text: str, font: str) -> None:
        for index, words in enumerate(str(text).split("\n")):
            paragraph = cell.paragraphs[0] if index == 0 else cell.add_paragraph()
            shape = paragraph.paragraph_format
            shape.space_after, shape.line_spacing = Pt(0), Pt(16)
            self._off_the_grid(paragraph)
            self._run(paragraph, words, font, TABLE)

    @staticmethod
    def _off_the_grid(paragraph: Any) -> None:
        """The 22-line grid is for the text; small lines would be pulled apart by it."""
        paragraph._p.get_or_add_pPr().insert_element_before(
            _element("w:snapToGrid", val="0"), "w:spacing", "w:ind", "w:jc", "w:rPr"
        )

    def _form(self, lines: Sequence[Sequence[tuple[str, str]]]) -> None:
        table = self._file.add_table(rows=0, cols=4)
        table.style = "Table Grid"
        for line in lines:
            cells = table.add_row().cells
            if len(line) == 1:
                cells[1].merge(cells[3])
            for place, (name, content) in enumerate(line):
                self._fill(cells[2 * place], name, HEI)
                self._fill(cells[2 * place + 1], content, FANGSONG)
        self._widths(table, (18, 32, 18, 32))
        if len(lines) <= SHORT_FORM_LINES:
            self._together(table)
        self._line(height=12)

    @staticmethod
    def _together(table: Any) -> None:
        """A short form is filled in by hand: it stands on one page."""
        for row in table.rows[:-1]:
            for cell in row.cells:
                for paragraph in cell.paragraphs:
                    paragraph.paragraph_format.keep_with_next = True

    def end(self) -> None:
        """Signature, distribution and where the content comes from."""
        document = self._document
        for text in document.closing:
            line = self._line(text, align=WD_ALIGN_PARAGRAPH.RIGHT)
            line.paragraph_format.right_indent = Pt(4 * BODY)
        if document.foot:
            self._line(height=12)
            for text in document.foot:
                self._line(text, size=14, height=24)
        self._off_the_grid(self._line(_proof(document), size=SMALL, height=13))

    def saved(self) -> bytes:
        """Without the time of writing in it: what was written when is in the ledger, not in a file's metadata."""
        moment = datetime(2000, 1, 1, tzinfo=UTC)
        properties = self._file.core_properties
        properties.created = properties.modified = moment
        properties.author, properties.title = self._document.issuer, self._document.title or self._document.masthead
        raw, out = io.BytesIO(), io.BytesIO()
        self._file.save(raw)
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for name in sorted(source.namelist()):
                entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(entry, source.read(name))
        return out.getvalue()


def _proof(document: Document) -> str:
    origin = document.provenance
    simulated = either(
        document.lang,
        "模拟时钟账本（演示数据，人物均为虚构）。",
        "Ledger under a simulated clock: demonstration, all persons fictitious. ",
    )
    return (simulated if origin.simulated else "") + either(
        document.lang,
        f"截至账本位置{origin.position}（{origin.as_of}）；末条哈希{origin.head_hash}；数据摘要{origin.figures_digest}；"
        f"程序版本{origin.code}；校验命令：{origin.command}",
        f"As of position {origin.position} ({origin.as_of}); head hash {origin.head_hash}; figures digest "
        f"{origin.figures_digest}; code {origin.code}; verify with: {origin.command}",
    )


def _element(name: str, **attributes: str) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element
