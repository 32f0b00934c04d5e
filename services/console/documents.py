"""`papers`: the letter of a referral, the discharge slip, the circular and the situation report, at one position."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import click

from services.bus.client import Client, Reply
from services.console.as_of import NOW, AsOf, as_of_options
from services.console.briefings import OnRecord, editions, on_record, one_of
from services.console.office import Office, Unwritable, names
from services.console.output import REFUSED
from services.console.papers import OUT, PDF, QueryRefused, no_pdf, office_found, position_of, show, workdays
from services.console.period_papers import RECTIFY_WORKING_DAYS, write_circular, write_report
from services.console.periods import PERIOD, Period, read_period
from services.console.session import Session, pass_session
from services.projections.documents import OfficeFailed, discharge_slip, on_paper, transfer_letter, write
from services.projections.documents.briefing_figures import day_of


async def write_transfer(office: Office, referral: str) -> list[Path]:
    """Write the letter of one referral, by id or number. Raises Unwritable, QueryRefused."""
    found, position = await office.rows("referral", referral=referral)
    if not found:
        raise Unwritable("referral.not_found", "没有这个转办单。", "There is no such referral.")
    row = found[0]
    # Neither the case nor the other referrals of it take part in what a unit is handed.
    told = {name: value for name, value in row.items() if name not in ("case_id", "replaces", "lead", "end_reason")}
    stem = f"transfer-{row['referral'][:10]}"
    document = transfer_letter(told, names(office.lang), office.origin(position, told, stem), office.lang)
    return write(document, office.folder, stem, office.pdf)


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
    stem = f"discharge-{row['notice'][:10]}"
    document = discharge_slip(row, unit, days, office.origin(position, row, stem), office.lang)
    return write(document, office.folder, stem, office.pdf)


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
        with editions(session):
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


ISSUE = click.argument("issue", metavar="[ID|期号]", required=False)


async def _wanted(client: Client, kind: str, issue: str | None, period: Period | None) -> Period | OnRecord:
    """What a paper is of. Raises NoSuchBriefing, QueryRefused."""
    return period or await on_record(client, str(issue), kind)


@papers.command(name="circular")
@ISSUE
@PERIOD(required=False)
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
    session: Session,
    issue: str | None,
    period: str | None,
    rectify_by: datetime | None,
    as_of: AsOf,
    out: Path,
    pdf: bool,
) -> None:
    """通报：一个期间的，或已生成的一期。 The circular of a period, or one that is on record.

    \b
    lianxi papers circular --period 2026-01-12..2026-06-30
    lianxi papers circular 2026-1
    """
    one_of(issue, period, as_of)
    days = read_period(session, period) if period else None
    until = rectify_by.date() if rectify_by else None

    async def work(office: Office) -> list[Path]:
        return await write_circular(office, await _wanted(office.client, "circular", issue, days), until)

    _write(session, out, as_of, pdf, work)


@papers.command()
@ISSUE
@PERIOD(required=False)
@as_of_options
@OUT
@PDF
@pass_session
def report(session: Session, issue: str | None, period: str | None, as_of: AsOf, out: Path, pdf: bool) -> None:
    """情况汇报：一个期间的，或已生成的一期。 The situation report of a period, or one that is on record.

    \b
    lianxi papers report --period 2026-01-12..2026-06-30
    lianxi papers report 2026-1
    """
    one_of(issue, period, as_of)
    days = read_period(session, period) if period else None

    async def work(office: Office) -> list[Path]:
        return await write_report(office, await _wanted(office.client, "situation_report", issue, days))

    _write(session, out, as_of, pdf, work)
