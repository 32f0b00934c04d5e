"""How the console speaks: Chinese first, a table on a terminal, JSON or CSV for machines, and the exit codes."""

import csv
import io
import json
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.table import Table

from services.console.cells import disarmed

DONE, UNEXPECTED, USAGE, REFUSED, UNAVAILABLE = 0, 1, 2, 3, 4
# These say nothing about the command itself: it can be sent again as it is.
UNAVAILABLE_CODES = frozenset(
    {"service.unavailable", "service.no_answer", "service.failed", "query.stale", "briefing.figures_behind"}
)
# A line of a file has no edge: folding cells there would tear numbers apart that somebody greps for.
UNBOUNDED = 10_000


def say(lang: str, zh: str, en: str, err: bool = False) -> None:
    click.echo(en if lang == "en" else zh, err=err)


def as_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def refuse(refused: dict[str, Any], lang: str, machine: bool) -> NoReturn:
    """Show a refusal and leave with 3, or with 4 when the same command can simply be sent again."""
    if machine:
        as_json({"refused": refused})
    else:
        click.echo(f"{refused['en'] if lang == 'en' else refused['zh']}  [{refused['code']}]", err=True)
    sys.exit(UNAVAILABLE if refused["code"] in UNAVAILABLE_CODES else REFUSED)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str | None = None, lang: str = "zh") -> None:
    """A table as wide as the terminal, or as wide as it needs when the output is not one."""
    shown = Table(title=title, show_lines=False)
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*(written(cell, lang) for cell in row))
    Console(width=None if sys.stdout.isatty() else UNBOUNDED, soft_wrap=False).print(shown)


def written(cell: Any, lang: str = "zh") -> str:
    """One cell as a person reads it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "✓" if cell else "–"
    if isinstance(cell, list):
        return ("; " if lang == "en" else "、").join(map(str, cell))
    text = str(cell)
    # A moment is read to the minute; the machine formats keep it whole.
    return text[:16].replace("T", " ") if len(text) >= 25 and text[4:5] == "-" and text[10:11] == "T" else text


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[Any]], bom: bool = False) -> None:
    """CSV that a spreadsheet opens as text: a cell that would start a formula gets an apostrophe.

    `bom`: office programs take a file without a byte order mark for one in the code page of the machine.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([disarmed(cell) for cell in row])
    click.echo(("\ufeff" if bom else "") + out.getvalue(), nl=False)
