"""`papers`: the letter of a referral, the discharge slip, the circular and the situation report, at one position."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from events.codes import code_list
from services.bus.client import Client, Reply
from services.console.as_of import NOW, AsOf, as_of_options
from services.console.briefings import figures_at, published_before
from services.console.output import REFUSED
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
from services.projections.documents import (
    Circular,
    Contradictory,
    OfficeFailed,
    Provenance,
    Recorded,
    circular,
    discharge_slip,
    on_paper,
    printed,
    situation_report,
    transfer_letter,
    write,
)
from services.projections.documents.briefing import CASES
from services.projections.documents.briefing_figures import day_of
from services.projections.documents.figures import digest
from services.projections.documents.standing import overdue_of, unanswered_of

# To put right what a circular names, unless the office says another day.
RECTIFY_WORKING_DAYS = 10


class Unwritable(Exception):
    """There is nothing to write a document from: a stable code, a Chinese and an English sentence."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(code)
        self.code, self.zh, self.en = code, zh, en


class Office(Struct, frozen=True, kw_only=True):
    """Where a document goes and how it reads: one of these for all of a run."""

    client: Client
    folder: Path
    lang: str
    simulated: bool
    as_of: int | None = None
    pdf: bool = False

    async def rows(self, name: str, **params: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Every row of a query at the position. Raises QueryRefused."""
        return await all_rows(self.client, name, self.as_of, **params)

    def origin(self, position: dict[str, Any], content: Any) -> Provenance:
        """The document's provenance, with the digest of what it was made of."""
        return provenance(position, digest(content), self.simulated)

    def at(self, position: dict[str, Any]) -> "Office":
        """The same, reading on at one position."""
        return Office(
            client=self.client,
            folder=self.folder,
            lang=self.lang,
            simulated=self.simulated,
            as_of=int(position["seq"]),
            pdf=self.pdf,
        )


def names(lang: str) -> dict[str, str]:
    """The units of the directory by code."""
    return {unit.code: unit.en if lang == "en" else unit.zh for unit in directory().units}


async def write_transfer(office: Office, referral: str) -> list[Path]:
    """Write the letter of one referral, by id or number. Raises Unwritable, QueryRefused."""
    found, position = await office.rows("referral", referral=referral)
    if not found:
        raise Unwritable("referral.not_found", "没有这个转办单。", "There is no such referral.")
    row = found[0]
    # Neither the case nor the other referrals of it take part in what a unit is handed.
    told = {name: value for name, value in row.items() if name not in ("case_id", "replaces", "lead", "end_reason")}
    document = transfer_letter(told, names(office.lang), office.origin(position, told), office.lang)
    return write(document, office.folder, f"transfer-{row['referral'][:10]}", office.pdf)


async def write_discharge(office: Office, notice: str) -> list[Path]:
    """Write the discharge slip of one notice, by id or number. Raises Unwritable, QueryRefused."""
    found, position = await office.rows("notice", notice=notice)
    if not found:
        raise Unwritable("notice.not_found", "没有这份文书。", "There is no such notice.")
    row = found[0]
    if not on_paper(row):
        raise Unwritable(
            "notice.no_paper",
            "提醒和已作废的文书没有销号单。请换一份催办、督办文书。",
            "A reminder and a withdrawn notice have no discharge slip; take another notice.",
        )
    if not row["discharged"]:
        raise Unwritable(
            "notice.not_discharged",
            "这份文书尚未销号。回执通过或转办单办结后再出具销号单。",
            "This notice is not discharged yet: it is once its reply is accepted or its referral ends.",
        )
    days = await workdays(office.client, day_of(row["discharged"]))
    unit = names(office.lang).get(row["unit"], row["unit"])
    document = discharge_slip(row, unit, days, office.origin(position, row), office.lang)
    return write(document, office.folder, f"discharge-{row['notice'][:10]}", office.pdf)


async def write_circular(office: Office, start: date, end: date, rectify_by: date | None = None) -> list[Path]:
    """Write the circular of a period. Raises Unwritable, QueryRefused."""
    figures, position = await figures_at(office.client, Period(start, end), office.as_of)
    office = office.at(position)
    dated = _as_of_day(position, end)
    referrals, _ = await office.rows("referral_ledger")
    notices, _ = await office.rows("supervision_ledger")
    provisional = False
    if rectify_by is None:
        rectify_by, provisional = await _rectify_by(office.client, dated)
    model = Circular(
        start=start,
        end=end,
        dated=dated,
        figures=_own(figures, "referrals", "units."),
        names=names(office.lang),
        overdue=overdue_of(referrals, start, end, await workdays(office.client, end)),
        unanswered=unanswered_of(notices, start, end),
        rectify_by=rectify_by,
        provisional=provisional,
    )
    content = [model.figures, model.overdue, [row["doc_no"] for row in model.unanswered], rectify_by]
    try:
        document = circular(model, office.origin(position, content), office.lang)
    except Contradictory as found:
        raise Unwritable(
            "circular.contradictory",
            f"{found} 的数据自相矛盾（按时数多于应办结数等），不出具通报。请先运行 lianxi rebuild 核对。",
            f"The figures of {found} contradict each other; no circular is written. Run `lianxi rebuild` and compare.",
        ) from found
    return write(document, office.folder, f"circular-{start:%Y%m%d}-{end:%Y%m%d}", office.pdf)


async def write_report(office: Office, start: date, end: date) -> list[Path]:
    """Write the situation report of a period. Raises QueryRefused."""
    figures, position = await figures_at(office.client, Period(start, end), office.as_of)
    office = office.at(position)
    cases, _ = await office.rows("case_board")
    outcomes = Counter(
        code
        for row in cases
        if start <= day_of(row["opened"]) <= end and row["closure_code"] != "voided"
        for code in row["outcomes"] or ()
    )
    network = directory()
    sectors = Counter(unit.sector for unit in network.units)
    listed = [entry.code for entry in code_list("sector") if entry.code in sectors]
    posts = [entry for entry in code_list("sector") if entry.extra.get("post") == "yes"]
    before = await published_before(office.client, Period(start, end), int(position["seq"]))
    model = Recorded(
        start=start,
        end=end,
        dated=_as_of_day(position, end),
        total=figures.get("contacts", 0),
        printed=printed(figures, start, end, before),
        figures=_own(figures, "referrals", "notices", *CASES) | {f"outcomes.{code}": n for code, n in outcomes.items()},
        directory={
            "units": len(network.units),
            "desks": len(network.desks),
            "sectors": len(sectors),
            "post_sectors": len(posts),
        },
        # In the order of the list, the larger first: a sort keeps the order of equals.
        sectors={code: sectors[code] for code in sorted(listed, key=lambda code: -sectors[code])},
        desks={each.code: each.en if office.lang == "en" else each.zh for each in network.desks},
    )
    document = situation_report(model, office.origin(position, [model.figures, model.directory]), office.lang)
    return write(document, office.folder, f"report-{start:%Y%m%d}-{end:%Y%m%d}", office.pdf)


def _own(figures: dict[str, int], *prefixes: str) -> dict[str, int]:
    return {name: value for name, value in figures.items() if name.startswith(prefixes)}


def _as_of_day(position: dict[str, Any], end: date) -> date:
    """A document is dated on the day of the newest fact it knows, and not before its period ends."""
    return max(end, day_of(position["recorded"])) if position["recorded"] else end


async def _rectify_by(client: Client, dated: date) -> tuple[date | None, bool]:
    """The last of the working days to put things right, and whether its calendar is provisional; None when none is known."""
    span = {"from": (dated + timedelta(days=1)).isoformat(), "to": (dated + timedelta(days=60)).isoformat()}
    days, _ = await all_rows(client, "calendar", None, **span)
    working = sorted((row for row in days if row["is_workday"]), key=lambda row: str(row["day"]))
    if len(working) < RECTIFY_WORKING_DAYS:
        return None, False
    last = working[RECTIFY_WORKING_DAYS - 1]
    until = date.fromisoformat(last["day"])
    return until, any(row["provisional"] for row in days if date.fromisoformat(row["day"]) <= until)


def _span(session: Session, text: str) -> tuple[date, date]:
    period = read_period(session, text)
    return period.start, period.end


@click.group()
def papers() -> None:
    """公文：转办单、销号单、通报、情况汇报。 Letters, discharge slips, circulars, situation reports."""


def _write(
    session: Session, out: Path, as_of: AsOf, pdf: bool, work: Callable[[Office], Awaitable[list[Path]]]
) -> None:
    office_found(session, pdf)
    simulated = session.simulated

    async def done() -> list[Path]:
        async with session.client() as client:
            seq = None if as_of == NOW else await position_of(client, as_of)
            return await work(
                Office(client=client, folder=out, lang=session.lang, simulated=simulated, as_of=seq, pdf=pdf)
            )

    try:
        show(session, session.run(done), {})
    except Unwritable as refusal:
        session.fail(REFUSED, refusal.code, refusal.zh, refusal.en)
    except QueryRefused as refusal:
        session.accepted(Reply(body={"refused": refusal.refused}))
    except OfficeFailed:
        no_pdf(session)


@papers.command()
@click.argument("referral", metavar="ID|文号")
@as_of_options
@OUT
@PDF
@pass_session
def transfer(session: Session, referral: str, as_of: AsOf, out: Path, pdf: bool) -> None:
    """转办单（移送函），附回执。 The letter of one referral, with its reply slip."""
    _write(session, out, as_of, pdf, lambda office: write_transfer(office, referral))


@papers.command()
@click.argument("notice", metavar="ID|文号")
@as_of_options
@OUT
@PDF
@pass_session
def discharge(session: Session, notice: str, as_of: AsOf, out: Path, pdf: bool) -> None:
    """督办销号单，留签字栏。 The discharge slip of one notice, to be signed by hand."""
    _write(session, out, as_of, pdf, lambda office: write_discharge(office, notice))


@papers.command(name="circular")
@PERIOD(required=True)
@click.option(
    "--rectify-by",
    type=click.DateTime(["%Y-%m-%d"]),
    help=f"整改期限，默认为出具后第{RECTIFY_WORKING_DAYS}个工作日。 Until when; the {RECTIFY_WORKING_DAYS}th working day.",
)
@as_of_options
@OUT
@PDF
@pass_session
def circular_command(
    session: Session, period: str, rectify_by: datetime | None, as_of: AsOf, out: Path, pdf: bool
) -> None:
    """一个期间的通报。 The circular of a period."""
    start, end = _span(session, period)
    until = rectify_by.date() if rectify_by else None
    _write(session, out, as_of, pdf, lambda office: write_circular(office, start, end, until))


@papers.command()
@PERIOD(required=True)
@as_of_options
@OUT
@PDF
@pass_session
def report(session: Session, period: str, as_of: AsOf, out: Path, pdf: bool) -> None:
    """一个期间的情况汇报。 The situation report of a period."""
    start, end = _span(session, period)
    _write(session, out, as_of, pdf, lambda office: write_report(office, start, end))
