"""What a document is made of, before anyone decides how it looks: one model, three faces."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct


class Provenance(Struct, frozen=True, kw_only=True):
    """Where a document's content comes from, and how a reader checks it."""

    position: int
    head_hash: str
    as_of: str
    code: str
    figures_digest: str
    command: str
    simulated: bool = False


class Heading(Struct, frozen=True, tag="heading"):
    """A heading of the first (一、 in 黑体), second (（一） in 楷体), third or fourth level (1. and （1） in 仿宋)."""

    text: str
    level: int = 1


class Paragraph(Struct, frozen=True, tag="paragraph"):
    text: str
    indent: bool = True
    bold: bool = False


class Table(Struct, frozen=True, tag="table"):
    """Rows of texts as long as `columns`; `widths` are shares of the type area."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    widths: tuple[int, ...] = ()
    note: str = ""


# Longer than any figure with its sign, its unit or its suppression.
_FIGURE_MAX = 8


def column_of_figures(rows: Sequence[Sequence[str]], place: int) -> bool:
    """Whether a column of a table holds figures alone, a dash or a suppressed cell among them: it is centred."""
    cells = [row[place] for row in rows if place < len(row) and row[place]]
    short = all(len(cell) <= _FIGURE_MAX and (cell[0].isdigit() or cell[0] in "<—·-−") for cell in cells)
    return place > 0 and short and any(cell[0].isdigit() for cell in cells)


class Form(Struct, frozen=True, tag="form"):
    """Labelled boxes, as on a printed form: each line holds one or two (label, content) pairs."""

    lines: tuple[tuple[tuple[str, str], ...], ...]


class Bars(Struct, frozen=True, tag="bars"):
    """A chart of counts: (label, value, text beside the bar)."""

    title: str
    items: tuple[tuple[str, float, str], ...]


class Intervals(Struct, frozen=True, tag="intervals"):
    """Shares with their 95 % interval: (label, share, low, high, text), all of 0 to 1."""

    title: str
    items: tuple[tuple[str, float, float, float, str], ...]


class Trend(Struct, frozen=True, tag="trend"):
    """A line over periods: (label, value). `band`: last year's (low, high) for each point, or nothing."""

    title: str
    points: tuple[tuple[str, float], ...]
    band: tuple[tuple[float, float], ...] = ()
    band_title: str = ""


class Tiles(Struct, frozen=True, tag="tiles"):
    """A map as a grid of equal squares: (name, column, row, value or None, text in the square); the deeper, the more."""

    title: str
    items: tuple[tuple[str, int, int, float | None, str], ...]


class Break(Struct, frozen=True, tag="break"):
    """A new page."""


Block = Heading | Paragraph | Table | Form | Bars | Intervals | Trend | Tiles | Break


# periodical: 简报 with its own head and tail; official: 文件; letter: 函, to whoever is no subordinate; minutes: 纪要;
# form: a printed form without a red head. GB/T 9704-2012 §7-§10.
Layout = Literal["periodical", "official", "letter", "minutes", "form"]


class Document(Struct, frozen=True, kw_only=True):
    """One document. `masthead` is the red head (发文机关标志); `model` is what machines read of it.

    `foot` are the lines of the 版记 (抄送, or 报、送、发 of a periodical), `printed` its last line: who printed it, and when.
    """

    kind: str
    lang: str
    masthead: str
    number: str
    issuer: str
    dated: str
    title: str
    blocks: tuple[Block, ...]
    provenance: Provenance
    secrecy: str = ""
    urgency: str = ""
    addressee: str = ""
    closing: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    layout: Layout = "periodical"
    attachments: tuple[str, ...] = ()
    # What follows the signature, on a page of its own: 附件, a reply slip to be cut off.
    annexes: tuple[Block, ...] = ()
    printed: tuple[str, str] = ("", "")
    model: Any = None
