"""Named queries over the read models: each is one SQL file in questions/, asked with bound parameters, now or as of a position."""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import cache
from typing import Any

import duckdb
import msgspec
from msgspec import Struct

from services.decision import Refused
from services.projections import refresh
from services.projections.database import Position, State, moment, read_state, transaction
from services.projections.model import BadModel, Column, glanced, models, needed, parse, texts, three_parts, titled
from services.projections.store import Store

WAIT_SECONDS = 2.0
QUERY_SECONDS_MAX = 10.0
LIMIT_DEFAULT, LIMIT_MAX = 1_000, 2_000
# A reply is one message, and the broker takes none over its `max_payload` (256 KB): a page ends before that, however many
# rows were asked for, and says that there is `more`.
PAGE_BYTES = 200_000
POSITION_MAX = 2**62


class Parameter(Struct, frozen=True):
    name: str
    type: str
    required: bool
    zh: str
    en: str


class Query(Struct, frozen=True):
    name: str
    title: str
    over: tuple[str, ...]
    columns: tuple[Column, ...]
    glance: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    order: str
    select: str


class QueryAnswer(Struct, frozen=True):
    """`rows` in the order of `columns`; moments are RFC 3339 in China time, days ISO.

    `more`: the next page is not empty; it starts after as many rows as came, which may be fewer than were asked for.
    """

    columns: tuple[str, ...]
    rows: list[list[Any]]
    position: Position
    more: bool = False


PAGING = (
    Parameter("limit", "count", False, f"行数，至多 {LIMIT_MAX}", f"rows a page, {LIMIT_DEFAULT} unless told"),
    Parameter("offset", "count", False, "跳过行数", "rows to skip"),
)


def _matching(pattern: str) -> Callable[[Any], str]:
    compiled = re.compile(pattern)

    def read(value: Any) -> str:
        if not isinstance(value, str) or not compiled.match(value):
            raise ValueError
        return value

    return read


def _day(value: Any) -> str:
    return date.fromisoformat(value).isoformat()


def _moment(value: Any) -> str:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError
    return found.isoformat()


def _count(value: Any) -> int:
    number = int(value) if isinstance(value, str) and re.match(r"\A[0-9]{1,9}\Z", value) else value
    if type(number) is not int or not 0 <= number <= 10**9:
        raise ValueError
    return number


READ: dict[str, Callable[[Any], Any]] = {
    "id": _matching(r"\A[0-9A-Z]{26}\Z"),
    "token": _matching(r"\A[0-9A-Za-z][0-9A-Za-z_-]{0,63}\Z"),
    "text": _matching(r"\A[^\x00-\x1f\x7f]{1,80}\Z"),
    "day": _day,
    "moment": _moment,
    "count": _count,
}


@cache
def _queries() -> dict[str, Query]:
    found = {}
    for name, text in sorted(texts("questions").items()):
        sql = parse(text)
        given, title = titled(sql.one("query"))
        if given != name:
            raise BadModel(f"a file and its query have different names: {name}")
        columns = sql.columns() or models()[sql.one("columns of")].columns
        of = sql.header.get("columns of")
        glance = glanced(name, sql, columns) or (models()[of[0]].glance if of else ())
        parameters = tuple(_parameter(value) for value in sql.header.get("param", ()))
        found[name] = Query(name, title, sql.names("over"), columns, glance, parameters, sql.one("order"), sql.select)
    return found


def _parameter(value: str) -> Parameter:
    left, zh, en = three_parts(value)
    name, _, kind = left.partition(" ")
    if kind.rstrip("!") not in READ:
        raise BadModel(f"a parameter of no known type: {value}")
    return Parameter(name, kind.rstrip("!"), kind.endswith("!"), zh, en)


def queries() -> list[dict[str, Any]]:
    """What can be asked: each query with its title, parameters and columns, explained in both languages."""
    return [
        {
            "name": query.name,
            "zh": query.title,
            "parameters": [_explained(each) for each in (*query.parameters, *PAGING)],
            "columns": [{"name": each.name, "zh": each.zh, "en": each.en, "list": each.list} for each in query.columns],
            "glance": list(query.glance),
        }
        for query in _queries().values()
    ]


def _explained(each: Parameter) -> dict[str, Any]:
    return {"name": each.name, "type": each.type, "required": each.required, "zh": each.zh, "en": each.en}


async def answer(
    store: Store,
    name: str,
    params: Mapping[str, Any],
    as_of: int | None = None,
    min_seq: int | None = None,
    as_of_time: str | None = None,
) -> QueryAnswer | Refused:
    """Ask one query. `min_seq` waits up to 2 s for that position; `as_of` answers as a store that had stopped there would.

    `as_of_time` is the position of the newest commit that was recorded by that moment, RFC 3339 with an offset.
    """
    query = _queries().get(name)
    if query is None:
        return Refused("query.unknown")
    bound = _bind(query, params)
    if isinstance(bound, Refused):
        return bound
    for field, value in (("as_of", as_of), ("min_seq", min_seq)):
        if value is not None and (type(value) is not int or not 0 <= value <= POSITION_MAX):
            return Refused("query.bad_parameter", field, {"query": name, "field": field})
    if as_of_time is not None:
        try:
            as_of_time = _moment(as_of_time)
        except (ValueError, TypeError, OverflowError):
            return Refused("query.bad_parameter", "as_of_time", {"query": query.name, "field": "as_of_time"})
        if as_of is not None:
            return Refused("query.two_moments", "as_of_time")
    wanted = max(as_of or 0, min_seq or 0)
    if wanted > 0:
        await _reached(store, wanted)
    return await asyncio.to_thread(_ask, store, _Asked(query, bound, as_of, as_of_time, wanted))


def _bind(query: Query, params: Mapping[str, Any]) -> dict[str, Any] | Refused:
    known = {each.name: each for each in (*query.parameters, *PAGING)}
    for name in params:
        if name not in known:
            # Not by its name: what stands where a name should may be anything, a phone number too.
            return Refused("query.unknown_parameter", "params", {"query": query.name})
    bound: dict[str, Any] = {}
    for each in known.values():
        value = params.get(each.name)
        if value is None:
            if each.required:
                return Refused("query.bad_parameter", each.name, {"query": query.name, "field": each.name})
            bound[each.name] = None
            continue
        try:
            bound[each.name] = READ[each.type](value)
        except (ValueError, TypeError, OverflowError):
            return Refused("query.bad_parameter", each.name, {"query": query.name, "field": each.name})
    limit = LIMIT_DEFAULT if bound["limit"] is None else bound["limit"]
    if not 1 <= limit <= LIMIT_MAX:
        return Refused("query.bad_parameter", "limit", {"query": query.name, "field": "limit"})
    return bound | {"limit": limit, "offset": bound["offset"] or 0}


async def _reached(store: Store, seq: int) -> None:
    """Return when the store has come to `seq`, has stopped, or the time is over."""
    loop = asyncio.get_running_loop()
    moved = asyncio.Event()

    def on_advance() -> None:
        loop.call_soon_threadsafe(moved.set)

    async def until_there() -> None:
        while True:
            moved.clear()
            state = await asyncio.to_thread(store.state)
            if state.position.seq >= seq or state.stopped is not None:
                return
            store.want()
            await moved.wait()

    store.advanced.append(on_advance)
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(until_there(), WAIT_SECONDS)
    finally:
        store.advanced.remove(on_advance)


class _Asked(Struct, frozen=True):
    query: Query
    bound: dict[str, Any]
    as_of: int | None
    as_of_time: str | None
    wanted: int


def _ask(store: Store, asked: _Asked) -> QueryAnswer | Refused:
    with store.reading() as cursor:
        try:
            with _time_limit(cursor):
                return _answered(store, cursor, asked)
        except duckdb.InterruptException:
            return Refused("query.too_slow", details={"query": asked.query.name})


def _answered(store: Store, cursor: duckdb.DuckDBPyConnection, asked: _Asked) -> QueryAnswer | Refused:
    query, bound, as_of = asked.query, asked.bound, asked.as_of
    with transaction(cursor):
        state = read_state(cursor, store.code)
        if asked.as_of_time is not None:
            as_of = _seq_at(cursor, asked.as_of_time)
        refusal = _refused(query, state, as_of, asked.wanted)
        if refusal is not None:
            return refusal
        if as_of is None or as_of == state.position.seq:
            return _page(cursor, query, refresh.over(query.over), bound, state.position)
        position = _position(cursor, as_of, store.code)
    # What was is no part of the transaction that said what is: it does not change any more.
    with store.snapshots.at(cursor, as_of, query.over) as relations, transaction(cursor):
        return _page(cursor, query, relations, bound | {"as_of": as_of}, position)


def _page(
    cursor: duckdb.DuckDBPyConnection, query: Query, relations: str, given: dict[str, Any], position: Position
) -> QueryAnswer:
    rows = cursor.execute(relations + _paged(cursor, query), given).fetchall()
    page = _fitting([list(row) for row in rows[: given["limit"]]])
    return QueryAnswer(tuple(each.name for each in query.columns), page, position, len(rows) > len(page))


def _fitting(rows: list[list[Any]]) -> list[list[Any]]:
    """The first rows that make no more than PAGE_BYTES, and one in any case: what is over that is not paged away."""
    size = 0
    for count, row in enumerate(rows):
        size += len(msgspec.json.encode(row)) + 1
        if size > PAGE_BYTES and count:
            return rows[:count]
    return rows


def _refused(query: Query, state: State, as_of: int | None, wanted: int) -> Refused | None:
    if state.stopped is not None:
        return Refused("projection.stopped", details={"reason": state.stopped.code, "seq": str(state.stopped.seq)})
    if state.position.seq < wanted:
        lag = str(wanted - state.position.seq)
        return Refused("query.stale", details={"seq": str(state.position.seq), "lag": lag})
    names = {model.name for model in needed(query.over)}
    for frozen in state.frozen.values():
        # What a model was before the fact that it could not take, it still is.
        if frozen.model in names and (as_of is None or as_of >= frozen.seq):
            return Refused("projection.frozen", details={"model": frozen.model, "seq": str(frozen.seq)})
    return None


def _seq_at(cursor: duckdb.DuckDBPyConnection, moment: str) -> int:
    found = cursor.execute(
        "select coalesce(max(seq), 0) from commit_log where recorded <= $moment::timestamptz", {"moment": moment}
    ).fetchall()
    return int(found[0][0])


def _position(cursor: duckdb.DuckDBPyConnection, seq: int, code: str) -> Position:
    found = cursor.execute(f"select hash, {moment('recorded')} from commit_log where seq = $1", [seq]).fetchone()
    return Position(seq, found[0], found[1], code) if found else Position(seq, "", None, code)


def _paged(cursor: duckdb.DuckDBPyConnection, query: Query) -> str:
    """The query with its moments and days written out, in its order, one page and one row more."""
    written = ", ".join(_written(cursor, query)[each.name] for each in query.columns)
    return f"select {written} from ({query.select}) order by {query.order} limit $limit + 1 offset $offset"


_types: dict[str, dict[str, str]] = {}


def _written(cursor: duckdb.DuckDBPyConnection, query: Query) -> dict[str, str]:
    """How each column is written into JSON. Types are asked for once: they depend on the text of the query alone."""
    if query.name not in _types:
        nothing = {each.name: None for each in query.parameters}
        cursor.execute(f"{refresh.over(query.over)}select * from ({query.select}) limit 0", nothing)
        _types[query.name] = {name: _as_json(name, str(kind)) for name, kind, *_ in cursor.description or ()}
    return _types[query.name]


def _as_json(name: str, kind: str) -> str:
    match kind:
        case "TIMESTAMP WITH TIME ZONE":
            return f"{moment(name)} as {name}"
        case "DATE":
            return f"{name}::varchar as {name}"
        case _:
            return name


@contextmanager
def _time_limit(cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
    timer = threading.Timer(QUERY_SECONDS_MAX, cursor.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
