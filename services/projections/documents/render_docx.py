"""The office file, laid out to GB/T 9704-2012: A4, type area 156 × 225 mm, 22 lines of 28 characters, 仿宋 16 pt."""

import io
import zipfile
from datetime import datetime

from docx import Document as new_docx
from docx.enum.section import WD_SECTION  # noqa: F401
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from services.projections.documents.blocks import (
    Bars,
    Break,
    Document,
    Form,
    Heading,
    Intervals,
    Paragraph,
    Table,
)
from services.projections.documents.wording import either

FANGSONG, HEI, KAI, XIAOBIAO, SONG = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"
RED = RGBColor(0xC8, 0x10, 0x2E)
BODY, TITLE, SMALL = 16, 22, 10.5
# 225 mm / 22 lines, and 156 mm / 28 characters, in the units of the grid (twentieths of a point).
LINE_PITCH, TYPE_AREA_MM = 580, 156
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
    def __init__(self, document: Document) -> None:
        self._document = document
        self._file = new_docx()
        section = self._file.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        grid = OxmlElement("w:docGrid")
        grid.set(qn("w:type"), "linesAndChars")
        grid.set(qn("w:linePitch"), str(LINE_PITCH))
        for old in section._sectPr.findall(qn("w:docGrid")):
            section._sectPr.remove(old)
        section._sectPr.append(grid)
        self._page_number(section)
        style = self._file.styles["Normal"]
        style.font.name, style.font.size = FANGSONG, Pt(BODY)
        style.element.rPr.rFonts.set(qn("w:eastAsia"), FANGSONG)

    def _page_number(self, section: "object") -> None:
        paragraph = section.footer.paragraphs[0]  # type: ignore[attr-defined]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._run(paragraph, "— ", SONG, 14)
        run = self._run(paragraph, "", SONG, 14)
        for kind, words in (("begin", None), (None, "PAGE"), ("end", None)):
            element = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                element.set(qn("w:fldCharType"), kind)
            else:
                element.text = words
            run._r.append(element)
        self._run(paragraph, " —", SONG, 14)

    def _run(self, paragraph, text, font=FANGSONG, size=BODY, color=None, bold=False):  # type: ignore[no-untyped-def]
        run = paragraph.add_run(text.translate(_CONTROL))
        run.font.name, run.font.size, run.font.bold = font, Pt(size), bold
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
        if color is not None:
            run.font.color.rgb = color
        return run

    def _line(self, text="", font=FANGSONG, size=BODY, align=None, color=None, indent=False, bold=False, exact=29):  # type: ignore[no-untyped-def]
        paragraph = self._file.add_paragraph()
        form = paragraph.paragraph_format
        form.space_before = form.space_after = Pt(0)
        form.line_spacing = Pt(exact)
        if indent:
            form.first_line_indent = Pt(2 * size)
        if align is not None:
            paragraph.alignment = align
        self._run(paragraph, text, font, size, color, bold)
        return paragraph

    def head(self) -> None:
        d = self._document
        if d.secrecy or d.urgency:
            self._line(f"{d.secrecy}{'　' * 4 if d.secrecy and d.urgency else ''}{d.urgency}", HEI)
        size = 42 if len(d.masthead) <= 10 else 26 if len(d.masthead) <= 17 else 20
        self._line(d.masthead, XIAOBIAO, size, WD_ALIGN_PARAGRAPH.CENTER, RED, exact=size * 1.5)
        self._line(d.number, align=WD_ALIGN_PARAGRAPH.CENTER)
        line = self._line(f"{d.issuer}\t{d.dated}")
        line.paragraph_format.tab_stops.add_tab_stop(Mm(TYPE_AREA_MM), 2)
        self._rule(line)
        self._line(exact=14)
        if d.title:
            self._line(d.title, XIAOBIAO, TITLE, WD_ALIGN_PARAGRAPH.CENTER, exact=36)
            self._line(exact=14)
        if d.addressee:
            self._line(f"{d.addressee}{either(d.lang, '：', ':')}")

    def _rule(self, paragraph) -> None:  # type: ignore[no-untyped-def]
        borders = OxmlElement("w:pBdr")
        bottom = OxmlElement("w:bottom")
        for name, value in (("val", "single"), ("sz", "18"), ("space", "4"), ("color", "C8102E")):
            bottom.set(qn(f"w:{name}"), value)
        borders.append(bottom)
        paragraph._p.get_or_add_pPr().append(borders)

    def draw(self, block: object) -> None:
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
            case Bars(title, items):
                # A strip of characters reads as a bar in any office program, whatever fonts it has.
                most = max((value for _, value, _ in items), default=1) or 1
                if len(items) <= 12:
                    rows = tuple((name, "█" * max(1, round(24 * value / most)) if value else "", words) for name, value, words in items)
                    self._table(("", "", ""), rows, title, (34, 40, 26), "", heads=False)
            case Intervals(title, items):
                words = either(self._document.lang, ("单位", "按时/应判", "按时率", "95%置信区间"), ("Unit", "In time/judged", "Rate", "95 % interval"))  # type: ignore[arg-type]
                rows = tuple((name, n, f"{share:.0%}", f"{low:.0%}–{high:.0%}") for name, share, low, high, n in items)
                self._table(words, rows, title, (40, 20, 16, 24), "")
            case Break():
                self._file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def _table(self, columns, rows, title, widths, note, heads=True):  # type: ignore[no-untyped-def]
        if title:
            line = self._line(title, HEI, 14)
            line.paragraph_format.keep_with_next = True
        table = self._file.add_table(rows=0, cols=len(columns))
        if heads:
            table.style = "Table Grid"
            self._cells(table, columns, HEI)
            mark = OxmlElement("w:tblHeader")
            table.rows[0]._tr.get_or_add_trPr().append(mark)
        for row in rows:
            self._cells(table, row, FANGSONG)
        shares = widths or (100 / len(columns),) * len(columns)
        table.autofit = False
        for row in table.rows:
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            for cell, share in zip(row.cells, shares, strict=True):
                cell.width = Mm(TYPE_AREA_MM * share / sum(shares))
        self._line(note, size=SMALL, exact=18)

    def _cells(self, table, texts, font):  # type: ignore[no-untyped-def]
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            self._fill(cell, text, font)

    def _fill(self, cell, text, font):  # type: ignore[no-untyped-def]
        lines = str(text).split("\n")
        for index, words in enumerate(lines):
            paragraph = cell.paragraphs[0] if index == 0 else cell.add_paragraph()
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.paragraph_format.line_spacing = Pt(17)
            self._run(paragraph, words, font, 11)

    def _form(self, lines):  # type: ignore[no-untyped-def]
        table = self._file.add_table(rows=0, cols=4)
        table.style = "Table Grid"
        table.autofit = False
        for line in lines:
            cells = table.add_row().cells
            for cell, share in zip(cells, (19, 31, 19, 31), strict=True):
                cell.width = Mm(TYPE_AREA_MM * share / 100)
            if len(line) == 1:
                cells[1].merge(cells[3])
            for place, (name, content) in enumerate(line):
                self._fill(cells[2 * place], name, HEI)
                self._fill(cells[2 * place + 1], content, FANGSONG)
        self._line(exact=12)

    def end(self) -> None:
        d = self._document
        for text in d.closing:
            line = self._line(text, align=WD_ALIGN_PARAGRAPH.RIGHT)
            line.paragraph_format.right_indent = Pt(4 * BODY)
        if d.foot:
            self._line(exact=12)
            for text in d.foot:
                self._line(text, size=14, exact=24)
        p = d.provenance
        simulated = either(d.lang, "模拟时钟账本（演示数据，人物均为虚构）。", "Ledger under a simulated clock: demonstration, all persons fictitious. ") if p.simulated else ""
        proof = either(
            d.lang,
            f"{simulated}截至账本位置{p.position}（{p.as_of}）；末条哈希{p.head_hash}；数据摘要{p.figures_digest}；程序版本{p.code}；校验命令：{p.command}",
            f"{simulated}As of position {p.position} ({p.as_of}); head hash {p.head_hash}; figures digest {p.figures_digest}; code {p.code}; verify with: {p.command}",
        )
        self._line(proof, size=9, exact=14)

    def saved(self) -> bytes:
        """Without the time of writing in it: what was written when is in the ledger, not in a file's metadata."""
        moment = datetime(2000, 1, 1)  # noqa: DTZ001 - the format has no offset
        properties = self._file.core_properties
        properties.created = properties.modified = moment
        properties.author, properties.title = self._document.issuer, self._document.title
        raw = io.BytesIO()
        self._file.save(raw)
        out = io.BytesIO()
        with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for name in sorted(source.namelist()):
                entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(entry, source.read(name))
        return out.getvalue()
