"""`notices`, `register`: documents from what the read models say at one position."""

import re
import uuid
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import click

from services.bus.client import Client, Reply, every_page
from services.bus.clock import CHINA
from services.bus.request import as_reply
from services.console.as_of import NOW, AsOf, as_of_options
from services.console.output import REFUSED, UNEXPECTED, USAGE, as_json, say
from services.console.session import Session, pass_session, rows
from services.decision import Refused
from services.directory import directory
from services.projections.documents import (
    OfficeFailed,
    OfficeMissing,
    Provenance,
    find_office,
    notice_document,
    on_paper,
    registration_document,
    write,
)
from services.projections.documents.figures import digest

OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("documents"),
    show_default=True,
    help="写到哪个目录。 The folder to write to.",
)
PDF = click.option(
    "--pdf",
    is_flag=True,
    help="另存 PDF，须装有 LibreOffice。 A PDF as well; it takes LibreOffice.",
)
CASE_ID = re.compile("[0-9A-Z]{26}")


class QueryRefused(Exception):
    """A query that a document needs was refused."""

    def __init__(self, refused: dict[str, Any]) -> None:
        super().__init__(refused["code"])
        self.refused = refused


async def all_rows(
    client: Client, name: str, as_of: int | None, **params: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Every row of a query, page by page at one position, and that position. Raises QueryRefused."""
    reply = await every_page(client, name, params, None, as_of)
    if reply.refused:
        raise QueryRefused(reply.refused)
    return rows(reply.body), dict(reply.body["position"])


async def position_of(client: Client, as_of: AsOf) -> int:
    """The position that `--as-of-…` names; the newest when it names none. Raises QueryRefused."""
    if as_of.seq is not None:
        return as_of.seq
    reply = await client.query("hotline_daily", {"limit": 1}, as_of_time=as_of.moment)
    if reply.refused:
        raise QueryRefused(reply.refused)
    return int(reply.body["position"]["seq"])


async def workdays(client: Client, end: date) -> frozenset[date]:
    """The working days of the two years before `end`: nothing that is open is older. Raises QueryRefused."""
    first = (end - timedelta(days=731)).isoformat()
    days, _ = await all_rows(client, "calendar", None, **{"from": first, "to": end.isoformat()})
    return frozenset(date.fromisoformat(row["day"]) for row in days if row["is_workday"])


def verified_by(stem: str) -> str:
    """The command that draws a paper again from the ledger and compares."""
    return f"lianxi audit document {stem}.json"


def provenance(position: dict[str, Any], figures_digest: str, simulated: bool, command: str) -> Provenance:
    """A document's origin, from an answer's position; `command` verifies it."""
    return Provenance(
        position=int(position["seq"]),
        head_hash=str(position["hash"]),
        as_of=str(position["recorded"]),
        code=str(position["code"]),
        figures_digest=figures_digest,
        command=command,
        simulated=simulated,
    )


async def write_notices(
    client: Client,
    as_of_day: date,
    folder: Path,
    lang: str,
    simulated: bool,
    pdf: bool = False,
    as_of: int | None = None,
    only: str | None = None,
) -> list[Path]:
    """Write every notice that is drafted or open on a day, or `only` that of one id; a reminder has no paper.

    Raises QueryRefused.
    """
    end = datetime.combine(as_of_day + timedelta(days=1), datetime.min.time(), CHINA)
    found, position = await all_rows(client, "supervision_ledger", as_of)
    by_id = {str(row["notice"]): row for row in found}
    paths: list[Path] = []
    for row in sorted(found, key=lambda each: (str(each["drafted"]), each["notice"])):
        discharged = row["discharged"] and datetime.fromisoformat(row["discharged"]) < end
        open_then = datetime.fromisoformat(row["drafted"]) < end and not discharged
        if not on_paper(row) or not (open_then if only is None else row["notice"] == only):
            continue
        unit = directory().unit(row["unit"])
        assert unit is not None  # only units of the directory are ever referred to
        posts = {"zh": unit.zh, "en": unit.en, "leader": unit.leader, "department": unit.department, "post": unit.post}
        previous = by_id.get(str(row["escalated_from"]))
        stem = f"notice-L{row['level']}-{row['notice'][:10]}"
        origin = provenance(position, digest(row), simulated, verified_by(stem))
        paths += write(notice_document(row, posts, origin, lang, previous), folder, stem, pdf)
    return paths


async def write_registration(
    client: Client,
    case: str,
    folder: Path,
    lang: str,
    simulated: bool,
    command_id: str | None = None,
    pdf: bool = False,
    past: dict[str, Any] | None = None,
) -> list[Path] | Reply:
    """View a case's form, which is recorded, and write it. Returns the reply when the view is refused.

    `past`: the position of an answer, to write it as it stood there; None: as it stands, the view included.
    """
    body = {"command_id": command_id or f"view-{uuid.uuid4().hex}", "case": case, "purpose": "print_form"}
    reply = await client.send("intake", "ViewRegistration", body | ({"as_of": int(past["seq"])} if past else {}))
    if reply.refused:
        return reply
    data = reply.body["data"]
    verify = f"lianxi audit replay {case}"
    position = past or {"seq": reply.seq, "code": "register"} | data["view"]
    document = registration_document(
        data["personal"], data["facts"], provenance(position, digest(data["facts"]), simulated, verify), lang
    )
    return write(document, folder, f"register-{case[:10]}", pdf)


def office_found(session: Session, pdf: bool) -> None:
    """Refuse a PDF before anything is asked or recorded, where nothing could draw it."""
    try:
        if pdf:
            find_office()
    except OfficeMissing:
        session.fail(
            USAGE,
            "pdf.office_missing",
            "本机没有安装 LibreOffice，不能出 PDF；请安装后重试，或去掉 --pdf 用 docx、html。",
            "LibreOffice is not installed here, so there is no PDF; install it, or leave out --pdf and use docx or html.",
        )


def no_pdf(session: Session) -> NoReturn:
    """End the program: the office program was there and failed."""
    session.fail(
        UNEXPECTED,
        "pdf.office_failed",
        "LibreOffice 没有在限定时间内生成 PDF，文书未写出；请重试，或去掉 --pdf 用 docx、html。",
        "LibreOffice made no PDF in the time allowed, and nothing was written; try again, or leave out --pdf.",
    )


def show(session: Session, paths: list[Path], more: dict[str, Any]) -> None:
    """The files that were written, for a person or a machine."""
    if session.machine:
        as_json({"documents": [str(path) for path in paths]} | more)
        return
    for path in paths:
        click.echo(str(path))
    if not paths:
        say(session.lang, "没有需要出具的文书。", "There is nothing to write.")


@click.command()
@click.option(
    "--as-of", "day", type=click.DateTime(["%Y-%m-%d"]), help="截至哪一天，默认今天。 The day; today by default."
)
@as_of_options
@OUT
@PDF
@pass_session
def notices(session: Session, day: datetime | None, as_of: AsOf, out: Path, pdf: bool) -> None:
    """先检查超期，再出具未销号的催办、督办文书。 Check what is overdue, then write the notices that are open on a day.

    加 --as-of-seq、--as-of-time 或 --archive 时只出具当时的文书，不作检查。 Of the past, nothing is checked any more.
    """
    office_found(session, pdf)
    simulated = session.simulated
    chosen = day.date() if day else (session.time or datetime.now(CHINA)).date()

    async def work() -> list[Path]:
        async with session.client() as client:
            seq = None
            if as_of != NOW:
                seq = await position_of(client, as_of)
            elif session.archive is None:
                now = datetime.combine(chosen, datetime.max.time().replace(microsecond=0), CHINA)
                await check_overdue(client, now)
                await check_replies(client, now)
            return await write_notices(client, chosen, out, session.lang, simulated, pdf, seq)

    try:
        show(session, session.run(work), {})
    except QueryRefused as refusal:
        session.accepted(Reply(body={"refused": refusal.refused}))
    except OfficeFailed:
        no_pdf(session)


async def check_overdue(client: Client, now: datetime) -> int:
    """Have every referral whose date has passed by `now` look at its deadline; return how many moved. Raises QueryRefused."""
    found, _ = await all_rows(client, "open_deadlines", None, now=now.isoformat())
    moved = 0
    for row in found:
        reply = await client.send(
            "referral", "CheckDeadline", {"command_id": f"check-{uuid.uuid4().hex}", "referral": row["referral"]}
        )
        moved += not reply.refused and not reply.repeated
    return moved


async def check_replies(client: Client, now: datetime) -> int:
    """Have every notice whose reply was due by `now` record that; return how many did. Raises QueryRefused."""
    found, _ = await all_rows(client, "supervision_ledger", None)
    moved = 0
    for row in found:
        owed = row["status"] in ("served", "acknowledged") and row["level"] > 0 and not row["reply_overdue"]
        if not owed or datetime.fromisoformat(row["reply_due"]) >= now:
            continue
        reply = await client.send(
            "referral", "CheckNotice", {"command_id": f"check-{uuid.uuid4().hex}", "notice": row["notice"]}
        )
        moved += not reply.refused and not reply.repeated
    return moved


@click.command()
@click.argument("case", metavar="ID|编号")
@as_of_options
@OUT
@PDF
@pass_session
def register(session: Session, case: str, as_of: AsOf, out: Path, pdf: bool) -> None:
    """打印一份登记表；查阅本身会先记入账本。 Print one registration form; the view itself is recorded first.

    含个人信息，仅协调员和值班员可用。加 --as-of-seq、--as-of-time 打印当时的登记表。 Or the form as it stood then.
    """
    office_found(session, pdf)
    simulated = session.simulated

    async def work() -> list[Path] | Reply:
        async with session.client() as client:
            found = await client.query("case", {"case": case}, as_of=as_of.seq, as_of_time=as_of.moment)
            if found.refused and as_of != NOW:
                return found
            identity = rows(found.body)[0]["case_id"] if not found.refused and found.body["rows"] else case
            past = dict(found.body["position"]) if as_of != NOW else None
            if not CASE_ID.fullmatch(identity):
                # A number of the register that no case has yet.
                return Reply(body=as_reply(Refused("case.not_found", "case")))
            return await write_registration(client, identity, out, session.lang, simulated, pdf=pdf, past=past)

    try:
        done = session.run(work)
    except OfficeFailed:
        no_pdf(session)
    if isinstance(done, Reply):
        session.accepted(done)
        session.fail(REFUSED, "case.not_found", "没有这个案件。", "There is no such case.")
    show(session, done, {})
