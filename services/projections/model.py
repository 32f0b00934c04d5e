"""A read model: one SQL file with one SELECT over the facts, used for all of them, for what a batch touched, and as of a position."""

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from msgspec import Struct

_HEADER = re.compile(
    r"\A-- (model|grain|read by|about|over|streamed|query|columns of|column|param|order|glance): (.+)\Z"
)
_LIST = re.compile(r"\Acodes? of list ([a-z_]+)\b")
_CHECK = re.compile(r"\A-- check: (.+)\Z")


class BadModel(Exception):
    """A file in models/ or questions/ is not written as the others are. A mistake of ours, found at start."""


class Column(Struct, frozen=True):
    name: str
    zh: str
    en: str

    @property
    def list(self) -> str | None:
        """The code list that its codes are of: the explanation begins with `code of list …`."""
        found = _LIST.match(self.en)
        return found[1] if found else None


class Check(Struct, frozen=True):
    """A law of the model: `select` returns the rows that break it, so none."""

    law: str
    select: str


class Sql(Struct, frozen=True):
    """A parsed file: its header lines by name, its SELECT, its checks."""

    header: dict[str, tuple[str, ...]]
    select: str
    checks: tuple[Check, ...]

    def one(self, name: str) -> str:
        values = self.header.get(name, ())
        if len(values) != 1:
            raise BadModel(f"one `-- {name}:` line is needed")
        return values[0]

    def names(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for value in self.header.get(name, ()) for part in value.split(","))

    def columns(self) -> tuple[Column, ...]:
        return tuple(Column(*three_parts(value)) for value in self.header.get("column", ()))

    def glance(self) -> tuple[str, ...]:
        """The columns that a person looks at first, in their order; empty: all of them."""
        return self.names("glance")


class Model(Struct, frozen=True):
    """`about`: an SQL expression over a fact that gives the key of the row it belongs to; None when the model is derived.

    A derived model is a SELECT over other models (`over`) and is computed when it is asked for, as a whole, or row by row
    where it is `streamed`: one that is too big to be held and is read once in a question.
    """

    name: str
    title: str
    grain: str
    about: str | None
    over: tuple[str, ...]
    streamed: bool
    columns: tuple[Column, ...]
    glance: tuple[str, ...]
    select: str
    checks: tuple[Check, ...]

    @property
    def key(self) -> str:
        return self.columns[0].name

    def create(self) -> str:
        return f"create or replace table {self.name} as {self._bound('false')}"

    def fill_part(self, schema: str = "main", before: str = "") -> str:
        """The rows of part `$part` of `$parts`, from all facts of those rows. `before`: common table expressions to stand on.

        A row is made of the facts about its key alone: in parts it is the same, and takes a part of the memory.
        """
        which = "about is not null and hash(about) % $parts = $part"
        return f"insert into {schema}.{self.name} by name {self._bound(which, before)}"

    def forget_touched(self) -> str:
        return f"delete from {self.name} where {self.key} in ({self._touched()})"

    def fill_touched(self) -> str:
        """The rows that the facts after `$before` belong to, from all facts of those rows."""
        return f"insert into {self.name} by name {self._bound(f'about in ({self._touched()})')}"

    def inline(self) -> str:
        """A derived model as a common table expression over whatever models are in reach."""
        return f"{self.name} as {'not ' if self.streamed else ''}materialized ({self.select})"

    def _touched(self) -> str:
        return f"select {self.about} from event_log where seq > $before and ({self.about}) is not null"

    def _bound(self, which: str, before: str = "") -> str:
        facts = f"select * from (select *, {self.about} as about from event_log) where {which}"
        return f"with {before}fact as materialized ({facts}) select * from ({self.select})"


def three_parts(value: str) -> tuple[str, str, str]:
    """Split `name | 中文 | English`."""
    parts = [part.strip() for part in value.split(" | ")]
    if len(parts) != 3:
        raise BadModel(f"three parts are needed, divided by ` | `: {value}")
    return parts[0], parts[1], parts[2]


def titled(value: str) -> tuple[str, str]:
    """Split `name (中文)`."""
    name, _, title = value.partition(" (")
    if not title.endswith(")"):
        raise BadModel(f"a Chinese title in brackets is needed: {value}")
    return name, title[:-1]


def parse(text: str) -> Sql:
    """Read a file: header comments, one SELECT, checks. A statement ends with `;` at the end of a line."""
    header: dict[str, tuple[str, ...]] = {}
    statements = [part.strip() for part in re.split(r";[ \t]*(?:\n|\Z)", text) if part.strip()]
    if not statements:
        raise BadModel("there is no statement")
    for line in statements[0].splitlines():
        if match := _HEADER.match(line):
            header[match[1]] = (*header.get(match[1], ()), match[2])
    checks = []
    for statement in statements[1:]:
        first, _, select = statement.partition("\n")
        match = _CHECK.match(first)
        if match is None or not select:
            raise BadModel(f"a `-- check:` line is needed before: {first}")
        checks.append(Check(match[1], select))
    body = "\n".join(line for line in statements[0].splitlines() if not line.startswith("--"))
    return Sql(header, body, tuple(checks))


def load(text: str) -> Model:
    """Read one model file; raises BadModel."""
    sql = parse(text)
    name, title = titled(sql.one("model"))
    about = sql.one("about") if "about" in sql.header else None
    over = sql.names("over")
    sql.one("read by")
    columns = sql.columns()
    if (about is None) == (not over):
        raise BadModel(f"{name}: either `-- about:` or `-- over:` is needed")
    return Model(
        name=name,
        title=title,
        grain=sql.one("grain"),
        about=about,
        over=over,
        streamed="streamed" in sql.header,
        columns=columns,
        glance=glanced(name, sql, columns),
        select=sql.select,
        checks=sql.checks,
    )


def glanced(name: str, sql: Sql, columns: tuple[Column, ...]) -> tuple[str, ...]:
    """The file's `-- glance:` columns. Raises BadModel for one that is not a column."""
    lost = set(sql.glance()) - {each.name for each in columns}
    if lost:
        raise BadModel(f"{name}: `-- glance:` names what is no column: {sorted(lost)}")
    return sql.glance()


def texts(folder: str) -> dict[str, str]:
    """The SQL files of a folder beside this module, by name."""
    found = files("services.projections").joinpath(folder).iterdir()
    return {each.name[:-4]: each.read_text("utf-8") for each in found if each.name.endswith(".sql")}


@cache
def models() -> dict[str, Model]:
    """Every model by name, each after the ones it is derived from."""
    loaded = {name: load(text) for name, text in sorted(texts("models").items())}
    misnamed = [name for name, model in loaded.items() if model.name != name]
    if misnamed:
        raise BadModel(f"a file and its model have different names: {misnamed}")
    return dict(sorted(loaded.items(), key=lambda item: bool(item[1].over)))


def materialised() -> list[Model]:
    return [model for model in models().values() if model.about is not None]


def needed(names: Iterable[str]) -> list[Model]:
    """The named models and those they are derived from, in an order in which they can be computed."""
    wanted = set(names)
    for model in reversed(models().values()):
        if model.name in wanted:
            wanted.update(model.over)
    return [model for model in models().values() if model.name in wanted]


@cache
def digest() -> str:
    """Tells one set of model texts from another: part of the `code` of every answer."""
    joined = "\0".join(f"{name}\0{text}" for name, text in sorted(texts("models").items()))
    return hashlib.sha256(joined.encode()).hexdigest()[:12]
