"""`audit document`: whether a paper that somebody holds says what the ledger says."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from services.bus.client import Reply
from services.console.output import REFUSED, USAGE, as_json, say
from services.console.session import Session, pass_session

if TYPE_CHECKING:
    from services.console.redrawing import Comparison


@click.command()
@click.argument("paper", metavar="FILE.json", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_session
def document(session: Session, paper: Path) -> None:
    """核对一份文书：按其所载位置从账本重新生成，逐项比较。 Draw a paper again at its position and compare.

    旁边的 .docx、.html 一并逐字节比较。离线核对：lianxi --archive 账本文件 audit document 文书.json
    """
    # What draws is loaded where something is drawn.
    from services.console.papers import QueryRefused
    from services.console.redrawing import HoldsPersonalData, NotAPaper, compare, read

    try:
        held = read(paper)
        simulated = session.simulated

        async def work() -> "Comparison":
            async with session.client() as client:
                return await compare(client, paper, held, simulated)

        found = session.run(work)
    except NotAPaper:
        session.fail(
            USAGE,
            "document.unknown",
            "这不是本系统文书的 .json 文件，请换一份。",
            "This is not the .json of a document of this system; take another file.",
        )
    except HoldsPersonalData:
        session.fail(
            USAGE,
            "document.personal",
            "登记表含个人信息，不在此核对；请用 audit replay 查看经过，或由协调员用 register --as-of-seq 重新打印。",
            "A registration form holds personal data; use `audit replay`, or have a coordinator print it again as of its position.",
        )
    except QueryRefused as refusal:
        session.accepted(Reply(body={"refused": refusal.refused}))
        raise
    if session.machine:
        as_json({"holds": found.holds} | msgspec.to_builtins(found))
    else:
        _say_compared(session, paper, found)
    if not found.holds:
        raise SystemExit(REFUSED)


def _say_compared(session: Session, paper: Path, found: "Comparison") -> None:
    same = [ending for ending, equal in found.faces.items() if equal]
    differing = [*found.differs, *(ending for ending, equal in found.faces.items() if not equal)]
    if differing:
        say(
            session.lang,
            f"{paper.name}：与账本第 {found.position} 条时不符，不同之处：{'、'.join(differing)}。",
            f"{paper.name}: not what the ledger says as of position {found.position}; different: {', '.join(differing)}.",
        )
        return
    if found.figures_alone:
        say(
            session.lang,
            f"{paper.name}：各项数据与账本第 {found.position} 条时相符；逐项来源：lianxi explain {paper.name}",
            f"{paper.name}: every figure as of position {found.position} holds; where each comes from: lianxi explain {paper.name}",
        )
        return
    say(
        session.lang,
        f"{paper.name}：与账本第 {found.position} 条时相符" + (f"，{'、'.join(same)} 逐字节一致。" if same else "。"),
        f"{paper.name}: what the ledger says as of position {found.position}"
        + (f"; {', '.join(same)} equal byte for byte." if same else "."),
    )
    if found.other_code:
        say(
            session.lang,
            "由另一版本的程序生成，只核对了内容，未比较 .docx、.html。",
            "Another version of the program drew it: what it says was compared, its .docx and .html were not.",
        )
