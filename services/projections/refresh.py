"""Bring the materialised models up to date, and check every model's laws, inside the caller's transaction."""

from collections.abc import Callable, Collection, Iterable

import duckdb
from msgspec import Struct

from services.projections.model import Model, materialised, models, needed

# Facts that a model is computed from at once when all of it is: bounds memory, about 10 MB a part.
FACTS_AT_ONCE = 20_000
# A wrong value or a wrong statement is the model's own fault; a full disk or no memory is not.
_OWN_FAULT = (duckdb.DataError, duckdb.ProgrammingError, duckdb.NotSupportedError)
REASON_MAX = 300


class Frozen(Struct, frozen=True):
    """A model that stopped: right up to the commit before `seq`, and silent since."""

    model: str
    seq: int
    reason: str


class ModelFailed(Exception):
    def __init__(self, model: str, reason: str) -> None:
        super().__init__(f"{model}: {reason}")
        self.model = model
        self.reason = reason[:REASON_MAX]


def touched(cursor: duckdb.DuckDBPyConnection, before: int, frozen: Collection[str]) -> None:
    """Recompute the rows that the facts after `before` belong to; raises ModelFailed."""

    def renew(model: Model) -> None:
        cursor.execute(model.forget_touched(), {"before": before})
        cursor.execute(model.fill_touched(), {"before": before})

    concerned = _concerned(cursor, before)
    _each([model for model in materialised() if model.name in concerned], frozen, renew)
    _check(cursor, concerned, frozen)


def _concerned(cursor: duckdb.DuckDBPyConnection, before: int) -> set[str]:
    """The models that a fact after `before` belongs to: most batches are small and concern one or two."""
    counts = ", ".join(f"count({model.about})" for model in materialised())
    row = cursor.execute(f"select {counts} from event_log where seq > $before", {"before": before}).fetchall()[0]
    return {model.name for model, count in zip(materialised(), row, strict=True) if count}


def everything(cursor: duckdb.DuckDBPyConnection, frozen: Collection[str]) -> None:
    """Compute every row of every model from all facts; raises ModelFailed."""

    count = parts(cursor)

    def make(model: Model) -> None:
        cursor.execute(model.create())
        if model.name not in frozen:
            for part in range(count):
                cursor.execute(model.fill_part(), {"parts": count, "part": part})

    # A frozen model keeps an empty table: the others' statements may name it.
    _each(materialised(), (), make)
    _check(cursor, models().keys(), frozen)


def parts(cursor: duckdb.DuckDBPyConnection, until: int | None = None) -> int:
    """In how many parts a model is computed from the facts up to a position, or from all."""
    counted = cursor.execute(
        "select count(*) from main.event_log where $until::bigint is null or seq <= $until::bigint", {"until": until}
    ).fetchall()
    return 1 + int(counted[0][0]) // FACTS_AT_ONCE


def record(cursor: duckdb.DuckDBPyConnection, failed: Iterable[Frozen]) -> None:
    for each in failed:
        cursor.execute("insert into model_state values ($1, $2, $3)", [each.model, each.seq, each.reason])


def over(names: Iterable[str]) -> str:
    """`with …` for the derived models among those named, or nothing; the materialised ones are tables."""
    derived = ", ".join(model.inline() for model in needed(names) if model.about is None)
    return f"with {derived} " if derived else ""


def logs_until() -> str:
    """The logs as they stood at `$as_of`, as common table expressions: what the tables hold now is out of reach."""
    return "".join(f"{log} as (select * from main.{log} where seq <= $as_of), " for log in ("event_log", "commit_log"))


def _each(chosen: Iterable[Model], frozen: Collection[str], act: Callable[[Model], None]) -> None:
    for model in chosen:
        if model.name not in frozen:
            try:
                act(model)
            except _OWN_FAULT as error:
                raise ModelFailed(model.name, str(error)) from error


def _check(cursor: duckdb.DuckDBPyConnection, concerned: Collection[str], frozen: Collection[str]) -> None:
    def hold(model: Model) -> None:
        bases = {base.name for base in needed([model.name])}
        if bases.isdisjoint(concerned) or not bases.isdisjoint(frozen):
            return
        for check in model.checks:
            # A derived model that the check does not name would be planned for nothing, at every batch.
            read = [each for each in models() if each in check.select]
            broken = cursor.execute(f"{over(read)}select * from ({check.select}) limit 1").fetchone()
            if broken is not None:
                raise ModelFailed(model.name, f"no longer true: {check.law}; first at {broken[0]}")

    _each(models().values(), frozen, hold)
