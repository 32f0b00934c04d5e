"""Writing a document's faces. File names are ours, never a sender's; a file appears whole or not at all."""

import gc
import os
import re
from pathlib import Path

import msgspec

from services.projections.documents.blocks import Document
from services.projections.documents.legible import legible
from services.projections.documents.render_docx import docx
from services.projections.documents.render_html import html
from services.projections.documents.render_pdf import pdf as drawn_by_office

_STEM = re.compile(r"\A[0-9A-Za-z][0-9A-Za-z_-]{0,80}\Z")


def write(document: Document, folder: Path, stem: str, pdf: bool = False) -> list[Path]:
    """Write `<stem>.docx`, `.html` and `.json`, with `pdf` also `.pdf`; return their paths.

    Raises ValueError for an unsafe stem, OSError, and OfficeMissing or OfficeFailed before anything is written.
    """
    if not _STEM.match(stem):
        raise ValueError("a file name is letters, digits, _ and -")
    document = legible(document)
    office_file = docx(document)
    # An office file is a web of references that only a collection frees: ten documents would stand in memory at once.
    gc.collect()
    faces = {
        "docx": office_file,
        "html": html(document).encode(),
        "json": msgspec.json.format(msgspec.json.encode(document, order="deterministic")),
    }
    if pdf:
        faces["pdf"] = drawn_by_office(office_file)
    folder.mkdir(parents=True, exist_ok=True)
    return [_whole(folder / f"{stem}.{ending}", content) for ending, content in faces.items()]


def _whole(path: Path, content: bytes) -> Path:
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    os.replace(new, path)
    return path
