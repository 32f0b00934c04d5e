"""`codes`: the code lists, so that whoever writes a command or a register finds the word for what happened."""

from datetime import datetime

import click

from events.codes import code_list, code_lists
from services.bus.clock import CHINA
from services.console.output import USAGE, as_json, table
from services.console.session import Session, pass_session

# A code, its Chinese and its English label.
Line = tuple[str, str, str]


@click.command()
@click.argument("name", metavar="LIST", required=False)
@pass_session
def codes(session: Session, name: str | None) -> None:
    """代码表：不带参数列出全部代码表，带名称列出其中的代码。 The code lists; with a name, its codes.

    \b
    lianxi codes
    lianxi codes measure
    """
    if name is None:
        lists = [code_list(each) for each in code_lists()]
        if session.machine:
            as_json([{"list": each.name, "zh": each.zh_title, "en": each.en_title} for each in lists])
        else:
            _print(session, ("list", "list"), [(each.name, each.zh_title, each.en_title) for each in lists])
        return
    if name not in code_lists():
        session.fail(
            USAGE,
            "codes.unknown_list",
            "没有这个代码表，lianxi codes 列出全部。",
            "There is no such code list; `lianxi codes` shows all.",
        )
    today = datetime.now(CHINA).date()
    entries = [each for each in code_list(name) if each.valid_on(today)]
    if session.machine:
        as_json([{"code": each.code, "zh": each.zh, "en": each.en} for each in entries])
    else:
        _print(session, ("代码", "code"), [(each.code, each.zh, each.en) for each in entries])


def _print(session: Session, heading: tuple[str, str], lines: list[Line]) -> None:
    """Both languages for a Chinese reader, who types either; English alone for an English one."""
    zh, en = heading
    if session.lang == "en":
        table((en, "English"), [(code, english) for code, _, english in lines])
    else:
        table((zh, "中文", "English"), lines)
