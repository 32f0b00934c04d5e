"""`lianxi`: the one program. This file only puts the commands together and turns the unexpected into exit code 1."""

import logging
import os
import sys
from datetime import datetime
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import click

from services.console.output import UNEXPECTED, USAGE, as_json, say
from services.console.session import DATA, Session

HELP = """联席：青少年权益保护网络的协同后台。 Coordination backend of a youth-rights network.

\b
先启动：   lianxi up
再办理：   lianxi import 登记表.csv --as duty-city
查看：     lianxi query contact_register
看演示：   lianxi demo
\b
退出码 / exit codes: 0 done, 1 unexpected, 2 usage, 3 refused, 4 unavailable
"""


# Command -> where it is. Loaded when asked for: a service that is started has no use for what draws documents.
COMMANDS = {
    "up": "services.console.operate:up",
    "serve": "services.console.operate:serve",
    "provision": "services.console.operate:provision_command",
    "send": "services.console.exchange:send",
    "import": "services.console.exchange:import_register",
    "case": "services.console.reading:case",
    "referral": "services.console.reading:referral",
    "notice": "services.console.reading:notice",
    "meeting": "services.console.meeting:meeting",
    "resolution": "services.console.resolution:resolution",
    "query": "services.console.reading:query",
    "queries": "services.console.reading:queries",
    "todo": "services.console.todo:todo",
    "codes": "services.console.codes:codes",
    "unit": "services.console.unit:unit",
    "listen": "services.console.listening:listen",
    "briefing": "services.console.briefings:briefing",
    "explain": "services.console.explaining:explain",
    "diff": "services.console.explaining:diff",
    "bulletin": "services.console.bulletin:bulletin",
    "notices": "services.console.papers:notices",
    "register": "services.console.papers:register",
    "papers": "services.console.documents:papers",
    "audit": "services.console.auditing:audit",
    "rebuild": "services.console.auditing:rebuild",
    "schema": "services.console.schemas:schema",
    "demo": "services.demo.command:demo",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_Commands, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=DATA,
    show_default=True,
    help="数据目录。 The data folder.",
)
@click.option("--as", "principal", help="以谁的身份（数据目录里的凭证）。 Who acts.")
@click.option("--json", "machine", is_flag=True, help="输出 JSON。 Output for machines.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="语言。 Language.")
@click.option(
    "--archive",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="从导出的账本回答，不需要服务。 Answer from an exported ledger; nothing has to run.",
)
@click.option(
    "--time",
    "time",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"]),
    hidden=True,
    help="Only for a ledger under a simulated clock.",
)
@click.version_option(package_name="lianxi")
@click.pass_context
def cli(
    context: click.Context,
    data: Path,
    principal: str | None,
    machine: bool,
    lang: str,
    archive: Path | None,
    time: datetime | None,
) -> None:
    context.obj = Session(
        data=data,
        principal=principal or os.environ.get("LIANXI_AS", "coordinator"),
        machine=machine,
        lang=lang,
        time=time,
        archive=archive,
    )


class _EverywhereOptions:
    """`--json`, `--data`, `--as`, `--archive` and `--lang` may stand before or after the command's name."""

    FLAGS = frozenset({"--json"})
    VALUES = frozenset({"--data", "--as", "--lang", "--archive", "--time"})

    @classmethod
    def to_the_front(cls, words: list[str]) -> list[str]:
        front: list[str] = []
        rest: list[str] = []
        left = iter(words)
        for word in left:
            if word == "--":
                rest += [word, *left]
            elif word in cls.FLAGS or (word.partition("=")[0] in cls.VALUES and "=" in word):
                front.append(word)
            elif word in cls.VALUES:
                front += [word, *(value for value in [next(left, None)] if value is not None)]
            else:
                rest.append(word)
        return front + rest


def main() -> None:
    """The entry point. No traceback reaches a person; LIANXI_DEBUG=1 shows it to a developer."""
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s", stream=sys.stderr)
    words = _EverywhereOptions.to_the_front(sys.argv[1:])
    try:
        cli.main(args=words, prog_name="lianxi")
    except OSError as error:
        if os.environ.get("LIANXI_DEBUG") or error.filename is None:
            _unexpected(error, words)
        zh = f"无法读写“{error.filename}”（{error.strerror}），请换一个文件或目录。"
        en = f"{error.filename} cannot be read or written ({error.strerror}); take another file or folder."
        _end(words, USAGE, {"refused": {"code": "file.unusable", "zh": zh, "en": en, "field": None}})
    except Exception as error:
        _unexpected(error, words)


def _unexpected(error: Exception, words: list[str]) -> NoReturn:
    if os.environ.get("LIANXI_DEBUG"):
        raise error
    zh = f"出现意外错误（{type(error).__name__}），操作可能未完成。设 LIANXI_DEBUG=1 可看详情。"
    en = f"Something unexpected happened ({type(error).__name__}); LIANXI_DEBUG=1 shows the details."
    _end(words, UNEXPECTED, {"unexpected": {"code": "console.unexpected", "zh": zh, "en": en}})


def _end(words: list[str], status: int, said: dict[str, Any]) -> NoReturn:
    (sentence,) = said.values()
    if "--json" in words:
        as_json(said)
    else:
        say("en" if _english(words) else "zh", sentence["zh"], sentence["en"], err=True)
    sys.exit(status)


def _english(words: list[str]) -> bool:
    return "--lang=en" in words or ("--lang", "en") in pairwise(words)


if __name__ == "__main__":
    main()
