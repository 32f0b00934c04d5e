"""`send` and `import`: how commands get in."""

import asyncio
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.bus.client import Client, Reply
from services.console.output import REFUSED, UNAVAILABLE, UNAVAILABLE_CODES, USAGE, as_json, say
from services.console.register_csv import Problem, RegisterRefused, Row, read_register, write_rejects
from services.console.session import Session, pass_session, read_input
from services.intake import commands as intake
from services.meeting import commands as meeting
from services.publication import commands as publication
from services.referral import commands as referral

COMMANDS = {
    "intake": intake.COMMANDS,
    "referral": referral.COMMANDS,
    "meeting": meeting.COMMANDS,
    "publication": publication.COMMANDS,
}
# How many rows are on their way at once: the broker's disk sync is shared among them.
IN_FLIGHT = 16


@click.command()
@click.argument("target", metavar="SERVICE.Verb")
@click.argument("given", metavar="FILE|-|KEY=VALUE…", nargs=-1, required=True)
@pass_session
def send(session: Session, target: str, given: tuple[str, ...]) -> None:
    """发送一个命令：JSON 文件、标准输入，或逐项写出。 Send one command: as JSON, or field by field.

    同一 command_id 只办一次；逐项写出时不写 command_id 则自动生成。 Idempotent by its command_id.

    \b
    lianxi send referral.SignReferral sign.json --as u07
    echo '{"command_id":"c1","case":"…","unit":"u07"}' | lianxi send intake.RequestReferral -
    lianxi send referral.ReportProgress referral=… measures=visited,mediated --as u07
    """
    service, _, verb = target.partition(".")
    if service not in COMMANDS or not verb:
        session.fail(
            USAGE,
            "command.unknown_service",
            "命令写作 intake.动词、referral.动词、meeting.动词 或 publication.动词，见 lianxi schema。",
            "Write the command as intake.Verb, referral.Verb, meeting.Verb or publication.Verb; see `lianxi schema`.",
        )
    if all("=" in each for each in given):
        body = written_out(service, verb, given)
    elif len(given) > 1:
        raise click.UsageError("FILE | - | KEY=VALUE …")
    else:
        try:
            body = read_input(given[0])
        except OSError:
            session.fail(USAGE, "file.unreadable", f"读不到文件 {given[0]}。", f"The file {given[0]} cannot be read.")

    async def work() -> Reply:
        async with session.client() as client:
            return await client.send(service, verb, body)

    as_json(session.accepted(session.run(work)).body)


def written_out(service: str, verb: str, pairs: Sequence[str]) -> bytes:
    """The JSON of a command given field by field. Lists are divided by commas; what does not fit is left to the service."""
    command = COMMANDS[service].get(verb)
    kinds = {field.name: field.type for field in msgspec.structs.fields(command)} if command else {}
    body: dict[str, Any] = {"command_id": f"cli-{uuid.uuid4().hex}"}
    for pair in pairs:
        name, _, text = pair.partition("=")
        body[name] = _typed(text, kinds.get(name))
    return msgspec.json.encode(body)


def _typed(text: str, kind: Any) -> Any:
    info = _plain(msgspec.inspect.type_info(kind)) if kind is not None else None
    alternatives = tuple(map(_plain, info.types)) if isinstance(info, msgspec.inspect.UnionType) else (info,)
    if any(isinstance(each, msgspec.inspect.VarTupleType | msgspec.inspect.ListType) for each in alternatives):
        return [part.strip() for part in text.split(",") if part.strip()]
    for each in alternatives:
        if isinstance(each, msgspec.inspect.BoolType) and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if isinstance(each, msgspec.inspect.IntType) and text.lstrip("-").isdecimal():
            return int(text)
    return text


def _plain(info: Any) -> Any:
    """What stands under a description."""
    return info.type if isinstance(info, msgspec.inspect.Metadata) else info


class Imported(Struct, kw_only=True):
    """What an import did. `imported` and `unchanged` rows are on record; `problems` are the rejected ones."""

    rows: int
    imported: int = 0
    unchanged: int = 0
    last_seq: int = 0
    problems: list[Problem] = []
    unavailable: bool = False


async def import_rows(
    client: Client, rows: Sequence[Row], problems: Sequence[Problem], progress: Progress, lanes: int = IN_FLIGHT
) -> Imported:
    """Send every valid row as RegisterContact, `lanes` at a time. A refused row becomes a problem of its line."""
    result = Imported(rows=len(rows) + len({problem.line for problem in problems}), problems=list(problems))
    bar = progress.add_task("导入 import", total=len(rows))
    waiting = iter(rows)

    async def lane() -> None:
        for row in waiting:
            reply = await client.send("intake", "RegisterContact", row.command)
            if reply.refused and reply.refused["code"] in UNAVAILABLE_CODES:
                result.unavailable = True
                return
            if reply.refused:
                refused = reply.refused
                result.problems.append(
                    Problem(
                        line=row.line,
                        column=refused["field"] or "",
                        code=refused["code"],
                        zh=refused["zh"],
                        en=refused["en"],
                    )
                )
            else:
                result.imported += not reply.repeated
                result.unchanged += reply.repeated
                result.last_seq = max(result.last_seq, reply.seq)
            progress.advance(bar)

    await asyncio.gather(*(lane() for _ in range(lanes)))
    result.problems.sort(key=lambda problem: (problem.line, problem.column))
    return result


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--check", is_flag=True, help="只检查，不导入。 Only check.")
@pass_session
def import_register(session: Session, file: Path, check: bool) -> None:
    """导入纸质登记表（CSV）。 Import the paper register typed into a CSV file.

    UTF-8、带 BOM 的 UTF-8、GB18030 均可；代码或中文名称均可。重复导入不改变任何内容。
    无效行写入同目录的 *.rejects.csv。
    """
    try:
        register = read_register(file)
    except RegisterRefused as refused:
        session.fail(REFUSED, refused.code, refused.zh, refused.en)
    except OSError:
        session.fail(USAGE, "file.unreadable", f"读不到文件 {file}。", f"The file {file} cannot be read.")
    result = Imported(
        rows=len(register.rows) + len({problem.line for problem in register.problems}), problems=list(register.problems)
    )
    if not check:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())

        async def work() -> Imported:
            with Progress(*columns, console=console, disable=not console.is_terminal or session.machine) as progress:
                async with session.client() as client:
                    return await import_rows(client, register.rows, register.problems, progress)

        result = session.run(work)
    # An older file of rejects would speak of rows that are mended by now: an empty one replaces it.
    stale = file.with_name(f"{file.stem}.rejects.csv").exists()
    rejects = write_rejects(file, result.problems) if result.problems or stale else None
    rejects = rejects if result.problems else None
    _report(session, result, rejects, check, len(register.rows))


def _report(session: Session, result: Imported, rejects: Path | None, check: bool, valid: int) -> None:
    rejected = len({problem.line for problem in result.problems})
    if session.machine:
        as_json(
            {
                "rows": result.rows,
                "imported": result.imported,
                "unchanged": result.unchanged,
                "rejected": rejected,
                "rejects_file": str(rejects) if rejects else None,
                "seq": result.last_seq,
            }
            | ({"valid": valid, "checked": True} if check else {})
        )
    else:
        done = f"可导入 {valid}" if check else f"导入 {result.imported}，已有 {result.unchanged}"
        done_en = f"{valid} valid" if check else f"{result.imported} imported, {result.unchanged} unchanged"
        where = f"，见 {rejects}" if rejects else ""
        say(
            session.lang,
            f"共 {result.rows} 行：{done}，退回 {rejected}{where}。",
            f"{result.rows} rows: {done_en}, {rejected} rejected{f', see {rejects}' if rejects else ''}.",
        )
    if result.unavailable:
        session.fail(
            UNAVAILABLE,
            "service.no_answer",
            "导入中断：服务没有应答。恢复后再导入同一文件即可接着做。",
            "The import stopped: no service answered. Import the same file again to go on.",
        )
