"""`bulletin`: the briefing's way from its figures to the units: generate, review, issue, correct, withdraw."""

import uuid
from datetime import date
from typing import Any

import click

from events.codes import code_list
from services.bus.client import Client, Reply
from services.console.as_of import AsOf, as_of_options
from services.console.output import REFUSED, USAGE, as_json, say, table
from services.console.presenting import Presentation
from services.console.reading import MIN_SEQ, WIDE
from services.console.session import DATA, Session, pass_session, rows

BRIEFING = click.argument("briefing", metavar="ID|期号")
AS_OF_SEQ = click.option(
    "--as-of-seq",
    "position",
    type=click.IntRange(min=1),
    help="截至账本的这个位置（默认最新）。 As of this position; the last one.",
)
# Whom the codes of list recipient are told to when the line does not say otherwise.
FIELDS = ("report_to", "send_to", "issue_to")


@click.group()
def bulletin() -> None:
    """简报、通报：生成、审核、印发、更正、撤回；印发即通报各单位。 Briefings, from their figures to every unit's feed.

    \b
    lianxi bulletin generate --kind briefing --period 2026-01-12..2026-06-30 --as coordinator
    lianxi bulletin review 简报标识 --as supervisor
    lianxi bulletin issue 简报标识 --to committee --to member_units --copies 40 --as supervisor
    lianxi bulletin correct 2026-1 --figure contacts --cause 812 --reason late_entry --as coordinator
    """


@bulletin.command()
@click.option("--kind", default="briefing", show_default=True, help="种类：lianxi codes briefing_kind。 Which kind.")
@click.option(
    "--period", required=True, metavar="FROM..TO", help="期间，如 2026-01-12..2026-06-30。 First and last day."
)
@AS_OF_SEQ
@pass_session
def generate(session: Session, kind: str, period: str, position: int | None) -> None:
    """生成：固定一个期间截至某一位置的数据。 Fix the figures of a period at one position."""
    start, end = _period(session, period)
    body = {"kind": kind, "start": start, "end": end} | ({"position": position} if position else {})
    reply, found = session.run(lambda: _generated(session, body))
    session.accepted(reply)
    if session.machine:
        as_json(reply.body | ({"briefing": found} if found else {}))
        return
    digest = f"{found['figures_digest']}" if found else "—"
    at = found["position"] if found else "—"
    say(session.lang, f"已生成：{reply.id}", f"Generated: {reply.id}")
    say(session.lang, f"截至第 {at} 条，数据校验码 {digest}", f"As of position {at}, figures digest {digest}")
    _next(session, f"review {reply.id}", "另一人审核", "somebody else reviews it")


async def _generated(session: Session, body: dict[str, Any]) -> tuple[Reply, dict[str, Any] | None]:
    async with session.client() as client:
        reply = await client.send("publication", "GenerateBriefing", _command(body))
        if reply.refused:
            return reply, None
        shown = await client.query("briefing", {"briefing": reply.id}, min_seq=reply.seq)
        # On record in any case: what the read models do not say yet is not worth a failure.
        listed = rows(shown.body) if not shown.refused else []
        return reply, listed[0] if listed else None


@bulletin.command()
@BRIEFING
@pass_session
def review(session: Session, briefing: str) -> None:
    """审核：由另一人重新计算，数据一致才通过。 Have the figures computed again, by another than who generated them."""
    reply = _send(session, "ReviewBriefing", briefing)
    _next(session, f"issue {reply.id} --to member_units --copies 40", "督办员印发", "the supervisor issues it")


@bulletin.command()
@BRIEFING
@click.option(
    "--to",
    "to",
    multiple=True,
    required=True,
    help="分送对象（可多次）：lianxi codes recipient。 To whom; report_to=… moves one.",
)
@click.option("--copies", type=click.IntRange(1, 100_000), required=True, help="印制份数。 How many are printed.")
@pass_session
def issue(session: Session, briefing: str, to: tuple[str, ...], copies: int) -> None:
    """印发：取期号、总期号；简报、通报同时发到每个单位。 It takes its numbers; every unit gets the bulletin.

    对象按代码表归入报、送、发；写 send_to=committee 可改放一处。
    """
    fields: dict[str, list[str]] = {field: [] for field in FIELDS}
    for each in to:
        named, _, code = each.rpartition("=")
        entry = code_list("recipient").find(code)
        field = named or (entry.group if entry else None) or FIELDS[-1]
        if field not in fields:
            raise click.UsageError(f"--to {each}: {', '.join(FIELDS)}")
        fields[field].append(entry.code if entry else code)
    _send(session, "IssueBriefing", briefing, copies=copies, **fields)


@bulletin.command()
@BRIEFING
@click.option("--figure", required=True, help="指标，如 contacts。 Which figure.")
@click.option(
    "--cause",
    type=click.IntRange(min=1),
    required=True,
    metavar="SEQ",
    help="引起更正的提交。 The commit that changed it.",
)
@click.option("--reason", required=True, help="事由：lianxi codes restatement_reason。 Why.")
@AS_OF_SEQ
@pass_session
def correct(session: Session, briefing: str, figure: str, cause: int, reason: str, position: int | None) -> None:
    """更正一个指标；已印发的各期不改动，另记入更正栏。 Correct one figure; the issue stays as it was printed."""
    more = {"position": position} if position else {}
    _send(session, "CorrectBriefing", briefing, figure=figure, cause=cause, reason=reason, **more)


@bulletin.command()
@BRIEFING
@click.option("--reason", required=True, help="事由：lianxi codes briefing_withdraw_reason。 Why.")
@pass_session
def withdraw(session: Session, briefing: str, reason: str) -> None:
    """撤回；期号不再使用。 Withdraw it; its number is never used again."""
    _send(session, "WithdrawBriefing", briefing, reason=reason)


@bulletin.command(name="list")
@click.option("--kind", help="只看这一种类。 Of this kind alone.")
@click.option("--status", help="只看这一状态。 In this state alone.")
@WIDE
@MIN_SEQ
@as_of_options
@pass_session
def list_(session: Session, kind: str | None, status: str | None, wide: bool, min_seq: int | None, as_of: AsOf) -> None:
    """简报台账。 Every briefing."""
    params = {key: value for key, value in (("kind", kind), ("status", status)) if value}
    answer = session.ask("briefing_ledger", params, min_seq, as_of, explained=not session.machine)
    if session.machine:
        as_json({"position": answer["position"], "rows": rows(answer)})
        return
    _table(session, answer, wide)
    seq = answer["position"]["seq"]
    say(session.lang, f"{len(answer['rows'])} 份，截至第 {seq} 条。", f"{len(answer['rows'])}, as of position {seq}.")


@bulletin.command()
@BRIEFING
@MIN_SEQ
@pass_session
def show(session: Session, briefing: str, min_seq: int | None) -> None:
    """一份简报和它的更正栏。 One briefing and its corrections."""
    answer = session.ask("briefing", {"briefing": briefing}, min_seq, explained=not session.machine)
    found = rows(answer)
    if not found:
        session.fail(REFUSED, "briefing.not_found", "没有这份简报。", "There is no such briefing.")
    identity = found[0]["briefing"] if len(found) == 1 else None
    at = answer["position"]["seq"]
    mended = session.ask(
        "briefing_corrections", {"briefing": identity} if identity else {}, at, explained=not session.machine
    )
    if session.machine:
        listed = [row for row in rows(mended) if row["briefing"] in {each["briefing"] for each in found}]
        as_json({"position": answer["position"], "rows": found, "corrections": listed})
    elif identity is None:
        # One number of several kinds or years: the list tells them apart.
        _table(session, answer, wide=False)
    else:
        titles, shown = Presentation(answer["explained"], session.lang).rows(answer, wide=True)
        table(("", ""), list(zip(titles, shown[0], strict=True)), lang=session.lang)
        if mended["rows"]:
            _table(session, mended, wide=False)


def _table(session: Session, answer: dict[str, Any], wide: bool) -> None:
    described = answer["explained"]
    titles, shown = Presentation(described, session.lang).rows(answer, wide)
    table(titles, shown, title=described["zh"] if session.lang == "zh" else described["name"], lang=session.lang)


def _send(session: Session, verb: str, named: str, **fields: Any) -> Reply:
    async def work() -> Reply | list[str]:
        async with session.client() as client:
            found = await _identities(client, named)
            if len(found) != 1:
                return found
            return await client.send("publication", verb, _command({"briefing": found[0]} | fields))

    reply = session.run(work)
    if isinstance(reply, list):
        session.fail(
            USAGE,
            "briefing.ambiguous",
            f"“{named}”有 {len(reply)} 份，请写简报标识：{'、'.join(reply)}",
            f"{named} names {len(reply)} briefings; give the id: {', '.join(reply)}",
        )
    session.accepted(reply)
    if session.machine:
        as_json(reply.body)
    else:
        say(session.lang, f"已记录（第 {reply.seq} 条）。", f"On record, at position {reply.seq}.")
    return reply


async def _identities(client: Client, named: str) -> list[str]:
    """The ids of what is named by a number; what the read models do not know is taken for an id."""
    answer = await client.query("briefing", {"briefing": named})
    listed = [str(row["briefing"]) for row in rows(answer.body)] if not answer.refused else []
    return listed or [named]


def _command(fields: dict[str, Any]) -> dict[str, Any]:
    return {"command_id": f"cli-{uuid.uuid4().hex}"} | fields


def _next(session: Session, words: str, zh: str, en: str) -> None:
    if session.machine:
        return
    data = "" if session.data == DATA else f"--data {session.data} "
    say(
        session.lang,
        f"下一步（{zh}）：lianxi {data}bulletin {words} --as supervisor",
        f"Next, {en}: lianxi {data}bulletin {words} --as supervisor",
    )


def _period(session: Session, text: str) -> tuple[date, date]:
    try:
        first, last = (date.fromisoformat(part) for part in text.split(".."))
    except ValueError:
        session.fail(
            USAGE,
            "period.malformed",
            "期间写作 2026-01-12..2026-06-30。",
            "Write the period as 2026-01-12..2026-06-30.",
        )
    return first, last
