"""A partner's program outlives our releases: new fields and new facts do not stop it, garbage is a typed error."""

import json
from contextlib import suppress
from datetime import date, datetime
from typing import Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import commit as commits
from events.commit import Actor, Commit
from events.contract import fact_types
from events.fact import Moment
from events.partner import NotACommit, Received, UnknownFact, decode
from events.referral import Duty, ReferralIssued, ReportVerified

WHEN = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
VERIFIED = ReportVerified(result="solved")
ISSUED = ReferralIssued(
    referral_no="转〔2026〕1号",
    unit="u01",
    role="lead",
    duty=Duty(leader="分管负责人", department="权益科", post="联络员"),
    contact_type="appeal",
    category="school",
    region="231081",
    age_band="b12",
    urgency="normal",
    matter_zh="在校权益",
    matter_en="Rights at school",
    asks=("handle",),
    legal_basis=("未成年人保护法第三十九条",),
    disclosure_profile="standard",
    issued=WHEN,
    due_sign=WHEN,
    sign_policy="p1",
    report_policy="p2",
    calendar_version="2026-1",
    provisional=False,
)


def commit(*facts: Any) -> Commit:
    return Commit(
        id="A" * 26,
        kind="referral",
        key="B" * 26,
        n=1,
        prev="0" * 64,
        occurred=WHEN,
        recorded=WHEN,
        actor=Actor(principal="referral", role="service"),
        command="IssueReferral",
        command_id="c-1",
        command_digest="1" * 64,
        policy="2026-1",
        calendar="2026-1",
        facts=facts,
    )


def document(*facts: Any) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(commits.encode(commit(*facts)))
    return decoded


def read(changed: Any) -> Received:
    return decode(json.dumps(changed, ensure_ascii=False).encode())


def grown(node: Any) -> Any:
    """The same document with a field nobody knows in every object of it."""
    if isinstance(node, dict):
        return {**{name: grown(value) for name, value in node.items()}, "added_later": [1, {"deep": None}]}
    return [grown(part) for part in node] if isinstance(node, list) else node


def example(kind: Any) -> Any:
    """Some valid value of a field's type: enough to build one fact of every kind."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind(**{field.name: example(field.type) for field in msgspec.structs.fields(kind) if field.required})
    if kind == Moment:
        return WHEN
    if get_origin(kind) is tuple:
        return (example(get_args(kind)[0]),)
    base = get_args(kind)[0] if hasattr(kind, "__metadata__") else kind
    pattern = next((meta.pattern for meta in getattr(kind, "__metadata__", ()) if meta.pattern), "")
    if base is str:
        return {"[ynu]": "y" * 9, "{26}": "A" * 26, "{64}": "0" * 64}.get(
            next((mark for mark in ("[ynu]", "{26}", "{64}") if mark in pattern), ""), "x1"
        )
    return {int: 1, bool: True, datetime: WHEN, date: WHEN.date()}[base]


@pytest.mark.parametrize("tag", fact_types())
def test_what_strict_decoding_reads_a_partner_reads_alike(tag: str) -> None:
    raw = commits.encode(commit(example(fact_types()[tag])))
    received = decode(raw)
    assert received.commit == commits.decode(raw)
    assert received.facts == received.commit.facts


@pytest.mark.parametrize("tag", fact_types())
def test_fields_of_a_later_release_are_passed_over_at_every_depth(tag: str) -> None:
    fact = example(fact_types()[tag])
    assert read(grown(document(fact))) == read(document(fact))


def test_a_strict_reader_would_have_stopped() -> None:
    with pytest.raises(msgspec.ValidationError):
        commits.decode(json.dumps(grown(document(ISSUED))).encode())


def test_an_unknown_kind_of_fact_is_kept_in_its_place() -> None:
    new = {"type": "ReferralSplit.v1", "into": ["u02", "u03"]}
    raw = document(ISSUED, VERIFIED)
    raw["facts"].insert(1, new)
    received = read(raw)
    assert received.facts == (ISSUED, UnknownFact("ReferralSplit.v1", new), VERIFIED)
    assert received.commit.facts == (ISSUED, VERIFIED)


def test_a_later_version_of_a_known_fact_is_unknown_and_not_misread() -> None:
    raw = document(VERIFIED)
    raw["facts"] = [{"type": "ReportVerified.v2", "results": ["a", "b"]}]
    assert read(raw).facts == (UnknownFact("ReportVerified.v2", raw["facts"][0]),)


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"facts": [',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"n": NaN}',
        json.dumps(document(VERIFIED) | {"n": "one"}).encode(),
        json.dumps(document(VERIFIED) | {"facts": [{"result": "no tag"}]}).encode(),
        json.dumps(document(VERIFIED) | {"facts": [{"type": "ReportVerified.v1"}]}).encode(),
        json.dumps(document(VERIFIED) | {"facts": [{"type": 7}]}).encode(),
        json.dumps(document(VERIFIED) | {"facts": "none"}).encode(),
        commits.encode(commit(VERIFIED)).replace(b"solved", b"sol\xffed"),
    ],
)
def test_garbage_is_a_typed_error(garbage: bytes) -> None:
    with pytest.raises(NotACommit):
        decode(garbage)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(raw: bytes) -> None:
    with pytest.raises(NotACommit):
        decode(raw)


@given(st.data())
def test_no_damaged_commit_raises_anything_else(data: st.DataObject) -> None:
    raw = bytearray(commits.encode(commit(ISSUED, VERIFIED)))
    for position in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=5)):
        raw[position] = data.draw(st.integers(0, 255))
    with suppress(NotACommit):
        assert isinstance(decode(bytes(raw)), Received)
