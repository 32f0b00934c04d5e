"""What python-docx has no word for: elements, borders, fields, pictures in vectors, fonts by name, a file without a time."""

import io
import zipfile
from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import quoteattr

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

EMU_PER_POINT = 12_700
# What Word has written since 2010 for a box of text, and where a program that does not know it finds the older one.
_BOX = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_CHOICE = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_VML = "urn:schemas-microsoft-com:vml"
# What follows these elements inside w:pPr and w:tblPr, in the order that the schema asks for.
_AFTER_BORDERS = (
    "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct", "w:topLinePunct",
    "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind",
    "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment",
    "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
)  # fmt: skip
_AFTER_HANGING = _AFTER_BORDERS[_AFTER_BORDERS.index("w:overflowPunct") + 1 :]
_AFTER_GRID = _AFTER_BORDERS[_AFTER_BORDERS.index("w:snapToGrid") + 1 :]
_AFTER_OUTLINE = _AFTER_BORDERS[_AFTER_BORDERS.index("w:outlineLvl") + 1 :]
# A font that is not installed is looked for under its second name: the GB2312 ones are found on older machines alone.
FONTS = (
    ("仿宋_GB2312", "仿宋"),
    ("楷体_GB2312", "楷体"),
    ("方正小标宋简体", "小标宋"),
    ("黑体", "SimHei"),
    ("宋体", "SimSun"),
)


def element(name: str, **attributes: str) -> Any:
    """A WordprocessingML element with its attributes, all of the w: namespace."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def border(paragraph: Any, side: str, **attributes: str) -> None:
    """A rule above ("top") or below ("bottom") a paragraph."""
    borders = OxmlElement("w:pBdr")
    borders.append(element(f"w:{side}", **attributes))
    paragraph._p.get_or_add_pPr().insert_element_before(borders, *_AFTER_BORDERS)


def say_hanging(style: Any) -> None:
    """Tell that punctuation may hang over the edge, which is what Word does anyway.

    LibreOffice 7.4 takes the element for its opposite, and that is the point: left to hang, it drops some of the marks.
    """
    style.element.get_or_add_pPr().insert_element_before(element("w:overflowPunct", val="1"), *_AFTER_HANGING)


def off_the_grid(paragraph: Any) -> None:
    """The grid of 22 lines is for the text; small lines and pictures would be pulled apart by it."""
    paragraph._p.get_or_add_pPr().insert_element_before(element("w:snapToGrid", val="0"), *_AFTER_GRID)


def closer(run: Any, twentieths: int) -> None:
    """Set the characters of a run closer (or wider, when positive), in twentieths of a point."""
    run._r.get_or_add_rPr().insert_element_before(
        element("w:spacing", val=str(twentieths)), "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u",
        "w:effect", "w:bdr", "w:shd", "w:fitText", "w:vertAlign", "w:rtl", "w:cs", "w:em", "w:lang",
    )  # fmt: skip


def outline(paragraph: Any, level: int) -> None:
    """Have a heading stand in the navigation of office programs; level 1 is the highest."""
    paragraph._p.get_or_add_pPr().insert_element_before(element("w:outlineLvl", val=str(level - 1)), *_AFTER_OUTLINE)


def page_field(run: Any) -> None:
    """The number of the page, filled in by the office program."""
    code = OxmlElement("w:instrText")
    code.text = " PAGE "
    for part in (
        element("w:fldChar", fldCharType="begin"),
        code,
        element("w:fldChar", fldCharType="separate"),
        _text("1"),
        element("w:fldChar", fldCharType="end"),
    ):
        run._r.append(part)


def _text(content: str) -> Any:
    text = OxmlElement("w:t")
    text.text = content
    return text


def picture(file: Any, run: Any, number: int, content: bytes, width: float, height: float, said: str) -> None:
    """Put an EMF into a run: `width` and `height` in points; `said` is read aloud where the picture is not seen."""
    part = Part(PackURI(f"/word/media/picture{number}.emf"), "image/x-emf", content, file.part.package)
    relation = file.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE)
    size = f'cx="{round(width * EMU_PER_POINT)}" cy="{round(height * EMU_PER_POINT)}"'
    name = f"picture{number}"
    run._r.append(
        parse_xml(
            f"<w:drawing {nsdecls('w', 'wp', 'a', 'pic', 'r')}>"
            f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
            f'<wp:docPr id="{number}" name="{name}" descr={quoteattr(said)}/>'
            "<wp:cNvGraphicFramePr/><a:graphic>"
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
            f'<pic:nvPicPr><pic:cNvPr id="{number}" name="{name}.emf"/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
            "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
        )
    )


def at_foot(paragraph: Any, number: int, content: Iterable[Any], width: float, height: float) -> None:
    """Have elements stand in a box at the foot of the type area, on the page where the paragraph is; sizes in points.

    The box moves no text and its content ends where it ends: room for it is the caller's to leave. It is told twice,
    as Word does it: the second time for programs that know the shapes of ECMA-376 alone.
    """
    size = f'cx="{round(width * EMU_PER_POINT)}" cy="{round(height * EMU_PER_POINT)}"'
    run = parse_xml(
        f'<w:r {nsdecls("w", "wp", "a")} xmlns:mc="{_CHOICE}" xmlns:wps="{_BOX}" xmlns:v="{_VML}">'
        '<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>'
        '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1" behindDoc="0" locked="0"'
        ' layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        '<wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH>'
        '<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>'
        f'<wp:extent {size}/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapNone/>'
        f'<wp:docPr id="{number}" name="foot"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{_BOX}"><wps:wsp><wps:cNvSpPr txBox="1"/>'
        f'<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        "<a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr><wps:txbx><w:txbxContent/></wps:txbx>"
        '<wps:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"><a:spAutoFit/></wps:bodyPr>'
        "</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>"
        f'<mc:Fallback><w:pict><v:rect style="position:absolute;width:{width:.2f}pt;height:{height:.2f}pt;z-index:1;'
        "mso-position-horizontal:left;mso-position-horizontal-relative:margin;"
        'mso-position-vertical:bottom;mso-position-vertical-relative:margin;v-text-anchor:bottom"'
        ' filled="f" stroked="f"><v:textbox inset="0,0,0,0" style="mso-fit-shape-to-text:t"><w:txbxContent/></v:textbox>'
        "</v:rect></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    paragraph._p.append(run)
    shown, otherwise = run.iter(qn("w:txbxContent"))
    for each in content:
        otherwise.append(deepcopy(each))
        shown.append(each)


def name_fonts(file: Any) -> None:
    """Replace the template's table of fonts by the names that the documents use."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{second}"/><w:charset w:val="86"/></w:font>'
        for name, second in FONTS
    )
    for relation in file.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
            declared = (
                f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'
            )
            relation.target_part._blob = declared.encode()


def edge(cell: Any, side: str, size: str) -> None:
    """A rule at the "top" or "bottom" of a cell, in eighths of a point."""
    properties = cell._tc.get_or_add_tcPr()
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = OxmlElement("w:tcBorders")
        properties.insert_element_before(borders, "w:shd", "w:noWrap", "w:tcMar", "w:textDirection", "w:vAlign")
    borders.append(element(f"w:{side}", val="single", sz=size, space="0", color="000000"))


def bordered(table: Any, outer: str, inner: str) -> None:
    """Horizontal rules alone: above, between and below the rows; sizes in eighths of a point, "0" for none."""
    borders = OxmlElement("w:tblBorders")
    for side, size in (("top", outer), ("left", "0"), ("bottom", outer), ("right", "0"), ("insideH", inner)):
        kind = {"val": "nil"} if size == "0" else {"val": "single", "sz": size, "space": "0", "color": "000000"}
        borders.append(element(f"w:{side}", **kind))
    table._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")


def whole_rows(rows: Iterable[Any]) -> None:
    """Keep each row on one page."""
    for row in rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def saved(file: Any, author: str, title: str) -> bytes:
    """The file without the time of writing: what was written when is in the ledger, not in a file's metadata."""
    moment = datetime(2000, 1, 1, tzinfo=UTC)
    properties = file.core_properties
    properties.created = properties.modified = moment
    # The standard of core properties allows no more than 255 characters.
    properties.author, properties.title, properties.comments = author[:255], title.replace("\n", "")[:255], ""
    raw, out = io.BytesIO(), io.BytesIO()
    file.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return out.getvalue()
