"""Facts of one contact (来电登记): a call, visit or letter that reached a desk. domain.md §4.3 A."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from events.fact import Code, Digest, Fact, Id, Moment, Token

Number = Annotated[str, Meta(min_length=1, max_length=40, description="编号, unique in its desk and year")]


class ContactRegistered(Fact, tag="ContactRegistered.v1", frozen=True, kw_only=True):
    """The desk entered a contact. Names, phones and everything typed freely are in the commit's `sealed`."""

    number: Number
    desk: Token
    channel: Code
    started: Moment
    ended: datetime | None = None
    caller_role: Code
    contact_type: Code
    category: Code
    region: Code
    age_band: Code
    sex: Code
    urgency: Code
    heard_from: Code | None = None
    confidentiality: Code | None = None
    # HMAC under the contact's own key over the whole entry: shows "the same entry again" and nothing else.
    entry_digest: Digest
    # The earlier contact of the same phone number, when there is one.
    repeat_of: Id | None = None


class ContentRecorded(Fact, tag="ContentRecorded.v1", frozen=True, kw_only=True):
    """通话内容 was written down; the text itself is sealed under `narrative`."""

    characters: int


class OpinionRecorded(Fact, tag="OpinionRecorded.v1", frozen=True, kw_only=True):
    """处理意见: what the duty officer proposes; free words are sealed under `opinion`."""

    unit: Token | None = None


class ResultRecorded(Fact, tag="ResultRecorded.v1", frozen=True, kw_only=True):
    """处理结果 as far as it was known at the desk; the text is sealed under `result`."""

    characters: int


class ContactFinalised(Fact, tag="ContactFinalised.v1", frozen=True, kw_only=True):
    """The entry is complete. Primary dispositions partition the contacts of any period."""

    primary_disposition: Code
    secondary: tuple[Code, ...] = ()
    # Answers to the nine questions of the mandatory-report screen, in order: y, n, u.
    screen: Annotated[str, Meta(pattern=r"\A[ynu]{9}\Z")]
    unit: Token | None = None


class ContactLinkedToCase(Fact, tag="ContactLinkedToCase.v1", frozen=True, kw_only=True):
    """A repeat was joined to the case in hand instead of opening another."""

    case: Id
    relation: Code


ContactFact = (
    ContactRegistered | ContentRecorded | OpinionRecorded | ResultRecorded | ContactFinalised | ContactLinkedToCase
)
