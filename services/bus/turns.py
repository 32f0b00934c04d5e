"""Who reacts first where several services of one process answer the same commit.

On a real clock they answer side by side, and their commits lie in the ledger as they came. Under a simulated clock a
demonstration is to be the same from the same commands, commit by commit: there each waits for those before it.
"""

import asyncio
from collections.abc import Mapping, Sequence

# A service that was restarted may be past a commit, or still before it, and nobody can tell: then nobody waits longer.
BOUND_SECONDS = 1.5


class Turns:
    """The services in their order, each with the kinds of commits that its consumer takes."""

    def __init__(self, takes: Mapping[str, Sequence[str]]) -> None:
        self._takes = takes
        self._done = dict.fromkeys(takes, 0)
        self._moved = asyncio.Condition()

    async def come(self, service: str, kind: str, seq: int) -> None:
        """Return when every service before this one has answered the commit, or the bound is over."""
        names = list(self._takes)
        before = [name for name in names[: names.index(service)] if kind in self._takes[name]]

        async def over() -> None:
            async with self._moved:
                await self._moved.wait_for(lambda: all(self._done[name] >= seq for name in before))

        try:
            await asyncio.wait_for(over(), BOUND_SECONDS)
        except TimeoutError:
            return

    async def done(self, service: str, seq: int) -> None:
        """This service has answered the commit and all before it."""
        async with self._moved:
            self._done[service] = max(self._done[service], seq)
            self._moved.notify_all()
