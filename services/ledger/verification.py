"""Whether a ledger is whole and legal: order, numbers, hashes, decoding, transitions. Pure: bytes in, report out."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from events import commit as commits
from events import subjects
from events.commit import Commit

# A check of one aggregate's whole history; it raises at the first fact that cannot follow.
Legal = Callable[[Sequence[Commit]], None]

SENTENCES = {
    "gap": ("位置不连续，缺少提交", "a position is missing"),
    "undecodable": ("不是一条可解读的提交", "these bytes are no commit"),
    "wrong_subject": ("提交与所在主题不符", "the commit names another aggregate than its subject"),
    "wrong_number": ("对象内编号不连续", "the number in its aggregate does not follow"),
    "wrong_prev": ("前一条的哈希不符，内容被改动或缺失", "prev is not the hash of the commit before it"),
    "wrong_hash": ("提交的内容与导出时记下的哈希不符", "the bytes are not those whose hash was noted at the export"),
    "twice": ("同一提交出现两次", "the same commit stands twice"),
    "illegal": ("这一步在业务规则下不可能发生", "a fact cannot follow the ones before it"),
}


class VerificationProblem(Struct, frozen=True, kw_only=True):
    seq: int
    code: str
    zh: str
    en: str


class VerificationReport(Struct, frozen=True, kw_only=True):
    """`seq` and `hash` are the last commit's: whoever notes them can later tell that nothing before was changed."""

    valid: bool
    commits: int
    facts: int
    aggregates: int
    seq: int
    hash: str
    problems: tuple[VerificationProblem, ...] = ()


def verify(
    messages: Iterable[tuple[int, str, bytes]],
    legal: Mapping[str, Legal],
    end: int | None = None,
    noted: Mapping[int, str] | None = None,
) -> VerificationReport:
    """Check every commit and go on after a bad one.

    `end`: the ledger's last position; then every position from 1 up to it must be there. An export has some only.
    `noted`: position -> hash as an export noted it; nothing in the chain vouches for the last commit of an aggregate.
    """
    found: list[VerificationProblem] = []
    chains: dict[str, list[Commit]] = {}
    heads: dict[str, tuple[int, str]] = {}
    first: dict[str, int] = {}
    ids: set[str] = set()
    count = facts = last = 0
    head = ""

    def wrong(seq: int, code: str) -> None:
        zh, en = SENTENCES[code]
        found.append(VerificationProblem(seq=seq, code=code, zh=zh, en=en))

    for seq, subject, raw in messages:
        if end is not None and seq != last + 1:
            wrong(last + 1, "gap")
        count, last, head = count + 1, seq, commits.digest(raw)
        if noted and noted.get(seq, head) != head:
            wrong(seq, "wrong_hash")
        try:
            commit = commits.decode(raw)
            kind, _, key = subjects.parse(subject)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, subjects.BadToken):
            wrong(seq, "undecodable")
            continue
        if (commit.kind, commit.key) != (kind, key):
            wrong(seq, "wrong_subject")
        n, prev = heads.get(subject, (0, commits.genesis(subject)))
        if commit.n != n + 1:
            wrong(seq, "wrong_number")
        elif commit.prev != prev:
            wrong(seq, "wrong_prev")
        if commit.id in ids:
            wrong(seq, "twice")
        ids.add(commit.id)
        heads[subject] = (commit.n, commits.digest(raw))
        chains.setdefault(subject, []).append(commit)
        first.setdefault(subject, seq)
        facts += len(commit.facts)
    if end is not None and last < end:
        wrong(last + 1, "gap")
    for subject, chain in chains.items():
        if not _is_legal(chain, legal):
            wrong(first[subject], "illegal")
    return VerificationReport(
        valid=not found,
        commits=count,
        facts=facts,
        aggregates=len(chains),
        seq=last,
        hash=head,
        problems=tuple(sorted(found, key=lambda problem: problem.seq)),
    )


def _is_legal(chain: Sequence[Commit], legal: Mapping[str, Legal]) -> bool:
    check = legal.get(chain[0].kind)
    if check is None:
        return False
    try:
        check(chain)
    except Exception:
        # Whatever an impossible history makes a decider do, it is this history that is at fault.
        return False
    return True
