"""The office file to GB/T 9704-2012: its sheet, its fonts, its heads and tails, in XML that any office program reads."""

import io
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from typing import Any

import msgspec
import pytest

from services.projections.documents.blocks import Break, Document, Form, Heading, Paragraph, Table
from services.projections.documents.columns import shares_of
from services.projections.documents.drawing import is_chart
from services.projections.documents.legible import shown
from services.projections.documents.lettering import width
from services.projections.documents.office.head import mark_size
from services.projections.documents.render_docx import docx
from tests.support.documents import HOSTILE, LAYOUTS, hostile, plain, sample, texts
from tests.support.running import ROOT

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
# The order that the schema (ECMA-376 §17.3.1.26, CT_PPr) asks for; what we use of it.
PARAGRAPH = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr", "suppressLineNumbers", "pBdr",
    "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct", "autoSpaceDE",
    "autoSpaceDN", "bidi", "adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents", "jc",
    "textAlignment", "outlineLvl", "rPr", "sectPr",
)  # fmt: skip
RUN = ("rStyle", "rFonts", "b", "bCs", "i", "color", "spacing", "w", "kern", "position", "sz", "szCs", "u", "lang")
SECTION = (
    "Reference", "type", "pgSz", "pgMar", "pgNumType", "cols", "titlePg", "textDirection", "docGrid",
)  # fmt: skip
TABLE = ("tblStyle", "tblpPr", "tblW", "jc", "tblInd", "tblBorders", "shd", "tblLayout", "tblCellMar", "tblLook")
CELL = ("tcW", "gridSpan", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "vAlign")


def parts(document: Document) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(docx(document))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def body(document: Document) -> ET.Element:
    """What a program of today reads: what is told again for older ones is left out."""
    root = ET.fromstring(parts(document)["word/document.xml"])
    for each in root.iter(f"{CHOICE}AlternateContent"):
        each.remove(each[1])
    return root


def footer_of(document: Document, kind: str) -> str:
    """The text of the footer that the section names for "default", "even" or "first" pages."""
    own = parts(document)
    section = ET.fromstring(own["word/document.xml"]).find(f".//{W}sectPr")
    assert section is not None
    identity = next(
        each.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id")
        for each in section.findall(f"{W}footerReference")
        if each.get(f"{W}type") == kind
    )
    relations = ET.fromstring(own["word/_rels/document.xml.rels"])
    target = next(each.get("Target") for each in relations if each.get("Id") == identity)
    return own[f"word/{target}"].decode()


def number(element: Any, name: str) -> int:
    return int(element.get(f"{W}{name}"))


def in_order(element: ET.Element, order: tuple[str, ...]) -> bool:
    # References to headers and footers may stand in any order among themselves.
    names = (re.sub(r"^(header|footer)Ref", "Ref", child.tag.removeprefix(W)) for child in element)
    places = [order.index(name) for name in names]
    return places == sorted(places)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_part_is_well_formed_and_in_the_order_of_the_schema(layout: Any, lang: str) -> None:
    own = parts(sample(layout, lang))
    for name, content in own.items():
        if name.endswith((".xml", ".rels")):
            root = ET.fromstring(content)
            if name.startswith(("word/document", "word/footer", "word/header")):
                for tag, order in (
                    ("pPr", PARAGRAPH), ("rPr", RUN), ("sectPr", SECTION), ("tblPr", TABLE), ("tcPr", CELL)
                ):  # fmt: skip
                    assert all(in_order(each, order) for each in root.iter(f"{W}{tag}")), (name, tag)


def test_the_sheet_is_a4_with_the_margins_and_the_grid_of_the_standard() -> None:
    section = body(sample("official")).find(f".//{W}sectPr")
    size, margins, grid = (section.find(f"{W}{tag}") for tag in ("pgSz", "pgMar", "docGrid"))
    mm = {name: round(number(margins, name) / 1440 * 25.4) for name in ("top", "bottom", "left", "right")}
    assert (round(number(size, "w") / 56.69), round(number(size, "h") / 56.69)) == (210, 297)
    assert mm == {"top": 37, "bottom": 35, "left": 28, "right": 26}
    pitch, closer = number(grid, "linePitch"), number(grid, "charSpace")
    assert grid.get(f"{W}type") == "linesAndChars"
    assert 22 * pitch / 20 <= 225 / 25.4 * 72 < 23 * pitch / 20
    assert 28 * (16 + closer / 4096) <= 156 / 25.4 * 72 < 29 * (16 + closer / 4096)


@pytest.mark.parametrize(("level", "font"), [(1, "黑体"), (2, "楷体_GB2312"), (3, "仿宋_GB2312"), (4, "仿宋_GB2312")])
def test_each_level_of_heading_has_its_letters_and_stands_in_the_navigation(level: int, font: str) -> None:
    document = sample("official", blocks=(Heading("标题文字", level),))
    paragraph = next(each for each in body(document).iter(f"{W}p") if "标题文字" in "".join(each.itertext()))
    assert paragraph.find(f".//{W}rFonts").get(f"{W}eastAsia") == font
    assert paragraph.find(f".//{W}sz").get(f"{W}val") == "32"
    assert paragraph.find(f".//{W}outlineLvl").get(f"{W}val") == str(level - 1)
    assert paragraph.find(f".//{W}keepNext") is not None


def test_fonts_are_named_with_a_second_name_and_none_is_embedded() -> None:
    own = parts(sample("official"))
    table = own["word/fontTable.xml"].decode()
    for name in ("仿宋_GB2312", "楷体_GB2312", "方正小标宋简体", "黑体", "宋体"):
        assert f'w:name="{name}"' in table
    assert "w:embed" not in table and not any("fonts/" in name for name in own)


@pytest.mark.parametrize(("kind", "side"), [("default", "right"), ("even", "left")])
def test_page_numbers_are_a_field_between_dashes_on_the_outer_side(kind: str, side: str) -> None:
    footer = footer_of(sample("official"), kind)
    assert re.sub(r"<[^>]+>", "", footer).replace("\n", "").strip() == "—  PAGE 1 —"
    assert f'<w:jc w:val="{side}"/>' in footer and 'w:eastAsia="宋体"' in footer and '<w:sz w:val="28"/>' in footer
    assert b"<w:evenAndOddHeaders/>" in parts(sample("official"))["word/settings.xml"]


def test_a_letter_has_no_number_on_its_first_page_and_names_no_printer() -> None:
    letter = sample("letter", printed=("承印单位", "2026年3月16日"))
    assert body(letter).find(f".//{W}titlePg") is not None
    assert "PAGE" not in footer_of(letter, "first") and "PAGE" in footer_of(letter, "default")
    assert "承印单位" not in "".join(body(letter).itertext())
    assert "承印单位" in "".join(body(sample("official", printed=("承印单位", ""))).itertext())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_only_a_form_has_no_red_head(layout: Any) -> None:
    own = parts(sample(layout))
    red = [name for name, content in own.items() if b'w:color w:val="C8102E"' in content]
    assert bool(red) == (layout != "form")


def test_the_day_of_printing_is_said_to_be_that() -> None:
    assert "2026年3月16日印发" in "".join(body(sample("official")).itertext())
    assert "共印30份" in "".join(body(sample("periodical", printed=("", "共印30份"))).itertext())


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_closing_rules_stand_in_a_box_at_the_foot_of_the_type_area(layout: Any, lang: str) -> None:
    document = sample(layout, lang)
    anchor = next(body(document).iter(f"{WP}anchor"))
    for side, edge in (("H", "left"), ("V", "bottom")):
        position = anchor.find(f"{WP}position{side}")
        assert position is not None and position.get("relativeFrom") == "margin"
        assert position.findtext(f"{WP}align") == edge
    shape = anchor.find(f".//{WPS}bodyPr")
    assert shape is not None and shape.get("anchor") == "b"
    held = plain("".join(anchor.itertext()))
    said = (*document.foot, document.printed[1], document.provenance.head_hash, document.provenance.command)
    assert all(plain(each) in held for each in said)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_box_moves_no_text_and_a_blank_line_as_high_keeps_its_place(layout: Any) -> None:
    root = body(sample(layout))
    place = next(each for each in root[0] if each.find(f".//{WP}anchor") is not None)
    anchor, line = place.find(f".//{WP}anchor"), place.find(f"{W}pPr/{W}spacing")
    assert anchor is not None and line is not None and anchor.find(f"{WP}wrapNone") is not None
    extent = anchor.find(f"{WP}extent")
    assert extent is not None
    assert line.get(f"{W}lineRule") == "exact"
    assert abs(number(line, "line") / 20 - int(extent.get("cy", "0")) / 12700) < 0.1
    # Nothing follows that a page could part from it.
    assert [each.tag for each in root[0]][-2:] == [f"{W}p", f"{W}sectPr"] and root[0][-2] is place


def test_a_program_that_knows_no_such_box_finds_the_same_in_an_older_one() -> None:
    root = ET.fromstring(parts(sample("official"))["word/document.xml"])
    shown, otherwise = root.iter(f"{W}txbxContent")
    assert ET.tostring(shown) == ET.tostring(otherwise)
    rect = next(root.iter("{urn:schemas-microsoft-com:vml}rect"))
    assert "mso-position-vertical:bottom;mso-position-vertical-relative:margin" in rect.get("style", "")


def test_a_foot_higher_than_a_page_is_in_no_box() -> None:
    document = sample("official", foot=("抄送：市教育局。",) * 40)
    assert next(body(document).iter(f"{WP}anchor"), None) is None
    assert "".join(body(document).itertext()).count("抄送：市教育局。") == 40


def test_the_proof_of_the_content_stands_above_the_rules() -> None:
    """Right behind the text the seal would cover it."""
    document = sample("official")
    rows = list(next(body(document).iter(f"{WP}anchor")).iter(f"{W}tr"))
    assert [document.provenance.head_hash in "".join(row.itertext()) for row in rows] == [True, False, False]
    ruled = [{each.tag.removeprefix(W) for edges in row.iter(f"{W}tcBorders") for each in edges} for row in rows]
    assert ruled == [set(), {"top"}, {"top", "bottom"}]


def test_the_date_is_four_characters_from_the_right_and_the_signature_above_its_middle() -> None:
    closing = ("联席办", "2026年3月16日")
    found = [
        each for each in body(sample("official", closing=closing)).iter(f"{W}p") if "".join(each.itertext()) in closing
    ]
    name, day = (number(each.find(f".//{W}ind"), "right") / 20 / 15.7 for each in found)
    assert round(day, 1) == 4.0
    # Three squares above six and a half.
    assert round(name, 2) == round(4 + (6.5 - 3) / 2, 2)


def test_attachments_are_numbered_only_when_there_are_several() -> None:
    def listed(*names: str) -> str:
        return "\n".join("".join(each.itertext()) for each in body(sample("official", attachments=names)).iter(f"{W}p"))

    assert "附件：统计表\n" in listed("统计表")
    assert "附件：1. 统计表\n2. 名单\n" in listed("统计表", "名单")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_charts_are_pictures_in_vectors_with_their_words_beside_them(layout: Any) -> None:
    document = sample(layout)
    own = parts(document)
    pictures = [name for name in own if name.startswith("word/media/")]
    # Five charts and the square code.
    assert len(pictures) == 6 and all(name.endswith(".emf") for name in pictures)
    assert b'Extension="emf" ContentType="image/x-emf"' in own["[Content_Types].xml"]
    said = [each.get("descr", "") for each in body(document).iter(f"{WP}docPr") if each.get("name") != "foot"]
    assert len(said) == 6 and all(said)
    assert "█" not in own["word/document.xml"].decode()


def test_nothing_hostile_becomes_markup_and_nothing_is_lost() -> None:
    document = hostile()
    told = plain("".join(body(document).itertext()))
    # The words of a picture are in the picture.
    written = msgspec.structs.replace(document, blocks=tuple(each for each in document.blocks if not is_chart(each)))
    assert [text for text in texts(written) if plain(text) not in told] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stands_as_it_was_sent(text: str) -> None:
    root = body(sample("official", blocks=(Paragraph(text), Table(("甲",), ((text,),)))))
    for tab in root.iter(f"{W}tab"):
        tab.text = "\t"
    for feed in root.iter(f"{W}br"):
        feed.text = "\n"
    lines = shown(text).split("\n")
    assert all("".join(root.itertext()).count(line) >= 2 for line in lines)
    if shown(text) != text.replace("\r\n", "\n"):
        assert "\ufffd" in shown(text)


def test_a_line_feed_in_a_text_begins_a_paragraph_that_justification_does_not_stretch() -> None:
    root = body(sample("official", blocks=(Paragraph("第一段\n第二段"),)))
    found = ["".join(each.itertext()) for each in root.iter(f"{W}p")]
    assert "第一段" in found and "第二段" in found


def test_a_row_higher_than_a_page_may_break_and_a_short_one_may_not() -> None:
    rows = list(body(sample("form", blocks=(Form(((("长", "字" * 10_000),), (("短", "字"),))),))).iter(f"{W}tr"))
    assert [row.find(f".//{W}cantSplit") is not None for row in rows[:2]] == [False, True]


@pytest.mark.parametrize(
    "block", [Table((), ()), Table(("甲", "乙"), ()), Form(()), Break(), Paragraph(""), Heading("")]
)
def test_an_empty_block_is_no_obstacle(block: Any) -> None:
    assert body(sample("official", blocks=(block,))) is not None


def test_no_word_of_a_narrow_column_is_torn_and_the_widths_add_up() -> None:
    columns = ("Unit", "Status")
    shares = shares_of(columns, (("City Bureau " * 9, "Acknowledged"),), (95, 5), 40, 1)
    assert round(sum(shares), 6) == 1 and 40 * shares[1] >= width("Acknowledged") + 1


def test_columns_stand_as_asked_where_everything_has_room() -> None:
    assert shares_of(("甲", "乙"), (("一", "2"),), (60, 40), 40, 1) == [0.6, 0.4]


def test_words_that_have_no_room_at_all_leave_the_widths_as_asked() -> None:
    assert shares_of(("甲", "乙"), (("x" * 99, "y" * 99),), (1, 3), 40, 1) == [0.25, 0.75]


def test_a_longer_mark_is_smaller_and_still_stands_in_one_line() -> None:
    sizes = [mark_size("字" * length) for length in (4, 10, 14, 20, 25)]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] == 42
    assert all(size * length <= 156 / 25.4 * 72 for size, length in zip(sizes, (4, 10, 14, 20, 25), strict=True))


BYTES = """
import hashlib
from services.projections.documents.render_docx import docx
from services.projections.documents.render_html import html
from tests.support.documents import LAYOUTS, hostile, sample
made = [sample(layout, lang) for layout in LAYOUTS for lang in ("zh", "en")] + [hostile()]
print(hashlib.sha256(b"".join(docx(each) + html(each).encode() for each in made)).hexdigest())
"""


def test_the_same_documents_are_the_same_bytes_on_any_machine() -> None:
    ends = set()
    for zone, lang, seed in (("Asia/Shanghai", "zh_CN.UTF-8", "1"), ("America/New_York", "C", "2")):
        own = os.environ | {"TZ": zone, "LANG": lang, "LC_ALL": lang, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        ends.add(
            subprocess.run([sys.executable, "-c", BYTES], capture_output=True, check=True, env=own, cwd=ROOT).stdout
        )
    assert len(ends) == 1
