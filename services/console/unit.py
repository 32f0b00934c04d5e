"""`unit`: a unit on its own side. Each verb is one command, sent with that unit's credential; `attach` sends a file."""

import base64
import hashlib
import uuid
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from events.codes import code_list
from services.attachments.spool import FILE_MAX, PART_MAX
from services.bus.client import Client, Reply, every_page
from services.bus.clock import CHINA
from services.console.as_of import AsOf, as_of_options
from services.console.output import USAGE, as_json, say
from services.console.reading import MIN_SEQ, WIDE, listing
from services.console.session import Session, pass_session, rows
from services.console.todo import todo

REFERRAL = click.argument("referral", metavar="转办单号|ID")
NOTICE = click.argument("notice", metavar="文号|ID")
MEASURES = click.option(
    "--measure",
    "measures",
    multiple=True,
    required=True,
    help="所做工作（可多次）：lianxi codes measure。 What was done.",
)
RESULT = click.option("--result", required=True, help="结果：lianxi codes referral_result。 What came of it.")
# Code list resolution_status: what a co-unit was told to assist in, and nothing since of its end.
RUNS = "adopted"
DAY = click.DateTime(["%Y-%m-%d"])
# Paper and pictures are told apart by their endings; the service looks at what is inside.
KINDS = {".pdf": "pdf", ".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".ofd": "ofd", ".docx": "docx", ".xlsx": "xlsx"}


@click.group()
def unit() -> None:
    """成员单位自己的一侧：签收、反馈、退单、延期、回执、附件、配合事项。 A unit on its own side.

    \b
    lianxi unit todo --as u08
    lianxi unit cooperations --as u08
    lianxi unit sign 青转〔2026〕3号 --as u08
    lianxi unit report 青转〔2026〕3号 --result solved --measure mediated --as u08
    lianxi unit attach 青转〔2026〕3号 回函.pdf --as u08
    """


unit.add_command(todo)


@unit.command()
@click.option("--all", "ended", is_flag=True, help="连同已结束的。 Those that have ended, too.")
@WIDE
@MIN_SEQ
@as_of_options
@pass_session
def cooperations(session: Session, ended: bool, wide: bool, min_seq: int | None, as_of: AsOf) -> None:
    """本单位配合的议定事项。 Resolutions in which this unit assists."""
    listing(session, "cooperations", min_seq, wide, as_of, params={} if ended else {"status": RUNS})


@unit.command()
@REFERRAL
@pass_session
def sign(session: Session, referral: str) -> None:
    """签收转办单，办理期限自此起算。 Sign for a referral; the clock of its report starts."""
    _send(session, "SignReferral", referral, "referral")


@unit.command()
@REFERRAL
@MEASURES
@pass_session
def progress(session: Session, referral: str, measures: tuple[str, ...]) -> None:
    """阶段反馈。 Report progress."""
    _send(session, "ReportProgress", referral, "referral", measures=measures)


@unit.command()
@REFERRAL
@RESULT
@MEASURES
@click.option("--handled-on", type=DAY, help="办结日期（默认今天）。 When it was done; today.")
@click.option("--replied-on", type=DAY, help="答复来电人日期。 When the caller was told.")
@pass_session
def report(
    session: Session,
    referral: str,
    result: str,
    measures: tuple[str, ...],
    handled_on: datetime | None,
    replied_on: datetime | None,
) -> None:
    """办结反馈；逾期也可反馈，会标明逾期。 Report the result; late is allowed, and marked."""
    done = handled_on.date() if handled_on else _today(session)
    told = {"replied_to_caller_on": replied_on.date()} if replied_on else {}
    _send(session, "ReportResult", referral, "referral", result=result, measures=measures, handled_on=done, **told)


@unit.command(name="return")
@REFERRAL
@click.option("--ground", required=True, help="理由：lianxi codes return_ground。 Why.")
@pass_session
def return_(session: Session, referral: str, ground: str) -> None:
    """申请退单，由协调员裁定。 Ask to return a referral; the coordinator decides."""
    _send(session, "RequestReturn", referral, "referral", ground=ground)


@unit.command()
@REFERRAL
@click.option("--days", type=click.IntRange(min=1), required=True, help="延长几个工作日。 Working days more.")
@click.option("--reason", required=True, help="理由：lianxi codes extension_reason。 Why.")
@pass_session
def extend(session: Session, referral: str, days: int, reason: str) -> None:
    """申请延期。 Ask for more time."""
    _send(session, "RequestExtension", referral, "referral", working_days=days, reason=reason)


@unit.command()
@NOTICE
@pass_session
def acknowledge(session: Session, notice: str) -> None:
    """签收催办、督办文书。 Acknowledge a notice."""
    _send(session, "AcknowledgeNotice", notice, "notice")


@unit.command()
@NOTICE
@RESULT
@MEASURES
@pass_session
def reply(session: Session, notice: str, result: str, measures: tuple[str, ...]) -> None:
    """回执。 Reply to a notice."""
    _send(session, "ReplyToNotice", notice, "notice", result=result, measures=measures)


@unit.command()
@REFERRAL
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--on-behalf-of", help="协调员代纸质办理的单位录入。 A coordinator, for a unit that works on paper.")
@pass_session
def attach(session: Session, referral: str, file: Path, on_behalf_of: str | None) -> None:
    """附上材料（PDF、图片、OFD、docx、xlsx，至多 10 MiB）。 Attach a file; it is stored sealed, its hash is on record."""
    kind = KINDS.get(file.suffix.lower())
    if kind is None:
        session.fail(
            USAGE,
            "attachment.kind_unknown",
            f"不接受这种文件；可用：{'、'.join(each.zh for each in code_list('media_type'))}。",
            f"Files of this kind are not taken; these are: {', '.join(sorted(KINDS))}.",
        )
    content = file.read_bytes()
    if not 0 < len(content) <= FILE_MAX:
        session.fail(
            USAGE,
            "attachment.too_large",
            "文件为空或超过 10 MiB，请压缩或拆分后再传。",
            "The file is empty or over 10 MiB; make it smaller or split it.",
        )

    async def work() -> Reply:
        async with session.client() as client:
            key = await _identity(client, session, referral)
            return await _upload(client, session, key, content, kind, on_behalf_of)

    _tell(session, session.accepted(session.run(work)))


async def _upload(
    client: Client, session: Session, referral: str, content: bytes, kind: str, on_behalf_of: str | None
) -> Reply:
    digest = hashlib.sha256(content).hexdigest()
    parts = [content[at : at + PART_MAX] for at in range(0, len(content), PART_MAX)]
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal or session.machine) as shown:
        bar = shown.add_task("上传 upload", total=len(content))
        for place, part in enumerate(parts):
            body = {
                "command_id": f"part-{digest[:32]}-{place}",
                "referral": referral,
                "sha256": digest,
                "part": place,
                "parts": len(parts),
                "data": base64.b64encode(part).decode(),
            }
            answer = await client.send("referral", "UploadPart", body)
            if answer.refused:
                return answer
            shown.advance(bar, len(part))
    # The same file at the same referral is the same command: sent again after a silence, it is on record once.
    attached: dict[str, Any] = {
        "command_id": f"attach-{digest[:40]}",
        "referral": referral,
        "sha256": digest,
        "media_type": kind,
    }
    return await client.send(
        "referral", "AttachFile", attached | ({"on_behalf_of": on_behalf_of} if on_behalf_of else {})
    )


def _send(session: Session, verb: str, named: str, field: str, **more: Any) -> None:
    async def work() -> Reply:
        async with session.client() as client:
            key = await _identity(client, session, named)
            body = {"command_id": f"cli-{uuid.uuid4().hex}", field: key} | more
            return await client.send("referral", verb, body)

    _tell(session, session.accepted(session.run(work)))


def _tell(session: Session, reply: Reply) -> None:
    if session.machine:
        as_json(reply.body)
    else:
        say(session.lang, f"已记录（第 {reply.seq} 条）。", f"On record, at position {reply.seq}.")


async def _identity(client: Client, session: Session, named: str) -> str:
    """The id of what a unit names by its number, looked up in its own work list; an id is what it is."""
    params = {"role": "unit", "now": (session.time or datetime.now(CHINA)).isoformat()}
    answer = await every_page(client, "todo", params)
    listed = rows(answer.body) if not answer.refused else []
    return next((str(row["identity"]) for row in listed if row["number"] == named), named)


def _today(session: Session) -> date:
    return (session.time or datetime.now(CHINA)).astimezone(CHINA).date()
