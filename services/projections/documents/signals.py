"""Which topics grew by more than chance, and how sure that is. Pure. domain.md §4.5: naive rules fire by chance here."""

import math
from collections.abc import Mapping

from msgspec import Struct

from services.projections.documents.figures import SMALL

# Benjamini-Hochberg: of the topics that are named, this share is expected to be chance.
FALSE_SHARE = 0.05


class Signal(Struct, frozen=True, kw_only=True):
    """One topic that was compared. expected: its contacts had it grown as all contacts did; p: one-sided; raised: named."""

    code: str
    observed: int
    expected: float
    p: float
    raised: bool


def signals(now: Mapping[str, int], before: Mapping[str, int]) -> tuple[Signal, ...]:
    """Every topic with at least 5 contacts in both periods against all others, exactly (conditional binomial).

    A topic with fewer is not compared: its counts are not printed, and neither is what could be computed from them.
    Empty when there is nothing to compare with.
    """
    total_now, total_before = sum(now.values()), sum(before.values())
    compared = [code for code in sorted(now) if now[code] >= SMALL and before.get(code, 0) >= SMALL]
    if not compared or not total_before:
        return ()
    share = total_now / (total_now + total_before)
    tails = {code: _tail(now[code], now[code] + before[code], share) for code in compared}
    ranked = sorted(compared, key=lambda code: (tails[code], code))
    passed = [rank for rank, code in enumerate(ranked, 1) if tails[code] <= FALSE_SHARE * rank / len(ranked)]
    raised = set(ranked[: max(passed, default=0)])
    return tuple(
        Signal(
            code=code,
            observed=now[code],
            expected=before[code] * total_now / total_before,
            p=tails[code],
            raised=code in raised,
        )
        for code in ranked
    )


def _tail(successes: int, n: int, share: float) -> float:
    """P(X >= successes) of a binomial: how often chance alone does this or more."""
    if share >= 1:
        return 1.0
    logs = [
        math.lgamma(n + 1)
        - math.lgamma(k + 1)
        - math.lgamma(n - k + 1)
        + k * math.log(share)
        + (n - k) * math.log1p(-share)
        for k in range(successes, n + 1)
    ]
    return min(1.0, math.fsum(map(math.exp, logs)))
