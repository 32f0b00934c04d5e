"""`meeting`: a joint meeting from its plan to its end, and its papers. Each verb is one command, `collect` several."""

import json
import re
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from events.codes import code_list
from events.commit import derive_id
from services.bus.client import Client, Reply
from services.bus.clock import CHINA
from services.console.as_of import NOW, AsOf, as_of_options
from services.console.meeting_papers import write_papers
from services.console.output import REFUSED, USAGE, as_json, say
from services.console.papers import OUT, PDF, QueryRefused, all_rows, no_pdf, office_found, position_of
from services.console.reading import MIN_SEQ, WIDE, listing, showing
from services.console.session import Session, pass_session
from services.directory import directory
from services.projections.documents import OfficeFailed

ID = re.compile("[0-9A-Z]{26}")
MEETING = click.argument("meeting", metavar="ID|纪要文号")
DAY = click.DateTime(["%Y-%m-%d"])
# Query -> the parameter and column that identify a row.
KEYS = {"meeting": "meeting", "resolutions": "resolution"}


@click.group()
def meeting() -> None:
    """联席会议：筹备、通知、议题、纪要、落实。 Joint meetings.

    \b
    lianxi meeting plan --organ rights_posts --starts 2026-03-20T09:00 --place 二楼会议室 --chair 召集人 --as coordinator
    lianxi meeting notify ID --all --as coordinator
    lianxi meeting collect ID --as coordinator
    lianxi meeting freeze ID --briefing BRIEFING --as coordinator
    lianxi meeting papers ID --out 会议材料 --as coordinator
    """


def command_id() -> str:
    return f"cli-{uuid.uuid4().hex}"


async def identity(client: Client, named: str, query: str) -> str:
    """The id of what is named by a document's number; an id is what it is. Raises QueryRefused."""
    if ID.fullmatch(named):
        return named
    key = KEYS[query]
    found, _ = await all_rows(client, query, None, **{key: named})
    return str(found[0][key]) if found else named


def run(session: Session, work: Callable[[Client], Awaitable[Any]]) -> Any:
    """What `work` makes of a connection; a query that is refused ends the program with its sentence."""

    async def connected() -> Any:
        async with session.client() as client:
            return await work(client)

    try:
        return session.run(connected)
    except QueryRefused as refusal:
        session.accepted(Reply(body={"refused": refusal.refused}))
        raise


def sent(session: Session, verb: str, named: str | None, **more: Any) -> None:
    """Send one command about a meeting and say that it is on record."""

    async def work(client: Client) -> Reply:
        body = {"command_id": command_id()} | {key: value for key, value in more.items() if value is not None}
        if named is not None:
            body["meeting"] = await identity(client, named, "meeting")
        return await client.send("meeting", verb, body)

    reply: Reply = session.accepted(run(session, work))
    if session.machine:
        as_json(reply.body)
    else:
        say(
            session.lang,
            f"已记录（第 {reply.seq} 条，{reply.id}）。",
            f"On record at position {reply.seq} ({reply.id}).",
        )


@meeting.command()
@click.option("--organ", required=True, help="领导机构：lianxi codes organ。 Whose meeting it is.")
@click.option("--starts", type=click.DateTime(["%Y-%m-%dT%H:%M"]), required=True, help="时间（北京时间）。 China time.")
@click.option("--place", required=True, help="地点。 Where.")
@click.option("--chair", required=True, help="主持人职务。 The post that takes the chair.")
@click.option("--region", "regions", multiple=True, help="区划（可多次）。 Regions; all without it.")
@pass_session
def plan(session: Session, organ: str, starts: datetime, place: str, chair: str, regions: tuple[str, ...]) -> None:
    """筹备会议。 Plan a meeting."""
    at = starts.replace(tzinfo=CHINA).isoformat()
    sent(session, "PlanMeeting", None, organ=organ, starts=at, place=place, chair=chair, regions=regions)


@meeting.command()
@MEETING
@click.option("--unit", "units", multiple=True, help="通知单位（可多次）。 A unit to call.")
@click.option("--all", "everyone", is_flag=True, help="全部成员单位。 Every member unit.")
@pass_session
def notify(session: Session, meeting: str, units: tuple[str, ...], everyone: bool) -> None:
    """发会议通知。 Call the units."""
    called = [unit.code for unit in directory().units] if everyone else list(units)
    sent(session, "SendNotification", meeting, units=called)


@meeting.command()
@MEETING
@click.option("--kind", required=True, help="类别：lianxi codes agenda_kind。 Kind.")
@click.option("--title", required=True, help="议题；不写当事人信息。 Title; nothing of anybody concerned.")
@click.option("--number", help="转办单、文书或议定事项的文号。 Number of the document that it is about.")
@click.option("--unit", help="责任单位。 The unit concerned.")
@click.option("--category", help="问题类别代码。 Code of list category.")
@pass_session
def propose(
    session: Session, meeting: str, kind: str, title: str, number: str | None, unit: str | None, category: str | None
) -> None:
    """提出议题。 Propose an item."""
    about = {"number": number, "unit": unit, "category": category}
    sent(session, "ProposeAgendaItem", meeting, kind=kind, title=title, **about)


@meeting.command()
@MEETING
@click.argument("item", metavar="议题ID")
@pass_session
def withdraw(session: Session, meeting: str, item: str) -> None:
    """撤下议题。 Take an item from the agenda."""
    sent(session, "WithdrawAgendaItem", meeting, item=item)


@meeting.command()
@MEETING
@pass_session
def collect(session: Session, meeting: str) -> None:
    """把待研究事项列为议题；重复执行不重复列入。 Propose what calls for a meeting; again, it adds only what is new."""

    async def work(client: Client) -> tuple[int, int, Reply | None]:
        key = await identity(client, meeting, "meeting")
        found, _ = await all_rows(client, "meeting_agenda_feed", None, meeting=key)
        new = 0
        for row in found:
            body = {
                # The same matter at the same meeting is the same command, whoever collects it again.
                "command_id": f"collect:{derive_id('collect', key, row['number'])}",
                "meeting": key,
                "title": code_list("agenda_why").zh(row["why"]),
                **{name: row[name] for name in ("kind", "number", "unit", "category", "region", "why", "since")},
            }
            reply = await client.send("meeting", "ProposeAgendaItem", body)
            # What moved on since it was collected first says so; it is on the agenda as it was.
            if reply.refused and reply.refused["code"] != "command.id_reused":
                return len(found), new, reply
            new += not reply.refused and not reply.repeated
        return len(found), new, None

    count, new, refused = run(session, work)
    if refused is not None:
        session.accepted(refused)
    if session.machine:
        as_json({"matters": count, "proposed": new})
    else:
        say(session.lang, f"待研究{count}项，新列入{new}项。", f"{count} matters, {new} proposed now.")


@meeting.command()
@MEETING
@click.option("--briefing", required=True, help="简报标识。 Id of the briefing.")
@pass_session
def freeze(session: Session, meeting: str, briefing: str) -> None:
    """确定议题：此后不能增减。 Freeze the agenda on a briefing."""
    sent(session, "FreezeAgenda", meeting, briefing=briefing)


@meeting.command()
@MEETING
@click.option("--present", multiple=True, required=True, help="出席单位（可多次）。 Present.")
@click.option("--excused", multiple=True, help="请假单位。 Excused.")
@click.option("--observer", "observers", multiple=True, help="列席单位。 Observers.")
@pass_session
def attend(
    session: Session, meeting: str, present: tuple[str, ...], excused: tuple[str, ...], observers: tuple[str, ...]
) -> None:
    """登记到会情况。 Record who attended."""
    sent(session, "RecordAttendance", meeting, present=present, excused=excused, observers=observers)


@meeting.command()
@MEETING
@click.argument("item", metavar="议题ID")
@click.argument("outcome")
@pass_session
def discuss(session: Session, meeting: str, item: str, outcome: str) -> None:
    """登记议题结果：lianxi codes item_outcome。 Record the outcome of an item."""
    sent(session, "RecordDiscussion", meeting, item=item, outcome=outcome)


@meeting.command()
@MEETING
@click.option("--title", required=True, help="议定事项。 What is resolved.")
@click.option("--lead", required=True, help="牵头单位。 The unit that leads.")
@click.option("--co", multiple=True, help="配合单位（可多次）。 A unit that assists.")
@click.option("--due", type=DAY, required=True, help="时限（工作日）。 A working day.")
@click.option("--item", help="所属议题ID。 The item it belongs to.")
@click.option("--basis", help="依据（默认联席会议制度）。 What it rests on.")
@pass_session
def resolve(
    session: Session,
    meeting: str,
    title: str,
    lead: str,
    co: tuple[str, ...],
    due: datetime,
    item: str | None,
    basis: str | None,
) -> None:
    """议定一项。 Adopt a resolution."""
    fields: dict[str, Any] = {"title": title, "lead": lead, "co": co, "item": item, "basis": basis}
    sent(session, "AdoptResolution", meeting, due=due.date().isoformat(), **fields)


@meeting.command()
@MEETING
@pass_session
def minutes(session: Session, meeting: str) -> None:
    """拟写纪要；文稿见 papers。 Draft the minutes; `papers` writes them."""
    sent(session, "DraftMinutes", meeting)


@meeting.command()
@MEETING
@click.option("--signatory", required=True, help="签发人职务。 The post that signs.")
@click.option("--figures-digest", help="纪要所用数据的摘要。 Digest of the figures that the minutes print.")
@click.option(
    "--paper", type=click.Path(path_type=Path, dir_okay=False), help="纪要的 .json，由其中取摘要。 The minutes' .json."
)
@click.option("--restatement", help="更正简报的标识。 Id of the briefing that restates the figures.")
@pass_session
def sign(
    session: Session,
    meeting: str,
    signatory: str,
    figures_digest: str | None,
    paper: Path | None,
    restatement: str | None,
) -> None:
    """签发纪要：数据须与会前简报一致。 Sign the minutes; their figures are the frozen briefing's."""
    digest = figures_digest or (_digest_of(session, paper) if paper else None)
    if digest is None:
        raise click.UsageError("--figures-digest | --paper")
    sent(session, "SignMinutes", meeting, signatory=signatory, figures_digest=digest, restatement=restatement)


def _digest_of(session: Session, paper: Path) -> str:
    try:
        return str(json.loads(paper.read_text("utf-8"))["model"]["meeting"]["figures_digest"])
    except (ValueError, KeyError, TypeError):
        session.fail(USAGE, "paper.unreadable", f"{paper} 不是纪要的 .json。", f"{paper} is not the .json of minutes.")


@meeting.command()
@MEETING
@click.option("--unit", "units", multiple=True, help="分送单位（默认通知单位和承办单位）。 Without it, all concerned.")
@pass_session
def distribute(session: Session, meeting: str, units: tuple[str, ...]) -> None:
    """分送纪要。 Distribute the minutes."""
    sent(session, "DistributeMinutes", meeting, units=units)


@meeting.command()
@MEETING
@pass_session
def close(session: Session, meeting: str) -> None:
    """会议办结：议定事项均已销号或结转。 Close a meeting whose resolutions are settled."""
    sent(session, "CloseMeeting", meeting)


@meeting.command()
@MEETING
@click.option("--reason", required=True, help="理由：lianxi codes cancel_reason。 Why.")
@pass_session
def cancel(session: Session, meeting: str, reason: str) -> None:
    """取消会议。 Cancel a meeting."""
    sent(session, "CancelMeeting", meeting, reason=reason)


@meeting.command(name="list")
@WIDE
@MIN_SEQ
@as_of_options
@pass_session
def list_(session: Session, wide: bool, min_seq: int | None, as_of: AsOf) -> None:
    """全部会议。 All meetings."""
    listing(session, "meeting", min_seq, wide, as_of)


@meeting.command()
@MEETING
@MIN_SEQ
@as_of_options
@pass_session
def show(session: Session, meeting: str, min_seq: int | None, as_of: AsOf) -> None:
    """一次会议现在的情况。 One meeting as it stands."""
    showing(session, "meeting", {"meeting": meeting}, "没有这个会议。", "There is no such meeting.", min_seq, as_of)


@meeting.command()
@MEETING
@WIDE
@pass_session
def items(session: Session, meeting: str, wide: bool) -> None:
    """一次会议的议题及其ID。 The items of a meeting, with their ids when --wide."""
    key = run(session, lambda client: identity(client, meeting, "meeting"))
    listing(session, "meeting_items", None, wide, params={"meeting": key})


@meeting.command()
@MEETING
@as_of_options
@OUT
@PDF
@pass_session
def papers(session: Session, meeting: str, as_of: AsOf, out: Path, pdf: bool) -> None:
    """写出一次会议的全部材料。 Write the papers of a meeting: notices, agenda, attendance, minutes, resolutions."""
    office_found(session, pdf)
    simulated = session.simulated

    async def work(client: Client) -> list[Path] | None:
        seq = None if as_of == NOW else await position_of(client, as_of)
        return await write_papers(client, meeting, out, session.lang, simulated, seq, pdf)

    try:
        paths = run(session, work)
    except OfficeFailed:
        no_pdf(session)
    if paths is None:
        session.fail(REFUSED, "meeting.not_found", "没有这个会议。", "There is no such meeting.")
    if session.machine:
        as_json({"documents": [str(path) for path in paths]})
    for path in () if session.machine else paths:
        click.echo(str(path))
