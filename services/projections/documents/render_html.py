"""The page: reads well on a phone and a screen, prints as the office file does. One file, no outside resources, all escaped."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from services.projections.documents.blocks import Block, Document, Form, column_of_figures
from services.projections.documents.columns import shares_of
from services.projections.documents.drawing import code_scene, is_chart, scene_of, svg
from services.projections.documents.legible import legible
from services.projections.documents.lettering import broken, squares
from services.projections.documents.office.head import TITLE_ROOM, mark_size
from services.projections.documents.office.sheet import CELL_MARGIN, ROOM, SHORT, WHOLE_ROW
from services.projections.documents.provenance import content_of, printed_line, proof, said_of
from services.projections.documents.wording import either


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("services.projections.documents", "templates"),
        autoescape=select_autoescape(default_for_string=True, default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def html(document: Document) -> str:
    """The document as one self-contained page."""
    document = legible(document)
    who, _, when = printed_line(document).partition("\t")
    return (
        _environment()
        .get_template("document.html")
        .render(
            document=document,
            either=lambda zh, en: either(document.lang, zh, en),
            blocks=[_face(block, document.lang) for block in document.blocks],
            annexes=[_face(block, document.lang) for block in document.annexes],
            title_lines=broken(document.title, TITLE_ROOM) if document.title else [],
            name_lines=broken(document.title or document.masthead, TITLE_ROOM),
            mark=mark_size(document.masthead),
            # On a narrow screen the mark is as large as one line allows.
            wide=max(1.0, squares(document.masthead) * 1.06),
            printed=(who, when) if who or when else None,
            proof=proof(document).split("\n"),
            # Drawn by us from escaped texts: the one place where markup passes as it is.
            code=Markup(svg(code_scene(content_of(document.provenance), said_of(document)), "code")),  # noqa: S704
        )
    )


def _face(block: Block, lang: str) -> dict[str, Any]:
    """A block with what the template cannot work out: its kind, its picture, its columns of figures."""
    face: dict[str, Any] = {"kind": type(block).__name__.lower(), "block": block}
    if is_chart(block):
        face |= {"kind": "chart", "picture": Markup(svg(scene_of(block, lang), "chart"))}  # noqa: S704
    if face["kind"] == "table":
        rows = face["block"].rows
        count = len(face["block"].columns) or max(map(len, rows), default=0)
        face["figures"] = [column_of_figures(rows, place) for place in range(count)]
        face["shares"] = shares_of(face["block"].columns, rows, face["block"].widths, ROOM, CELL_MARGIN)
        face |= _parted(rows)
    if isinstance(block, Form):
        face |= _parted([[content for _, content in line] for line in block.lines])
    return face


def _parted(rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Which rows a page may not part, and whether it may not part the table either: as in the office file."""
    whole = [max(map(len, row), default=0) <= WHOLE_ROW for row in rows]
    return {"whole": whole, "together": all(whole) and len(rows) <= SHORT}
