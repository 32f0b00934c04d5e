"""`resolution`: what a joint meeting resolved, on the lead unit's side and on the office's."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from services.bus.client import Client, Reply, every_page
from services.bus.clock import CHINA
from services.console.as_of import AsOf, as_of_options
from services.console.meeting import DAY, ID, command_id, identity, run
from services.console.meeting_papers import write_slip
from services.console.office import Office
from services.console.output import REFUSED, as_json, say
from services.console.papers import OUT, all_rows
from services.console.reading import MIN_SEQ, WIDE, listing, showing
from services.console.session import Session, pass_session, rows
from services.directory import directory

RESOLUTION = click.argument("resolution", metavar="议定事项号|ID")
MEASURES = click.option(
    "--measure",
    "measures",
    multiple=True,
    required=True,
    help="所做工作（可多次）：lianxi codes measure。 What was done.",
)
FOR = click.option("--on-behalf-of", help="协调员代填的单位。 The unit that a coordinator enters this for.")
METHOD = click.option("--method", help="代填的材料来源：paper、phone、fax。 How its word came in.")


@click.group()
def resolution() -> None:
    """议定事项：反馈、销号、退回、督办。 Resolutions of joint meetings.

    \b
    lianxi resolution report 青议〔2026〕1号 --result done --measure visited_school --as u08
    lianxi resolution discharge 青议〔2026〕1号 --as supervisor
    lianxi resolution check --as coordinator
    """


@resolution.command(name="list")
@click.option("--unit", help="只看这个牵头单位。 Led by this unit.")
@click.option("--status", help="只看这个状态。 In this state.")
@click.option("--overdue", is_flag=True, help="只看逾期未反馈的。 Only what is overdue.")
@WIDE
@MIN_SEQ
@as_of_options
@pass_session
def list_(
    session: Session,
    unit: str | None,
    status: str | None,
    overdue: bool,
    wide: bool,
    min_seq: int | None,
    as_of: AsOf,
) -> None:
    """议定事项台账。 All resolutions."""
    given = {"unit": unit, "status": status, "overdue": "yes" if overdue else None}
    listing(session, "resolutions", min_seq, wide, as_of, params={key: value for key, value in given.items() if value})


@resolution.command()
@RESOLUTION
@MIN_SEQ
@pass_session
def show(session: Session, resolution: str, min_seq: int | None) -> None:
    """一项议定事项。 One resolution."""
    missing = ("没有这项议定事项。", "There is no such resolution.")
    showing(session, "resolutions", {"resolution": resolution}, *missing, min_seq)


@resolution.command()
@RESOLUTION
@MEASURES
@FOR
@METHOD
@pass_session
def progress(
    session: Session, resolution: str, measures: tuple[str, ...], on_behalf_of: str | None, method: str | None
) -> None:
    """阶段反馈。 Report progress."""
    said = {"measures": measures, "on_behalf_of": on_behalf_of, "method": method}
    _send(session, "ReportResolutionProgress", resolution, **said)


@resolution.command()
@RESOLUTION
@click.option("--result", required=True, help="结果：lianxi codes resolution_result。 What came of it.")
@MEASURES
@FOR
@METHOD
@pass_session
def report(
    session: Session,
    resolution: str,
    result: str,
    measures: tuple[str, ...],
    on_behalf_of: str | None,
    method: str | None,
) -> None:
    """反馈落实情况；逾期也可反馈，会标明逾期。 Report; late is allowed, and marked."""
    said = {"measures": measures, "on_behalf_of": on_behalf_of, "method": method}
    _send(session, "ReportResolution", resolution, result=result, **said)


@resolution.command()
@RESOLUTION
@pass_session
def discharge(session: Session, resolution: str) -> None:
    """销号。 Discharge a resolution that was reported."""
    _send(session, "DischargeResolution", resolution)


@resolution.command(name="send-back")
@RESOLUTION
@click.option("--reason", required=True, help="理由：lianxi codes sent_back_reason。 Why.")
@click.option("--due", type=DAY, help="新的时限（原时限已过时必填）。 The new day, when the old one has passed.")
@pass_session
def send_back(session: Session, resolution: str, reason: str, due: datetime | None) -> None:
    """退回。 Send a report back."""
    _send(session, "SendBackResolution", resolution, reason=reason, due=due.date().isoformat() if due else None)


@resolution.command()
@RESOLUTION
@click.option("--due", type=DAY, required=True, help="新的时限（工作日）。 The new day.")
@click.option("--reason", required=True, help="理由：lianxi codes extension_reason。 Why.")
@pass_session
def extend(session: Session, resolution: str, due: datetime, reason: str) -> None:
    """延期。 Extend."""
    _send(session, "ExtendResolution", resolution, due=due.date().isoformat(), reason=reason)


@resolution.command(name="carry-over")
@RESOLUTION
@click.option("--to", required=True, help="下次会议的标识。 Id of the meeting that takes it.")
@pass_session
def carry_over(session: Session, resolution: str, to: str) -> None:
    """结转下次会议。 Hand it to another meeting."""
    _send(session, "CarryOverResolution", resolution, to=to)


@resolution.command()
@click.argument("resolution", metavar="[议定事项号|ID]", required=False)
@pass_session
def check(session: Session, resolution: str | None) -> None:
    """检查时限；不写编号则检查全部在办事项。 Record what has become due; of all that are open without a number."""

    async def work(client: Client) -> tuple[int, Reply | None]:
        if resolution is None:
            found, _ = await all_rows(client, "resolutions", None)
            keys = [str(row["resolution"]) for row in found if row["status"] in ("adopted", "in_progress")]
        else:
            keys = [await identity(client, resolution, "resolutions")]
        moved = 0
        for key in keys:
            reply = await client.send("meeting", "CheckResolution", {"command_id": command_id(), "resolution": key})
            if reply.refused:
                return moved, reply
            moved += not reply.repeated
        return moved, None

    moved, refused = run(session, work)
    if refused is not None:
        session.accepted(refused)
    if session.machine:
        as_json({"moved": moved})
    else:
        say(session.lang, f"记录了{moved}项到期情况。", f"{moved} resolutions moved.")


@resolution.command()
@click.argument("named", metavar="议定事项号|ID")
@OUT
@pass_session
def slip(session: Session, named: str, out: Path) -> None:
    """写出议定事项的销号单。 Write the discharge slip of a resolution."""
    simulated = session.simulated
    paths = run(
        session,
        lambda client: write_slip(Office(client=client, folder=out, lang=session.lang, simulated=simulated), named),
    )
    if paths is None:
        session.fail(REFUSED, "resolution.not_found", "没有这个议定事项。", "There is no such resolution.")
    if session.machine:
        as_json({"documents": [str(path) for path in paths]})
    for path in () if session.machine else paths:
        click.echo(str(path))


def _send(session: Session, verb: str, named: str, **more: Any) -> None:
    person = directory().principal(session.principal)

    async def work(client: Client) -> Reply:
        own = person is not None and person.unit is not None
        key = await (_own(client, session, named) if own else identity(client, named, "resolutions"))
        body = {"command_id": command_id(), "resolution": key}
        return await client.send(
            "meeting", verb, body | {name: value for name, value in more.items() if value is not None}
        )

    reply: Reply = session.accepted(run(session, work))
    if session.machine:
        as_json(reply.body)
    else:
        say(session.lang, f"已记录（第 {reply.seq} 条）。", f"On record, at position {reply.seq}.")


async def _own(client: Client, session: Session, named: str) -> str:
    """The id of what a unit names by its number, looked up in its own work list."""
    if ID.fullmatch(named):
        return named
    params = {"role": "unit", "now": (session.time or datetime.now(CHINA)).isoformat()}
    answer = await every_page(client, "todo", params)
    listed = rows(answer.body) if not answer.refused else []
    return next((str(row["identity"]) for row in listed if row["number"] == named), named)
