"""Whether a ledger is whole and legal, from its bytes alone: it goes on after a bad commit and names each."""

from collections.abc import Sequence
from typing import Any

import pytest

from events import commit as commits
from events import subjects
from events.commit import Commit
from services.ledger import History, Stored, VerificationReport, verify
from tests.support.brokers import Bus
from tests.support.commits import commit_after, following

Messages = list[tuple[int, str, bytes]]
A, B = subjects.series("a"), subjects.series("b")


def legal(chain: Sequence[Commit]) -> None:
    """Stands for an aggregate's own rules: here, nothing may follow a third commit."""
    if len(chain) > 3:
        raise ValueError


def chain(subject: str, length: int, first: int = 1) -> Messages:
    history, messages = History(subject, ()), []
    for place in range(length):
        commit = commit_after(history, f"c{place}")
        raw = commits.encode(commit)
        stored = Stored(seq=first + place, subject=subject, raw=raw, hash=commits.digest(raw), commit=commit)
        history = History(subject, (*history.commits, stored))
        messages.append((first + place, subject, raw))
    return messages


def checked(messages: Messages, **options: Any) -> VerificationReport:
    return verify(messages, {"series": legal}, **({"end": len(messages)} | options))


def codes(report: VerificationReport) -> list[tuple[int, str]]:
    return [(problem.seq, problem.code) for problem in report.problems]


def test_a_whole_ledger_is_valid_and_its_head_can_be_noted():
    messages = [*chain(A, 3), *chain(B, 2, first=4)]
    report = checked(messages)
    assert (report.valid, report.commits, report.facts, report.aggregates) == (True, 5, 5, 2)
    assert (report.seq, report.hash) == (5, commits.digest(messages[-1][2]))


def test_an_empty_ledger_is_valid():
    assert checked([]).valid


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_missing_commit_is_named_by_its_position(missing: int):
    report = checked([message for message in chain(A, 3) if message[0] != missing], end=3)
    assert (missing, "gap") in codes(report)
    assert not report.valid


def test_a_changed_commit_is_found_by_the_one_after_it():
    messages = chain(A, 3)
    seq, subject, raw = messages[1]
    messages[1] = (seq, subject, raw.replace(b"2026-03-02T09", b"2026-03-02T08"))
    assert codes(checked(messages)) == [(3, "wrong_prev")]


def test_a_commit_moved_to_another_aggregate_is_found():
    seq, _, raw = chain(A, 1)[0]
    assert {code for _, code in codes(checked([(seq, B, raw)]))} == {"wrong_subject", "wrong_prev"}


@pytest.mark.parametrize("raw", [b"", b"{}", b"\xff", b"[" * 10_000, b"null"], ids=range(5))
def test_bytes_that_are_no_commit_are_a_problem_and_no_crash(raw: bytes):
    report = checked([*chain(A, 2), (3, A, raw), *chain(B, 2, first=4)])
    assert codes(report) == [(3, "undecodable")]
    assert (report.commits, report.aggregates, report.seq) == (5, 2, 5)


def test_a_subject_that_is_none_of_ours_is_a_problem():
    seq, _, raw = chain(A, 1)[0]
    assert codes(checked([(seq, "ledger.gossip.x", raw)])) == [(1, "undecodable")]


def test_a_commit_that_stands_twice_is_found():
    (_, subject, raw), *_ = chain(A, 1)
    assert (2, "twice") in codes(checked([(1, subject, raw), (2, subject, raw)]))


def test_what_the_rules_of_the_field_forbid_is_found():
    assert codes(checked(chain(A, 4))) == [(1, "illegal")]


def test_a_kind_without_rules_is_never_called_legal():
    assert not verify(chain(A, 1), {}).valid


def test_an_export_has_some_positions_only():
    messages = [(seq * 10, subject, raw) for seq, subject, raw in chain(A, 3)]
    assert checked(messages, end=None).valid
    assert not checked(messages).valid


def test_every_problem_speaks_both_languages():
    for problem in checked([(2, A, b""), *chain(B, 4, first=5)]).problems:
        assert problem.zh and problem.en


async def test_a_ledger_on_a_broker_verifies(own: Bus, subject: str, another: str):
    async with own.ledger() as ledger:
        for place in range(3):
            appends = [following(await ledger.load(each), f"c{place}") for each in (subject, another)]
            await ledger.append(*appends)
        messages = [message async for batch in ledger.read_raw() for message in batch]
        head = await ledger.head()
    report = checked(messages)
    assert (report.valid, report.commits, report.seq) == (True, 6, head.seq)
