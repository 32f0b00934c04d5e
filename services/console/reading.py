"""`case`, `referral`, `notice`, `query`, `queries`: what the read models know."""

import base64
import hashlib
import uuid
from pathlib import Path
from typing import Any

import click

from services.bus.client import Reply
from services.console.as_of import NOW, AsOf, as_of_options
from services.console.output import REFUSED, as_csv, as_json, say, table
from services.console.presenting import Presentation
from services.console.session import Session, pass_session, rows

MIN_SEQ = click.option(
    "--min-seq", type=click.IntRange(min=0), help="至少读到这个位置。 Wait until this position is read."
)
WIDE = click.option("--wide", is_flag=True, help="显示全部列。 Every column, not only those chosen for a terminal.")


@click.command()
@click.argument("name")
@click.option("--param", "-p", "given", multiple=True, metavar="KEY=VALUE", help="查询参数。 A parameter of the query.")
@click.option("--csv", "comma", is_flag=True, help="输出 CSV（全部列，代码）。 CSV: every column, codes as they are.")
@click.option(
    "--bom", is_flag=True, help="CSV 带 BOM，供办公软件打开。 CSV with a byte order mark, for office programs."
)
@click.option(
    "--xlsx", type=click.Path(path_type=Path, dir_okay=False), help="写成工作簿（全部列，标签）。 Write a workbook."
)
@WIDE
@MIN_SEQ
@as_of_options
@pass_session
def query(
    session: Session,
    name: str,
    given: tuple[str, ...],
    comma: bool,
    bom: bool,
    xlsx: Path | None,
    wide: bool,
    min_seq: int | None,
    as_of: AsOf,
) -> None:
    """查询台账（lianxi queries 列出可查内容）。 Ask a read model; `queries` lists them.

    \b
    lianxi query referral_ledger
    lianxi query open_deadlines -p now=2026-06-30T18:00:00+08:00 --csv
    lianxi query referral_ledger --xlsx 转办台账.xlsx
    """
    if comma and xlsx:
        raise click.UsageError("--csv / --xlsx")
    if bom and not comma:
        raise click.UsageError("--bom: --csv")
    params: dict[str, Any] = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals:
            raise click.UsageError(f"--param {pair}: KEY=VALUE")
        params[key] = value
    explained = xlsx is not None or not (session.machine or comma)
    answer = session.ask(name, params, min_seq, as_of, explained=explained)
    if xlsx is not None:
        # Loaded when asked for: no other answer has a use for what writes workbooks.
        from services.console.exporting import export

        export(session, name, params, answer, xlsx)
    elif session.machine:
        as_json(answer)
    elif comma:
        as_csv(answer["columns"], answer["rows"], bom)
    else:
        _print(session, name, answer, wide)


def _print(session: Session, name: str, answer: dict[str, Any], wide: bool = False) -> None:
    described = answer["explained"]
    titles, shown = Presentation(described, session.lang).rows(answer, wide)
    table(titles, shown, title=described["zh"] if session.lang == "zh" else name, lang=session.lang)
    count, seq = len(shown), answer["position"]["seq"]
    say(session.lang, f"{count} 行，截至第 {seq} 条。", f"{count} rows, as of position {seq}.")


@click.command()
@pass_session
def queries(session: Session) -> None:
    """列出可查询的内容和各列含义。 What can be asked, with columns explained."""
    answer = session.ask("queries")
    if session.machine:
        as_json(answer)
        return
    for each in answer["queries"]:
        click.echo(f"\n{each['name']}" + (f"  {each['zh']}" if session.lang == "zh" else ""))
        for parameter in each["parameters"]:
            needed = "" if parameter["required"] else "?"
            click.echo(f"  -p {parameter['name'] + needed:<22}{parameter['type']:<9}{parameter[session.lang]}")
        for column in each["columns"]:
            click.echo(f"     {column['name']:<22}{column[session.lang]}")


def showing(
    session: Session,
    name: str,
    params: dict[str, Any],
    missing_zh: str,
    missing_en: str,
    min_seq: int | None = None,
    as_of: AsOf = NOW,
) -> None:
    """The one row of a query, laid out field by field; a sentence and exit code 3 when there is none."""
    answer = session.ask(name, params, min_seq, as_of, explained=not session.machine)
    if not answer["rows"]:
        session.fail(REFUSED, f"{name}.not_found", missing_zh, missing_en)
    if session.machine:
        as_json({"position": answer["position"], "rows": rows(answer)})
    elif len(answer["rows"]) == 1 and name != "case_history":
        titles, shown = Presentation(answer["explained"], session.lang).rows(answer, wide=True)
        table(("", ""), list(zip(titles, shown[0], strict=True)), lang=session.lang)
    else:
        _print(session, name, answer)


def listing(
    session: Session,
    name: str,
    min_seq: int | None,
    wide: bool,
    as_of: AsOf = NOW,
    params: dict[str, Any] | None = None,
) -> None:
    """The rows of a query as a table, or for machines."""
    answer = session.ask(name, params or {}, min_seq, as_of, explained=not session.machine)
    if session.machine:
        as_json({"position": answer["position"], "rows": rows(answer)})
    else:
        _print(session, name, answer, wide)


@click.group()
def case() -> None:
    """案件。 Cases."""


@case.command(name="show")
@click.argument("identity", metavar="ID|编号")
@MIN_SEQ
@as_of_options
@pass_session
def case_show(session: Session, identity: str, min_seq: int | None, as_of: AsOf) -> None:
    """一个案件现在的情况。 One case as it stands."""
    showing(session, "case", {"case": identity}, "没有这个案件。", "There is no such case.", min_seq, as_of)


@case.command(name="history")
@click.argument("identity", metavar="ID|编号")
@MIN_SEQ
@as_of_options
@pass_session
def case_history(session: Session, identity: str, min_seq: int | None, as_of: AsOf) -> None:
    """一个案件从头到尾发生了什么。 What happened to one case."""
    showing(session, "case_history", {"case": identity}, "没有这个案件。", "There is no such case.", min_seq, as_of)


@click.group()
def referral() -> None:
    """转办单。 Referrals."""


@referral.command(name="list")
@WIDE
@MIN_SEQ
@as_of_options
@pass_session
def referral_list(session: Session, wide: bool, min_seq: int | None, as_of: AsOf) -> None:
    """转办台账。 All referrals."""
    listing(session, "referral_ledger", min_seq, wide, as_of)


@referral.command(name="show")
@click.argument("identity", metavar="ID|文号")
@MIN_SEQ
@as_of_options
@pass_session
def referral_show(session: Session, identity: str, min_seq: int | None, as_of: AsOf) -> None:
    """一件转办单。 One referral."""
    showing(
        session, "referral", {"referral": identity}, "没有这个转办单。", "There is no such referral.", min_seq, as_of
    )


@referral.command(name="file")
@click.argument("file", metavar="附件ID")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写到哪个文件。 Where to write it."
)
@click.option("--purpose", default="handling", show_default=True, help="查阅事由：lianxi codes view_purpose。 Why.")
@pass_session
def referral_file(session: Session, file: str, out: Path, purpose: str) -> None:
    """取出一份附件；查阅先记入账本。 Be given an attached file; the view is on record first."""
    viewed, content = session.run(lambda: _fetch(session, file, purpose))
    session.accepted(viewed)
    if content is None:
        session.fail(REFUSED, "attachment.lost", "附件与账本上的校验码不符。", "The file is not the one on record.")
    out.write_bytes(content)
    if session.machine:
        as_json({"file": str(out), "bytes": len(content), "seq": viewed.seq})
    else:
        say(session.lang, f"已写入 {out}（{len(content)} 字节）。", f"Written to {out} ({len(content)} bytes).")


async def _fetch(session: Session, file: str, purpose: str) -> tuple[Reply, bytes | None]:
    """The reply to the view, or the refusal that ended it, and the whole file when it is the one on record."""
    async with session.client() as client:
        view = {"command_id": f"view-{uuid.uuid4().hex}", "file": file, "purpose": purpose}
        viewed = await client.send("referral", "ViewFile", view)
        content, part, parts, digest = b"", 0, 1, ""
        while not viewed.refused and part < parts:
            asked = {
                "command_id": f"read-{part}",
                "file": file,
                "view": viewed.body["accepted"]["commit"],
                "part": part,
            }
            answer = await client.send("referral", "ReadFile", asked)
            if answer.refused:
                return answer, None
            given = answer.body["data"]
            content += base64.b64decode(given["data"])
            part, parts, digest = part + 1, int(given["parts"]), given["sha256"]
    return viewed, content if hashlib.sha256(content).hexdigest() == digest else None


@click.group()
def notice() -> None:
    """催办、督办文书。 Supervision notices."""


@notice.command(name="list")
@WIDE
@MIN_SEQ
@as_of_options
@pass_session
def notice_list(session: Session, wide: bool, min_seq: int | None, as_of: AsOf) -> None:
    """督办台账。 All notices."""
    listing(session, "supervision_ledger", min_seq, wide, as_of)


@notice.command(name="show")
@click.argument("identity", metavar="ID|文号")
@MIN_SEQ
@as_of_options
@pass_session
def notice_show(session: Session, identity: str, min_seq: int | None, as_of: AsOf) -> None:
    """一份文书。 One notice."""
    showing(session, "notice", {"notice": identity}, "没有这份文书。", "There is no such notice.", min_seq, as_of)
