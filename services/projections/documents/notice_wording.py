"""What a notice of each level is called, asks and threatens, in both languages. domain.md §6.3, §6.4, §4.3 D.

Keys are the level, for level 4 with its form: "1", "2", "3", "4.talk", "4.listed", "5".
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

Both = tuple[str, str]

MEMBERS: Both = ("联席会议各成员单位", "members of the joint meeting")
LEADER: Both = ("抄送：承办单位分管领导。", "Copy: the unit's leader in charge.")


class Wording(Struct, frozen=True, kw_only=True):
    """One kind of notice. `act` closes the first paragraph: 现予督办; `after` says what follows when it is not answered."""

    title: Both
    act: Both
    grounds: Both = ("一、督办理由", "1. Grounds")
    demands: Both = ("二、办理要求", "2. Demands")
    after: Both
    copy: Both = LEADER
    # A talk has a place and an hour, which the office writes in.
    appointment: bool = False


WORDINGS: Mapping[str, Wording] = {
    "1": Wording(
        title=("催办通知书", "Urge notice"),
        act=("现予催办", "you are urged to act"),
        grounds=("一、催办理由", "1. Grounds"),
        after=("仍不办结的，将发督办通知", "after that a supervision notice follows"),
    ),
    "2": Wording(
        title=("督办通知单", "Supervision notice"),
        act=("现予督办", "it is placed under supervision"),
        after=("仍不办结的，将予通报", "after that it goes into a circular"),
    ),
    "3": Wording(
        title=("关于转办事项办理情况的通报", "Circular on the handling of a referral"),
        act=("现予通报", "this is made known"),
        grounds=("一、存在问题", "1. What is wrong"),
        demands=("二、整改要求", "2. What has to be put right"),
        after=(
            "仍不整改的，将约谈分管领导或者挂牌督办",
            "after that the leader in charge is called to a talk, or it is listed",
        ),
        copy=(f"抄送：{MEMBERS[0]}。", f"Copy: {MEMBERS[1]}."),
    ),
    "4.talk": Wording(
        title=("约谈通知书", "Notice of a talk"),
        act=("现约谈你单位分管领导", "the leader in charge is called to a talk"),
        grounds=("一、约谈事由", "1. Subject of the talk"),
        demands=("二、约谈要求", "2. What is asked"),
        after=("仍不整改的，将提请联席会议研究", "after that it goes before the joint meeting"),
        appointment=True,
    ),
    "4.listed": Wording(
        title=("挂牌督办通知书", "Notice of listed supervision"),
        act=("现予挂牌督办", "it is placed under listed supervision"),
        grounds=("一、挂牌事由", "1. Grounds"),
        demands=("二、限期整改要求", "2. What has to be put right, and by when"),
        after=("仍不整改的，将提请联席会议研究", "after that it goes before the joint meeting"),
    ),
    "5": Wording(
        title=("提请联席会议研究事项单", "Matter put before the joint meeting"),
        act=(
            "现提请联席会议研究，并请你单位书面说明",
            "it is put before the joint meeting, and you are asked to account for it",
        ),
        grounds=("一、提请理由", "1. Grounds"),
        demands=("二、会前要求", "2. What is asked before the meeting"),
        after=("由联席会议议定", "the joint meeting decides"),
        copy=(f"抄送：{MEMBERS[0]}。", f"Copy: {MEMBERS[1]}."),
    ),
}


def wording(row: Mapping[str, Any]) -> Wording:
    """The wording of a row of the supervision ledger. A reminder is no document: KeyError."""
    level = str(row["level"])
    return WORDINGS[f"4.{row['form'] or 'talk'}" if level == "4" else level]
