"""`briefing`: the joint-meeting briefing of a period, or of one on record, as it stands at a position."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from services.bus.client import Client, Reply
from services.console.as_of import NOW, AsOf, as_of_options
from services.console.output import REFUSED, USAGE
from services.console.papers import (
    OUT,
    PDF,
    QueryRefused,
    all_rows,
    no_pdf,
    office_found,
    position_of,
    provenance,
    show,
    workdays,
)
from services.console.periods import PERIOD, Period, read_period
from services.console.session import Session, pass_session
from services.directory import directory
from services.projections.documents import Answers, Briefing, Earlier, Issue, OfficeFailed, brief, published, write
from services.projections.documents import briefing as draw
from services.projections.documents.briefing_figures import day_of

# A circular prints nothing of contacts.
ABOUT_CONTACTS = ("briefing", "situation_report")


class OnRecord(Struct, frozen=True):
    """A briefing that was generated: what of its row of briefing_ledger a document needs."""

    id: str
    period: Period
    seq: int
    digest: str
    head: str
    issue: Issue | None = None

    def hold(self, digest: str) -> None:
        """Its figures, computed again at its position, have this digest. Raises DoesNotHold when that is another one."""
        if digest != self.digest:
            raise DoesNotHold


class NoSuchBriefing(Exception):
    """Nothing on record has that id or number."""


class DoesNotHold(Exception):
    """Computed again at its position, a briefing's figures are not those on record: it is not drawn."""


async def on_record(client: Client, named: str, kind: str | None = None) -> OnRecord:
    """The newest of a kind that has this id or number (2026-3, 第3期). Raises NoSuchBriefing, QueryRefused.

    Without a kind an id names one of any, and a number, which each kind counts by itself, a briefing.
    """
    rows, _ = await all_rows(client, "briefing", None, briefing=named)
    found = [row for row in rows if row["kind"] == (kind or "briefing") or (kind is None and row["briefing"] == named)]
    if not found:
        raise NoSuchBriefing
    return _recorded(found[-1])


def _recorded(row: dict[str, Any]) -> OnRecord:
    period = Period(date.fromisoformat(row["start_on"]), date.fromisoformat(row["end_on"]))
    issue = (
        Issue(
            number=int(row["issue_no"]),
            total=int(row["total_no"]),
            day=day_of(row["issued"]),
            report_to=tuple(row["report_to"]),
            send_to=tuple(row["send_to"]),
            issue_to=tuple(row["issue_to"]),
            copies=int(row["copies"]),
            withdrawn=row["withdrawn"] is not None,
        )
        if row["issue_no"]
        else None
    )
    return OnRecord(
        row["briefing"], period, int(row["position"]), str(row["figures_digest"]), str(row["head_hash"]), issue
    )


async def figures_at(client: Client, period: Period, seq: int | None) -> tuple[dict[str, int], dict[str, Any]]:
    """Every figure of a period at a position, and that position. Raises QueryRefused."""
    found, position = await all_rows(client, "figures", seq, **period.params)
    return {row["figure"]: row["value"] for row in found}, position


async def read_answers(
    client: Client, period: Period, seq: int, of: str | None = None
) -> tuple[Answers, dict[str, Any]]:
    """What a briefing of the period says at one position. `of`: the briefing on record that it is. Raises QueryRefused."""
    figures, position = await figures_at(client, period, seq)
    preceding, _ = await figures_at(client, period.preceding, seq)
    last_year, _ = await figures_at(client, period.year_before, seq)
    until = period.end.isoformat()
    open_referrals, _ = await all_rows(client, "referral_ledger", seq, open="yes", until=until)
    notices, _ = await all_rows(client, "supervision_ledger", seq, **period.params)
    resolutions, _ = await all_rows(client, "resolutions", seq)
    answers = Answers(
        figures=figures,
        preceding=preceding,
        last_year=last_year,
        open_referrals=open_referrals,
        notices=notices,
        resolutions=resolutions,
        corrections=await corrections_of(client, of) if of else (),
        units={unit.code: (unit.zh, unit.en) for unit in directory().units},
        workdays=await workdays(client, period.end),
        published=await published_before(client, period, seq, of),
    )
    return answers, position


async def corrections_of(client: Client, of: str) -> list[dict[str, Any]]:
    """As known now: an edition that is printed again carries what was corrected since."""
    found, _ = await all_rows(client, "briefing_corrections", None, briefing=of)
    return found


async def published_before(client: Client, period: Period, seq: int, of: str | None = None) -> Sequence[Earlier]:
    """What was out before: editions over days that lie in this period, or this period in theirs, as they were printed.

    For an issued briefing (`of`) those issued before it, whenever they were generated; otherwise those issued by `seq`.
    """
    rows = await _issued(client, None if of else seq)
    own = next((place for place, row in enumerate(rows) if row["briefing"] == of), None)
    if of is not None and own is None:
        # On record and not issued: drawn again at its position it comes out the same.
        rows = await _issued(client, seq)
    rows = rows[:own]
    editions = [_recorded(row) for row in rows]
    printed: dict[int, Earlier] = {}

    async def edition(place: int) -> Earlier:
        """As it was printed: with those before it in mind."""
        if place not in printed:
            each = editions[place]
            before = [await edition(other) for other in range(place) if editions[other].period.nests(each.period)]
            figures, _ = await figures_at(client, each.period, each.seq)
            printed[place] = published(figures, each.period.start, each.period.end, before)
        return printed[place]

    return [await edition(place) for place, each in enumerate(editions) if each.period.nests(period)]


async def _issued(client: Client, seq: int | None) -> list[dict[str, Any]]:
    """Every issued edition that prints contacts, by the moment of its issue; the withdrawn too: what was read is known."""
    found, _ = await all_rows(client, "briefing_ledger", seq)
    out = (row for row in found if row["issued"] and row["kind"] in ABOUT_CONTACTS)
    return sorted(out, key=lambda row: (str(row["issued"]), int(row["total_no"]), str(row["briefing"])))


async def write_briefing(
    client: Client,
    period: Period,
    seq: int,
    folder: Path,
    lang: str,
    simulated: bool,
    recorded: OnRecord | None = None,
    pdf: bool = False,
) -> tuple[Briefing, list[Path]]:
    """Compute and write the briefing of a period at a position. Raises QueryRefused, DoesNotHold."""
    answers, position = await read_answers(client, period, seq, recorded.id if recorded else None)
    model = brief(period.start, period.end, answers)
    if recorded is not None:
        recorded.hold(model.digest)
    stem = f"briefing-{period.start:%Y%m%d}-{period.end:%Y%m%d}"
    origin = provenance(position, model.digest, simulated, f"lianxi explain {stem}.json")
    document = draw(model, origin, lang, recorded.issue if recorded else None)
    return model, write(document, folder, stem, pdf)


@contextmanager
def editions(session: Session) -> Iterator[None]:
    """End the program with a sentence where what is on record is not there, or does not hold."""
    try:
        yield
    except NoSuchBriefing:
        session.fail(
            USAGE,
            "briefing.not_found",
            "没有这一期，lianxi bulletin list 列出已生成的各期。",
            "There is no such issue; `lianxi bulletin list` shows those on record.",
        )
    except DoesNotHold:
        session.fail(
            REFUSED,
            "briefing.does_not_hold",
            "在原位置重新计算，数据与账本所记不一致，不出文书；请先运行 lianxi rebuild。",
            "Computed again at its position the figures are not those on record, so nothing is drawn; run `lianxi rebuild` first.",
        )


def one_of(named: str | None, period: str | None, as_of: AsOf) -> None:
    """Either an issue, which stands at its own position, or a period, as of any. Raises click.UsageError."""
    if (named is None) == (period is None):
        raise click.UsageError("give either the id or number of one on record, or --period")
    if named is not None and as_of != NOW:
        raise click.UsageError("what is on record stands at its own position; --as-of-… goes with --period")


@click.command()
@click.argument("briefing", metavar="[BRIEFING]", required=False)
@PERIOD(required=False)
@as_of_options
@OUT
@PDF
@pass_session
def briefing(session: Session, briefing: str | None, period: str | None, as_of: AsOf, out: Path, pdf: bool) -> None:
    """联席会议简报（docx、html、json）：一个期间的，或已生成的一期。 The briefing of a period, or one that is on record.

    \b
    lianxi briefing --period 2026-01-12..2026-06-30
    lianxi briefing 2026-3
    """
    one_of(briefing, period, as_of)
    office_found(session, pdf)
    simulated = session.simulated
    chosen = read_period(session, period) if period else None

    async def work() -> tuple[Briefing, list[Path]]:
        async with session.client() as client:
            if chosen is not None:
                seq = await position_of(client, as_of)
                return await write_briefing(client, chosen, seq, out, session.lang, simulated, pdf=pdf)
            recorded = await on_record(client, str(briefing), "briefing")
            return await write_briefing(
                client, recorded.period, recorded.seq, out, session.lang, simulated, recorded, pdf
            )

    try:
        with editions(session):
            model, paths = session.run(work)
    except QueryRefused as refusal:
        session.accepted(Reply(body={"refused": refusal.refused}))
        raise
    except OfficeFailed:
        no_pdf(session)
    show(session, paths, {"figures_digest": model.digest, "figures": dict(model.figures)})
