"""Streams and consumers are made once, never changed behind anyone's back, and never over a ledger that is not whole."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from events.subjects import LEDGER, PARTNERS, TIMERS
from services.broker import ConfigurationDrift, NotDurable, NotHealthy, assert_durable, provision, provisioning
from services.directory import directory
from tests.support.brokers import Bus, single
from tests.support.commits import following


async def configuration(bus: Bus, what: str) -> dict[str, Any]:
    async with bus.connected("admin") as admin:
        answer = json.loads((await admin.request(f"$JS.API.{what}", b"")).data)
    return dict(answer["config"])


async def changed(bus: Bus, what: str, config: dict[str, Any]) -> None:
    async with bus.connected("admin") as admin:
        answer = json.loads((await admin.request(f"$JS.API.{what}", json.dumps(config).encode(), timeout=5)).data)
    assert "error" not in answer, answer


async def test_the_ledger_keeps_everything_for_ever(bus: Bus):
    config = await configuration(bus, f"STREAM.INFO.{LEDGER}")
    asked = {
        "subjects": ["ledger.>"], "storage": "file", "discard": "new", "deny_delete": True, "deny_purge": True,
        "allow_direct": True, "allow_atomic": True, "compression": "s2", "duplicate_window": 600_000_000_000,
        "max_msgs": -1, "max_bytes": -1, "max_age": 0, "max_msgs_per_subject": -1, "num_replicas": len(bus.nodes),
    }  # fmt: skip
    assert {key: config[key] for key in asked} == asked


async def test_nobody_can_publish_to_the_partners_stream(one: Bus):
    assert not (await configuration(one, f"STREAM.INFO.{PARTNERS}")).get("subjects")


async def test_a_reaction_sees_one_commit_at_a_time_and_never_loses_one(bus: Bus):
    for service in ("intake", "referral", "meeting"):
        config = await configuration(bus, f"CONSUMER.INFO.{LEDGER}.{service}")
        assert (config["ack_policy"], config["max_ack_pending"], config["max_deliver"]) == ("explicit", 1, -1)
        assert config["ack_wait"] == 5_000_000_000


async def test_every_unit_has_a_consumer_of_its_own_feed_and_of_what_goes_to_all(one: Bus):
    for unit in directory().units:
        config = await configuration(one, f"CONSUMER.INFO.{PARTNERS}.{unit.code}")
        filters = [f"partner.{unit.code}.>", "partner.all.bulletin.>"]
        assert (config["filter_subjects"], config["ack_policy"]) == (filters, "explicit")


async def test_timers_have_a_stream_of_their_own_and_the_ledger_takes_none(bus: Bus):
    timers = await configuration(bus, f"STREAM.INFO.{TIMERS}")
    assert (timers["subjects"], timers["storage"], timers["retention"]) == (["timer.>"], "file", "workqueue")
    assert timers["allow_msg_schedules"] is True
    assert timers["num_replicas"] == len(bus.nodes)
    for stream in (LEDGER, PARTNERS):
        kept = await configuration(bus, f"STREAM.INFO.{stream}")
        assert (kept.get("allow_msg_schedules", False), kept["deny_purge"]) == (False, True)


async def test_provisioning_again_changes_nothing(bus: Bus):
    before = await configuration(bus, f"STREAM.INFO.{LEDGER}")
    await provision(bus.data, len(bus.nodes))
    assert await configuration(bus, f"STREAM.INFO.{LEDGER}") == before


async def test_what_is_missing_is_made_and_what_is_there_is_left(own: Bus, subject: str):
    async with own.connected("admin") as admin, own.ledger() as ledger:
        await ledger.append(following(await ledger.load(subject), "kept"))
        await admin.request(f"$JS.API.CONSUMER.DELETE.{PARTNERS}.u07", b"")
        await provision(own.data)
        assert (await ledger.load(subject)).n == 1
    again = await configuration(own, f"CONSUMER.INFO.{PARTNERS}.u07")
    assert again["filter_subjects"] == ["partner.u07.>", "partner.all.bulletin.>"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"max_msgs": 1000}, "max_msgs"),
        ({"duplicate_window": 1_000_000_000}, "duplicate_window"),
        ({"subjects": ["ledger.>", "more.>"]}, "subjects"),
        ({"discard": "old"}, "discard"),
        ({"republish": {"src": "ledger.>", "dest": "leak.>"}}, "republish"),
        ({"allow_msg_ttl": True}, "allow_msg_ttl"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_ledger_that_was_reconfigured_is_refused_and_left_alone(own: Bus, changes: dict[str, Any], named: str):
    drifted = await configuration(own, f"STREAM.INFO.{LEDGER}") | changes
    await changed(own, f"STREAM.UPDATE.{LEDGER}", drifted)
    with pytest.raises(ConfigurationDrift, match=named):
        await provision(own.data)
    assert (await configuration(own, f"STREAM.INFO.{LEDGER}"))[named] == changes[named]


@pytest.mark.parametrize(
    ("consumer", "changes", "named"),
    [
        ((LEDGER, "intake"), {"max_ack_pending": 10}, "max_ack_pending"),
        ((LEDGER, "referral"), {"max_deliver": 3}, "max_deliver"),
        ((TIMERS, "referral"), {"max_deliver": 3}, "max_deliver"),
        ((PARTNERS, "u01"), {"filter_subjects": ["partner.u01.>", "partner.u02.>"]}, "filter_subjects"),
        ((PARTNERS, "u01"), {"inactive_threshold": 60_000_000_000}, "inactive_threshold"),
    ],
    ids=["order lost", "given up", "a wake given up", "another unit's feed", "forgets itself"],
)
async def test_a_consumer_that_was_reconfigured_is_refused(
    own: Bus, consumer: tuple[str, str], changes: dict[str, Any], named: str
):
    stream, name = consumer
    config = await configuration(own, f"CONSUMER.INFO.{stream}.{name}") | changes
    await changed(own, f"CONSUMER.CREATE.{stream}.{name}", {"stream_name": stream, "config": config})
    with pytest.raises(ConfigurationDrift, match=named):
        await provision(own.data)


async def test_nothing_is_created_on_a_broker_that_is_not_healthy(own: Bus, monkeypatch: pytest.MonkeyPatch):
    """A stream that could not be recovered would lose its files to a create (nats.md §0)."""
    own.broker.kill()
    store = next((own.data / "broker" / "store").rglob(f"streams/{LEDGER}/meta.inf"))
    store.write_bytes(b"damaged")
    own.broker.start(healthy=False)
    asked: list[str] = []
    monkeypatch.setattr(provisioning, "_ask", lambda _, subject, __: asked.append(subject))
    with pytest.raises(NotHealthy):
        await provision(own.data)
    assert asked == []
    assert store.read_bytes() == b"damaged"


@pytest.mark.parametrize("sync", ["2m", "1s"])
def test_a_broker_that_acknowledges_before_the_disk_is_refused(tmp_path: Path, sync: str):
    with single(tmp_path, provisioned=False, sync=sync) as bus, pytest.raises(NotDurable, match="sync_interval"):
        assert_durable(bus.broker.monitoring_url)


def test_our_own_broker_is_durable_on_every_node(bus: Bus):
    for node in bus.nodes:
        assert_durable(node.monitoring_url)


def test_a_broker_that_cannot_be_asked_is_refused(tmp_path: Path):
    with single(tmp_path, provisioned=False) as bus:
        gone = bus.broker.monitoring_url
    with pytest.raises(NotDurable, match="does not answer"):
        assert_durable(gone)


def test_provisioning_is_refused_where_nothing_answers(tmp_path: Path):
    with single(tmp_path, provisioned=False) as bus:
        data = bus.data
    with pytest.raises(NotHealthy):
        asyncio.run(provision(data))
