"""`audit replay|verify|export` and `rebuild`: what an auditor asks, answered from the ledger's own bytes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click
import msgspec

from events.codes import code_list
from services.broker import OFFICE_API
from services.console.comparing import document
from services.console.dossier import related
from services.console.exported import Line, export_line
from services.console.legality import LEGAL
from services.console.output import REFUSED, USAGE, as_json, say
from services.console.session import Session, pass_session
from services.ledger import Ledger, Stored, VerificationReport, verify


@click.group()
def audit() -> None:
    """审计：重放、校验、核对文书、导出。 Replay, verify, compare papers and export what is on record."""


audit.add_command(document)


@audit.command()
@click.argument("identity", metavar="ID")
@pass_session
def replay(session: Session, identity: str) -> None:
    """一个案件、转办单、文书、会议、议定事项或简报发生过什么，逐条列出并附哈希。 What happened, each commit with its hash.

    连同由它引出的：案件的登记、转办单和催办督办，会议的议定事项，简报的通报简讯。 With what came of it.
    """
    session.principal = "auditor"

    async def work() -> list[Stored]:
        async with session.client() as client:
            return await related(Ledger(client.connection, OFFICE_API), identity)

    commits = session.run(work)
    if not commits:
        session.fail(REFUSED, "audit.not_found", "账本里没有这个编号。", "The ledger holds nothing under this id.")
    if session.machine:
        as_json(
            [
                {"seq": each.seq, "subject": each.subject, "hash": each.hash} | msgspec.to_builtins(each.commit)
                for each in commits
            ]
        )
        return
    for each in commits:
        click.echo(_sentence(each, session.lang))


def _sentence(stored: Stored, lang: str) -> str:
    commit = stored.commit
    names = code_list("fact")
    english = lang == "en"
    label, comma = (names.en, "; ") if english else (names.zh, "；")
    what = comma.join(label(type(fact).__name__) + _details(fact, lang) for fact in commit.facts)
    count = len(commit.sealed.fields) if commit.sealed else 0
    sealed = (f" ({count} sealed)" if english else f"（密封 {count} 项）") if count else ""
    when = commit.recorded.strftime("%Y-%m-%d %H:%M")
    actor = commit.actor
    who = f"{actor.principal} ({actor.role})" if english else f"{actor.principal}（{actor.role}）"
    return f"#{stored.seq}  {when}  {who}  {commit.kind} {commit.n}  {what}{sealed}\n      {stored.hash}"


def _details(fact: Any, lang: str) -> str:
    """The few coded values that a reader looks for; never more than the fact itself holds."""
    shown = []
    for name, list_name in _CODED.items():
        value = getattr(fact, name, None)
        if isinstance(value, str) and list_name and value in code_list(list_name):
            codes = code_list(list_name)
            shown.append(codes.en(value) if lang == "en" else codes.zh(value))
        elif value is not None and not list_name:
            shown.append(str(value)[:19])
    if not shown:
        return ""
    return f" [{', '.join(shown)}]" if lang == "en" else f"〔{'，'.join(shown)}〕"


_CODED = {
    "primary_disposition": "disposition",
    "category": "category",
    "ground": "return_ground",
    "result": "referral_result",
    "outcome": "outcome",
    "code": "closure_code",
    "unit": "",
    "referral_no": "",
    "doc_no": "",
    "due_report": "",
    "due_sign": "",
    "monthly_yuan": "",
}


@audit.command(name="verify")
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="校验导出的文件，不需要连接。 Verify an exported file, offline.",
)
@pass_session
def verify_command(session: Session, file: Path | None) -> None:
    """校验整本账：次序、编号、前后哈希、每条能解读、每步合规。 Verify the whole ledger, or an exported file."""
    session.principal = "auditor"
    if file is not None:
        try:
            report = verify_export(file.read_bytes())
        except NotAnExport:
            session.fail(USAGE, "audit.not_an_export", "这不是导出的账本文件。", "This is not an exported ledger file.")
    else:

        async def work() -> VerificationReport:
            async with session.client() as client:
                return await verify_ledger(Ledger(client.connection, OFFICE_API))

        report = session.run(work)
    if session.machine:
        as_json(msgspec.to_builtins(report))
    else:
        _tell(session, report)
    if not report.valid:
        raise SystemExit(REFUSED)


async def verify_ledger(ledger: Ledger) -> VerificationReport:
    """Read every commit in order and check it. A gap or a fork becomes a problem of the report, not a crash."""
    read: list[tuple[int, str, bytes]] = []
    head = await ledger.head()
    async for batch in ledger.read_raw(until=head.seq):
        read += batch
    return verify(read, LEGAL, end=head.seq)


def _tell(session: Session, report: VerificationReport) -> None:
    if report.valid:
        say(
            session.lang,
            f"校验通过：{report.commits} 条提交、{report.facts} 个事实、{report.aggregates} 个对象；末条 #{report.seq}，{report.hash}",
            f"Valid: {report.commits} commits, {report.facts} facts, {report.aggregates} aggregates; head #{report.seq}, {report.hash}",
        )
        return
    for problem in report.problems:
        click.echo(f"#{problem.seq}  [{problem.code}]  {problem.en if session.lang == 'en' else problem.zh}", err=True)
    say(
        session.lang,
        f"校验不通过：{len(report.problems)} 处。",
        f"Not valid: {len(report.problems)} problems.",
        err=True,
    )


class NotAnExport(Exception):
    """The file holds something else, or nothing."""


def verify_export(raw: bytes) -> VerificationReport:
    """Check the lines of an export. Raises NotAnExport."""
    try:
        lines = [msgspec.json.decode(text, type=Line) for text in raw.split(b"\n") if text.strip()]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotAnExport from error
    if not lines:
        raise NotAnExport
    noted = {each.seq: each.hash for each in lines if each.hash is not None}
    return verify([(each.seq, each.subject, bytes(each.commit)) for each in lines], LEGAL, noted=noted)


@audit.command()
@click.argument("identity", metavar="[ID]", required=False)
@click.option(
    "--all", "everything", is_flag=True, help="整本账，可供 --archive 使用。 The whole ledger, for --archive."
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写到哪个文件。 The file to write."
)
@pass_session
def export(session: Session, identity: str | None, everything: bool, out: Path) -> None:
    """导出一个案件或整本账的全部提交（原始字节，可离线校验）。 Export every commit of one case, or of all, as its original bytes."""
    session.principal = "auditor"
    if (identity is None) != everything:
        raise click.UsageError("give either ID or --all")
    if identity is None:
        _export_all(session, out)
        return

    async def work() -> list[Stored]:
        async with session.client() as client:
            return await related(Ledger(client.connection, OFFICE_API), identity)

    commits = session.run(work)
    if not commits:
        session.fail(REFUSED, "audit.not_found", "账本里没有这个编号。", "The ledger holds nothing under this id.")
    out.write_bytes(b"".join(export_line(stored) for stored in commits))
    if session.machine:
        as_json({"commits": len(commits), "file": str(out)})
    else:
        say(
            session.lang,
            f"已导出 {len(commits)} 条到 {out}；校验：lianxi audit verify --file {out}",
            f"{len(commits)} commits in {out}; verify with `lianxi audit verify --file {out}`",
        )


def _export_all(session: Session, out: Path) -> None:
    async def work() -> tuple[int, str]:
        count, last = 0, ""
        async with session.client() as client:
            ledger = Ledger(client.connection, OFFICE_API)
            head = await ledger.head()
            with _whole(out) as file:
                async for batch in ledger.read(until=head.seq):
                    file.write(b"".join(export_line(stored) for stored in batch))
                    count, last = count + len(batch), batch[-1].hash
        return count, last

    count, last = session.run(work)
    if session.machine:
        as_json({"commits": count, "head": last, "file": str(out)})
    else:
        say(
            session.lang,
            f"已导出整本账 {count} 条到 {out}，末条 {last}；离线查看：lianxi --archive {out} query …",
            f"{count} commits in {out}, head {last}; read it with `lianxi --archive {out} query …`",
        )


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears when all of it is written, or not at all."""
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as file:
            yield file
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


@click.command()
@pass_session
def rebuild(session: Session) -> None:
    """从账本重建全部台账，并与现有的逐行比较。 Rebuild the read models from zero and say whether they came out equal."""
    answer = session.ask("rebuild")
    report = answer["rebuild"]
    equal = bool(report["equal"])
    if session.machine:
        as_json({"rebuild": "equal" if equal else "different", "position": answer["position"]} | report)
    else:
        for table, difference in report["differences"].items():
            click.echo(f"{table}: {difference}", err=True)
        zh, en = ("一致", "equal") if equal else ("不一致！", "different!")
        say(
            session.lang,
            f"由 {report['commits']} 条提交重建，用时 {report['seconds']} 秒，结果与现有台账{zh}。",
            f"Rebuilt from {report['commits']} commits in {report['seconds']} s: {en}",
        )
    if not equal:
        raise SystemExit(REFUSED)
