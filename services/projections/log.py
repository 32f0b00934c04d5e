"""The local event log: the ledger's commits as they are, and their facts as rows. SQL only, inside the caller's transaction."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Protocol

import duckdb

# Raise it when a table in tables.sql changes: a file of another format is built anew from the ledger.
FORMAT = 2
# `place` orders facts over all commits; a commit holds fewer facts than this.
FACTS_MAX = 1024

_KEEP = """
insert into commit_log
select
    seq, subject, c.kind, case when len(string_split(subject, '.')) = 4 then split_part(subject, '.', 3) end,
    c.key, c.n, c.prev, hash, c.recorded::timestamptz, c.occurred::timestamptz, bytes
from (
    select *, json_transform(bytes, '{"kind": "VARCHAR", "key": "VARCHAR", "n": "BIGINT", "prev": "VARCHAR",
        "recorded": "VARCHAR", "occurred": "VARCHAR"}') as c
    from (select unnest($seqs) as seq, unnest($subjects) as subject, unnest($hashes) as hash, unnest($bytes) as bytes)
)
"""

_UNFOLD = f"""
insert into event_log
select
    seq, n, idx, seq * {FACTS_MAX} + idx, kind, route, key, fact ->> 'type', occurred, recorded,
    c.actor.principal, c.actor.role, c.actor.unit, c.command, coalesce(c.simulated, false), fact
from (
    select *, unnest(c.facts) as fact, generate_subscripts(c.facts, 1) as idx
    from (
        select *, json_transform(bytes, '{{"actor": {{"principal": "VARCHAR", "role": "VARCHAR", "unit": "VARCHAR"}},
            "command": "VARCHAR", "simulated": "BOOLEAN", "facts": ["JSON"]}}') as c
        from commit_log where seq > $before
    )
)
"""

# `prev` of an aggregate's first commit is bound to its subject (events/commit.py, genesis).
_BROKEN = """
with batch as (
    select seq, subject, kind, route, key, n, prev, hash, sha256(bytes) as measured from commit_log where seq > $before
),
earlier as (
    select subject, max(n) as n, arg_max(hash, n) as hash from commit_log
    where seq <= $before and subject in (select subject from batch) group by subject
),
chained as (
    select
        batch.*,
        coalesce(lag(batch.n) over chain, earlier.n, 0) as last_n,
        coalesce(lag(batch.hash) over chain, earlier.hash, sha256('lianxi:' || subject)) as last_hash
    from batch left join earlier using (subject)
    window chain as (partition by subject order by batch.seq)
)
select
    seq,
    case
        when hash <> measured then 'its bytes do not have its hash'
        when subject <> concat_ws('.', 'ledger', kind, route, key) then 'it names another aggregate than its subject'
        when n <> last_n + 1 then 'n is ' || n || ' after ' || last_n
        else 'prev is not the hash of the commit before it'
    end
from chained
where hash <> measured or subject <> concat_ws('.', 'ledger', kind, route, key) or n <> last_n + 1 or prev <> last_hash
order by seq limit 1
"""

# What must hold after every batch, whatever the models are. Each returns a row when it does not.
LAWS = {
    "the checkpoint is the last commit of the log": """
        select 1 from checkpoint, (select count(*) as held, coalesce(max(seq), 0) as newest from commit_log)
        where held <> newest or newest <> seq
        or (seq > 0 and hash <> (select hash from commit_log where commit_log.seq = checkpoint.seq))""",
    "every commit has its facts in the log": """
        select 1 from (select max(seq) as facts from event_log), (select max(seq) as commits from commit_log)
        where facts is distinct from commits""",
}


class StoredCommit(Protocol):
    """A commit as the ledger hands it out; `raw` are the bytes that `hash` is of."""

    @property
    def seq(self) -> int: ...
    @property
    def subject(self) -> str: ...
    @property
    def raw(self) -> bytes: ...
    @property
    def hash(self) -> str: ...


class ProjectorStopped(Exception):
    """The read models may not go on: what the ledger says does not fit what is here. `code` says in which way."""

    def __init__(self, code: str, seq: int, detail: str) -> None:
        super().__init__(f"{code} at {seq}: {detail}")
        self.code = code
        self.seq = seq
        self.detail = detail


def create(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of a new file, empty."""
    cursor.execute(files("services.projections").joinpath("tables.sql").read_text("utf-8"))
    cursor.execute("insert into checkpoint values ('', 0, '', null)")


def append(cursor: duckdb.DuckDBPyConnection, before: int, batch: Sequence[StoredCommit]) -> None:
    """Add the commits that follow `before`, whole and in order, or raise ProjectorStopped."""
    seqs = [each.seq for each in batch]
    expected = list(range(before + 1, before + 1 + len(seqs)))
    if seqs != expected:
        at = next(want for got, want in zip([*seqs, None], [*expected, None], strict=True) if got != want)
        raise ProjectorStopped("projection.gap", at or before, "the ledger did not hand out the commit that comes next")
    cursor.execute(
        _KEEP,
        {
            "seqs": seqs,
            "subjects": [each.subject for each in batch],
            "hashes": [each.hash for each in batch],
            "bytes": [each.raw.decode("utf-8") for each in batch],
        },
    )
    unfold(cursor, before)


def unfold(cursor: duckdb.DuckDBPyConnection, before: int) -> None:
    """Check the chains of the commits after `before`, then lay out their facts; raise ProjectorStopped on a break."""
    broken = cursor.execute(_BROKEN, {"before": before}).fetchone()
    if broken is not None:
        raise ProjectorStopped("projection.broken_chain", broken[0], broken[1])
    cursor.execute(_UNFOLD, {"before": before})


def set_checkpoint(cursor: duckdb.DuckDBPyConnection, incarnation: str) -> None:
    """The newest commit of the log becomes the place to go on from."""
    cursor.execute("delete from checkpoint")
    cursor.execute(
        "insert into checkpoint select $incarnation, coalesce(max(seq), 0), coalesce(arg_max(hash, seq), ''), "
        "arg_max(recorded, seq) from commit_log",
        {"incarnation": incarnation},
    )


def check_laws(cursor: duckdb.DuckDBPyConnection, seq: int) -> None:
    for law, select in LAWS.items():
        if cursor.execute(select).fetchone() is not None:
            raise ProjectorStopped("projection.inconsistent", seq, f"it no longer holds that {law}")
