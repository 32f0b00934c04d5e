"""`explain` and `diff`: which events a figure is made of, and what changed between two positions, and why."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from events.briefing import figures_digest
from events.codes import code_list
from services.bus.client import Client, Reply
from services.console.briefings import NoSuchBriefing, figures_at, on_record
from services.console.output import REFUSED, USAGE, as_json, say, table
from services.console.papers import QueryRefused, all_rows
from services.console.periods import PERIOD, Period, read_period
from services.console.session import Session, pass_session
from services.projections.documents import figure_label

SEQ = re.compile(r"[0-9]{1,15}")
EVER = Period(date(1900, 1, 1), date(2999, 12, 31))
BEHIND_MAX = 12


class Edition(Struct, frozen=True):
    """A briefing as somebody holds it, a circular or a report: its period, the position it stands at, what it printed and what it says it rests on."""

    period: Period
    # None: as it stands now.
    seq: int | None
    printed: dict[str, Any] = {}
    digest: str | None = None
    head: str | None = None

    def holds(self, figures: Mapping[str, int], position: Mapping[str, Any]) -> bool:
        """Whether the figures computed again are those that it rests on, and each number that it prints is one of them."""
        return (
            self.digest in (None, figures_digest(figures))
            and self.head in (None, position["hash"])
            and all(value == figures.get(name, 0) for name, value in self.printed.items() if isinstance(value, int))
        )


async def edition(client: Client, named: str) -> Edition:
    """The edition that a .json document or the id or issue number of a briefing on record names. Raises NoSuchBriefing."""
    if named.endswith(".json"):
        return from_file(Path(named))
    recorded = await on_record(client, named)
    return Edition(recorded.period, recorded.seq, digest=recorded.digest, head=recorded.head)


def from_file(path: Path) -> Edition:
    try:
        document = json.loads(path.read_bytes())
        model, seq = document["model"], document["provenance"]["position"]
        period = Period(date.fromisoformat(model["start"]), date.fromisoformat(model["end"]))
        origin = document["provenance"]
        return Edition(period, int(seq), dict(model["figures"]), origin["figures_digest"], origin["head_hash"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoSuchBriefing from error


@click.command()
@click.argument("briefing", metavar="BRIEFING")
@click.argument("figure", metavar="[FIGURE]", required=False)
@pass_session
def explain(session: Session, briefing: str, figure: str | None) -> None:
    """一个数字由哪些事件构成，逐件相加等于该数。 Which events a figure is made of; they add up to it.

    BRIEFING 为简报的期号，或简报、通报、情况汇报的标识或 .json 文件；不写 FIGURE 则列出全部指标。

    \b
    lianxi explain documents/briefing-20260112-20260630.json
    lianxi explain documents/briefing-20260112-20260630.json contacts.disposition.referred
    """

    async def work() -> tuple[Edition, dict[str, int], list[dict[str, Any]], dict[str, Any]]:
        async with session.client() as client:
            held = await edition(client, briefing)
            figures, position = await figures_at(client, held.period, held.seq)
            behind: list[dict[str, Any]] = []
            if figure is not None and figure in figures:
                behind, _ = await all_rows(client, "figure_items", held.seq, figure=figure, **held.period.params)
            return held, figures, behind, position

    held, figures, behind, position = _run(session, work)
    if figure is None:
        _list(session, held, figures, position)
        return
    if figure not in figures and figure not in held.printed:
        session.fail(
            REFUSED,
            "figure.unknown",
            f"该期没有“{figure}”这一指标，不写指标名可列出全部。",
            f"The period has no figure {figure}; leave it out to list them all.",
        )
    _show(session, held, figure, figures.get(figure, 0), behind, position)


def _list(session: Session, held: Edition, figures: dict[str, int], position: dict[str, Any]) -> None:
    holds = held.holds(figures, position)
    if session.machine:
        as_json({"position": position, "figures": figures, "printed": held.printed, "holds": holds})
        if not holds:
            raise SystemExit(REFUSED)
        return
    lines = [
        (name, figure_label(name, session.lang), str(value), str(held.printed.get(name, "")))
        for name, value in sorted(figures.items())
    ]
    titles = (
        ("FIGURE", "指标", "数值", "文书所载") if session.lang == "zh" else ("FIGURE", "meaning", "value", "printed")
    )
    table(titles, lines)
    say(
        session.lang,
        f"截至第 {position['seq']} 条，数据摘要 {figures_digest(figures)}：{'相符' if holds else '与文书不符'}。",
        f"As of position {position['seq']}, figures digest {figures_digest(figures)}: "
        f"{'it holds' if holds else 'the document does not hold'}.",
    )
    if not holds:
        raise SystemExit(REFUSED)


def _show(
    session: Session, held: Edition, figure: str, value: int, behind: Sequence[dict[str, Any]], position: dict[str, Any]
) -> None:
    total, printed = sum(row["value"] for row in behind), held.printed.get(figure)
    # What a document hides it does not contradict.
    holds = total == value and (printed is None or not isinstance(printed, int) or printed == value)
    if session.machine:
        as_json(
            {
                "figure": figure,
                "value": value,
                "printed": printed,
                "holds": holds,
                "position": position,
                "items": list(behind),
            }
        )
    else:
        zh = session.lang == "zh"
        titles = (
            ("对象", "编号", "日期", "数值", "事件（账本位置 类型）")
            if zh
            else ("kind", "number", "day", "value", "events")
        )
        table(
            titles,
            [
                (
                    _kind(session, row["kind"]),
                    row["number"] or row["item"],
                    row["day"],
                    row["value"],
                    _short(row["events"], session.lang),
                )
                for row in behind
            ],
            title=f"{figure}  {figure_label(figure, session.lang)}",
        )
        say(
            session.lang,
            f"{len(behind)} 项合计 {total}"
            + (f"，文书所载 {printed}" if printed is not None else "")
            + f"，截至第 {position['seq']} 条：{'相符' if holds else '不符'}。",
            f"{len(behind)} items add up to {total}"
            + (f"; the document prints {printed}" if printed is not None else "")
            + f"; as of position {position['seq']}: {'it holds' if holds else 'it does not hold'}.",
        )
    if not holds:
        raise SystemExit(REFUSED)


def _kind(session: Session, code: str) -> str:
    return code_list("kind").en(code) if session.lang == "en" else code_list("kind").zh(code)


def _short(events: Sequence[str], lang: str) -> str:
    more = f" … +{len(events) - BEHIND_MAX}" if len(events) > BEHIND_MAX else ""
    return (", " if lang == "en" else "，").join(events[:BEHIND_MAX]) + more


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B", default="now")
@PERIOD(required=False)
@pass_session
def diff(session: Session, before: str, after: str, period: str | None) -> None:
    """两个位置之间变了什么：哪些指标变了，因哪些迟录或更正的事件。 What changed between two positions, and why.

    A、B 为账本位置、简报（.json 文件、编号或标识）或 now。A 为简报时，期间默认取简报的期间。

    \b
    lianxi diff 480 now --period 2026-01-12..2026-06-30
    lianxi diff documents/briefing-20260112-20260630.json
    """
    chosen = read_period(session, period) if period else None

    async def work() -> tuple[Period, dict[str, Any], dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
        async with session.client() as client:
            then, now = await _place(client, before), await _place(client, after)
            within = chosen or then.period
            was, old = await figures_at(client, within, then.seq)
            known, new = await figures_at(client, within, now.seq)
            if old["seq"] > new["seq"]:
                was, known, old, new = known, was, new, old
            changes, _ = await all_rows(client, "changes", int(new["seq"]), since=str(old["seq"]))
            changed = []
            for name in sorted(was.keys() | known.keys()):
                if was.get(name, 0) != known.get(name, 0):
                    asked = {"figure": name} | within.params
                    earlier, _ = await all_rows(client, "figure_items", int(old["seq"]), **asked)
                    later, _ = await all_rows(client, "figure_items", int(new["seq"]), **asked)
                    moved = _moved(earlier, later, changes)
                    changed.append(
                        {"figure": name, "was": was.get(name, 0), "is": known.get(name, 0), "because": moved}
                    )
            return within, old, new, changed, changes

    within, old, new, changed, changes = _run(session, work)
    if session.machine:
        as_json({"period": within.params, "from": old, "to": new, "figures": changed, "events": changes})
        return
    _tell(session, old, new, changed, changes)


async def _place(client: Client, named: str) -> Edition:
    if named == "now":
        return Edition(EVER, None)
    if SEQ.fullmatch(named):
        return Edition(EVER, int(named))
    return await edition(client, named)


def _moved(
    earlier: Sequence[dict[str, Any]], later: Sequence[dict[str, Any]], changes: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The items that count differently, and the events in between that are about them."""
    was = {row["item"]: row for row in earlier}
    now = {row["item"]: row for row in later}
    moved = []
    for item in sorted(was.keys() | now.keys()):
        before, after = (side[item]["value"] if item in side else 0 for side in (was, now))
        if before != after:
            row = now.get(item) or was[item]
            events = [each for each in changes if each["item"] == item]
            moved.append(
                {
                    "kind": row["kind"],
                    "item": item,
                    "number": row["number"],
                    "was": before,
                    "is": after,
                    "events": events,
                }
            )
    return moved


def _tell(
    session: Session,
    old: dict[str, Any],
    new: dict[str, Any],
    changed: Sequence[dict[str, Any]],
    changes: Sequence[dict[str, Any]],
) -> None:
    zh = session.lang == "zh"
    if not changed:
        say(session.lang, "各项指标没有变化。", "No figure changed.")
    else:
        table(
            ("指标", "原为", "现为", "因何（编号：位置 事件 迟录天数）") if zh else ("figure", "was", "is", "because"),
            [
                (
                    f"{each['figure']}  {figure_label(each['figure'], session.lang)}",
                    each["was"],
                    each["is"],
                    _because(each, session.lang),
                )
                for each in changed
            ],
        )
    late = sum(each["days_late"] > 0 for each in changes)
    say(
        session.lang,
        f"第 {old['seq']} 条至第 {new['seq']} 条：{len(changes)} 个事件，其中迟于发生日入账的 {late} 个；{len(changed)} 项指标有变。",
        f"Positions {old['seq']} to {new['seq']}: {len(changes)} events, {late} recorded on a later day; {len(changed)} figures changed.",
    )


def _because(change: dict[str, Any], lang: str) -> str:
    told = []
    for item in change["because"]:
        events = [
            f"{each['seq']} {each['type']}"
            + (f"({each['reason']})" if each["reason"] else "")
            + (f" +{each['days_late']}d" if each["days_late"] else "")
            for each in item["events"]
        ]
        told.append(f"{item['number'] or item['item']}: {_short(events, lang) or '—'}")
    return "\n".join(told[:BEHIND_MAX]) + (f"\n… +{len(told) - BEHIND_MAX}" if len(told) > BEHIND_MAX else "")


def _run(session: Session, work: Any) -> Any:
    try:
        return session.run(work)
    except NoSuchBriefing:
        session.fail(
            USAGE,
            "briefing.not_found",
            "没有这份简报：写 .json 文件的路径，或已生成简报的标识、期号。",
            "There is no such briefing: give the path of a .json document, or the id or number of one on record.",
        )
    except QueryRefused as refusal:
        session.accepted(Reply(body={"refused": refusal.refused}))
        raise
