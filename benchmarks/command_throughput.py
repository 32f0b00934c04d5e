"""Commands a second that a stack accepts, from one sender and from sixteen, against what the disk can sync one by one."""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.stack import disk_sync_rate, show, up
from services.broker import connect
from services.bus.client import Client

COMMANDS = 1000
CONTACT = {
    "desk": "city",
    "channel": "01",
    "started": "2026-01-12T09:30:00+08:00",
    "caller_role": "parent",
    "contact_type": "help",
    "category": "05",
    "region": "231003",
    "age_band": "6-13",
    "sex": "f",
    "urgency": "3",
    "screen": "nnnnnnnnn",
    "disposition": "A1",
    "narrative": "孩子不愿上学，家长询问如何沟通。",
    "opinion": "电话解答。",
}


async def rate(data: Path, senders: int) -> float:
    """Accepted commands a second of so many senders on one connection each."""
    numbers = iter(range(COMMANDS))

    async def send(client: Client) -> None:
        for number in numbers:
            command: dict[str, Any] = CONTACT | {"number": f"T{senders}-{number}", "command_id": f"t{senders}:{number}"}
            reply = await client.send("intake", "RegisterContact", command)
            assert not reply.refused, reply.refused

    connections = [await connect(data, "coordinator") for _ in range(senders)]
    began = time.perf_counter()
    await asyncio.gather(*(send(Client(connection, "coordinator")) for connection in connections))
    seconds = time.perf_counter() - began
    for connection in connections:
        await connection.close()
    return COMMANDS / seconds


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        synced = disk_sync_rate(folder)
        with up(folder / "data"):
            rates = {senders: asyncio.run(rate(folder / "data", senders)) for senders in (1, 16)}
    show(
        f"{COMMANDS} commands RegisterContact",
        [(f"{senders} sender{'s' * (senders > 1)}", found, "fsyncs", synced) for senders, found in rates.items()],
    )


if __name__ == "__main__":
    main()
