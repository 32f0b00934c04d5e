"""What every command of the console shares: the data folder, who acts, the language, and a connection when it needs one."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
import nats.errors
from msgspec import Struct

from services.broker import NotRunning, UnknownPrincipal, connect, load_credential
from services.bus.client import Client, Reply, Violations, every_page
from services.console.as_of import NOW, AsOf
from services.console.output import UNAVAILABLE, USAGE, as_json, refuse, say

T = TypeVar("T")
DATA = Path("lianxi-data")


class BadArchive(Exception):
    """The file is no whole export of a ledger: not one, cut short, or changed. `zh` and `en` say which."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class Session(Struct, kw_only=True):
    data: Path
    principal: str
    machine: bool
    lang: str
    time: datetime | None = None
    # An exported ledger that answers in place of the services.
    archive: Path | None = None

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """A connection as this principal, or the archive. Raises what `run` turns into an exit code."""
        if self.archive is not None:
            # What reads and writes DuckDB is loaded where an archive is asked for.
            from services.console.archive import opened

            with opened(self.archive) as archive:
                yield archive
            return
        violations = Violations(load_credential(self.data, self.principal).role)
        connection = await connect(self.data, self.principal, max_reconnect_attempts=2, error_cb=violations.on_error)
        try:
            yield Client(connection, self.principal, lambda: self.time, violations)
        finally:
            await connection.close()

    @property
    def simulated(self) -> bool:
        """Whether the ledger was begun under a simulated clock."""
        if self.archive is not None:
            from services.console.archive import simulated

            path = self.archive
            return self.run(lambda: asyncio.to_thread(simulated, path))
        return bool(settings(self.data).get("simulated"))

    def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run a coroutine; a missing stack or credential ends in a sentence and exit code 4 or 2."""
        try:
            return asyncio.run(_awaited(work))
        except BadArchive as error:
            self.fail(
                USAGE,
                "archive.unusable",
                f"{self.archive} 不是完整的账本导出文件（{error.zh}），请重新导出：lianxi audit export --all。",
                f"{self.archive} is no whole export of a ledger ({error.en}); export it again: `lianxi audit export --all`.",
            )
        except UnknownPrincipal:
            self.fail(
                USAGE,
                "principal.unknown",
                f"数据目录里没有“{self.principal}”的凭证，请检查 --as 和 --data。",
                f"The data folder holds no credential for {self.principal}; check --as and --data.",
            )
        except (NotRunning, nats.errors.Error, OSError) as error:
            if isinstance(error, OSError) and error.filename is not None:
                # A file or folder, not the broker: `main` says which one.
                raise
            self.fail(
                UNAVAILABLE,
                "service.unavailable",
                f"连接不上 {self.data} 的服务，请先运行 lianxi up。",
                f"Nothing runs on {self.data}; start it with `lianxi up`.",
            )

    def fail(self, status: int, code: str, zh: str, en: str) -> NoReturn:
        if self.machine:
            as_json({"refused": {"code": code, "zh": zh, "en": en, "field": None}})
        else:
            say(self.lang, zh, en, err=True)
        sys.exit(status)

    def accepted(self, reply: Reply) -> Reply:
        """The reply, unless it is a refusal: that one is shown and ends the program."""
        if reply.refused:
            refuse(reply.refused, self.lang, self.machine)
        return reply

    def ask(
        self,
        name: str,
        params: dict[str, Any] | None = None,
        min_seq: int | None = None,
        as_of: AsOf = NOW,
        explained: bool = False,
    ) -> dict[str, Any]:
        """One query's whole answer, all its pages; with what its columns mean when that is asked for too."""

        async def work() -> tuple[Reply, dict[str, Any]]:
            async with self.client() as client:
                reply = await every_page(client, name, params or {}, min_seq, as_of.seq, as_of.moment)
                meaning = (await client.query("queries")).body if explained and not reply.refused else {}
                return reply, meaning

        reply, meaning = self.run(work)
        described = [each for each in meaning.get("queries", ()) if each["name"] == name]
        return self.accepted(reply).body | ({"explained": described[0]} if described else {})


async def _awaited(work: Callable[[], Awaitable[T]]) -> T:
    return await work()


def rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of an answer as dictionaries."""
    return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]


def read_input(source: str) -> bytes:
    """The bytes of a file, or of standard input for `-`."""
    if source == "-":
        return sys.stdin.buffer.read()
    return Path(source).read_bytes()


def settings(data: Path) -> dict[str, Any]:
    """settings.json of the data folder; empty when there is none yet."""
    path = data / "settings.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


pass_session = click.make_pass_decorator(Session)
