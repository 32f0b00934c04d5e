"""The footnote on “over 80 %” that the city's old report carried: what the counts allow, and what the claim needs. Pure.

domain.md §0.1: 114 contacts, over 80 % answered, 18 referred, 6 coordinated do not add up.
"""

from collections.abc import Mapping

from services.projections.documents.blocks import Block, Paragraph
from services.projections.documents.figures import percent
from services.projections.documents.wording import either

# The old report's words, which its own counts contradict: "80 % and more by explanation on the phone".
CLAIMED_SHARE = 0.80


def reconciliation(n: int, groups: Mapping[str, int], lang: str) -> list[Block]:
    """The footnote for `n` contacts and their disposition groups; nothing where the claim would hold.

    Nothing either where the groups do not add up to `n`: then the counts themselves are in doubt.
    """
    answered = groups.get("answered", 0)
    needed = int(n * CLAIMED_SHARE) + 1
    others = sum(groups.values()) - answered
    if answered >= needed or not answered or answered + others != n:
        return []
    claim, part, most = f"{CLAIMED_SHARE:.0%}", percent(answered, n), needed + others
    return [
        Paragraph(
            either(
                lang,
                f"注：既往材料称电话解答“占{claim}以上”。按逐件登记，电话解答为{answered}/{n}，即{part}；若超过{claim}，"
                f"至少须有{needed}件，与其余{others}件合计{most}件，多于登记的{n}件。以本期逐件统计为准。",
                f'Note: the earlier report says "over {claim}" were answered on the phone. Counted contact by contact it is '
                f"{answered} of {n}, {part}; more than {claim} would take at least {needed}, and {needed}+{others}={most} exceeds "
                f"the {n} registered.",
            )
        )
    ]
