"""`todo`: what has to be done today, most urgent first, each with the command that does it."""

from datetime import datetime
from typing import Any

import click

from services.bus.clock import CHINA
from services.console.as_of import AsOf, as_of_options
from services.console.output import as_json, say, table, written
from services.console.presenting import Presentation
from services.console.reading import MIN_SEQ
from services.console.session import DATA, Session, pass_session, rows
from services.directory import directory

ROLES = ("coordinator", "supervisor", "duty_officer", "unit")
# What the next command needs besides the id: shown as places to fill in, so that the line can be copied.
FIELDS = {
    "intake.MakeMandatoryReport": "to=u01 method=phone_110 made=… police_ref=…",
    "intake.AcknowledgeMandatoryReport": "by=… acknowledged=…",
    "intake.RequestReferral": "unit=…",
    "intake.RecordCallback": "reached=true answered=… solved=… satisfied=…",
    "intake.CloseCase": "code=resolved",
    "intake.ReviewOutcome": "outcome=… holds=true",
    "referral.ReportResult": "result=… measures=… handled_on=…",
    "referral.ReplyToNotice": "result=… measures=…",
    "referral.SignOffNotice": "signatory=… authority_basis=…",
    "referral.ServeNotice": "method=…",
    "publication.IssueBriefing": "issue_to=member_units copies=…",
    "meeting.SendNotification": "units=u01,u02",
    "meeting.FreezeAgenda": "briefing=…",
    "meeting.RecordAttendance": "present=u01,u02",
    "meeting.SignMinutes": "signatory=… figures_digest=…",
    "meeting.ReportResolution": "result=… measures=…",
}
NOTICE_VERBS = ("Notice", "Reply")
LIGHTS = {"red": "red", "yellow": "yellow", "blue": "blue", "green": "green"}


@click.command()
@click.option(
    "--role", type=click.Choice(ROLES), help="看哪个角色的待办（默认本人角色）。 Whose list; your own role's."
)
@click.option("--unit", help="只看这个单位。 Only this unit.")
@click.option("--desk", help="只看这个值班台。 Only this desk.")
@click.option(
    "--at",
    "moment",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"]),
    help="以哪个时刻判断（默认现在）。 The moment to judge by; now.",
)
@MIN_SEQ
@as_of_options
@pass_session
def todo(
    session: Session,
    role: str | None,
    unit: str | None,
    desk: str | None,
    moment: datetime | None,
    min_seq: int | None,
    as_of: AsOf,
) -> None:
    """今日待办：按紧急程度排列，红黄蓝绿灯、剩余工作日和下一步命令。 What has to be done today.

    \b
    lianxi todo --as coordinator
    lianxi todo --as u08
    """
    person = directory().principal(session.principal)
    params: dict[str, Any] = {
        "role": role or (person.role if person and person.role in ROLES else "coordinator"),
        "now": moment.isoformat() if moment else _judged_at(session, as_of),
    }
    desk = desk or (person.desk if person else None)
    params |= {key: value for key, value in (("unit", unit), ("desk", desk)) if value}
    answer = session.ask("todo", params, min_seq, as_of, explained=not session.machine)
    listed = rows(answer)
    if session.machine:
        as_json({"position": answer["position"], "rows": listed})
        return
    _print(session, answer, listed)


def _judged_at(session: Session, as_of: AsOf) -> str:
    """A list of the past is judged by its own moment: at a position, by when its newest commit was recorded."""
    if as_of.seq is not None:
        person = {"role": "coordinator", "now": datetime.now(CHINA).isoformat(), "limit": 1}
        recorded = session.ask("todo", person, as_of=as_of)["position"]["recorded"]
        if recorded is not None:
            return str(recorded)
    return as_of.moment or (session.time or datetime.now(CHINA)).isoformat()


def _print(session: Session, answer: dict[str, Any], listed: list[dict[str, Any]]) -> None:
    shown = Presentation(answer["explained"], session.lang)
    columns = shown.columns(answer["columns"], wide=False)
    if not listed:
        say(session.lang, "没有待办。", "Nothing is to be done.")
        return
    cells = [
        [_lit(row, name, written(shown.cell(name, row[name]), session.lang)) for name in columns] for row in listed
    ]
    table([shown.title(name) for name in columns], cells)
    for row in listed:
        click.echo(f"  {row['number'] or '—'}\t{_command(session, row)}")
    seq = answer["position"]["seq"]
    say(session.lang, f"{len(listed)} 项，截至第 {seq} 条。", f"{len(listed)} items, as of position {seq}.")


def _lit(row: dict[str, Any], name: str, cell: str) -> str:
    colour = LIGHTS.get(row["light"] or "")
    return f"[{colour}]{cell}[/]" if colour and cell and name in ("light", "due", "working_days") else cell


def _command(session: Session, row: dict[str, Any]) -> str:
    verb = row["command"]
    if verb == "intake.FinaliseContact":
        # The whole form is entered once more: too long for a line.
        return f"lianxi send {verb} FILE --as {session.principal}"
    on_notice = any(word in verb for word in NOTICE_VERBS)
    target = {
        "intake": "case",
        "referral": "notice" if on_notice else "referral",
        "meeting": "resolution" if "Resolution" in verb else "meeting",
        "publication": "briefing",
    }[verb.partition(".")[0]]
    data = "" if session.data == DATA else f"--data {session.data} "
    fields = f" {FIELDS[verb]}" if verb in FIELDS else ""
    return f"lianxi {data}send {verb} {target}={row['identity']}{fields} --as {session.principal}"
