"""What a query answers, as a person reads it: titles instead of column names, labels instead of codes, names of units."""

from collections.abc import Sequence
from typing import Any

from events.codes import code_list, code_lists
from services.directory import directory
from services.glossary import said

_VERSION = ".v"
_CHINESE = "_zh"


class Presentation:
    """How one query's columns are shown in one language; `described` is its entry in the answer to `queries`."""

    def __init__(self, described: dict[str, Any], lang: str) -> None:
        self._columns = {each["name"]: each for each in described["columns"]}
        self._glance = described["glance"]
        self._lang = lang

    def columns(self, answered: Sequence[str], wide: bool) -> list[str]:
        """The columns to show: those chosen for the eye, or every one. English has no use for a text's Chinese twin."""
        shown = list(answered) if wide or not self._glance else [name for name in self._glance if name in answered]
        if self._lang != "en":
            return shown
        return list(dict.fromkeys(_english(name, answered) for name in shown))

    def title(self, name: str) -> str:
        """Chinese titles are short; the English explanations are sentences, so English shows the column's name."""
        return name if self._lang == "en" or name not in self._columns else str(self._columns[name]["zh"])

    def cell(self, name: str, value: Any) -> Any:
        """One value, a code by its label. A value that no list knows is shown as it is, a recorded text in English where it is known."""
        if isinstance(value, list):
            return [self.cell(name, each) for each in value]
        if isinstance(value, float):
            return f"{value:.1%}" if 0 <= value <= 1 else f"{value:.2f}"
        if name in ("unit", "desk") and isinstance(value, str):
            return self._named(name, value)
        listed = self._columns.get(name, {}).get("list")
        if listed not in code_lists() or value is None:
            return said(value, self._lang) if isinstance(value, str) else value
        codes, code = code_list(listed), str(value).partition(_VERSION)[0]
        return codes.en(code) if self._lang == "en" else codes.zh(code)

    def _named(self, name: str, code: str) -> str:
        found = directory().unit(code) if name == "unit" else directory().desk(code)
        if found is None:
            return code
        return f"{code} {found.en if self._lang == 'en' else found.zh}"

    def rows(self, answer: dict[str, Any], wide: bool) -> tuple[list[str], list[list[Any]]]:
        """Titles, and the rows under them."""
        shown = self.columns(answer["columns"], wide)
        places = [answer["columns"].index(name) for name in shown]
        return [self.title(name) for name in shown], [
            [self.cell(name, row[place]) for name, place in zip(shown, places, strict=True)] for row in answer["rows"]
        ]


def _english(name: str, answered: Sequence[str]) -> str:
    """The column that says in English what this one says in Chinese: matter_en for matter_zh."""
    twin = f"{name.removesuffix(_CHINESE)}_en"
    return twin if name.endswith(_CHINESE) and twin in answered else name
