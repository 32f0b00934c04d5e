"""What can be seen on the pages of a PDF: its words with their places, and where there is ink."""

import re
import subprocess
from functools import cached_property
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from pypdf import PdfReader

from services.projections.documents.blocks import Document

DOTS_PER_INCH = 50
MM = 72 / 25.4
_WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>', re.S)
_PAGE = re.compile(r"<page [^>]*>(.*?)</page>", re.S)
_NUMBER = re.compile(r"—\s*\d+\s*—")


class Word(NamedTuple):
    """A word and its box, in millimetres from the upper left corner of the page."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


def _word(left: str, top: str, right: str, bottom: str, text: str) -> Word:
    return Word(float(left) / MM, float(top) / MM, float(right) / MM, float(bottom) / MM, unescape(text))


class Picture(NamedTuple):
    """A page as dots: three bytes each, row by row."""

    width: int
    height: int
    dots: bytes

    def dots_of(self, left: float, top: float, right: float, bottom: float, what: str) -> int:
        """How many dots of a box (in mm) are "ink", "red" or "blue"."""
        per_mm, found = DOTS_PER_INCH / 25.4, 0
        for y in range(round(top * per_mm), min(self.height, round(bottom * per_mm))):
            for x in range(round(left * per_mm), min(self.width, round(right * per_mm))):
                place = 3 * (y * self.width + x)
                red, green, blue = self.dots[place : place + 3]
                seen = {"ink": min(red, green, blue) < 200, "red": red > green + 60, "blue": blue > red + 40}
                found += seen[what]
        return found

    def rules(self) -> list[float]:
        """Where a line that is not red runs over the whole type area, in mm from the upper edge."""
        per_mm = DOTS_PER_INCH / 25.4
        found: list[int] = []
        for y in range(self.height):
            row = self.dots[3 * (y * self.width + round(30 * per_mm)) : 3 * (y * self.width + round(182 * per_mm))]
            if max(row) < 230 and max(row) - min(row) < 40:
                found.append(y)
        # A line between two rows of dots darkens both.
        return [(y + 0.5) / per_mm for y in found if y - 1 not in found]


class Drawn:
    """A document and its pages."""

    def __init__(self, document: Document, path: Path) -> None:
        self.document = document
        self._path = path

    @cached_property
    def pages(self) -> list[str]:
        return [page.extract_text() for page in PdfReader(BytesIO(self._path.read_bytes())).pages]

    @cached_property
    def text(self) -> str:
        """All pages, without their numbers."""
        return "\n".join(_NUMBER.sub("", page) for page in self.pages)

    @cached_property
    def words(self) -> list[list[Word]]:
        told = subprocess.run(
            ["pdftotext", "-bbox", str(self._path), "-"], capture_output=True, check=True
        ).stdout.decode()
        return [[_word(*found) for found in _WORD.findall(page)] for page in _PAGE.findall(told)]

    @cached_property
    def pictures(self) -> list[Picture]:
        made = subprocess.run(
            ["pdftoppm", "-r", str(DOTS_PER_INCH), str(self._path)], capture_output=True, check=True
        ).stdout  # fmt: skip
        found: list[Picture] = []
        while made:
            _, size, _, rest = made.split(b"\n", 3)
            width, height = map(int, size.split())
            found.append(Picture(width, height, rest[: 3 * width * height]))
            made = rest[3 * width * height :]
        return found


def looked_at(document: Document, content: bytes, path: Path) -> Drawn:
    """A PDF kept for as long as the tests look at it."""
    path.write_bytes(content)
    return Drawn(document, path)
