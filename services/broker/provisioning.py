"""Streams and consumers: made once, by the provisioner alone, and never changed behind anyone's back."""

import asyncio
import json
from pathlib import Path
from typing import Any

import nats.errors
from nats.aio.client import Client

from events.subjects import ATTACHMENTS, EVERY_UNIT, LEDGER, PARTNERS, TIMERS, every, partner, partner_all, timers_due
from services.broker.connection import connect, endpoint
from services.broker.durability import assert_healthy
from services.directory import directory

MINUTE, SECOND = 60_000_000_000, 1_000_000_000
# The services that react, and to the commits of which kinds: each is handed these alone.
REACTING = {
    "intake": ("contact", "case", "referral"),
    "referral": ("calendar", "case", "referral", "resolution"),
    "meeting": ("calendar", "resolution"),
}
_NOT_FOUND = (10014, 10059)
_ATTEMPTS = 10
# What a setting that does nothing looks like, and what the server fills in by itself.
_IDLE: tuple[Any, ...] = (0, -1, "", None, {}, [])
_SERVER_DEFAULTS: dict[str, Any] = {"max_waiting": 512, "duplicate_window": 2 * MINUTE, "persist_mode": "default"}


class ConfigurationDrift(Exception):
    """A stream or consumer exists with another configuration. Nothing was changed; a person has to look."""


class ProvisioningFailed(Exception):
    """The broker refused; the message is its own."""


def _ledger(replicas: int) -> dict[str, Any]:
    return {
        "name": LEDGER,
        "subjects": ["ledger.>"],
        "storage": "file",
        "retention": "limits",
        "discard": "new",
        "max_msgs": -1,
        "max_bytes": -1,
        "max_age": 0,
        "max_msgs_per_subject": -1,
        "deny_delete": True,
        "deny_purge": True,
        "allow_direct": True,
        "allow_atomic": True,
        "compression": "s2",
        "duplicate_window": 10 * MINUTE,
        "num_replicas": replicas,
    }


def _partners(replicas: int) -> dict[str, Any]:
    transforms = [
        {"src": f"ledger.{kind}.*.*", "dest": f"partner.{{{{wildcard(1)}}}}.{kind}.{{{{wildcard(2)}}}}"}
        for kind in ("referral", "notice", "resolution", "cooperation")
    ]
    transforms += [{"src": "ledger.bulletin.*", "dest": f"partner.{EVERY_UNIT}.bulletin.{{{{wildcard(1)}}}}"}]
    return {
        "name": PARTNERS,
        # No subjects of its own: nobody can publish into it (architecture.md §3).
        "sources": [{"name": LEDGER, "subject_transforms": transforms}],
        "storage": "file",
        "retention": "limits",
        "discard": "new",
        "deny_delete": True,
        "deny_purge": True,
        "allow_direct": True,
        "compression": "s2",
        "num_replicas": replicas,
    }


def _timers(replicas: int) -> dict[str, Any]:
    """Message schedules (ADR-51). A cache of the ledger's due dates: whoever loses it, the referral service refills it."""
    return {
        "name": TIMERS,
        "subjects": ["timer.>"],
        "storage": "file",
        # A wake leaves with its acknowledgement; a schedule, which no consumer takes, stays until it fires.
        "retention": "workqueue",
        "discard": "old",
        # One schedule an aggregate, one wake that waits.
        "max_msgs_per_subject": 1,
        "allow_direct": True,
        "allow_msg_schedules": True,
        # Schedules force it on, and the ledger could not be kept from purging: hence a stream of their own.
        "allow_rollup_hdrs": True,
        "compression": "none",
        "num_replicas": replicas,
    }


def _attachments(replicas: int) -> dict[str, Any]:
    """The object store of attached files, as the client library lays one out."""
    return {
        "name": f"OBJ_{ATTACHMENTS}",
        "subjects": [f"$O.{ATTACHMENTS}.C.>", f"$O.{ATTACHMENTS}.M.>"],
        "storage": "file",
        "retention": "limits",
        "discard": "new",
        "allow_rollup_hdrs": True,
        "allow_direct": True,
        # Ciphertext does not get smaller.
        "compression": "none",
        "num_replicas": replicas,
    }


def _consumer(name: str, filters: list[str], pending: int, replicas: int, seconds: int) -> dict[str, Any]:
    only = {"filter_subject": filters[0]} if len(filters) == 1 else {"filter_subjects": filters}
    return only | {
        "durable_name": name,
        "name": name,
        "ack_policy": "explicit",
        "deliver_policy": "all",
        "replay_policy": "instant",
        "ack_wait": seconds * SECOND,
        "max_deliver": -1,
        "max_ack_pending": pending,
        "num_replicas": replicas,
    }


def _consumers(replicas: int) -> list[tuple[str, dict[str, Any]]]:
    # One commit at a time: reactions to an aggregate happen in the order of its facts. A broker that is killed forgets
    # the newest acknowledgement, and everything behind that commit waits for it to be handed over again: 5 s, not 30.
    # A reaction that takes longer is handed over twice, which changes nothing.
    intake, referral, meeting = (
        _consumer(name, [every(kind) for kind in kinds], 1, replicas, 5) for name, kinds in REACTING.items()
    )
    units = [
        (PARTNERS, _consumer(unit.code, [partner(unit.code), partner_all()], 1000, replicas, 30))
        for unit in directory().units
    ]
    # Many wakes at once: each is of another aggregate.
    wakes = _consumer("referral", [timers_due()], 256, replicas, 30)
    return [(LEDGER, intake), (LEDGER, referral), (LEDGER, meeting), (TIMERS, wakes), *units]


async def provision(data: Path, replicas: int = 1, url: str | None = None) -> None:
    """Make the streams and consumers that are missing. Raises ConfigurationDrift, ProvisioningFailed, NotHealthy.

    Call it only on a healthy broker: on a damaged one "create if missing" destroys what is there (nats.md §0).
    """
    await asyncio.to_thread(assert_healthy, endpoint(data).monitoring)
    connection = await connect(data, "admin", url=url)
    try:
        for config in (_ledger(replicas), _partners(replicas), _timers(replicas), _attachments(replicas)):
            await _ensure(
                connection, f"STREAM.INFO.{config['name']}", f"STREAM.CREATE.{config['name']}", config, config
            )
        for stream, config in _consumers(replicas):
            name = config["name"]
            await _ensure(
                connection,
                f"CONSUMER.INFO.{stream}.{name}",
                f"CONSUMER.CREATE.{stream}.{name}",
                {"stream_name": stream, "config": config, "action": "create"},
                config,
            )
    finally:
        await connection.close()


async def _ensure(connection: Client, info: str, create: str, request: dict[str, Any], wanted: dict[str, Any]) -> None:
    found = await _ask(connection, info, {})
    if "error" not in found:
        different = [*_different(wanted, found["config"]), *_unasked(wanted, found["config"])]
        if different:
            raise ConfigurationDrift(f"{info}: {', '.join(different)}")
        return
    if found["error"].get("err_code") not in _NOT_FOUND:
        raise ProvisioningFailed(f"{info}: {found['error'].get('description')}")
    made = await _ask(connection, create, request)
    if "error" in made:
        raise ProvisioningFailed(f"{create}: {made['error'].get('description')}")


def _different(wanted: Any, found: Any, path: str = "") -> list[str]:
    """Where the found configuration differs from the wanted one; defaults that the server adds do not count."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return [
            place
            for key, value in wanted.items()
            for place in _different(value, found.get(key, _absent(value)), f"{path}.{key}" if path else key)
        ]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [
            place
            for index, pair in enumerate(zip(wanted, found, strict=True))
            for place in _different(*pair, f"{path}[{index}]")
        ]
    return [] if wanted == found else [path]


def _unasked(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Settings that nobody asked for and that are in force: a republish would leak, a message lifetime would delete."""
    return [
        key
        for key, value in found.items()
        if key not in wanted
        and value not in _IDLE
        and value != _SERVER_DEFAULTS.get(key)
        # Level and version of the server, written by itself; of no effect.
        and key != "metadata"
    ]


def _absent(value: Any) -> Any:
    """The server leaves zero values out of its answers."""
    return 0 if value == 0 and not isinstance(value, bool) else False if value is False else None


async def _ask(connection: Client, subject: str, body: dict[str, Any]) -> dict[str, Any]:
    """One JetStream API request. A young cluster may need a moment to elect who answers (nats.md §6)."""
    for attempt in range(_ATTEMPTS):
        try:
            answer = await connection.request(f"$JS.API.{subject}", json.dumps(body).encode(), timeout=5)
            return dict(json.loads(answer.data))
        except (nats.errors.TimeoutError, nats.errors.NoRespondersError):
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")
