"""Writing a document's three faces. File names are ours, never a sender's; a file appears whole or not at all."""

import os
import re
from pathlib import Path

import msgspec

from services.projections.documents.blocks import Document
from services.projections.documents.render_docx import docx
from services.projections.documents.render_html import html

_STEM = re.compile(r"\A[0-9A-Za-z][0-9A-Za-z_-]{0,80}\Z")


def write(document: Document, folder: Path, stem: str) -> list[Path]:
    """Write `<stem>.docx`, `.html` and `.json`; return their paths. Raises ValueError for an unsafe stem, OSError."""
    if not _STEM.match(stem):
        raise ValueError("a file name is letters, digits, _ and -")
    folder.mkdir(parents=True, exist_ok=True)
    faces = {
        "docx": docx(document),
        "html": html(document).encode(),
        "json": msgspec.json.format(msgspec.json.encode(document, order="deterministic")),
    }
    return [_whole(folder / f"{stem}.{ending}", content) for ending, content in faces.items()]


def _whole(path: Path, content: bytes) -> Path:
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    os.replace(new, path)
    return path
