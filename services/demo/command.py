"""`lianxi demo`: the main job, from an empty folder to a briefing, notices, a verified ledger and a summary."""

import asyncio
import contextlib
import json
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click
import psutil
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from services.broker import OFFICE_API
from services.bus.client import Reply
from services.console.auditing import verify_ledger
from services.console.briefings import on_record, write_briefing
from services.console.documents import write_discharge, write_transfer
from services.console.dossier import related
from services.console.exported import export_line
from services.console.listening import feed, line
from services.console.meeting_papers import write_papers
from services.console.office import Office
from services.console.output import UNEXPECTED, USAGE, as_json
from services.console.papers import write_notices, write_registration
from services.console.period_papers import write_circular, write_report
from services.console.periods import Period
from services.console.session import Session, pass_session
from services.console.stack import Stack
from services.demo.agenda import on
from services.demo.joint_meeting import JointMeeting
from services.demo.journey import FIRST_DAY, LAST_DAY, Journey
from services.demo.people import DemoFailed, People
from services.demo.settling import Settling
from services.demo.telling import tell
from services.ledger import Ledger
from services.projections.documents import on_paper

SAMPLE_SECONDS = 0.25
MARK = "lianxi-demo"
STORY_NUMBER_CATEGORY = "12"


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-out"),
    show_default=True,
    help="文书和汇总写到这里。 The folder of documents and summary.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0, max=2**31),
    default=96308,
    show_default=True,
    help="同一种子得到同样的数字和摘要。 One seed, the same figures and digests.",
)
@pass_session
def demo(session: Session, out: Path, seed: int) -> None:
    """演示：半年的热线工作，经真实服务办理。 Half a year of a city hotline through real services on a real broker."""
    if out.exists() and any(out.iterdir()) and not (out / MARK).exists():
        session.fail(
            USAGE,
            "demo.folder_in_use",
            f"{out} 里有别的文件，请换一个目录。",
            f"{out} holds other files; take another folder.",
        )
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / MARK).write_text("Made by `lianxi demo`; the next demo empties this folder.\n")
    try:
        summary = asyncio.run(_Demo(session, out, seed).run())
    except DemoFailed as failed:
        session.fail(UNEXPECTED, "demo.failed", f"演示中断：{failed}", f"The demo stopped: {failed}")
    (out / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n")
    if session.machine:
        as_json(summary)
    else:
        tell(summary, out, session.lang)


class _Demo:
    def __init__(self, session: Session, out: Path, seed: int) -> None:
        self._session = session
        self._out = out
        self._seed = seed
        self._seconds: dict[str, float] = {}
        self._peak = 0.0

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self._seconds[name] = round(time.monotonic() - started, 2)

    async def run(self) -> dict[str, Any]:
        stack = Stack(self._out / "data", simulated=True, seed=self._seed)
        started = time.monotonic()
        with self._stage("start"):
            await stack.start()
        try:
            async with self._sampling(stack):
                summary = await self._play(stack)
        finally:
            with self._stage("stop"):
                await stack.stop()
        self._seconds["total"] = round(time.monotonic() - started, 2)
        return summary | {"seconds": self._seconds, "peak_memory_mb": round(self._peak)}

    async def _play(self, stack: Stack) -> dict[str, Any]:
        settling = await Settling.open(stack.data)
        people = People(stack.data, settling, on(FIRST_DAY, 8))
        try:
            journey = Journey(people, self._out, self._seed)
            with self._stage("half a year"):
                await self._watched(journey)
                await journey.finish()
            meeting = JointMeeting(people, FIRST_DAY, LAST_DAY)
            with self._stage("briefing and meeting"):
                await meeting.issue()
                await meeting.hold()
            return await self._conclude(people, journey, meeting)
        finally:
            await settling.close()
            await people.close()

    async def _watched(self, journey: Journey) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
        quiet = self._session.machine or not console.is_terminal
        with Progress(*columns, console=console, disable=quiet) as progress:
            bar = progress.add_task(FIRST_DAY.isoformat(), total=(LAST_DAY - FIRST_DAY).days + 1)

            def shown(day: date) -> None:
                progress.update(bar, description=day.isoformat(), advance=1)

            await journey.play(shown)

    async def _conclude(self, people: People, journey: Journey, meeting: JointMeeting) -> dict[str, Any]:
        documents: list[Path] = []
        coordinator = await people.client("coordinator")
        lang = self._session.lang
        with self._stage("rebuild"):
            rebuilt = await coordinator.query("rebuild")
        with self._stage("documents"):
            folder = self._out / "documents"
            recorded = await on_record(coordinator, meeting.briefing, "briefing")
            model, paths = await write_briefing(
                coordinator, recorded.period, recorded.seq, folder, lang, simulated=True, recorded=recorded
            )
            documents += paths
            # At one position, whatever the read models have come to: one seed gives one document.
            seq = people.last_seq
            documents += await write_notices(coordinator, LAST_DAY, folder, lang, simulated=True, as_of=seq)
            # Before the form: its view is a commit, which the read models know a moment later.
            documents += await self._papers(people)
            documents += await write_papers(coordinator, meeting.meeting, folder, lang, True, seq) or []
            documents += await self._form(people)
        referrals = await people.rows("referral_ledger")
        with self._stage("partner feed"):
            feed_lines = await self._partner(people, referrals)
        with self._stage("verify"):
            auditor = await people.client("auditor")
            ledger = Ledger(auditor.connection, OFFICE_API)
            report = await verify_ledger(ledger)
            await self._export(ledger, people)
        return {
            "contacts": journey.contacts,
            "dispositions": model.dispositions,
            "referrals": dict(sorted(Counter(row["status"] for row in referrals).items())),
            "notices": model.figures.get("notices.issued", 0),
            "verify": "valid" if report.valid else "invalid",
            "rebuild": _equal(rebuilt),
            "head": {"seq": report.seq, "hash": report.hash},
            "figures_digest": model.digest,
            "figures": dict(sorted(model.figures.items())),
            "feed": {"unit": feed_lines[0], "events": feed_lines[1]},
            "documents": [str(path) for path in documents],
        }

    async def _form(self, people: People) -> list[Path]:
        """The worked story's registration form (domain.md §1 row 28)."""
        cases = [row for row in await people.rows("case_board") if row["monthly_yuan"] == 200]
        done = await write_registration(
            await people.client("coordinator"),
            cases[0]["case_id"],
            self._out / "documents",
            self._session.lang,
            simulated=True,
            # One seed, one ledger: the view is a commit too.
            command_id="view-the-story",
        )
        if isinstance(done, Reply):
            raise DemoFailed(f"the registration form: {done.refused}")
        return done

    async def _papers(self, people: People) -> list[Path]:
        """One letter, one discharge slip where a notice was discharged, the circular and the report of the half year."""
        office = Office(
            client=await people.client("coordinator"),
            folder=self._out / "documents",
            lang=self._session.lang,
            simulated=True,
            as_of=people.last_seq,
        )
        referrals = await people.rows("referral_ledger")
        closed = [row for row in await people.rows("supervision_ledger") if row["discharged"] and on_paper(row)]
        paths = await write_transfer(office, referrals[0]["referral"])
        if closed:
            last = max(closed, key=lambda row: (bool(row["replied"]), row["level"], str(row["doc_no"])))
            paths += await write_discharge(office, last["notice"])
        paths += await write_circular(office, Period(FIRST_DAY, LAST_DAY))
        return paths + await write_report(office, Period(FIRST_DAY, LAST_DAY))

    async def _partner(self, people: People, referrals: list[dict[str, Any]]) -> tuple[str, int]:
        """One unit reads its own feed from the beginning, with its own credential."""
        unit = Counter(row["unit"] for row in referrals).most_common(1)[0][0]
        lines: list[bytes] = []
        stop = asyncio.Event()
        with contextlib.suppress(asyncio.CancelledError):
            async for message in feed(self._out / "data", unit, 1, stop, until_idle=1.0):
                lines.append(line(message))
                await message.ack()
        (self._out / f"feed-{unit}.ndjson").write_bytes(b"".join(each + b"\n" for each in lines))
        return unit, len(lines)

    async def _export(self, ledger: Ledger, people: People) -> None:
        cases = [row for row in await people.rows("case_board") if row["monthly_yuan"] == 200]
        commits = await related(ledger, cases[0]["case_id"])
        (self._out / "case-export.ndjson").write_bytes(b"".join(export_line(stored) for stored in commits))
        with (self._out / "ledger.ndjson").open("wb") as file:
            async for batch in ledger.read(until=(await ledger.head()).seq):
                file.write(b"".join(export_line(stored) for stored in batch))

    @asynccontextmanager
    async def _sampling(self, stack: Stack) -> AsyncIterator[None]:
        """Measure the whole stack's memory while it works: proportional set size, so that shared pages count once."""
        task = asyncio.create_task(self._sample(stack))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _sample(self, stack: Stack) -> None:
        while True:
            total = _memory(psutil.Process().pid) + sum(_memory(pid) for pid in stack.pids.values())
            self._peak = max(self._peak, total)
            await asyncio.sleep(SAMPLE_SECONDS)


def _memory(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_full_info().pss) / 2**20
    except (psutil.Error, AttributeError):
        return 0.0


def _equal(reply: Reply) -> str:
    if reply.refused:
        return str(reply.refused["code"])
    return "equal" if reply.body["rebuild"]["equal"] else "different"
