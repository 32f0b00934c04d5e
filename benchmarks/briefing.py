"""A briefing over 300,000 events: from the read models under 2 s, as of an earlier position under 10 s (issue's limits).

    python -m benchmarks.briefing [EVENTS]

A demo's ledger is copied under other ids and days until it has that many events, and laid into a store as the projector
would; then a briefing is made as `lianxi briefing` makes it: every query, the figures, the protection, three faces.
"""

import asyncio
import glob
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import duckdb
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from benchmarks.stack import PROGRAM
from events.commit import derive_id, digest, genesis
from services.console.archive import Archive
from services.console.briefings import write_briefing
from services.console.periods import Period
from services.projections.database import MEMORY_LIMIT
from services.projections.store import Store

EVENTS = 300_000
CHUNK = 10_000
# Copies begin on so many different days: about a year and a half in all.
DAYS = 360
PERIOD = Period(date(2025, 7, 1), date(2026, 6, 30))
NOW_LIMIT, THEN_LIMIT = 2.0, 10.0
ID = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{26}(?![0-9A-Z])")
NUMBER = re.compile(r"〕(\d+)号")
DAY = re.compile(r"(?<!\d)(2026-\d\d-\d\d)")


class Copied(Struct, frozen=True):
    seq: int
    subject: str
    raw: bytes
    hash: str


def main(events: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = _base(Path(folder) / "demo")
        facts = sum(len(json.loads(raw)["facts"]) for _, raw in base)
        store = Store.open(Path(folder) / "models")
        store.fill(_batches(base, 1 + events // facts), "copies")
        frozen = store.state().frozen
        assert not frozen, frozen
        with store.reading() as cursor:
            held = int(cursor.execute("select count(*) from event_log").fetchall()[0][0])
            contacts = int(cursor.execute("select count(*) from contact_register").fetchall()[0][0])
        head = store.position.seq
        client = Archive(store)
        rows = []
        for what, seq, limit in (
            ("from the read models", head, NOW_LIMIT),
            ("the same again", head, NOW_LIMIT),
            ("as of half the ledger", head // 2, THEN_LIMIT),
            ("as of the last commit but one", head - 1, THEN_LIMIT),
            ("the same again", head - 1, THEN_LIMIT),
        ):
            started = time.perf_counter()
            asyncio.run(write_briefing(client, PERIOD, seq, Path(folder) / "out", "zh", simulated=True))
            rows.append((what, time.perf_counter() - started, limit))
        store.close()
    table = Table(title=f"briefing of a year, {held:,} events, {contacts:,} contacts, {MEMORY_LIMIT} for DuckDB")
    for column in ("what", "seconds", "limit", "of it"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for what, spent, limit in rows:
        table.add_row(what, f"{spent:.2f}", f"{limit:.0f}", f"{spent / limit:.2f}")
    Console(width=110).print(table)


def _base(folder: Path) -> list[tuple[str, str]]:
    subprocess.run([*PROGRAM, "demo", "--out", str(folder)], check=True, stdout=subprocess.DEVNULL)
    (path,) = glob.glob(str(folder / "data" / "read-models" / "*.duckdb"))
    with duckdb.connect() as plain:
        plain.execute(f"attach '{path}' as held (read_only)")
        return plain.execute("select subject, bytes from held.commit_log order by seq").fetchall()


def _batches(base: list[tuple[str, str]], copies: int) -> Iterator[list[Copied]]:
    copied = _copied(base, copies)
    while batch := list(islice(copied, CHUNK)):
        yield batch


def _copied(base: list[tuple[str, str]], copies: int) -> Iterator[Copied]:
    seq = 0
    for copy in range(copies):
        heads: dict[str, str] = {}
        for subject, text in base:
            if copy and subject.startswith(("ledger.briefing", "ledger.bulletin")):
                # Issue numbers are counted over the whole city: they cannot be copied.
                continue
            subject, text = _other(subject, text, copy)
            body = json.loads(text)
            body["key"] = subject.rpartition(".")[2]
            body["prev"] = heads.get(subject, genesis(subject))
            raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            heads[subject] = digest(raw)
            seq += 1
            yield Copied(seq, subject, raw, heads[subject])


def _other(subject: str, text: str, copy: int) -> tuple[str, str]:
    """The same commit under other ids, numbers and days."""
    if subject.startswith("ledger.series"):
        subject = f"{subject}-{copy}"
    subject, text = (ID.sub(lambda found: derive_id("copy", str(copy), found[0]), each) for each in (subject, text))
    text = NUMBER.sub(lambda found: f"〕{copy * 1000 + int(found[1])}号", text)
    return subject, DAY.sub(lambda found: str(date.fromisoformat(found[1]) - timedelta(days=copy % DAYS)), text)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
