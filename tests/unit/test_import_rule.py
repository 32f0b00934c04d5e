"""`events/` is all that a client of ours has to carry: it stands on msgspec and the standard library. architecture.md §8."""

import ast
import sys
from pathlib import Path

import pytest

import events

FOLDER = Path(events.__file__).parent
ALLOWED = sys.stdlib_module_names | {"events", "msgspec"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: a relative import hides where it leads"
            names.add((node.module or "").partition(".")[0])
    return names


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: str(path.relative_to(FOLDER)))
def test_events_import_nothing_else(path: Path) -> None:
    assert imported(path) <= ALLOWED
