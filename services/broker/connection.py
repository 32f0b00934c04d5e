"""Connecting as one principal: its key, its inbox, quiet reconnects."""

import logging
from pathlib import Path
from typing import Any

import msgspec
import nats
from msgspec import Struct
from nats.aio.client import Client

from services.broker.credentials import load_credential

log = logging.getLogger("lianxi.broker")


class NotRunning(Exception):
    """No stack runs on this data folder."""


class Endpoint(Struct, frozen=True, kw_only=True):
    client: str
    monitoring: str


def endpoint(data: Path) -> Endpoint:
    """Where the stack of this folder listens. Raises NotRunning."""
    try:
        return msgspec.json.decode((data / "endpoint.json").read_bytes(), type=Endpoint)
    except (OSError, ValueError) as error:
        raise NotRunning(str(data)) from error


async def connect(data: Path, principal: str, *, url: str | None = None, **options: Any) -> Client:
    """Connect as `principal`. Raises UnknownPrincipal, NotRunning, or a nats error when nothing answers."""
    credential = load_credential(data, principal)
    settings: dict[str, Any] = {
        "name": f"lianxi-{principal}",
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": 0.2,
        "connect_timeout": 5,
        "error_cb": _problem,
        "disconnected_cb": _nothing,
        "reconnected_cb": _nothing,
        "closed_cb": _nothing,
    } | options
    return await nats.connect(
        url or endpoint(data).client,
        nkeys_seed_str=credential.seed,
        inbox_prefix=credential.inbox.encode(),
        **settings,
    )


async def _problem(error: Exception) -> None:
    log.info("connection: %s", type(error).__name__)


async def _nothing() -> None:
    """Without a callback the client prints tracebacks of its own (nats.md §0)."""
