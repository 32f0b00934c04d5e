"""docs/states.md: for each aggregate a diagram of what follows what, and a table of every state × every command.

    python -m tests.support.state_tables            # print it
    python -m tests.support.state_tables --write    # `make states`

Nothing in it is written by hand: the services' own deciders are asked, by tests/support/aggregates.py, for every cell.
"""

import copy
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from events.codes import code_list
from services.decision import Already, Refused
from services.refusals import SENTENCES
from tests.support.aggregates import AGGREGATES, NOTHING, Aggregate

PAGE = Path(__file__).parents[2] / "docs" / "states.md"
ON_RECORD = "已在案 / on record"
# Commands on a command: as far as the diagram looks beyond the states of the table.
STEPS_BEYOND = 1

Cell = list[Any] | Already | Refused
Grid = Mapping[str, Mapping[str, Cell]]

HEAD = """<!-- Written by `make states`. A test compares; do not edit by hand. -->
# 状态与命令 / States and commands

每个对象一张状态图和一张表，均由业务规则代码（`decide`、`evolve`）逐格算出，不是手写的；有测试保证与代码一致。
For each aggregate a diagram and a table. Each cell is asked of the deciders themselves; a test keeps this page true.

- 行是命令，列是状态。**粗体**：记录的事实。`代码`：拒绝的代码，省去前缀，句子见表后。{on_record}：早已办过，不重复记录。
- Rows are commands, columns are states. **Bold**: the facts recorded. `code`: the refusal, without its prefix; its sentence
  stands below the table. {on_record}: it was done before, nothing is recorded again.
- 图中只画改变状态的命令。The diagrams show the commands that change the state, and no others.
- 谁可以发哪条命令见 `services/directory/permissions.py`；表中由有权者发出。Each command comes from somebody who may send it.
"""


def grid(aggregate: Aggregate) -> Grid:
    """command -> state -> what comes of it."""
    verbs = [verb(command) for command in aggregate.commands]
    return {
        command: {state: aggregate.commands[command](aggregate.states[state]()) for state in _columns(aggregate)}
        for command in sorted(aggregate.commands, key=lambda command: verbs.index(verb(command)))
    }


def verb(command: str) -> str:
    """A command's name without the circumstances that a row adds to it."""
    return command.partition(", ")[0]


def _columns(aggregate: Aggregate) -> list[str]:
    """Nothing first, then the states that share a status side by side."""
    statuses = [aggregate.status(make()) for make in aggregate.states.values()]
    return sorted(aggregate.states, key=lambda state: statuses.index(aggregate.status(aggregate.states[state]())))


def transitions(aggregate: Aggregate) -> dict[tuple[str, str], list[str]]:
    """(status, next status) -> the commands that lead there, as the deciders do it from every state of the table."""
    found: dict[tuple[str, str], set[str]] = {}
    lives = [make() for make in aggregate.states.values()]
    for _ in range(1 + STEPS_BEYOND):
        reached = []
        for life in lives:
            for command, apply in aggregate.commands.items():
                after = _copied(life)
                before = aggregate.status(after)
                if not isinstance(apply(after), list):
                    continue
                now = aggregate.status(after)
                assert now is not None  # facts were recorded
                if now != before:
                    found.setdefault((before or "[*]", now), set()).add(verb(command))
                    reached.append(after)
        lives = reached
    verbs = [verb(command) for command in aggregate.commands]
    return {step: sorted(commands, key=verbs.index) for step, commands in sorted(found.items())}


def _copied(life: Any) -> Any:
    """A life of its own: states are frozen, only the list of its facts grows."""
    other = copy.copy(life)
    other.facts = list(life.facts)
    return other


def page() -> str:
    """The whole page."""
    parts = [HEAD.format(on_record=ON_RECORD)]
    for aggregate in AGGREGATES:
        cells = grid(aggregate)
        parts += [
            f"## {aggregate.zh} / {aggregate.en}\n",
            "```mermaid\n" + "\n".join(_diagram(aggregate)) + "\n```\n",
            *([aggregate.about + "\n"] if aggregate.about else []),
            "\n".join(_table(aggregate, cells)) + "\n",
            "\n".join(_legend(aggregate, cells)) + "\n",
        ]
    return "\n".join(parts)


def _diagram(aggregate: Aggregate) -> Iterable[str]:
    steps = transitions(aggregate)
    left = {before for before, _ in steps}
    statuses = code_list(aggregate.status_list)
    yield "stateDiagram-v2"
    for status in _in_order(aggregate, {status for step in steps for status in step} - {"[*]"}):
        yield f'    state "{statuses.zh(status)} {status}" as {status}'
    for (before, now), commands in steps.items():
        yield f"    {before} --> {now} : {', '.join(commands)}"
    for status in _in_order(aggregate, {now for _, now in steps} - left):
        yield f"    {status} --> [*]"


def _in_order(aggregate: Aggregate, found: set[str]) -> list[str]:
    """As the code list has them; what it does not have at the end."""
    listed = [entry.code for entry in code_list(aggregate.status_list) if entry.code in found]
    return listed + sorted(found - set(listed))


def _table(aggregate: Aggregate, cells: Grid) -> Iterable[str]:
    yield "| | " + " | ".join(_state_heading(aggregate, state) for state in _columns(aggregate)) + " |"
    yield "|---" * (len(aggregate.states) + 1) + "|"
    for command, row in cells.items():
        shown = [_shown(aggregate, cell) for cell in row.values()]
        yield f"| {_command_heading(command, row)} | " + " | ".join(shown) + " |"


def _state_heading(aggregate: Aggregate, state: str) -> str:
    if state == NOTHING:
        return "—<br>尚无<br>Nothing yet"
    status = aggregate.status(aggregate.states[state]())
    assert status is not None  # it is a state, not nothing
    statuses = code_list(aggregate.status_list)
    more = state.removeprefix(status).lstrip(", ")
    return f"`{status}`<br>{statuses.zh(status)}<br>{statuses.en(status)}" + (f"<br>({more})" if more else "")


def _command_heading(command: str, row: Mapping[str, Cell]) -> str:
    """A command is called by the fact that it records first, or, where it records different ones, by the task it does."""
    name, _, more = command.partition(", ")
    first = {type(cell[0]).__name__ for cell in row.values() if isinstance(cell, list) and cell}
    fact = code_list("fact").get(min(first)) if len(first) == 1 else None
    tasks = (entry for entry in code_list("task") if entry.group and entry.group.endswith(f".{name}"))
    named = fact or next(tasks, None)
    return f"`{name}`" + (f"<br>{named.zh}<br>{named.en}" if named else "") + (f"<br>({more})" if more else "")


def _shown(aggregate: Aggregate, cell: Cell) -> str:
    if isinstance(cell, Refused):
        return f"`{cell.code.removeprefix(aggregate.prefix)}`"
    if isinstance(cell, Already) or not cell:
        return ON_RECORD
    return "<br>".join(f"**{type(fact).__name__}**" for fact in cell)


def _legend(aggregate: Aggregate, cells: Grid) -> Iterable[str]:
    codes = {cell.code for row in cells.values() for cell in row.values() if isinstance(cell, Refused)}
    yield "| 拒绝 Refusal | 句子 Sentences |"
    yield "|---|---|"
    for code in sorted(codes):
        zh, en = SENTENCES[code]
        yield f"| `{code.removeprefix(aggregate.prefix)}` | {zh}<br>{en} |"
    names = {
        type(fact).__name__
        for row in cells.values()
        for cell in row.values()
        if isinstance(cell, list)
        for fact in cell
    }
    yield ""
    yield "| 事实 Fact | 名称 Label |"
    yield "|---|---|"
    for entry in code_list("fact"):
        if entry.code in names:
            yield f"| **{entry.code}** | {entry.zh}<br>{entry.en} |"


def main(arguments: list[str]) -> None:
    if arguments == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    elif arguments:
        sys.exit("usage: python -m tests.support.state_tables [--write]")
    else:
        sys.stdout.write(page())


if __name__ == "__main__":
    main(sys.argv[1:])
